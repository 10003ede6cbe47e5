import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { autocorrelation } from "../../../src/solvers/stochastic/autocorrelation.ts";
import { manyErrors, seed } from "./leaps.ts";
import { solverOf } from "./networks.ts";

describe("autocorrelation", () => {
  it("is what the definition gives, far from 0 as well", () => {
    const random = stream(seed, "series", 0);
    const values = Array.from({ length: 300 }, () => 1e6 + random.normal());
    const series = autocorrelation(20);
    values.forEach(series.add);
    const { mean, variance, correlation, count } = series.result();
    const centre = values.reduce((sum, value) => sum + value, 0) / 300;
    const covariance = (lag: number): number => values.slice(lag).reduce((sum, value, at) => sum + (value - centre) * (values[at] - centre), 0) / 300;
    expect(count).toBe(300);
    expect(Math.abs(mean.value / centre - 1)).toBeLessThan(1e-14);
    expect(Math.abs(variance / covariance(0) - 1)).toBeLessThan(1e-8);
    correlation.forEach(({ value }, lag) => expect(Math.abs(value - covariance(lag) / covariance(0))).toBeLessThan(1e-8));
  });

  it("of a series that forgets by a factor f a step is f^lag, and its integrated time (1 + f)/(1 - f)/2", () => {
    const [f, length, lags] = [0.8, 200_000, 60];
    const random = stream(seed, "series", 1);
    const series = autocorrelation(lags);
    let x = random.normal();
    for (let at = 0; at < length; at++) {
      series.add(x);
      x = f * x + Math.sqrt(1 - f * f) * random.normal();
    }
    const { mean, correlation, time, window, effectiveCount } = series.result();
    // Bartlett's sum over all lags bounds every error.
    const error = Math.sqrt((1 + f * f) / (1 - f * f) / length);
    correlation.forEach(({ value }, lag) => expect(Math.abs(value - f ** lag)).toBeLessThanOrEqual(manyErrors * error));
    const exact = (1 + f) / (1 - f) / 2;
    // Sokal's variance of the estimate: 2 (2 W + 1)/N time^2; the tail beyond the window is below e^-5 of it.
    expect(window).not.toBeNull();
    expect(Math.abs(time / exact - 1)).toBeLessThanOrEqual(manyErrors * Math.sqrt((2 * (2 * (window ?? 0) + 1)) / length) + Math.exp(-5));
    expect(Math.abs(mean.value)).toBeLessThanOrEqual(manyErrors * mean.error);
    expect(Math.abs(mean.error / Math.sqrt((2 * exact) / length) - 1)).toBeLessThan(0.1);
    expect(effectiveCount).toBe(length / (2 * time));
  });

  it("of birth and death at rest decays at the death rate", async () => {
    const [k, spacing, length, lags] = [1, 0.25, 30_000, 12];
    const solver = await solverOf(`J1: => A; 10; J2: A => ; ${k}*A; A = 10`);
    const { molecules } = solver.run({ seed, times: Float64Array.from({ length: length + 80 }, (_, at) => at * spacing) });
    const series = autocorrelation(lags);
    // Twenty lifetimes to forget the start.
    molecules.subarray(80).forEach(series.add);
    const { correlation, mean } = series.result();
    const f = Math.exp(-k * spacing);
    const error = Math.sqrt((1 + f * f) / (1 - f * f) / length);
    correlation.forEach(({ value }, lag) => expect(Math.abs(value - f ** lag)).toBeLessThanOrEqual(manyErrors * error));
    expect(Math.abs(mean.value - 10)).toBeLessThanOrEqual(2 * manyErrors * mean.error);
  });

  it("says when its lags are too few for the window", () => {
    const series = autocorrelation(3);
    for (let at = 0; at < 1000; at++) series.add(Math.sin(at / 100));
    expect(series.result().window).toBeNull();
    expect(() => autocorrelation(1.5)).toThrow(/1.5 lags/);
  });
});
