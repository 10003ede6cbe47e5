import { describe, expect, it } from "vitest";
import type { Estimate } from "../../../src/solvers/stochastic/value-statistics.ts";
import { exactMoments, expectFirstOrder, leapOf, manyErrors, orderOf } from "./leaps.ts";

const [total, on, off, end] = [4000, 0.9, 0.3, 0.8];
const isomerisation = `J: A -> B; ${on}*A - ${off}*B; A = ${total}; B = 0`;

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance of A after steps of a method: both are linear in the state, so they close. */
function schemeMoments(step: number, isImplicit: boolean): Moments {
  let [mean, variance] = [total, 0];
  for (let done = 0; done < Math.round(end / step); done++) {
    const activity = on * mean + off * (total - mean);
    const gain = (on + off) * step;
    if (isImplicit) {
      variance = (variance + step * activity) / (1 + gain) ** 2;
      mean = (mean + step * off * total) / (1 + gain);
    } else {
      variance = (1 - gain) ** 2 * variance + step * activity;
      mean += step * (off * total - (on + off) * mean);
    }
  }
  return { mean, variance };
}

const slope = (steps: readonly number[], errors: readonly number[]): number => orderOf(steps, errors.map((value) => ({ value, error: Math.abs(value) * 1e-9 }))).value;

const isImplicit = (method: string): boolean => method === "implicit-tau";
const methods = ["tau-leaping", "implicit-tau", "cle"];

describe.each(methods)("%s with a fixed step, of first-order reactions", (method) => {
  it.each([0.4, 0.1])("has the mean and variance that steps of %s should have", async (step) => {
    const statistics = await leapOf(isomerisation, { method, runs: 2500, times: [end], control: { step } });
    expect(statistics.status.status).toBe("done");
    expect(statistics.first).toMatchObject({ leaps: Math.round(end / step), exactEvents: 0, rejected: 0 });
    const { mean, variance } = statistics.at(end, "A");
    const expected = schemeMoments(step, isImplicit(method));
    expect(Math.abs(mean.value - expected.mean)).toBeLessThanOrEqual(manyErrors * mean.error);
    // An implicit leap rounds each of two channels, which adds at most 1/4 each a leap.
    const rounding = isImplicit(method) ? end / step / 2 : 0;
    expect(Math.abs(variance.value - expected.variance)).toBeLessThanOrEqual(manyErrors * variance.error + rounding);
    // What the longer step gets wrong in the mean against the exact law is seen a hundred times over.
    const p = off / (on + off) + (on / (on + off)) * Math.exp(-(on + off) * end);
    if (step === 0.4) expect(Math.abs(expected.mean - total * p)).toBeGreaterThan(100 * mean.error);
  });
  it("those moments converge to the binomial law's at order 1", () => {
    const p = off / (on + off) + (on / (on + off)) * Math.exp(-(on + off) * end);
    const steps = [0.04, 0.02, 0.01, 0.005];
    const moments = steps.map((step) => schemeMoments(step, isImplicit(method)));
    expect(Math.abs(slope(steps, moments.map(({ mean }) => mean - total * p)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(slope(steps, moments.map(({ variance }) => variance - total * p * (1 - p))) - 1)).toBeLessThan(0.05);
  });
});

describe.each(methods)("%s with a fixed step, of second-order reactions", (method) => {
  it("mean and variance of a dimerisation converge to those of finite state projection at order 1", async () => {
    const text = "J: 2 A -> D; 0.001*A^2 - 2*D; A = 400; D = 400";
    const [steps, time] = [[0.1, 0.05, 0.025], 0.4];
    const exact = exactMoments(text, time);
    const [means, variances]: Estimate[][] = [[], []];
    for (const step of steps) {
      // Other runs for every step: the regression takes its errors for independent.
      const statistics = await leapOf(text, { method, runs: 20_000, times: [time], control: { step }, seed: BigInt(Math.round(1000 * step)) });
      expect(statistics.first).toMatchObject({ leaps: Math.round(time / step), exactEvents: 0, rejected: 0 });
      const { mean, variance } = statistics.at(time, "A");
      means.push({ value: mean.value - exact.mean, error: mean.error });
      variances.push({ value: variance.value - exact.variance, error: variance.error });
    }
    expectFirstOrder(orderOf(steps, means));
    expectFirstOrder(orderOf(steps, variances));
  });
});

describe.each(methods)("%s at rest", (method) => {
  it("a fast pair has 2/(2 - lt) of its variance by explicit leaps of lt = 0.4, 2/(2 + lt) by implicit ones", async () => {
    const lt = 0.4;
    const statistics = await leapOf("J: A -> B; 0.5*A - 0.5*B; A = 2000; B = 2000", { method, runs: 2000, times: [6], control: { step: lt } });
    const { mean, variance } = statistics.at(6, "A");
    const sign = isImplicit(method) ? 1 : -1;
    expect(Math.abs(mean.value - 2000)).toBeLessThanOrEqual(manyErrors * mean.error);
    expect(Math.abs(variance.value - 2000 / (2 + sign * lt))).toBeLessThanOrEqual(manyErrors * variance.error + (isImplicit(method) ? 1 / (1 - 1 / (1 + lt) ** 2) / 2 : 0));
    // The other sign would be seen.
    expect(Math.abs(variance.value - 2000 / (2 - sign * lt))).toBeGreaterThan(manyErrors * variance.error);
  });
});
