import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { statesReadBy } from "../../../src/solvers/stochastic/channel.ts";
import { compilePropensities } from "../../../src/solvers/stochastic/compiled-propensities.ts";
import { leap } from "../../../src/solvers/stochastic/leap.ts";
import { leapDefaults } from "../../../src/solvers/stochastic/leap-method.ts";
import type { LeapScene } from "../../../src/solvers/stochastic/leap-method.ts";
import { markCritical, stepChoice } from "../../../src/solvers/stochastic/step-choice.ts";
import { stochasticModel } from "../../../src/solvers/stochastic/stochastic-model.ts";
import { expectEstimate, leapOf, leapSolverOf, manyErrors, seed } from "./leaps.ts";
import { chiSquare, chiSquareQuantile, histogram, logFactorial, networkOfText, oneInTenThousand } from "./networks.ts";

/** A scene at the start of a network, with propensities evaluated. */
async function sceneOf(text: string, epsilon: number): Promise<LeapScene> {
  const { model, problems } = stochasticModel(networkOfText(text));
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  const propensities = await compilePropensities(model.system, model.channels, { derivatives: true });
  propensities.setParameters(model.system.parameterValues);
  propensities.molecules.set(model.initial);
  propensities.evaluate();
  return {
    channels: model.channels,
    reads: statesReadBy(model.channels, model.system),
    propensities,
    firings: new Float64Array(model.channels.length),
    random: stream(seed, "ssa", 0),
    control: { ...leapDefaults, step: null, epsilon },
    tally: { leaps: 0, implicitLeaps: 0, exactEvents: 0, rejected: 0, failure: null },
  };
}
const longest = async (text: string, epsilon: number): Promise<number> => {
  const scene = await sceneOf(text, epsilon);
  return stepChoice(scene).longest(new Uint8Array(scene.channels.length));
};
/** Two ways to the same few products. */
const rounding = 1e-14;

describe("the step choice of Cao, Gillespie and Petzold", () => {
  it.each([
    { what: "first order: g = 1", text: "J: A => ; 2*A; A = 1000", g: 1, rate: 2000, change: 1, x: 1000 },
    { what: "A + A: g = 2 + 1/(x - 1)", text: "J: 2 A => ; 0.01*A^2; A = 1001", g: 2 + 1 / 1000, rate: 0.01 * 1001 * 1000, change: 2, x: 1001 },
    { what: "3 A: g = 3 + 1/(x - 1) + 2/(x - 2)", text: "J: 3 A => ; 1e-5*A^3; A = 1001", g: 3 + 1 / 1000 + 2 / 999, rate: 1e-5 * 1001 * 1000 * 999, change: 3, x: 1001 },
    { what: "2 A + B: g = 3/2 (2 + 1/(x - 1)) for A, 3 for B", text: "J: 2 A + B => B; 1e-5*A^2*B; A = 1001; B = 900", g: 1.5 * (2 + 1 / 1000), rate: 1e-5 * 1001 * 1000 * 900, change: 2, x: 1001 },
    { what: "Michaelis-Menten by its elasticity, not below 1", text: "J: A => ; 50*A/(100 + A); A = 1000", g: 1, rate: (50 * 1000) / 1100, change: 1, x: 1000 },
    { what: "a cube that is no mass action: elasticity 3", text: "J: A => ; 1e-5*A^3; A = 1000", g: 3, rate: 1e4, change: 1, x: 1000 },
  ])("$what", async ({ text, g, rate, change, x }) => {
    for (const epsilon of [0.03, 0.001]) {
      const allowed = Math.max((epsilon * x) / g, 1);
      const expected = Math.min(allowed / (change * rate), allowed ** 2 / (change ** 2 * rate));
      expect(Math.abs((await longest(text, epsilon)) / expected - 1)).toBeLessThan(rounding);
    }
  });
  it("takes mean and variance over all channels, and the worst species", async () => {
    // A: mean 100 - 90, variance 190; B: mean 90, variance 90.
    const expected = Math.min(30 / 10, 900 / 190, 3 / 90, 9 / 90);
    expect(Math.abs((await longest("J1: => A; 100; J2: A => B; 0.09*A; J3: B => B; B; A = 1000; B = 100", 0.03)) / expected - 1)).toBeLessThan(rounding);
  });
  it("is bounded by nothing where nothing changes a reactant", async () => {
    expect(await longest("J: A => A + P; A; A = 5; P = 0", 0.03)).toBe(Infinity);
  });
  it("marks channels that can fire fewer than ten times", async () => {
    const scene = await sceneOf("J1: 2 A => ; A^2; J2: B => ; B; J3: => A; 1; J4: C => ; C; A = 19; B = 10; C = 0", 0.03);
    const mark = new Uint8Array(4);
    expect(markCritical(mark, scene)).toBe(19 * 18);
    expect([...mark]).toEqual([1, 0, 0, 0]);
  });
});

