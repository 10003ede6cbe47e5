import { inequalityTolerance } from "../checks/check.ts";

/** What a bound is about: entropy production and activity per volume and time, precision f²/D as a rate, or a time. */
export type BoundedQuantity = "entropy production" | "activity" | "precision" | "time";

/** What a bound stands on. */
export interface BoundFacts {
  readonly name: string;
  readonly quantity: BoundedQuantity;
  readonly sense: "at least" | "at most";
  readonly equation: string;
  /** Author year, DOI. */
  readonly source: string;
}

/** A bound at one state or over one path, with both of its sides. */
export interface Bound extends BoundFacts {
  /** The least (or largest) value of the quantity that the bound allows; NaN where it is not known. */
  readonly value: number;
  /** The quantity itself; NaN where it is not known. */
  readonly actual: number;
  /** Null where a side is not known. */
  readonly holds: boolean | null;
  /** The larger side over the smaller, dimensionless, 1 where the bound is met exactly; null where it is 0/0, Infinity/Infinity or not known. */
  readonly tightness: number | null;
}

/** Puts a quantity and its bound side by side; `tolerance` is the slack relative to both. */
export function boundOf(facts: BoundFacts, value: number, actual: number, tolerance: number = inequalityTolerance): Bound {
  const [large, small] = facts.sense === "at least" ? [actual, value] : [value, actual];
  const isKnown = !Number.isNaN(large) && !Number.isNaN(small);
  const ratio = small === 0 && large > 0 ? Infinity : large / small;
  // Against an infinite side every finite slack is as nothing, and a slack relative to it would forgive everything.
  const holds = large >= small || (small < Infinity && small - large <= tolerance * (Math.abs(large) + Math.abs(small)));
  return { ...facts, value, actual, holds: isKnown ? holds : null, tightness: isKnown && !Number.isNaN(ratio) ? ratio : null };
}
