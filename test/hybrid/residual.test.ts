import { residuals } from "../../src/hybrid/residual/index.ts";
import { conformsAsResidual } from "../conformance/residual.ts";

for (const kind of Object.values(residuals)) conformsAsResidual(kind);
