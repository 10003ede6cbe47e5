import { expect } from "vitest";
import type { EnsembleStatistics } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import { leap, leapMethods } from "../../../src/solvers/stochastic/leap.ts";
import type { LeapEnsembleOptions } from "../../../src/solvers/stochastic/leap.ts";
import { compileLeap } from "../../../src/solvers/stochastic/leap-solver.ts";
import type { LeapOptions, LeapSolver } from "../../../src/solvers/stochastic/leap-solver.ts";
import { masterEquation } from "../../../src/solvers/stochastic/master-equation.ts";
import { finiteStateProjection } from "../../../src/solvers/stochastic/master-equation-transient.ts";
import type { Estimate } from "../../../src/solvers/stochastic/value-statistics.ts";
import { networkOfText } from "./networks.ts";

export const seed = 2026n;
/** Standard errors that a correct method misses about once in two million seeds. */
export const manyErrors = 5;

/** @throws with what keeps the network from being compiled. */
export async function leapSolverOf(text: string, method: keyof typeof leapMethods, options: Partial<LeapOptions> = {}): Promise<LeapSolver> {
  const result = await compileLeap(networkOfText(text), { record: "molecules", ...options, method: leapMethods[method] });
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.solver;
}

/** Statistics in molecules. @throws with what is refused. */
export async function leapOf(text: string, options: Omit<LeapEnsembleOptions, "seed"> & { readonly seed?: bigint }): Promise<EnsembleStatistics> {
  const { result, problems } = await leap(networkOfText(text), { record: "molecules", seed, ...options });
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return result;
}

/** Whether an estimate is `exact` but for chance, and could have told a value `apart` from it (a relative distance) from it with the same certainty twice over. */
export function expectEstimate({ value, error }: Estimate, exact: number, apart: number): void {
  expect(Math.abs(value - exact)).toBeLessThanOrEqual(manyErrors * error);
  expect(apart * Math.abs(exact)).toBeGreaterThan(2 * manyErrors * error);
}

/** Mean and variance of a state at a time, by finite state projection. */
export function exactMoments(text: string, time: number, state = 0): { readonly mean: number; readonly variance: number } {
  const made = masterEquation(networkOfText(text));
  if (made.problems) throw new Error(made.problems.map(({ message }) => message).join("\n"));
  const { laws, states, problems } = finiteStateProjection(made.equation, { times: [time], tolerance: 1e-10 });
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  let [mean, square] = [0, 0];
  laws[0].law.forEach((p, index) => {
    const n = states.molecules(index)[state];
    mean += p * n;
    square += p * n * n;
  });
  return { mean, variance: square - mean * mean };
}

/**
 * Order of convergence of errors over steps, by weighted regression of their logarithms, and its standard error from those of the errors.
 * All errors must be seen at three standard errors: with less, their logarithms are not normal enough for this.
 */
export function orderOf(steps: readonly number[], errors: readonly Estimate[]): Estimate {
  for (const { value, error } of errors) expect(Math.abs(value)).toBeGreaterThan(3 * error);
  const weights = errors.map(({ value, error }) => (value / error) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const x = steps.map(Math.log);
  const centre = x.reduce((sum, one, at) => sum + weights[at] * one, 0) / total;
  const spread = x.reduce((sum, one, at) => sum + weights[at] * (one - centre) ** 2, 0);
  const slope = errors.reduce((sum, { value }, at) => sum + weights[at] * (x[at] - centre) * Math.log(Math.abs(value)), 0) / spread;
  return { value: slope, error: 1 / Math.sqrt(spread) };
}

/** An order that is 1, and neither 1/2 nor 3/2, at two standard errors. */
export function expectFirstOrder({ value, error }: Estimate): void {
  expect(Math.abs(value - 1) + 2 * error).toBeLessThan(0.5);
}
