import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";
import type { LocalReaction, LocalSums } from "./local-sums.ts";
import { logFluxes, logSum } from "./logarithm.ts";

const facts: BoundFacts = {
  name: "all-force",
  quantity: "entropy production",
  sense: "at least",
  equation: "sigma_c >= 2 A_c r artanh r, r = |f| / sqrt(D_c A_c)",
  source: "after Vo, Van Vu & Hasegawa 2022, doi:10.1088/1751-8121/ac9099: its deterministic analogue, solved for the entropy production",
};

/** Below this r the function of the library keeps every digit; above it 1 - r² is summed from positive terms. */
const smallRatio = 0.5;

/**
 * Entropy production of the reactions that change an observable, bounded at any distance from equilibrium; an equality for one
 * reaction, and where all forces are equal in size with weights along the fluxes.
 */
export const allForce = (sums: LocalSums): Bound => boundOf(facts, allForceBound(sums), sums.entropyProduction);

/** 2 A_c r artanh r · R per volume and time, from terms that are all positive, so that nothing cancels where r is next to 1. */
export function allForceBound({ reactions, current, diffusion, activity }: LocalSums): number {
  if (current === 0) return 0;
  const ratio = Math.abs(current) / (Math.sqrt(diffusion) * Math.sqrt(activity));
  if (ratio < smallRatio) return 2 * activity * ratio * Math.atanh(ratio);
  const logGap = logDeterminant(reactions) - Math.log(diffusion) - Math.log(activity);
  return activity * ratio * (2 * Math.log1p(ratio) - logGap);
}

/** ln(D_c A_c - f²), each pair of reactions by itself. */
function logDeterminant(reactions: readonly LocalReaction[]): number {
  const ln4 = Math.log(4);
  const known = reactions.map((reaction) => {
    const [forward, reverse] = logFluxes(reaction);
    return { weight: reaction.weight, logWeight: Math.log(Math.abs(reaction.weight)), logActivity: Math.log(reaction.activity), forward, reverse };
  });
  const terms: number[] = [];
  known.forEach((u, index) => {
    terms.push(ln4 + 2 * u.logWeight + u.forward + u.reverse);
    for (const v of known.slice(index + 1)) {
      const isAlike = u.weight > 0 === v.weight > 0;
      // The pair's share of D A is (g_u² + g_v²) a_u a_v; g_u g_v j_u j_v is taken off it twice.
      const apart = Math.log(Math.abs(isAlike ? u.weight - v.weight : u.weight + v.weight));
      const both = ln4 + u.logWeight + v.logWeight;
      terms.push(2 * apart + u.logActivity + v.logActivity);
      if (isAlike) terms.push(both + u.forward + v.reverse, both + u.reverse + v.forward);
      else terms.push(both + u.forward + v.forward, both + u.reverse + v.reverse);
    }
  });
  return logSum(terms);
}
