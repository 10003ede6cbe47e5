import type { NetworkProblem } from "../../models/check.ts";
import { uniformise } from "../../numerics/uniformisation.ts";
import type { MasterEquation } from "./master-equation.ts";
import type { MasterEquationStates } from "./master-equation-states.ts";
import { masterEquationRates, masterEquationStates } from "./master-equation-states.ts";

export const projectionDefaults = {
  /** Probability that may be lost in all. */
  tolerance: 1e-8,
  /** States that may be listed. */
  maxStates: 200_000,
} as const;

export interface ProjectionOptions {
  /** Not falling, from 0 · time. */
  readonly times: ArrayLike<number>;
  readonly tolerance?: number;
  readonly maxStates?: number;
  /** Largest molecule numbers of the first box [nState]; it is widened where probability leaves it. */
  readonly upper?: ArrayLike<number>;
}

/** The law of the molecule numbers at one time. */
export interface ProjectedLaw {
  readonly time: number;
  /** Probability of each listed state [count at that time]; states listed later have none yet. */
  readonly law: Float64Array;
  /** Bound on the sum over all states of the distance between this and the exact law, rounding left out: what has left the box and what truncated sums lack. */
  readonly error: number;
}

export type ProjectionResult =
  | { readonly laws: readonly ProjectedLaw[]; readonly states: MasterEquationStates; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly laws?: undefined; readonly states?: undefined };

const fail = (where: string, message: string): ProjectionResult => ({ problems: [{ where, message }] });

/**
 * The transient law of a chemical master equation by finite state projection: states outside a box are one sink for each way
 * out, the probability in the sinks bounds the error, and the box is widened where it leaks until the bound is met at every time.
 * @source Munsky & Khammash 2006, doi:10.1063/1.2145882, theorem 2.2; over several intervals Munsky & Khammash 2007, doi:10.1016/j.jcp.2007.05.016
 * @status problems: more states than `maxStates` (with the error so far), and rates that are no propensities.
 */
export function finiteStateProjection(equation: MasterEquation, options: ProjectionOptions): ProjectionResult {
  const { times, tolerance = projectionDefaults.tolerance, maxStates = projectionDefaults.maxStates } = options;
  const end = times.length === 0 ? 0 : times[times.length - 1];
  if (!(tolerance > 0)) return fail("tolerance", `a tolerance of ${tolerance} cannot be met; give a positive number`);
  for (let k = 0; k < times.length; k++) {
    if (!(times[k] >= (k === 0 ? 0 : times[k - 1]) && times[k] < Infinity)) return fail("times", `times must be finite, not negative and not falling; number ${k + 1} is ${times[k]}`);
  }
  const tooMany = (time: number): ProjectionResult =>
    fail("maxStates", `more than ${maxStates} states are needed for a tolerance of ${tolerance} at time ${time}; allow more states or a larger error, or give a box by \`upper\``);

  const { states, fits } = masterEquationStates(equation, options.upper ?? equation.initial.map((start) => Math.ceil(start + 4 * Math.sqrt(start) + 8)), maxStates);
  if (!fits) return tooMany(0);
  if (states.problems.length > 0) return { problems: states.problems };
  let rates = masterEquationRates(states, true);
  const width = equation.states.length;
  let law = Float64Array.of(1);
  let [now, lost, truncated] = [0, 0, 0];
  const laws: ProjectedLaw[] = [];
  for (const time of Array.from(times)) {
    for (;;) {
      const start = new Float64Array(states.count + width);
      start.set(law);
      const result = uniformise(rates, start, time - now, Math.min(1e-14, (tolerance * (time - now)) / (8 * Math.max(end, Number.MIN_VALUE))));
      const leaked = result.law.subarray(states.count);
      const leak = leaked.reduce((sum, one) => sum + one, 0);
      // Each stretch of time may lose its share, so that the whole is met at the end.
      const share = end === 0 ? tolerance : tolerance * (time / end);
      const missing = truncated + result.error;
      if (lost + leak + 2 * missing <= share || time === now) {
        law = result.law.slice(0, states.count);
        lost += leak;
        truncated = missing;
        now = time;
        break;
      }
      const wider = states.upper.map((most, variable) => (leaked[variable] > Math.max(0, share - lost) / (2 * width) ? Math.ceil(1.3 * most + 10) : most));
      if (!states.grow(wider, maxStates)) return tooMany(time);
      if (states.problems.length > 0) return { problems: states.problems };
      rates = masterEquationRates(states, true);
    }
    laws.push({ time, law, error: lost + 2 * truncated });
  }
  return { laws, states };
}
