import { mse } from "./mse.ts";
import { nrmse } from "./nrmse.ts";
import { r } from "./r.ts";
import { rc } from "./rc.ts";
import { rmse } from "./rmse.ts";
import { slope } from "./slope.ts";
import { spread } from "./spread.ts";

/** Every kind of metric; a metric's name begins with one of these. */
export const metricKinds = { r, rc, mse, rmse, nrmse, slope, spread } as const;
