import { describe, expect, it } from "vitest";
import { odeSystem } from "../../../src/models/compile.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import type { BdfStatistics } from "../../../src/solvers/ode/bdf-run.ts";
import type { BdfSolver } from "../../../src/solvers/ode/bdf.ts";
import { bdf, bdfWith } from "../../../src/solvers/ode/bdf.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import type { Trajectory } from "../../../src/solvers/trajectory.ts";
import { brusselator, decayChain, decayChainAt, forced, lotkaVolterra, oscillator, problemOf, systemOf } from "../problems.ts";

/** Errors of single steps below rtol add up; the oregonator's phase turns them into errors of its spikes. */
const accumulation = 300;
/** Errors of a smooth path of moderate length. */
const smoothAccumulation = 100;
/** Slopes are fitted over a factor of eight and more in the number of steps. */
const slopeTolerance = 0.5;

const lu = bdfWith({ linear: "lu" });
const krylov = bdfWith({ linear: "krylov" });
const kinds = [
  ["lu", lu],
  ["krylov", krylov],
] as const;

/** States in a ring that holds their sum, stiff by a fast exchange. */
const ringSize = 39;
const exchange = systemOf(
  "exchange",
  Object.fromEntries(Array.from({ length: ringSize }, (_, i) => [`s${i}`, `k${i % 3}*s${(i + ringSize - 1) % ringSize} - k${(i + 1) % 3}*s${i} + s${(i + 7) % ringSize}*s${(i + 11) % ringSize} - s${i}*s${(i + 4) % ringSize}`])),
  Object.fromEntries(Array.from({ length: ringSize }, (_, i) => [`s${i}`, i % 5])),
  { k0: 1, k1: 40, k2: 1e3 },
);

const ofZoo = (id: "robertson" | "oregonator" | "hires"): OdeSystem => {
  const { system, problems } = odeSystem(zoo[id].network);
  if (!system) throw new Error(JSON.stringify(problems));
  return system;
};

/** Ends of the test set, and floors of the error scale far below the smallest state. */
const stiff = [
  { system: ofZoo("robertson"), end: 1e4, floor: 1e-7 },
  { system: ofZoo("hires"), end: 321.8122, floor: 1e-5 },
  { system: ofZoo("oregonator"), end: 360, floor: 1e-3 },
] as const;

const sortedTimes = (count: number, end: number): number[] => Array.from({ length: count }, (_, index) => ((index + 1) * end) / count);
const relativeError = (found: ArrayLike<number>, exact: ArrayLike<number>, floor = 0): number =>
  Math.max(...Array.from(exact, (value, i) => Math.abs((found[i] ?? NaN) - value) / (floor + Math.abs(value))));
const statisticsOf = (trajectory: Trajectory): BdfStatistics => trajectory.statistics as BdfStatistics;
const sum = (list: ArrayLike<number>): number => Array.from(list).reduce((total, value) => total + value, 0);

function slope(counts: readonly number[], errors: readonly number[]): number {
  const [x, y] = [counts.map(Math.log), errors.map(Math.log)];
  const [mx, my] = [sum(x) / x.length, sum(y) / y.length];
  return x.reduce((total, value, i) => total + (value - mx) * ((y[i] ?? 0) - my), 0) / x.reduce((total, value) => total + (value - mx) ** 2, 0);
}

