import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";
import type { LocalSums } from "./local-sums.ts";
import { logFluxes, logSum } from "./logarithm.ts";

const facts: BoundFacts = {
  name: "absolute-weights",
  quantity: "entropy production",
  sense: "at least",
  equation: "sigma_c >= (2 |f| / max|g|) artanh(|f| / A_w), A_w = sum |g| a",
  source: "joint convexity of 2 j artanh(j/a), as of every relative entropy: Cover & Thomas 2006, doi:10.1002/047174882X, theorem 2.7.2",
};

/** Entropy production bounded with the absolute weights; jointly convex in current and activity, which is what its speed limit needs. */
export const absoluteWeights = (sums: LocalSums): Bound => boundOf(facts, absoluteWeightsBound(sums), sums.entropyProduction);

/** (2 |f| / max|g|) artanh(|f|/A_w) · R per volume and time; A_w - |f| is summed from the one-way fluxes that run against the current. */
export function absoluteWeightsBound({ reactions, current, weightedActivity, largestWeight }: LocalSums): number {
  if (current === 0) return 0;
  const size = Math.abs(current);
  const ratio = size / weightedActivity;
  if (ratio < 0.5) return ((2 * size) / largestWeight) * Math.atanh(ratio);
  const against = reactions.map((reaction) => {
    const [forward, reverse] = logFluxes(reaction);
    return Math.log(2 * Math.abs(reaction.weight)) + (reaction.weight > 0 === current > 0 ? reverse : forward);
  });
  return (size / largestWeight) * (Math.log(weightedActivity + size) - logSum(against));
}
