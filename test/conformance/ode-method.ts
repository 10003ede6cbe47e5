import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import type { OdeSolver } from "../../src/solvers/ode/solver.ts";
import type { Trajectory } from "../../src/solvers/trajectory.ts";
import { brusselator, decayChain, decayChainAt, forced, oscillator, problemOf, systemOf } from "../solvers/problems.ts";

/** Each step's error stays below the tolerance, so the error of a smooth path may add up over its steps: this is how much of that we allow. */
const accumulation = 100;
/** Fixed-step errors are fitted over a factor of 8 in step size; higher terms tilt the slope by less than this. */
const slopeTolerance = 0.4;

const sortedTimes = (count: number, end: number): number[] => Array.from({ length: count }, (_, index) => ((index + 1) * end) / count);
const values = (trajectory: Trajectory): number[] => [...trajectory.values];

/** Twelve species in a ring: more states than fit into locals, closed under a linear invariant. */
const ring = systemOf(
  "ring",
  Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, `k*s${(i + 11) % 12}*s${(i + 5) % 12} - k*s${i}*s${(i + 6) % 12} + s${(i + 1) % 12} - s${i}`])),
  Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, 1 + (i % 4)])),
  { k: 0.3 },
);

/** Forty states, so that vectors are loops. */
const chain = systemOf(
  "chain",
  Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, i === 0 ? "-c0" : i === 39 ? "c38*c38" : i === 38 ? "c37 - c38*c38" : `c${i - 1} - c${i}`])),
  { c0: 1 },
);

const sum = (list: ArrayLike<number>): number => Array.from(list).reduce((total, value) => total + value, 0);
const mean = (list: readonly number[]): number => sum(list) / list.length;

/** Slope of log error against log step. */
function slope(steps: readonly number[], errors: readonly number[]): number {
  const x = steps.map(Math.log);
  const y = errors.map(Math.log);
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((total, value, i) => total + (value - mx) * ((y[i] ?? 0) - my), 0) / x.reduce((total, value) => total + (value - mx) ** 2, 0);
}

