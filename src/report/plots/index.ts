import { entropyProduction } from "./entropy-production.ts";
import { fit } from "./fit.ts";
import { learnedFlux } from "./learned-flux.ts";
import { mechanismShare } from "./mechanism-share.ts";
import { parity } from "./parity.ts";
import { perturbationError } from "./perturbation-error.ts";
import { score } from "./score.ts";
import { tightness } from "./tightness.ts";
import { training } from "./training.ts";

/** Every kind of plot, by name. */
export const plots = {
  score,
  fit,
  parity,
  perturbationError,
  training,
  learnedFlux,
  mechanismShare,
  entropyProduction,
  tightness,
} as const;
