import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { dop853 } from "../../../src/solvers/ode/dop853.ts";
import { odex } from "../../../src/solvers/ode/odex.ts";
import { brusselator, oscillator, problemOf, robertson, systemOf } from "../problems.ts";

describe("odex, by its package", () => {
  it("refuses by name what needs steps of our own", async () => {
    await expect(compileSolver(brusselator, { method: odex, record: true, extend: () => undefined })).rejects.toThrow(/has no record, extend; use .*dop853/);
    await expect(compileSolver(brusselator, { method: odex, errorStates: 3 })).rejects.toThrow(/errorStates is 3/);
    const solver = await compileSolver(brusselator, { method: odex });
    expect(() => solver.solve({ ...problemOf(brusselator, [1]), steps: Float64Array.of(1) })).toThrow(/chooses its own steps/);
    expect(() => solver.solve({ ...problemOf(brusselator, [1]), parameters: new Float64Array(5) })).toThrow(/5 parameter values for 2 parameters/);
    expect(() => solver.begin(problemOf(brusselator, [1])).tape()).toThrow(/keeps no steps/);
  });

  it("agrees with dop853 to the tolerance of both", async () => {
    const times = Array.from({ length: 50 }, (_, i) => (i + 1) / 3);
    const control = { rtol: 1e-11, atol: 1e-12 };
    const [one, other] = await Promise.all([odex, dop853].map(async (method) => (await compileSolver(brusselator, { method, control })).solve(problemOf(brusselator, times))));
    expect(one?.status).toEqual({ status: "done" });
    // 100 rtol of a state of order 1 from either.
    expect(Math.max(...(one?.values ?? []).map((value, i) => Math.abs(value - (other?.values[i] ?? NaN))))).toBeLessThan(200 * control.rtol * 5);
  });

  it("pauses within a long run, and goes on to the same bits", async () => {
    const solver = await compileSolver(oscillator, { method: odex });
    const problem = problemOf(oscillator, [100, 2000]);
    const run = solver.begin(problem);
    const middle = run.advance(100);
    expect(middle).toMatchObject({ status: "paused" });
    expect(run.trajectory().statistics.accepted).toBeLessThan(200);
    expect(run.trajectory().times.length).toBeLessThan(2);
    while (run.advance(100).status === "paused");
    expect(run.trajectory()).toEqual(solver.solve(problem));
  });

  it("ends on a stiff system with a status that says so", async () => {
    const solver = await compileSolver(robertson, { method: odex, control: { maxSteps: 500 } });
    const trajectory = solver.solve(problemOf(robertson, [0, 1e5]));
    expect(trajectory.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("rodas5p") });
    expect([...trajectory.times]).toEqual([0]);
  });

  it("leaves states out of its norm where asked", async () => {
    const system = systemOf("led", { slow: "-slow", fast: "1000*cos(1000*time)*slow" }, { slow: 1 });
    const [all, one] = await Promise.all([2, 1].map(async (errorStates) => (await compileSolver(system, { method: odex, errorStates })).solve(problemOf(system, [1]))));
    expect(one?.statistics.accepted).toBeLessThan((all?.statistics.accepted ?? 0) / 3);
    expect(Math.abs((one?.final[0] ?? NaN) - Math.exp(-1))).toBeLessThan(1e-5);
  });
});
