import type { Chain } from "./chain.ts";
import { countingMoments } from "./counting.ts";
import type { Counter } from "./counter.ts";
import { isCurrent } from "./counter.ts";
import { chainActivity, chainEntropyProduction, stationaryOf, transientEntropyProduction } from "./entropy-production.ts";
import type { MultidimensionalUncertainty } from "./multidimensional.ts";
import { multidimensionalUncertainty } from "./multidimensional.ts";
import type { UncertaintyRelation } from "./relation.ts";
import { fluctuationTheoremUncertainty, kineticUncertainty, steadyUncertainty, thermokineticUncertainty, transientKineticUncertainty, transientUncertainty } from "./relation.ts";

/** A counter over [0, duration] and every uncertainty relation that holds for it. */
export interface ChainRelations {
  readonly mean: number;
  readonly variance: number;
  /** Mean total entropy production · k_B. */
  readonly entropyProduction: number;
  /** Mean number of jumps. */
  readonly jumps: number;
  /** Growth rate of the mean at the end · 1/time. */
  readonly finalRate: number;
  readonly relations: readonly UncertaintyRelation[];
}

/**
 * Exact moments of a counter and the uncertainty relations whose conditions are met: with `initial` [n] those for any start,
 * without it those of the stationary process as well; those with entropy production only for currents, none for counters of dwelling time.
 * @status problem: several closed classes, where the stationary process is asked for.
 */
export function chainRelations(chain: Chain, counter: Counter, duration: number, initial?: Float64Array): ChainRelations | { readonly problem: string } {
  const start = startOf(chain, duration, initial);
  if ("problem" in start) return start;
  const { law, entropyProduction, jumps } = start;
  const { mean, covariance, finalRate } = countingMoments(chain, [counter], law, duration);
  const values = { mean: mean[0], variance: covariance[0], entropyProduction, jumps, finalRate: finalRate[0] };
  const timed = { ...values, duration };
  const current = isCurrent(counter);
  const relations = [
    ...(current ? [transientUncertainty(timed)] : []),
    transientKineticUncertainty(timed),
    ...(!initial && current ? [steadyUncertainty(values), fluctuationTheoremUncertainty(values), thermokineticUncertainty(values)] : []),
    ...(initial ? [] : [kineticUncertainty(values)]),
  ];
  const dwells = Array.from(counter.dwell ?? []).some((weight) => weight !== 0);
  return { ...values, relations: dwells ? [] : relations };
}

/** Several currents of the stationary process together. @status problem: several closed classes. @throws RangeError when a counter is no current. */
export function chainMultidimensional(chain: Chain, currents: readonly Counter[], duration: number): MultidimensionalUncertainty | { readonly problem: string } {
  currents.forEach((counter, index) => {
    if (!isCurrent(counter)) throw new RangeError(`multidimensional relation: counter ${index} is no current; opposite jumps must add opposite amounts`);
  });
  const start = startOf(chain, duration);
  if ("problem" in start) return start;
  const { mean, covariance } = countingMoments(chain, currents, start.law, duration);
  return multidimensionalUncertainty(mean, covariance, start.entropyProduction);
}

/** Initial law with its cost over the duration. */
function startOf(chain: Chain, duration: number, initial?: Float64Array): { law: Float64Array; entropyProduction: number; jumps: number } | { readonly problem: string } {
  if (initial) {
    const { total, jumps } = transientEntropyProduction(chain, initial, duration);
    return { law: initial, entropyProduction: total, jumps };
  }
  const rest = stationaryOf(chain);
  if ("problem" in rest) return rest;
  return { law: rest.law, entropyProduction: duration * chainEntropyProduction(chain, rest), jumps: duration * chainActivity(chain, rest) };
}