/** What every ODE method must do, whatever it is. */
export function odeMethodConformance(method: OdeMethod): void {
  const { facts, tableau } = method;
  const compiled = new Map<OdeSystem, Promise<OdeSolver>>();
  const solverOf = (system: OdeSystem): Promise<OdeSolver> => {
    const known = compiled.get(system) ?? compileSolver(system, { method, record: true });
    compiled.set(system, known);
    return known;
  };

  describe(`ODE method ${facts.id}`, () => {
    it("states facts that its coefficients bear out", () => {
      expect(tableau.a).toHaveLength(tableau.nodes.length);
      expect(tableau.weights).toHaveLength(tableau.nodes.length);
      expect(tableau.error).toHaveLength(tableau.nodes.length);
      expect(tableau.dense).toHaveLength(tableau.nodes.length);
      if (facts.firstSameAsLast) expect(tableau.a.at(-1)).toEqual(tableau.weights.slice(0, -1));
      expect(facts.source).toMatch(/doi:10\./);
    });

    it.each([brusselator, forced])("has its order on $id, by regression over fixed steps", async (system) => {
      const solver = await solverOf(system);
      const end = 2;
      const reference = solver.solve({ ...problemOf(system, [end]), control: { rtol: 1e-13, atol: 1e-14 } });
      const counts = [16, 32, 64, 128];
      const errors = counts.map((count) => {
        const fixed = solver.solve({ ...problemOf(system, [end]), steps: new Float64Array(count + 1).fill(end / count) });
        expect(fixed.status.status).toBe("done");
        return Math.max(...fixed.final.map((value, i) => Math.abs(value - (reference.final[i] ?? NaN))));
      });
      expect(slope(counts.map((count) => end / count), errors)).toBeGreaterThan(facts.order - slopeTolerance);
    });

    it("has its order inside steps, by regression over fixed steps", async () => {
      const solver = await solverOf(brusselator);
      const end = 1.9;
      const inside = [0.13, 0.31, 0.5, 0.72, 0.91];
      const counts = [10, 20, 40, 80];
      const reference = (times: readonly number[]): Trajectory => solver.solve({ ...problemOf(brusselator, times), control: { rtol: 1e-13, atol: 1e-14 } });
      // A single step from the start shows the interpolant alone: its local error is one order above its order.
      const errors = counts.map((count) => {
        const h = end / count;
        const times = inside.map((theta) => theta * h);
        const dense = values(solver.solve({ ...problemOf(brusselator, times), steps: new Float64Array(1).fill(h) }));
        const exact = values(reference(times));
        return Math.max(...dense.map((value, i) => Math.abs(value - (exact[i] ?? NaN))));
      });
      const measured = slope(counts.map((count) => end / count), errors);
      expect(measured).toBeGreaterThan(facts.denseOrder + 1 - slopeTolerance);
      expect(measured).toBeLessThan(facts.denseOrder + 2);
    });

    it.each([1e-4, 1e-6, 1e-8, 1e-10])("meets rtol %g on closed forms, at all of 57 requested times", async (rtol) => {
      const control = { rtol, atol: rtol };
      const times = sortedTimes(57, 12);
      const worst = (trajectory: Trajectory, exact: (t: number) => readonly number[]): number => {
        expect(trajectory.status).toEqual({ status: "done" });
        expect([...trajectory.times]).toEqual(times);
        return Math.max(...times.flatMap((t, row) => exact(t).map((value, i) => Math.abs((trajectory.values[row * trajectory.states.length + i] ?? NaN) - value))));
      };
      const run = async (system: OdeSystem): Promise<Trajectory> => (await solverOf(system)).solve({ ...problemOf(system, times), control });
      expect(worst(await run(decayChain), decayChainAt)).toBeLessThan(accumulation * rtol);
      expect(worst(await run(oscillator), (t) => [Math.sin(t), Math.cos(t)])).toBeLessThan(accumulation * rtol);
      expect(worst(await run(forced), (t) => [Math.sin(t) + Math.exp(-t)])).toBeLessThan(accumulation * rtol);
    });

    it.each([decayChain, ring, chain])("keeps the linear invariant of $id to rounding at every requested time", async (system) => {
      const trajectory = (await solverOf(system)).solve(problemOf(system, sortedTimes(50, 9)));
      const start = sum(Float64Array.from(system.initialState, (expression) => expression.value));
      const steps = trajectory.statistics.accepted;
      // One rounding of the sum per step and stage, relative to the largest rate times step that enters it.
      const rounding = 1e-14 * tableau.nodes.length * steps * start;
      for (let row = 0; row < trajectory.times.length; row++) {
        const state = trajectory.values.subarray(row * system.states.length, (row + 1) * system.states.length);
        expect(Math.abs(sum(state) - start)).toBeLessThan(rounding);
      }
    });

    it.each([brusselator, forced, ring, chain])("gives the same bits on $id however many times are requested", async (system) => {
      const solver = await solverOf(system);
      const alone = solver.solve(problemOf(system, [2.7]));
      const among = solver.solve(problemOf(system, [0, 0.1, ...sortedTimes(26, 2.6), 2.7, 2.7, 2.71, 30]));
      const row = 28;
      expect(among.times[row]).toBe(2.7);
      expect(values(among).slice(row * system.states.length, (row + 1) * system.states.length)).toEqual(values(alone));
      expect(values(among).slice(0, system.states.length)).toEqual(system.initialState.map((expression) => expression.value));
    });

    it.each([brusselator, ring, chain])("gives the same bits on $id in slices of 1 or 7 steps as in one go", async (system) => {
      const solver = await solverOf(system);
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

    it.each([brusselator, ring, chain, decayChain])("gives the same bits on $id in WebAssembly and in JavaScript", async (system) => {
      const problem = problemOf(system, sortedTimes(11, 7.3));
      const wasm = (await solverOf(system)).solve(problem);
      const javascript = (await compileSolver(system, { method, target: "javascript" })).solve(problem);
      expect(javascript).toEqual(wasm);
    });

    it.each([brusselator, chain])("replays its recorded steps on $id to the same bits, and follows changed values", async (system) => {
      const solver = await solverOf(system);
      const problem = problemOf(system, sortedTimes(5, 3));
      const run = solver.begin(problem);
      while (run.advance(1000).status === "paused");
      const whole = run.trajectory();
      const tape = run.tape();
      expect(tape.count).toBe(whole.statistics.accepted);
      expect([...tape.states.subarray(0, system.states.length)]).toEqual([...problem.state]);
      const again = solver.solve({ ...problem, steps: tape.steps });
      expect(values(again)).toEqual(values(whole));
      const moved = solver.solve({ ...problem, state: problem.state.map((value) => value + 1e-3), steps: tape.steps });
      expect(moved.statistics.accepted).toBe(tape.count);
      expect(values(moved)).not.toEqual(values(whole));
    });

    it("takes the same steps whether or not it records them, across growths of the tape", async () => {
      const problem = { ...problemOf(brusselator, sortedTimes(5, 200)), control: { rtol: 1e-9, atol: 1e-11 } };
      const plain = (await compileSolver(brusselator, { method })).solve(problem);
      const recording = await compileSolver(brusselator, { method, record: true });
      const run = recording.begin(problem);
      while (run.advance(500).status === "paused");
      expect(run.trajectory()).toEqual(plain);
      const tape = run.tape();
      expect(tape.count).toBeGreaterThan(1024);
      for (let row = 1; row < tape.count; row++) expect(tape.times[row]).toBe((tape.times[row - 1] ?? NaN) + (tape.steps[row - 1] ?? NaN));
    });

    it("takes no memory per solve", async () => {
      const solver = await compileSolver(brusselator, { method, record: true });
      const problem = problemOf(brusselator, [0.5, 1]);
      const first = values(solver.solve(problem));
      const bytes = solver.instance.f64.byteLength;
      for (let solve = 0; solve < 20_000; solve++) solver.solve(problem);
      expect(solver.instance.f64.byteLength).toBe(bytes);
      expect(values(solver.solve(problem))).toEqual(first);
    });
  });
}
