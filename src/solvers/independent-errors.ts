import type { IndependentStates } from "./independent-states.ts";
import type { OdeControl } from "./ode/control.ts";
import type { Trajectory } from "./trajectory.ts";

/** How much less exactly than asked a state may be known that is found from what is conserved. */
export interface DifferenceError {
  readonly state: string;
  /** What its error may be when each other state's is its tolerance, over its own tolerance: the largest of the trajectory. */
  readonly ratio: number;
  /** When that is. */
  readonly time: number;
}

/**
 * The states that are found as differences, with what these leave of the tolerances: the error of (total - Σ w y) / weight is the weighted sum of
 * the others' errors, whatever the difference comes to. In the laws' order.
 */
export function differenceErrors({ laws }: Pick<IndependentStates, "laws">, { states, times, values }: Pick<Trajectory, "states" | "times" | "values">, { rtol, atol }: Pick<OdeControl, "rtol" | "atol">): DifferenceError[] {
  return laws.map(({ weights, dependent }) => {
    const members = states.flatMap((_, state) => (weights[state] === 0 || state === dependent ? [] : [{ state, share: Math.abs(weights[state] / weights[dependent]) }]));
    const worst = { ratio: 0, time: times[0] ?? 0 };
    times.forEach((time, row) => {
      const tolerance = (state: number): number => atol + rtol * Math.abs(values[row * states.length + state]);
      const ratio = members.reduce((sum, { state, share }) => sum + share * tolerance(state), 0) / tolerance(dependent);
      if (ratio > worst.ratio) Object.assign(worst, { ratio, time });
    });
    return { state: states[dependent] ?? "", ...worst };
  });
}