describe("bdf", () => {
  describe.each([oscillator, brusselator, lotkaVolterra])("on $id", (system) => {
    it.each([1, 2, 3, 4, 5])("held to order %i has that order, by regression of the error over the number of steps", async (order) => {
      const problem = problemOf(system, [10]);
      const exact = (await compileSolver(system, { method: rodas5p, control: { rtol: 1e-13, atol: 1e-14 } })).solve(problem).final;
      const solver = await compileSolver(system, { method: bdfWith({ linear: "lu", highestOrder: order }), control: { maxSteps: 1e6 } });
      // Low orders need too many steps for tight tolerances, high ones reach theirs only after their start.
      const [from, decades] = order === 1 ? [-3, 3] : order === 2 ? [-3, 4.5] : [-4, 6];
      const runs = Array.from({ length: 10 }, (_, i) => {
        const rtol = 10 ** (from - (decades * i) / 9);
        const { final, statistics } = solver.solve({ ...problem, control: { rtol, atol: rtol } });
        return { steps: statistics.accepted, error: Math.max(...final.map((value, state) => Math.abs(value - (exact[state] ?? NaN)))) };
      });
      const measured = -slope(runs.map((run) => run.steps), runs.map((run) => run.error));
      expect(measured).toBeGreaterThan(order - slopeTolerance);
      expect(measured).toBeLessThan(order + 2 * slopeTolerance);
    });
  });

  describe.each(stiff)("on $system.id to t = $end", ({ system, end, floor }) => {
    it.each(kinds)("meets its tolerance with %s against rodas5p at 1e-12", async (_, method) => {
      const problem = problemOf(system, [end]);
      const reference = (await compileSolver(system, { method: rodas5p, control: { rtol: 1e-12, atol: 1e-12 * floor } })).solve(problem);
      expect(reference.status).toEqual({ status: "done" });
      const solver = await compileSolver(system, { method });
      for (const rtol of [1e-4, 1e-6, 1e-8]) {
        const trajectory = solver.solve({ ...problem, control: { rtol, atol: rtol * floor } });
        expect(trajectory.status).toEqual({ status: "done" });
        expect(relativeError(trajectory.final, reference.final)).toBeLessThan(accumulation * rtol);
        const { accepted, rejected, corrections, factorizations } = statisticsOf(trajectory);
        // One factorisation serves several steps, and hardly more than one correction is needed in a step.
        expect(factorizations).toBeLessThan(0.3 * accepted);
        expect(corrections).toBeLessThan(2 * (accepted + rejected));
        expect(rejected).toBeLessThan(0.2 * accepted);
      }
    });
  });

  it.each([1e-4, 1e-6, 1e-8])("meets rtol %g on closed forms at all of 57 requested times", async (rtol) => {
    const times = sortedTimes(57, 12);
    const worst = async (system: OdeSystem, exact: (t: number) => readonly number[]): Promise<number> => {
      const { values, states } = (await compileSolver(system, { method: bdf, control: { rtol, atol: rtol } })).solve(problemOf(system, times));
      return Math.max(...times.flatMap((t, row) => exact(t).map((value, i) => Math.abs((values[row * states.length + i] ?? NaN) - value))));
    };
    expect(await worst(decayChain, decayChainAt)).toBeLessThan(smoothAccumulation * rtol);
    expect(await worst(oscillator, (t) => [Math.sin(t), Math.cos(t)])).toBeLessThan(smoothAccumulation * rtol);
    expect(await worst(forced, (t) => [Math.sin(t) + Math.exp(-t)])).toBeLessThan(smoothAccumulation * rtol);
  });

  it.each([decayChain, exchange, ofZoo("robertson")])("keeps the linear invariant of $id to rounding with complete factors", async (system) => {
    const trajectory = (await compileSolver(system, { method: lu })).solve(problemOf(system, sortedTimes(50, 9)));
    expect(trajectory.status).toEqual({ status: "done" });
    const start = sum(problemOf(system, []).state);
    // One rounding of the sum per correction and per state that it adds up.
    const rounding = 2 ** -52 * statisticsOf(trajectory).corrections * system.states.length * start;
    for (let row = 0; row < 50; row++) {
      const state = trajectory.values.subarray(row * system.states.length, (row + 1) * system.states.length);
      expect(Math.abs(sum(state) - start)).toBeLessThan(rounding);
    }
  });

  it("has the same path by complete factors and by iteration, within the tolerance", async () => {
    const control = { rtol: 1e-7, atol: 1e-9 };
    const problem = problemOf(exchange, sortedTimes(20, 5));
    const [direct, iterated] = await Promise.all([lu, krylov].map(async (method) => (await compileSolver(exchange, { method, control })).solve(problem)));
    if (!direct || !iterated) throw new Error("no trajectory");
    expect(relativeError(iterated.values, direct.values, 1e-2)).toBeLessThan(smoothAccumulation * control.rtol);
    expect(statisticsOf(direct).products).toBe(0);
    expect(statisticsOf(iterated).products).toBeGreaterThan(statisticsOf(iterated).corrections / 2);
  });

  describe.each(kinds)("with %s", (_, method) => {
    it.each([brusselator, exchange, forced])("gives the same bits on $id in slices of 1 or 7 steps as in one go, and again on a second run", async (system) => {
      const solver = await compileSolver(system, { method });
      const problem = problemOf(system, sortedTimes(9, 8));
      const whole = solver.solve(problem);
      for (const slice of [1, 7]) {
        const run = solver.begin(problem);
        let pauses = 0;
        while (run.advance(slice).status === "paused") pauses++;
        expect(pauses).toBeGreaterThan(2);
        expect(run.trajectory()).toEqual(whole);
      }
    });

    it.each([brusselator, exchange, ofZoo("hires")])("gives the same bits on $id in WebAssembly and in JavaScript", async (system) => {
      const problem = problemOf(system, sortedTimes(11, 7.3));
      const wasm = (await compileSolver(system, { method })).solve(problem);
      const javascript = (await compileSolver(system, { method, target: "javascript" })).solve(problem);
      expect(javascript).toEqual(wasm);
    });

    it("gives the same bits however many times are requested", async () => {
      const solver = await compileSolver(exchange, { method });
      const alone = solver.solve(problemOf(exchange, [2.7]));
      const among = solver.solve(problemOf(exchange, [0, 0.1, ...sortedTimes(26, 2.6), 2.7, 2.7, 2.71, 30]));
      expect([...among.values.subarray(28 * ringSize, 29 * ringSize)]).toEqual([...alone.values]);
      expect([...among.values.subarray(0, ringSize)]).toEqual([...problemOf(exchange, []).state]);
    });
  });

  it("takes no memory per solve", async () => {
    const solver = await compileSolver(brusselator, { method: bdf });
    const problem = problemOf(brusselator, [0.5, 1]);
    const first = solver.solve(problem);
    for (let solve = 0; solve < 300; solve++) solver.solve(problem);
    expect(solver.solve(problem)).toEqual(first);
  });

  it("sees every pulse, however long it was at rest before", async () => {
    const pulses = systemOf("pulses", { x: "piecewise(1, time - 100*floor(time/100) < 0.5, 0) - x", area: "piecewise(1, time - 100*floor(time/100) < 0.5, 0)" }, {});
    const trajectory = (await compileSolver(pulses, { method: bdf })).solve(problemOf(pulses, sortedTimes(10, 1000)));
    expect(trajectory.status).toEqual({ status: "done" });
    trajectory.times.forEach((_, row) => expect(trajectory.values[2 * row + 1]).toBeCloseTo(0.5 * (row + 1), 8));
  });

  it("follows the first states alone where it is asked to", async () => {
    const system = systemOf("quadrature", { y: "-y", square: "sin(1e3*time)" }, { y: 1 });
    const all = (await compileSolver(system, { method: bdf })).solve(problemOf(system, [3]));
    const first = (await compileSolver(system, { method: bdf, errorStates: 1 })).solve(problemOf(system, [3]));
    expect(first.final[0]).toBeCloseTo(Math.exp(-3), 5);
    expect(first.statistics.accepted).toBeLessThan(all.statistics.accepted / 5);
  });

  it("says what was chosen for the linear systems", async () => {
    const solver = (await bdf.compile(exchange, {})) as BdfSolver;
    expect(solver.linear.kind).toMatch(/^(lu|krylov)$/);
    expect(solver.linear.factorEntries).toBeGreaterThanOrEqual(ringSize);
  });

  it("refuses what it does not have, by name", async () => {
    await expect(compileSolver(brusselator, { method: bdf, rates: () => {}, extend: () => {} })).rejects.toThrow("bdf has no rates, extend;");
    await expect(compileSolver(brusselator, { method: bdf, errorStates: 3 })).rejects.toThrow("errorStates is 3");
    expect(() => bdfWith({ highestOrder: 6 })).toThrow("highest order is 6");
    const solver = await compileSolver(brusselator, { method: bdf });
    expect(() => solver.begin({ ...problemOf(brusselator, [1]), steps: Float64Array.of(1) })).toThrow("given steps only when it is compiled with record: true");
    expect(() => solver.begin({ ...problemOf(brusselator, [1, 0]) })).toThrow("requested time 1 is 0");
    const run = solver.begin(problemOf(brusselator, [1]));
    expect(() => run.tape()).toThrow("compiled with record: true");
    solver.begin(problemOf(brusselator, [1]));
    expect(() => run.advance(1)).toThrow("this run is over");
  });
});