describe("tau-leaping that chooses its steps", () => {
  it("has the exact law where every channel is critical", async () => {
    const [n, k, end, runs] = [9, 0.7, 1, 4000];
    const solver = await leapSolverOf(`J: A => ; ${k}*A; A = ${n}`, "tau-leaping");
    const values = Array.from({ length: runs }, (_, index) => solver.run({ seed, index, times: Float64Array.of(end / 3, end) }).molecules[1]);
    const binomial = (p: number) => (a: number): number => Math.exp(logFactorial(n) - logFactorial(a) - logFactorial(n - a) + a * Math.log(p) + (n - a) * Math.log(1 - p));
    const p = Math.exp(-k * end);
    const right = chiSquare(histogram(values), binomial(p), n);
    // Rates 10 % off shift the mean by 0.3 of 1.5: noncentrality 4000 * 0.04 = 160.
    const wrong = chiSquare(histogram(values), binomial(Math.exp(-1.1 * k * end)), n);
    expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
    expect(wrong.statistic).toBeGreaterThan(chiSquareQuantile(wrong.freedom, oneInTenThousand));
  });

  it("a gene that switches on and off: critical switching beside thousands of proteins", async () => {
    // Linear: with on-share p, switching rate s and decay 1, mean p k and variance p k + p (1 - p) k^2/(1 + s) at rest.
    const text = "On: Off => Gene; 0.5*Off; Off1: Gene => Off; 1.5*Gene; J1: Gene => Gene + P; 4000*Gene; J2: P => ; P; Gene = 0; Off = 1; P = 1000";
    const statistics = await leapOf(text, { runs: 800, times: [8] });
    expect(statistics.status.status).toBe("done");
    // A leap is off by at most about epsilon; the sample is fine enough to see an error ten times as large.
    const { mean, variance } = statistics.at(8, "P");
    expect(Math.abs(mean.value - 1000)).toBeLessThanOrEqual(manyErrors * mean.error + leapDefaults.epsilon * 1000);
    const exact = 1000 + (0.25 * 0.75 * 4000 ** 2) / 3;
    expect(Math.abs(variance.value - exact)).toBeLessThanOrEqual(manyErrors * variance.error + leapDefaults.epsilon * exact);
    expect(manyErrors * variance.error).toBeLessThan(10 * leapDefaults.epsilon * exact);
  });

  it("errors shrink with epsilon: halving of large numbers", async () => {
    // A long leap sees the rate of its start: epsilon/2 of the decay's mean is missing.
    const text = "J: A => ; A; A = 1e6";
    const exact = 1e6 * Math.exp(-1);
    const errors = await Promise.all([0.1, 0.01].map(async (epsilon) => exact - (await leapOf(text, { runs: 200, times: [1], control: { epsilon } })).at(1, "A").mean.value));
    expect(errors[0] / exact).toBeGreaterThan(0.02);
    expect(errors[0] / exact).toBeLessThan(0.1);
    expect(errors[0] / errors[1]).toBeGreaterThan(7);
    expect(errors[0] / errors[1]).toBeLessThan(13);
  });

  it("goes on by exact events where leaps are not worth it, in far fewer steps than events where they are", async () => {
    const few = (await leapSolverOf("J1: => A; 10; J2: A => ; A; A = 10", "tau-leaping")).run({ seed, times: Float64Array.of(50) });
    expect(few.exactEvents).toBeGreaterThan(400);
    const many = (await leapSolverOf("J1: => A; 1e6; J2: A => ; A; A = 1e6", "tau-leaping")).run({ seed, times: Float64Array.of(5) });
    expect(many.exactEvents).toBe(0);
    expect(many.events).toBeGreaterThan(5e6);
    expect(many.leaps).toBeLessThan(1e4);
  });

  it("birth and death of a few: with exact events the law at rest is Poisson", async () => {
    const statistics = await leapOf("J1: => A; 10; J2: A => ; A; A = 0", { method: "exact-events", runs: 3000, times: [0.5, 6] });
    for (const [time, exact] of [[0.5, 10 * -Math.expm1(-0.5)], [6, 10 * -Math.expm1(-6)]]) {
      expectEstimate(statistics.at(time, "A").mean, exact, 0.1);
      expectEstimate(statistics.at(time, "A").variance, exact, 0.4);
    }
  });
});

