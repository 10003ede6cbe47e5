import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import type { AutoRun } from "../../../src/solvers/ode/auto-run.ts";
import { auto, autoMethods } from "../../../src/solvers/ode/auto.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import { compileStiffness } from "../../../src/solvers/ode/stiffness.ts";
import { rateProgram } from "../../../src/solvers/tables/index.ts";
import { brusselator, decayChain, hires, lotkaVolterra, oregonator, oscillator, problemOf, robertson, systemOf } from "../problems.ts";

/** Local errors below rtol add up; the oregonator's phase turns them into errors of its spikes. */
const accumulation = 300;

/** Stiff before t = 10 and not after; the other way round. */
const relaxing = systemOf("relaxing", { x: "piecewise(-x + cos(time), time > 10, -1e4*(x - cos(time)))" }, { x: 1 });
const tightening = systemOf("tightening", { x: "piecewise(-x + cos(time), time < 10, -1e4*(x - cos(time)))" }, { x: 1 });

/** Sparse, with factors that fill: each of 300 states meets others all over the system. */
const filling = systemOf(
  "filling",
  Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, `s${(7 * i + 5) % 300}*s${(11 * i + 18) % 300} + s${(15 * i + 57) % 300} - 2*s${i} - s${i}*s${i}`])),
  Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, 1 + (i % 5)])),
);

async function phasesOf(system: OdeSystem, end: number, control = { rtol: 1e-6, atol: 1e-9 }) {
  const solver = await compileSolver(system, { method: auto, control });
  const run = solver.begin(problemOf(system, [end / 2, end])) as AutoRun;
  while (run.advance(1000).status === "paused");
  return { trajectory: run.trajectory(), phases: run.phases };
}

const sortedTimes = (count: number, end: number): number[] => Array.from({ length: count }, (_, index) => ((index + 1) * end) / count);

