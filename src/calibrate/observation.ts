import type { FitCondition, FitProblem } from "./problem.ts";

/** Dense observation matrix, row-major [nObservation, nState]. */
export function observationWeights(problem: FitProblem): Float64Array {
  const { states } = problem.system;
  const weights = new Float64Array(problem.observations.length * states.length);
  problem.observations.forEach((observation, row) => {
    for (const [state, weight] of Object.entries(observation.states)) {
      const column = states.indexOf(state);
      if (column === -1) throw new Error(`observation ${observation.id}: no state called ${state}`);
      weights[row * states.length + column] = weight;
    }
  });
  return weights;
}

/**
 * Makes sure that every measured value can be weighed.
 *
 * @throws when a standard deviation is not above 0: one such value would outweigh all others, and the fit would fail without a cause
 */
export function requireDeviations(conditions: readonly FitCondition[]): void {
  for (const { id, values, sd } of conditions) {
    const wrong = values.findIndex((value, index) => !Number.isNaN(value) && !((sd[index] ?? 1) > 0));
    if (wrong >= 0) throw new Error(`condition ${id}: the value ${values[wrong]} has the standard deviation ${sd[wrong]}; it must be above 0`);
  }
}

/** How many values were measured. */
export function countMeasured(conditions: readonly FitCondition[]): number {
  return conditions.reduce((sum, condition) => sum + condition.values.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0), 0);
}
