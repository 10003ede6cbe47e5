import { correlation } from "./correlation.ts";
import { cycleBars } from "./cycle-bars.ts";
import { dissipation } from "./dissipation.ts";
import { ensembleFan } from "./ensemble-fan.ts";
import { entropyProduction } from "./entropy-production.ts";
import { estimates } from "./estimates.ts";
import { fit } from "./fit.ts";
import { forces } from "./forces.ts";
import { learnedFlux } from "./learned-flux.ts";
import { mechanismShare } from "./mechanism-share.ts";
import { netFluxes } from "./net-fluxes.ts";
import { parity } from "./parity.ts";
import { perturbationError } from "./perturbation-error.ts";
import { reactionBars } from "./reaction-bars.ts";
import { refinements } from "./refinements.ts";
import { score } from "./score.ts";
import { speedLimitBars } from "./speed-limit-bars.ts";
import { tightness } from "./tightness.ts";
import { tightnessBars } from "./tightness-bars.ts";
import { training } from "./training.ts";
import { valueHistogram } from "./value-histogram.ts";

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
  dissipation,
  forces,
  netFluxes,
  reactionBars,
  cycleBars,
  tightness,
  refinements,
  tightnessBars,
  speedLimitBars,
  estimates,
  ensembleFan,
  valueHistogram,
  correlation,
} as const;
