import { describe, expect, it } from "vitest";
import type { Estimate } from "../../../src/solvers/stochastic/value-statistics.ts";
import { exactMoments, expectFirstOrder, leapOf, manyErrors, orderOf } from "./leaps.ts";

const end = 0.8;
const steps = [0.4, 0.2, 0.1];
const runs = 12_000;

/** What each step gets wrong in mean and variance of the first state. */
async function errorsOf(text: string, method: string, exact: { readonly mean: number; readonly variance: number }): Promise<{ mean: Estimate[]; variance: Estimate[] }> {
  const [mean, variance]: Estimate[][] = [[], []];
  for (const step of steps) {
    // Other runs for every step: the regression takes its errors for independent.
    const statistics = await leapOf(text, { method, runs, times: [end], control: { step }, seed: BigInt(Math.round(1000 * step)) });
    expect(statistics.status.status).toBe("done");
    expect(statistics.first).toMatchObject({ leaps: Math.round(end / step), exactEvents: 0, rejected: 0 });
    const { mean: m, variance: v } = statistics.at(end, "A");
    mean.push({ value: m.value - exact.mean, error: m.error });
    variance.push({ value: v.value - exact.variance, error: v.error });
  }
  return { mean, variance };
}

const isomerisation = { text: "J: A -> B; 0.9*A - 0.3*B; A = 4000; B = 0", p: 0.25 + 0.75 * Math.exp(-1.2 * end) };
const dimerisation = "J: 2 A -> D; 0.0004*A^2 - 0.2*D; A = 2000; D = 0";

describe.each(["tau-leaping", "implicit-tau", "cle"])("%s with a fixed step", (method) => {
  it("isomerisation: mean and variance converge to the binomial law's at order 1", async () => {
    const { p } = isomerisation;
    const { mean, variance } = await errorsOf(isomerisation.text, method, { mean: 4000 * p, variance: 4000 * p * (1 - p) });
    expectFirstOrder(orderOf(steps, mean));
    expectFirstOrder(orderOf(steps, variance));
  });

  it("dimerisation: mean and variance converge to those of finite state projection at order 1", async () => {
    const { mean, variance } = await errorsOf(dimerisation, method, exactMoments(dimerisation, end));
    expectFirstOrder(orderOf(steps, mean));
    expectFirstOrder(orderOf(steps, variance));
  });
});

describe.each([
  { method: "tau-leaping", factor: -1 },
  { method: "implicit-tau", factor: 1 },
  { method: "cle", factor: -1 },
])("$method at rest", ({ method, factor }) => {
  // Of the fluctuation equation of a linear pair: Var (1 - (1 -+ lt)^(+-2)) = 2 Var* lt (1 -+ lt)^(0 or -2).
  it.each([0.1, 0.4])("a fast pair has 2/(2 +- lt) of its variance at lt = %s", async (step) => {
    const statistics = await leapOf("J: A -> B; 0.5*A - 0.5*B; A = 2000; B = 2000", { method, runs: 8000, times: [8], control: { step } });
    const { mean, variance } = statistics.at(8, "A");
    expect(Math.abs(mean.value - 2000)).toBeLessThanOrEqual(manyErrors * mean.error);
    expect(Math.abs(variance.value - 2000 / (2 + factor * step))).toBeLessThanOrEqual(manyErrors * variance.error);
    // The other sign would be seen at the larger step.
    if (step === 0.4) expect(Math.abs(variance.value - 2000 / (2 - factor * step))).toBeGreaterThan(2 * manyErrors * variance.error);
  });
});
