import type { FluxPoint } from "../fluxes.ts";

/** One reaction that counts towards an observable. */
export interface LocalReaction {
  /** Change of the observable per event. */
  readonly weight: number;
  readonly net: number;
  readonly activity: number;
  /** `ln(J+/J-)`. */
  readonly force: number;
}

/**
 * Sums over the reactions that change an observable, those with weight g ≠ 0 · concentration per time, entropy production in
 * units of R; NaN where one of them has no known one-way fluxes.
 */
export interface LocalSums {
  readonly reactions: readonly LocalReaction[];
  /** f = Σ g j. */
  readonly current: number;
  /** D_c = Σ g² a. */
  readonly diffusion: number;
  /** A_c = Σ a. */
  readonly activity: number;
  /** σ_c = Σ j F. */
  readonly entropyProduction: number;
  /** A_w = Σ |g| a. */
  readonly weightedActivity: number;
  /** max |g|. */
  readonly largestWeight: number;
}

/** Sums over the reactions with a weight other than 0; `weights` g [nReaction], an observable's `perReaction` or any others. */
export function localSums(point: FluxPoint, weights: ArrayLike<number>): LocalSums {
  const reactions: LocalReaction[] = [];
  let [current, diffusion, activity, entropyProduction, weightedActivity, largestWeight] = [0, 0, 0, 0, 0, 0];
  for (let index = 0; index < point.net.length; index++) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    const reaction = { weight, net: point.net[index] ?? Number.NaN, activity: point.activity[index] ?? Number.NaN, force: point.force[index] ?? Number.NaN };
    reactions.push(reaction);
    current += weight * reaction.net;
    diffusion += weight * weight * reaction.activity;
    activity += reaction.activity;
    entropyProduction += point.entropyProduction[index] ?? Number.NaN;
    weightedActivity += Math.abs(weight) * reaction.activity;
    largestWeight = Math.max(largestWeight, Math.abs(weight));
  }
  if (Math.abs(current) <= (point.rounding ?? 0) * weightedActivity) current = 0;
  return { reactions, current, diffusion, activity, entropyProduction, weightedActivity, largestWeight };
}

/** f²/D_c · concentration per time; 0 where the current is. */
export const precisionOf = ({ current, diffusion }: Pick<LocalSums, "current" | "diffusion">): number =>
  // f² underflows long before the ratio does.
  current === 0 ? 0 : current * (current / diffusion);
