import { describe, expect, it } from "vitest";
import { firstPassage } from "../../../src/solvers/stochastic/first-passage.ts";
import { expectEstimate, leapSolverOf, manyErrors, seed } from "./leaps.ts";

describe("first passages", () => {
  it("a Poisson process reaches n at a gamma-distributed time", async () => {
    const [n, k] = [5, 2];
    const solver = await leapSolverOf(`J: => X; ${k}; X = 0`, "exact-events");
    const passage = firstPassage(solver, { until: ([x]) => x >= n, horizon: 100, runs: 6000, seed });
    expect(passage.reached).toEqual({ value: 1, error: 0 });
    expectEstimate(passage.times.mean, n / k, 0.1);
    expectEstimate(passage.times.variance, n / (k * k), 0.3);
    expect(passage.restrictedMean).toEqual(passage.times.mean);
    // Gamma quantiles of shape 5 over rate 2, from the tables of chi-square with 10 degrees of freedom over 4.
    for (const [probability, chiSquare] of [[0.1, 4.8652], [0.5, 9.3418], [0.9, 15.9872]]) {
      const { value, lower, upper, relativeError } = passage.quantile(probability) ?? { value: NaN, lower: NaN, upper: NaN, relativeError: NaN };
      expect(Math.abs(value - chiSquare / 4)).toBeLessThanOrEqual((manyErrors * (upper - lower)) / 2 + relativeError * value);
      expect(upper - lower).toBeLessThan(0.1 * value);
    }
  });

  it("the last of N decays at the largest of N exponential times", async () => {
    const [n, k] = [12, 0.5];
    const solver = await leapSolverOf(`J: A => ; ${k}*A; A = ${n}`, "exact-events");
    const { times, quantile } = firstPassage(solver, { until: ([a]) => a === 0, horizon: 1e3, runs: 4000, seed });
    const harmonic = (power: number): number => Array.from({ length: n }, (_, i) => (i + 1) ** -power).reduce((sum, one) => sum + one, 0);
    expectEstimate(times.mean, harmonic(1) / k, 0.1);
    expectEstimate(times.variance, harmonic(2) / (k * k), 0.5);
    const median = quantile(0.5);
    expect(Math.abs((median?.value ?? NaN) + Math.log1p(-(0.5 ** (1 / n))) / k)).toBeLessThanOrEqual((manyErrors * ((median?.upper ?? NaN) - (median?.lower ?? NaN))) / 2);
  });

  it("says what did not come by the horizon", async () => {
    const solver = await leapSolverOf("J: A => ; A; A = 1", "exact-events");
    const passage = firstPassage(solver, { until: ([a]) => a === 0, horizon: 1, runs: 5000, seed });
    expectEstimate(passage.reached, -Math.expm1(-1), 0.15);
    expectEstimate(passage.restrictedMean, -Math.expm1(-1), 0.15);
    expect(passage.times.greatest).toBeLessThanOrEqual(1);
    expect(passage.quantile(0.9)).toBeNull();
    const { value, lower, upper } = passage.quantile(0.5) ?? { value: NaN, lower: NaN, upper: NaN };
    expect(Math.abs(value - Math.LN2)).toBeLessThanOrEqual((manyErrors * (upper - lower)) / 2);
  });

  it("a leap comes at most its length late", async () => {
    const step = 0.05;
    const solver = await leapSolverOf("J: => X; 1000; X = 0", "tau-leaping", { control: { step } });
    const { times } = firstPassage(solver, { until: ([x]) => x >= 2000, horizon: 10, runs: 1000, seed });
    expect(times.mean.value).toBeGreaterThan(2 - manyErrors * times.mean.error);
    expect(times.mean.value).toBeLessThan(2 + step + manyErrors * times.mean.error);
    for (const [value] of times.counts.entries()) expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-9);
  });
});
