import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { bdfWith } from "../../../src/solvers/ode/bdf.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";
import type { Trajectory } from "../../../src/solvers/trajectory.ts";
import { problemOf, robertson, systemOf } from "../problems.ts";

describe.each(["lu", "krylov"] as const)("how runs of bdf with %s fail", (linear) => {
  const method = bdfWith({ linear });
  const solved = async (system: OdeSystem, times: readonly number[]): Promise<Trajectory> => (await compileSolver(system, { method })).solve(problemOf(system, times));

  it("a solution that blows up ends with the step size, where and in what", async () => {
    // y = 1 / (1 - t).
    const trajectory = await solved(systemOf("blow-up", { z: "-z", y: "y*y" }, { y: 1, z: 1 }), [0, 0.5, 0.9, 2]);
    expect(trajectory.status).toMatchObject({ status: "step-too-small", worst: "y" });
    expect(trajectory.status).toHaveProperty("time", expect.closeTo(1, 3));
    expect(trajectory.status).toHaveProperty("hint", expect.stringContaining("grow without bound"));
    expect([...trajectory.times]).toEqual([0, 0.5, 0.9]);
    expect(trajectory.final[1]).toBeCloseTo(10, 2);
  });

  it.each([
    ["a root", "sqrt(1 - time)*a"],
    ["a logarithm", "ln(1 - time)*a"],
  ])("%s that leaves its domain is named by the state it drives", async (_, rate) => {
    const trajectory = await solved(systemOf("domain", { a: "-a", b: rate }, { a: 1 }), [0, 0.5, 2]);
    expect(trajectory.status).toMatchObject({ status: "non-finite", worst: "b" });
    expect(trajectory.status).toHaveProperty("time", expect.closeTo(1, 6));
    expect([...trajectory.times]).toEqual([0, 0.5]);
  });

  it("a rate that is not finite at the start is named before any step", async () => {
    const trajectory = await solved(systemOf("at-start", { a: "-a", b: "1/c", c: "b" }, { a: 1 }), [0, 1]);
    expect(trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "b" });
    expect(trajectory.times).toHaveLength(0);
  });

  it("a missing parameter or initial value is named", async () => {
    const parameter = await solved(systemOf("missing", { a: "-k*a" }, { a: 1 }, { k: NaN }), [1]);
    expect(parameter.status).toMatchObject({ status: "non-finite", worst: "a", hint: expect.stringContaining("parameter k") });
    const state = await solved(systemOf("missing", { a: "-1", b: "1" }, { a: 0, b: NaN }), [1]);
    expect(state.status).toMatchObject({ status: "non-finite", worst: "b", hint: expect.stringContaining("initial value") });
  });

  it("a slope that stays infinite is named, with the state by which it is", async () => {
    const trajectory = await solved(systemOf("root", { x: "sqrt(z) - x", z: "0" }, { x: 1 }), [0, 1]);
    expect(trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "x", hint: expect.stringContaining('by "z" is not finite') });
  });

  it("a slope that is infinite at the start alone is stepped over", async () => {
    const system = systemOf("root", { x: "1 - sqrt(x)", z: "-z" }, { z: 1 });
    const explicit = (await compileSolver(system, { method: tsit5 })).solve(problemOf(system, [1]));
    const trajectory = await solved(system, [1]);
    expect(trajectory.status).toEqual({ status: "done" });
    expect(trajectory.final[0]).toBeCloseTo(explicit.final[0] ?? NaN, 4);
  });

  it("a step limit is kept to the step, and what was reached is there", async () => {
    const solver = await compileSolver(robertson, { method, control: { maxSteps: 20 } });
    const trajectory = solver.solve(problemOf(robertson, [0, 1e-6, 1e6]));
    expect(trajectory.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("more than 20 steps") });
    expect(trajectory.statistics.accepted + trajectory.statistics.rejected).toBe(20);
    expect([...trajectory.times]).toEqual([0, 1e-6]);
  });

  it("a system at rest reaches any time", async () => {
    const trajectory = await solved(systemOf("rest", { a: "0", b: "k*a - k*a" }, { a: 2, b: 3 }, { k: 1 }), [1, 1e200]);
    expect(trajectory.status).toEqual({ status: "done" });
    expect([...trajectory.values]).toEqual([2, 3, 2, 3]);
  });

  it("a state that stays 0 needs no absolute tolerance", async () => {
    const system = systemOf("still", { a: "-a", b: "-b" }, { a: 1, b: 0 });
    const trajectory = (await compileSolver(system, { method, control: { atol: 0 } })).solve(problemOf(system, [1]));
    expect(trajectory.status).toEqual({ status: "done" });
    expect(trajectory.final[0]).toBeCloseTo(Math.exp(-1), 4);
    expect(trajectory.final[1]).toBe(0);
  });

  it("starts anywhere: at a large time, at a negative one, and with a scale of nanoseconds", async () => {
    const decay = systemOf("decay", { a: "-k*a" }, { a: 1 }, { k: 1 });
    const solver = await compileSolver(decay, { method });
    for (const startTime of [1e9, -5]) {
      const trajectory = solver.solve({ ...problemOf(decay, [startTime, startTime + 1]), startTime });
      expect(trajectory.final[0]).toBeCloseTo(Math.exp(-1), 4);
    }
    const fast = solver.solve({ ...problemOf(decay, [1e-9]), parameters: Float64Array.of(1e9) });
    expect(fast.final[0]).toBeCloseTo(Math.exp(-1), 4);
  });
});
