import { inverseXTanh } from "../../numerics/inverse-x-tanh.ts";
import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";
import type { LocalSums } from "./local-sums.ts";
import { precisionOf } from "./local-sums.ts";

const unified: BoundFacts = {
  name: "thermokinetic",
  quantity: "precision",
  sense: "at most",
  equation: "f^2/D_c <= sigma_c^2/(4 A_c) / Phi(sigma_c/(2 A_c))^2, Phi the inverse of x tanh x",
  source: "after Vo, Van Vu & Hasegawa 2022, doi:10.1088/1751-8121/ac9099: its deterministic analogue",
};
const limb: BoundFacts = {
  name: "kinetic",
  quantity: "activity",
  sense: "at least",
  equation: "A_c >= f^2/D_c",
  source: "after Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34: its deterministic analogue",
};

/** Precision of an observable, bounded by entropy production and activity together. */
export const thermokinetic = (sums: LocalSums): Bound => boundOf(unified, thermokineticCeiling(sums.entropyProduction, sums.activity), precisionOf(sums));

/** Activity, bounded by precision: also where reactions run one way and entropy production is infinite. */
export const kinetic = (sums: LocalSums): Bound => boundOf(limb, precisionOf(sums), sums.activity);

/** Largest precision f²/D_c that entropy production σ_c and activity A_c allow · concentration per time; at most min(σ_c/2, A_c). */
export function thermokineticCeiling(entropyProduction: number, activity: number): number {
  if (activity === 0) return 0;
  // σ²/(4 A) / Φ² is A tanh² Φ, because Φ tanh Φ = σ/(2 A): no quotient of two small or two infinite numbers.
  return activity * Math.tanh(inverseXTanh(entropyProduction / (2 * activity))) ** 2;
}