describe("auto", () => {
  it.each([
    [brusselator, 20],
    [lotkaVolterra, 50],
    [oscillator, 50],
    [decayChain, 10],
  ])("stays explicit on $id", async (system, end) => {
    const { phases, trajectory } = await phasesOf(system, end);
    expect(trajectory.status).toEqual({ status: "done" });
    expect(phases).toEqual([{ method: "tsit5", time: 0 }]);
  });

  it.each([
    { system: robertson, end: 1e4, floor: 1e-7 },
    { system: hires, end: 321.8122, floor: 1e-5 },
    { system: oregonator, end: 360, floor: 1e-3 },
  ])("finds $system.id stiff within some steps, and solves it to the tolerance", async ({ system, end, floor }) => {
    const rtol = 1e-6;
    const { phases, trajectory } = await phasesOf(system, end, { rtol, atol: rtol * floor });
    const stiff = (await compileSolver(system, { method: rodas5p, control: { rtol, atol: rtol * floor } })).solve(problemOf(system, [end]));
    const reference = (await compileSolver(system, { method: rodas5p, control: { rtol: 1e-12, atol: 1e-12 * floor } })).solve(problemOf(system, [end]));
    expect(trajectory.status).toEqual({ status: "done" });
    expect(phases.slice(0, 2).map(({ method }) => method)).toEqual(["tsit5", "rodas5p"]);
    // What it takes to see it, beside the steps of the stiff method alone.
    expect(trajectory.statistics.accepted).toBeLessThan(1.25 * stiff.statistics.accepted + 30);
    expect(Math.max(...reference.final.map((value, i) => Math.abs((trajectory.final[i] ?? NaN) / value - 1)))).toBeLessThan(accumulation * rtol);
  });

  it("goes back to explicit steps when they are no longer held back, and to implicit ones when they are", async () => {
    const back = await phasesOf(relaxing, 60);
    expect(back.phases.map(({ method }) => method)).toEqual(["tsit5", "rodas5p", "tsit5"]);
    expect(back.phases[1]?.time).toBeLessThan(1);
    expect(back.phases[2]?.time).toBeGreaterThan(10);
    const forth = await phasesOf(tightening, 20);
    expect(forth.phases.map(({ method }) => method)).toEqual(["tsit5", "rodas5p"]);
    expect(forth.phases[1]?.time).toBeGreaterThan(10);
    // x = (sin t + cos t + e^-t) / 2 until then, cos t + O(1e-4) after.
    expect(Math.abs((forth.trajectory.final[0] ?? NaN) - (Math.cos(20) + 1e-4 * Math.sin(20)))).toBeLessThan(accumulation * 1e-6);
  });

  it.each([hires, relaxing, oregonator])("gives the same bits on $id in slices of 1 or 7 steps as in one go", async (system) => {
    const solver = await compileSolver(system, { method: auto });
    const problem = problemOf(system, sortedTimes(9, 20));
    const whole = solver.solve(problem);
    expect(whole.status).toEqual({ status: "done" });
    expect(whole.times).toHaveLength(9);
    for (const slice of [1, 7]) {
      const run = solver.begin(problem);
      while (run.advance(slice).status === "paused");
      expect(run.trajectory()).toEqual(whole);
    }
  });

  it.each([hires, relaxing])("gives the same bits on $id however many times are requested, and in JavaScript", async (system) => {
    const solver = await compileSolver(system, { method: auto });
    const alone = solver.solve(problemOf(system, [12.5]));
    const among = solver.solve(problemOf(system, [0, ...sortedTimes(25, 12.5), 12.5, 12.6, 30]));
    const size = system.states.length;
    expect(among.times[25]).toBe(12.5);
    expect([...among.values.subarray(25 * size, 26 * size)]).toEqual([...alone.values]);
    expect([...among.values.subarray(0, size)]).toEqual([...problemOf(system, []).state]);
    const javascript = (await compileSolver(system, { method: auto, target: "javascript" })).solve(problemOf(system, [12.5]));
    expect(javascript).toEqual(alone);
  });

  it("takes the multistep method where factors fill, the Rosenbrock method where they do not", async () => {
    expect(autoMethods(filling)).toEqual({ explicit: true, stiff: "bdf" });
    expect(autoMethods(hires)).toEqual({ explicit: true, stiff: "rodas5p" });
    const stiffer = { ...filling, rhs: filling.rhs.map((rate, i) => (i === 0 ? filling.graph.apply("multiply", filling.graph.constant(1e5), rate) : rate)) };
    const { phases, trajectory } = await phasesOf(stiffer, 10);
    expect(phases.map(({ method }) => method)).toEqual(["tsit5", "bdf"]);
    const reference = (await compileSolver(stiffer, { method: rodas5p, control: { rtol: 1e-9, atol: 1e-12 } })).solve(problemOf(stiffer, [10]));
    expect(Math.max(...reference.final.map((value, i) => Math.abs((trajectory.final[i] ?? NaN) / value - 1)))).toBeLessThan(accumulation * 1e-6);
  });

  it("says how a run failed, with the variable and the time, and counts the steps of both methods", async () => {
    const blowUp = systemOf("blow-up", { z: "-z", y: "y*y" }, { y: 1, z: 1 });
    const trajectory = (await compileSolver(blowUp, { method: auto })).solve(problemOf(blowUp, [0.5, 2]));
    expect(trajectory.status).toMatchObject({ status: "step-too-small", worst: "y" });
    expect(trajectory.status).toHaveProperty("time", expect.closeTo(1, 4));
    expect([...trajectory.times]).toEqual([0.5]);
    const limited = (await compileSolver(robertson, { method: auto, control: { maxSteps: 50 } })).solve(problemOf(robertson, [1e6]));
    expect(limited.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("more than 50 steps") });
    expect(limited.statistics.accepted + limited.statistics.rejected).toBe(50);
    const missing = systemOf("missing", { a: "-k*a" }, { a: 1 }, { k: NaN });
    expect((await compileSolver(missing, { method: auto })).solve(problemOf(missing, [1])).status).toMatchObject({ status: "non-finite", time: 0, worst: "a" });
  });

  it("refuses what it does not have, by name", async () => {
    await expect(compileSolver(brusselator, { method: auto, record: true })).rejects.toThrow("auto has no record;");
    await expect(compileSolver(brusselator, { method: auto, rates: () => {}, extend: () => {} })).rejects.toThrow("auto has no rates, extend;");
    const solver = await compileSolver(brusselator, { method: auto });
    expect(() => solver.begin({ ...problemOf(brusselator, [1]), steps: Float64Array.of(1) })).toThrow("given steps");
    const run = solver.begin(problemOf(brusselator, [1]));
    expect(() => run.tape()).toThrow("keeps no record");
    solver.begin(problemOf(brusselator, [1]));
    expect(() => run.advance(1)).toThrow("this run is over");
  });
});

describe("the estimate of stiffness", () => {
  it.each([
    ["a real eigenvalue far from the others", { a: "-2*a + b", b: "-500*b" }, 500],
    ["a complex pair", { x: "30*v", v: "-30*x - v", z: "-z" }, 30],
    ["nothing that moves", { x: "0" }, 0],
    ["a chain that ends", { x: "0", y: "5*x" }, 0],
  ])("is the spectral radius within a fifth for %s", async (_, rates, radius) => {
    const system = systemOf("linear", rates, {});
    const stiffness = await compileStiffness(rateProgram(system), "wasm");
    const estimate = stiffness.radius(0, new Float64Array(system.states.length).fill(1));
    expect(Math.abs(estimate - radius)).toBeLessThanOrEqual(0.2 * radius);
  });
});