describe("a run of leaps", () => {
  const network = "J: A -> B; 2*A - B; A = 3000; B = 0";
  it("is the same for the same seed on both targets and however it is paused; another run is another path", async () => {
    const times = Float64Array.of(0, 0.3, 0.3, 2);
    for (const method of ["tau-leaping", "implicit-tau", "cle", "exact-events"] as const) {
      const solver = await leapSolverOf(network, method);
      const path = solver.run({ seed, index: 3, times });
      expect(path.status.status).toBe("done");
      expect([...path.molecules.subarray(0, 2)]).toEqual([3000, 0]);
      expect((await leapSolverOf(network, method, { target: "javascript" })).run({ seed, index: 3, times })).toEqual(path);
      expect(solver.run({ seed, index: 4, times }).molecules).not.toEqual(path.molecules);
      const paused = solver.begin({ seed, index: 3, times });
      while (paused.advance(1).status === "paused");
      expect(paused.path()).toEqual(path);
    }
  });
  it("says which rate is to blame", async () => {
    const [A, B] = [await leapSolverOf("J: A => ; 5; A = 2", "tau-leaping"), await leapSolverOf("J: A => ; 10 - A; A = 50", "tau-leaping")];
    expect(A.run({ seed, times: Float64Array.of(100) }).status).toMatchObject({ status: "negative-propensity", worst: "J" });
    expect(A.warnings).toHaveLength(1);
    expect(B.run({ seed, times: Float64Array.of(1) }).status).toMatchObject({ status: "negative-propensity", worst: "J" });
    const real = await leapSolverOf("J: A => ; 5; A = 2", "cle");
    expect(real.run({ seed, times: Float64Array.of(100) }).status).toMatchObject({ status: "step-too-small", worst: "J" });
    const endless = await leapSolverOf("J: A => A; A; A = 2", "exact-events");
    expect(endless.run({ seed, times: Float64Array.of(1000), maxEvents: 50 }).status).toMatchObject({ status: "too-many-steps", worst: "J" });
  });
  it("refuses what cannot be", async () => {
    const message = async (options: object): Promise<string | undefined> => (await leap(networkOfText(network), { seed, times: [1], ...options })).problems?.map(({ message: text }) => text).join("\n");
    expect(await message({ method: "jump" })).toMatch(/"jump".*tau-leaping/);
    expect(await message({ control: { epsilon: 0 } })).toMatch(/epsilon is 0/);
    const solver = await leapSolverOf(network, "tau-leaping");
    expect(() => solver.run({ seed, times: Float64Array.of(2, 1) })).toThrow(/requested time 1/);
    expect(() => solver.run({ seed, times: Float64Array.of(1), molecules: Float64Array.of(1.5, 0) })).toThrow(/whole number/);
  });
});
