import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";
import type { LocalSums } from "./local-sums.ts";
import { precisionOf } from "./local-sums.ts";

const source = "Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601";
const whole: BoundFacts = { name: "uncertainty-relation", quantity: "entropy production", sense: "at least", equation: "sigma >= 2 f^2/D_c", source };
const local: BoundFacts = { name: "local-uncertainty-relation", quantity: "entropy production", sense: "at least", equation: "sigma_c >= 2 f^2/D_c", source: `${source}, over the reactions that change the observable` };

/** The thermodynamic uncertainty relation; `entropyProduction` σ of the whole network · R per volume and time. */
export const uncertainty = (sums: LocalSums, entropyProduction: number): Bound => boundOf(whole, 2 * precisionOf(sums), entropyProduction);

/** The same for the entropy production of the reactions that change the observable, which is less. */
export const localUncertainty = (sums: LocalSums): Bound => boundOf(local, 2 * precisionOf(sums), sums.entropyProduction);
