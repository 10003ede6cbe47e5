import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { odeMethods, oneStepMethods } from "../../../src/solvers/ode/index.ts";
import type { OdeMethod } from "../../../src/solvers/ode/method.ts";
import type { Trajectory } from "../../../src/solvers/trajectory.ts";
import { oregonator, problemOf, robertson, systemOf } from "../problems.ts";

const solved = async (method: OdeMethod, system: OdeSystem, times: readonly number[]): Promise<Trajectory> =>
  (await compileSolver(system, { method })).solve(problemOf(system, times));

/** Errors of at most rtol 1e-6 a step, added up over a smooth path. */
const accumulated = 100 * 1e-6;

describe.each(Object.values(oneStepMethods))("how runs of $facts.id fail", (method) => {
  it("a solution that blows up ends with the step size, where and in what", async () => {
    // y = 1 / (1 - t).
    const trajectory = await solved(method, systemOf("blow-up", { z: "-z", y: "y*y" }, { y: 1, z: 1 }), [0, 0.5, 0.9, 2]);
    expect(trajectory.status).toMatchObject({ status: "step-too-small", worst: "y" });
    expect(trajectory.status).toHaveProperty("time", expect.closeTo(1, 4));
    expect(trajectory.status).toHaveProperty("hint", expect.stringContaining("grow without bound"));
    expect([...trajectory.times]).toEqual([0, 0.5, 0.9]);
    expect(trajectory.values).toHaveLength(6);
    // What is added up grows like the solution itself until then.
    expect(Math.abs((trajectory.final[1] ?? NaN) / 10 - 1)).toBeLessThan(10 * accumulated);
  });

  it.each([
    ["a root", "sqrt(1 - time)*a"],
    ["a logarithm", "ln(1 - time)*a"],
  ])("%s that leaves its domain is named by the state it drives", async (_, rate) => {
    const trajectory = await solved(method, systemOf("domain", { a: "-a", b: rate }, { a: 1 }), [0, 0.5, 2]);
    expect(trajectory.status).toMatchObject({ status: "non-finite", worst: "b" });
    expect(trajectory.status).toHaveProperty("time", expect.closeTo(1, 6));
    expect([...trajectory.times]).toEqual([0, 0.5]);
  });

  it("a rate that is not finite at the start is named before any step", async () => {
    const trajectory = await solved(method, systemOf("at-start", { a: "-a", b: "1/c", c: "b" }, { a: 1 }), [0, 1]);
    expect(trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "b" });
    expect(trajectory.times).toHaveLength(0);
    expect([...trajectory.final]).toEqual([1, 0, 0]);
  });

  it("a missing parameter or initial value is named", async () => {
    const parameter = await solved(method, systemOf("missing", { a: "-k*a" }, { a: 1 }, { k: NaN }), [1]);
    expect(parameter.status).toMatchObject({ status: "non-finite", worst: "a", hint: expect.stringContaining("parameter k") });
    const state = await solved(method, systemOf("missing", { a: "-1", b: "1" }, { a: 0, b: NaN }), [1]);
    expect(state.status).toMatchObject({ status: "non-finite", worst: "b", hint: expect.stringContaining("initial value") });
  });

  it("a step limit is kept to the step, and what was reached is there", async () => {
    const solver = await compileSolver(robertson, { method, control: { maxSteps: 20 } });
    const trajectory = solver.solve(problemOf(robertson, [0, 1e-5, 1e6]));
    expect(trajectory.status).toMatchObject({ status: "too-many-steps" });
    expect(trajectory.statistics.accepted + trajectory.statistics.rejected).toBe(20);
    expect([...trajectory.times]).toEqual([0, 1e-5]);
  });

  it("given steps that end early say so", async () => {
    const solver = await compileSolver(robertson, { method });
    const trajectory = solver.solve({ ...problemOf(robertson, [1e-6, 1]), steps: new Float64Array(3).fill(1e-6) });
    expect(trajectory.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("given steps end") });
    expect([...trajectory.times]).toEqual([1e-6]);
  });

  it("a system at rest reaches any time", async () => {
    const trajectory = await solved(method, systemOf("rest", { a: "0", b: "k*a - k*a" }, { a: 2, b: 3 }, { k: 1 }), [1, 1e200]);
    expect(trajectory.status).toEqual({ status: "done" });
    expect([...trajectory.values]).toEqual([2, 3, 2, 3]);
  });

  it("a state that stays 0 needs no absolute tolerance", async () => {
    const system = systemOf("still", { a: "-a", b: "-b" }, { a: 1, b: 0 });
    const trajectory = (await compileSolver(system, { method, control: { atol: 0 } })).solve(problemOf(system, [1]));
    expect(trajectory.status).toEqual({ status: "done" });
    expect(Math.abs((trajectory.final[0] ?? NaN) - Math.exp(-1))).toBeLessThan(accumulated);
    expect(trajectory.final[1]).toBe(0);
  });

  it("starts anywhere: at a large time, at a negative one, and with a scale of nanoseconds", async () => {
    const decay = systemOf("decay", { a: "-k*a" }, { a: 1 }, { k: 1 });
    const solver = await compileSolver(decay, { method });
    for (const startTime of [1e9, -5]) {
      const trajectory = solver.solve({ ...problemOf(decay, [startTime, startTime + 1]), startTime });
      expect(Math.abs((trajectory.final[0] ?? NaN) - Math.exp(-1))).toBeLessThan(accumulated);
    }
    const fast = solver.solve({ ...problemOf(decay, [1e-9]), parameters: Float64Array.of(1e9) });
    expect(Math.abs((fast.final[0] ?? NaN) - Math.exp(-1))).toBeLessThan(accumulated);
  });
});

describe("a slope that is infinite where the rate is finite", () => {
  it.each([
    ["its own", { x: "1 - sqrt(x)", z: "-z" }, "x"],
    ["with a symbolic power", { z: "-z", x: "1 - x^n" }, "x"],
    ["another's", { x: "1", y: "sqrt(x)" }, "y"],
    // Too many states for locals.
    ["in memory", { x: "1 - sqrt(x)", ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`z${i}`, "-x"])) }, "x"],
  ])("%s is no step to nowhere: rodas5p names it, tsit5 goes on", async (_, rates, worst) => {
    const system = systemOf("root", rates, { z: 1 }, { n: 0.7 });
    const implicit = await solved(odeMethods.rodas5p, system, [0, 1]);
    expect(implicit.status).toMatchObject({ status: "non-finite", time: 0, worst, hint: expect.stringContaining("try tsit5") });
    expect((await solved(odeMethods.tsit5, system, [0, 1])).status).toEqual({ status: "done" });
  });
});

describe("hints", () => {
  it("an explicit method that runs out of steps on a stiff system says so", async () => {
    for (const system of [robertson, oregonator]) {
      const trajectory = await solved(odeMethods.tsit5, system, [1e5]);
      expect(trajectory.status).toMatchObject({ status: "too-many-steps", hint: "stiff? try rodas5p" });
      expect(system.states).toContain((trajectory.status as { worst?: string }).worst);
    }
  });

  it("one that runs out of steps on a system that is not stiff does not", async () => {
    const oscillator = systemOf("fast", { x: "v", v: "-x" }, { x: 1 });
    const solver = await compileSolver(oscillator, { method: odeMethods.tsit5, control: { maxSteps: 500 } });
    expect(solver.solve(problemOf(oscillator, [1e6])).status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("maxSteps") });
  });
});
