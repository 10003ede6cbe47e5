import type { NetworkProblem } from "../../models/check.ts";
import { stationary } from "../../numerics/stationary.ts";
import type { MasterEquation } from "./master-equation.ts";
import type { MasterEquationStates } from "./master-equation-states.ts";
import { masterEquationRates, masterEquationStates } from "./master-equation-states.ts";
import { projectionDefaults } from "./master-equation-transient.ts";

export interface StationaryLawOptions {
  /** Share of all jumps that may be cut off at the edge of the box. Default 1e-14. */
  readonly tolerance?: number;
  readonly maxStates?: number;
  /** Largest molecule numbers of the first box [nState]; it is widened while too many jumps are cut off. */
  readonly upper?: ArrayLike<number>;
}

export type StationaryLawResult =
  | {
      readonly states: MasterEquationStates;
      /** [count] */
      readonly law: Float64Array;
      /** Logarithms of the law [count], also below the smallest double. */
      readonly logLaw: Float64Array;
      /** Jumps out of the box over all jumps, by this law: 0 where the box holds every reachable state. No bound on the error. */
      readonly cutOff: number;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly NetworkProblem[]; readonly law?: undefined; readonly states?: undefined };

/** Default of `tolerance`, in one place. */
export const stationaryLawDefaults = { tolerance: 1e-14 } as const;

/**
 * The stationary law of a chemical master equation on a box from which jumps are cut off, widened until next to none are. For
 * a detailed balanced network it is the exact law given the box; for others `cutOff` tells how far the edge matters.
 * @source Grassmann, Taksar, Heyman 1985, doi:10.1287/opre.33.5.1107 (elimination)
 * @status problems: more states than `maxStates`, several closed classes, rates that are no propensities.
 */
export function stationaryLaw(equation: MasterEquation, options: StationaryLawOptions = {}): StationaryLawResult {
  const { tolerance = stationaryLawDefaults.tolerance, maxStates = projectionDefaults.maxStates } = options;
  const listed = masterEquationStates(equation, options.upper ?? equation.initial.map((start) => Math.ceil(2 * start + 20)), maxStates);
  const { states } = listed;
  let fits = listed.fits;
  for (;;) {
    if (!fits) return { problems: [{ where: "maxStates", message: `more than ${maxStates} states are needed to cut off less than ${tolerance} of the jumps; allow more states, or check that the network comes to rest` }] };
    if (states.problems.length > 0) return { problems: states.problems };
    const found = stationary(masterEquationRates(states, false));
    if ("problem" in found) return { problems: [{ where: `network:${equation.network.id}`, message: found.problem }] };
    const { law, logLaw } = found;
    const through = states.leaks().map((rates) => rates.reduce((total, rate, index) => total + rate * law[index], 0));
    const leak = through.reduce((total, rate) => total + rate, 0);
    const inside = states.jumps().reduce((total, { from, rate }) => total + rate * law[from], 0);
    const cutOff = leak === 0 ? 0 : leak / (leak + inside);
    if (cutOff <= tolerance) return { states, law, logLaw, cutOff };
    fits = states.grow(states.upper.map((most, variable) => (through[variable] > 0.1 * leak ? Math.ceil(1.3 * most + 10) : most)), maxStates);
  }
}
