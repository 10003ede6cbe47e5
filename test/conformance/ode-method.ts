import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import type { AnyOdeMethod, OdeFacts, OdeMethod } from "../../src/solvers/ode/method.ts";
import { isOneStep } from "../../src/solvers/ode/method.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import type { OdeControl } from "../../src/solvers/ode/control.ts";
import type { OdeSolver, WovenSolver } from "../../src/solvers/ode/solver.ts";
import type { Trajectory } from "../../src/solvers/trajectory.ts";
import { brusselator, decayChain, decayChainAt, forced, hires, lotkaVolterra, oscillator, problemOf, robertson, systemOf } from "../solvers/problems.ts";

/**
 * Each step's error stays below the tolerance, so the error of a smooth path may add up over its steps: how much of that we allow.
 * Methods of many stages take few steps; one that takes more than 100 may add up all of them.
 */
const accumulated = ({ statistics }: Pick<Trajectory, "statistics">): number => Math.max(100, statistics.accepted);
/** Higher terms tilt a fitted slope by less than this. */
const slopeTolerance = 0.5;
/** Errors that show an order: above rounding, below where higher terms rule. */
const window = { from: 2e-12, to: 1e-3 } as const;
/** As tight as can be told from rounding. */
const tightest = { rtol: 1e-13, atol: 1e-14 } as const;
/** How the error over a path falls with the tolerance: as it does where the better of two solutions is carried on, slower where the worse is. */
const proportion = (facts: OdeFacts): number => facts.order / (facts.errorOrder ?? facts.order);
/** Tolerances worth asking of a method: at low order the tightest take steps by the hundred thousand. */
const tolerancesOf = ({ order: highest }: OdeFacts): number[] => (highest < 4 ? [1e-3, 1e-4, 1e-6] : [1e-4, 1e-6, 1e-8, 1e-10]);

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

/** Stiff systems, each with its end and the share of rtol that is asked of states near 0. */
const stiffProblems = [
  { system: robertson, end: 40, floor: 1e-7 },
  { system: hires, end: 321.8122, floor: 1e-4 },
] as const;

const references = new Map<string, Promise<Trajectory>>();
/** The path of a system at the given times as exactly as can be had. */
function referenceOf(system: OdeSystem, times: readonly number[], floor = 0.1): Promise<Trajectory> {
  const key = `${system.id} ${times.join(" ")}`;
  const known = references.get(key) ?? compileSolver(system, { method: rodas5p, control: { rtol: 1e-13, atol: 1e-13 * floor, maxSteps: 1e7 } }).then((solver) => solver.solve(problemOf(system, times)));
  references.set(key, known);
  return known;
}

const largestGap = (found: ArrayLike<number>, exact: ArrayLike<number>): number => Math.max(...Array.from(found, (value, i) => Math.abs(value - (exact[i] ?? NaN))));

/** Slope over the six smallest of ever smaller steps whose errors show an order. */
function order(steps: readonly number[], errorOf: (h: number) => number): number {
  const shown = steps
    .map((h) => ({ h, error: errorOf(h) }))
    .filter(({ error }) => error > window.from && error < window.to)
    .slice(-6);
  expect(shown.length).toBeGreaterThanOrEqual(4);
  return slope(
    shown.map(({ h }) => h),
    shown.map(({ error }) => error),
  );
}

/** Ever smaller steps by which an interval is divided evenly. */
const divided = (end: number): number[] => [4, 5, 6, 7, 8, 10, 11, 13, 16, 19, 23, 27, 32, 38, 45, 54, 64, 76, 90, 108, 128, 152, 181, 215, 256].map((count) => end / count);

/** What every ODE method must do, whatever it is. */
export function odeMethodConformance(method: AnyOdeMethod): void {
  const { facts } = method;
  const compiled = new Map<OdeSystem, Promise<OdeSolver>>();
  const solverOf = (system: OdeSystem): Promise<OdeSolver> => {
    const known = compiled.get(system) ?? compileSolver(system, { method });
    compiled.set(system, known);
    return known;
  };
  const run = async (system: OdeSystem, times: readonly number[], control: Partial<OdeControl>): Promise<Trajectory> => {
    const trajectory = (await solverOf(system)).solve({ ...problemOf(system, times), control: { maxSteps: 1e6, ...control } });
    expect(trajectory.status).toEqual({ status: "done" });
    return trajectory;
  };

  describe(`ODE method ${facts.id}`, () => {
    it("cites where it comes from", () => {
      expect(facts.source).toMatch(/doi:10\./);
    });

    it.each(tolerancesOf(facts))("meets rtol %g on closed forms, at all of 57 requested times", async (rtol) => {
      const control = { rtol, atol: rtol };
      const times = sortedTimes(57, 12);
      const worst = (trajectory: Trajectory, exact: (t: number) => readonly number[]): number => {
        expect(trajectory.status).toEqual({ status: "done" });
        expect([...trajectory.times]).toEqual(times);
        return Math.max(...times.flatMap((t, row) => exact(t).map((value, i) => Math.abs((trajectory.values[row * trajectory.states.length + i] ?? NaN) - value))));
      };
      const meets = (trajectory: Trajectory, exact: (t: number) => readonly number[]): void => expect(worst(trajectory, exact)).toBeLessThan(accumulated(trajectory) * rtol ** proportion(facts));
      meets(await run(decayChain, times, control), decayChainAt);
      meets(await run(oscillator, times, control), (t) => [Math.sin(t), Math.cos(t)]);
      meets(await run(forced, times, control), (t) => [Math.sin(t) + Math.exp(-t)]);
    });

    it.each(tolerancesOf(facts))("meets rtol %g on systems that are not linear, at all of 40 requested times", async (rtol) => {
      const times = sortedTimes(40, 10);
      for (const system of [brusselator, lotkaVolterra, ring]) {
        const exact = (await referenceOf(system, times)).values;
        const trajectory = await run(system, times, { rtol, atol: rtol });
        expect(largestGap(trajectory.values, exact), system.id).toBeLessThan(accumulated(trajectory) * rtol ** proportion(facts) * Math.max(...exact));
      }
    });

    it.runIf(facts.stiff).each(tolerancesOf(facts))("meets rtol %g on stiff systems, in and after the transient", async (rtol) => {
      for (const { system, end, floor } of stiffProblems) {
        const times = Array.from({ length: 40 }, (_, i) => end * 10 ** ((i - 39) / 6));
        const exact = (await referenceOf(system, times, floor)).values;
        const { values: found, statistics } = await run(system, times, { rtol, atol: floor * rtol });
        const relative = Math.max(...Array.from(found, (value, i) => Math.abs(value - (exact[i] ?? NaN)) / (Math.abs(exact[i] ?? NaN) + floor)));
        expect(relative, system.id).toBeLessThan(3 * accumulated({ statistics }) * rtol ** proportion(facts));
        // Bounded by accuracy alone: an explicit method would take a step per fastest time, which is above 1e5 of them.
        if (rtol >= 1e-4) expect(statistics.accepted, system.id).toBeLessThan(1000);
      }
    });

    it("gains what its order promises when the tolerance falls", async () => {
      const times = sortedTimes(40, 10);
      const exact = (await referenceOf(brusselator, times)).values;
      const tolerances = facts.order < 4 ? [1e-3, 1e-4, 1e-5, 1e-6, 1e-7] : [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
      const runs = await Promise.all(tolerances.map((rtol) => run(brusselator, times, { rtol, atol: rtol })));
      const errors = runs.map(({ values: found }) => largestGap(found, exact));
      // Error and tolerance fall alike; and the price per digit is at most that of the order.
      expect(slope(tolerances, errors)).toBeGreaterThan(0.75 * proportion(facts));
      const costs = runs.map(({ statistics }) => statistics.rhsEvaluations);
      expect(-slope(errors, costs)).toBeLessThan(1 / Math.min(facts.order, 8) + 0.08);
    });

    it.each([decayChain, ring, chain])("keeps the linear invariant of $id to rounding at every requested time", async (system) => {
      const trajectory = (await solverOf(system)).solve(problemOf(system, sortedTimes(50, 9)));
      const start = sum(Float64Array.from(system.initialState, (expression) => expression.value));
      const steps = trajectory.statistics.accepted;
      // One rounding of the sum per step and right-hand side, relative to the largest rate times step that enters it.
      const rounding = 1e-14 * Math.max(8, facts.rhsPerStep) * steps * start;
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
      const problem = { ...problemOf(system, sortedTimes(9, 300)), control: { rtol: 1e-9, atol: 1e-10 } };
      const whole = solver.solve(problem);
      for (const slice of [1, 7]) {
        const sliced = solver.begin(problem);
        let pauses = 0;
        while (sliced.advance(slice).status === "paused") pauses++;
        if (whole.statistics.accepted > 100) expect(pauses).toBeGreaterThanOrEqual(1);
        expect(sliced.trajectory()).toEqual(whole);
      }
    });

    it("ends when the steps do, and where another run begins", async () => {
      const solver = await compileSolver(brusselator, { method });
      const problem = problemOf(brusselator, [0, 1e6]);
      const spent = solver.solve({ ...problem, control: { maxSteps: 200 } });
      expect(spent.status).toMatchObject({ status: "too-many-steps" });
      expect(brusselator.states).toContain((spent.status as { worst?: string }).worst);
      expect([...spent.times]).toEqual([0]);
      const first = solver.begin(problem);
      solver.begin(problem);
      expect(() => first.advance(1)).toThrow(/another one began/);
    });

    it("names what is not finite at the start, before any step", async () => {
      const broken = systemOf("broken", { a: "-a", b: "1/c", c: "b" }, { a: 1 });
      const trajectory = (await compileSolver(broken, { method })).solve(problemOf(broken, [0, 1]));
      expect(trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "b" });
      expect(trajectory.times).toHaveLength(0);
    });

    it("ends with a status where a rate leaves its domain, and where the solution ends", async () => {
      const domain = systemOf("domain", { a: "-a", b: "ln(1 - time)*a" }, { a: 1 });
      const left = (await compileSolver(domain, { method })).solve(problemOf(domain, [0, 0.5, 2]));
      expect(left.status).toMatchObject({ status: "non-finite", worst: "b", time: expect.closeTo(1, 4) });
      expect([...left.times]).toEqual([0, 0.5]);
      const blowUp = systemOf("blow-up", { z: "-z", y: "y*y" }, { y: 1, z: 1 });
      const ended = (await compileSolver(blowUp, { method })).solve(problemOf(blowUp, [0, 0.5, 0.9, 2]));
      expect(["step-too-small", "non-finite"]).toContain(ended.status.status);
      expect(ended.status).toMatchObject({ worst: "y", time: expect.closeTo(1, 3) });
      expect([...ended.times]).toEqual([0, 0.5, 0.9]);
    });

    it("takes no memory per solve", async () => {
      const solver = await compileSolver(brusselator, { method });
      const problem = problemOf(brusselator, sortedTimes(20_000, 1));
      const first = values(solver.solve(problem));
      const before = process.memoryUsage().arrayBuffers;
      const held = Array.from({ length: 300 }, () => {
        solver.solve(problem);
        return process.memoryUsage().arrayBuffers - before;
      });
      // What solves hand out is freed as the collector runs; were it kept, the last hundred would see that of 200 at the least.
      const handedOut = 20_000 * 3 * 8;
      expect(Math.min(...held.slice(200))).toBeLessThan(150 * handedOut);
      expect(values(solver.solve(problem))).toEqual(first);
    });

    it.each([brusselator, ring, chain, decayChain])("gives the same bits on $id in WebAssembly and in JavaScript", async (system) => {
      const problem = problemOf(system, sortedTimes(11, 7.3));
      const wasm = (await compileSolver(system, { method, target: "wasm" })).solve(problem);
      const javascript = (await compileSolver(system, { method, target: "javascript" })).solve(problem);
      expect(javascript).toEqual(wasm);
    });
  });
  if (isOneStep(method)) oneStepConformance(method);
}

/** What methods written step by step must do beside that. */
function oneStepConformance(method: OdeMethod): void {
  const { facts, tableau } = method;
  const compiled = new Map<OdeSystem, Promise<WovenSolver>>();
  const solverOf = (system: OdeSystem): Promise<WovenSolver> => {
    const known = compiled.get(system) ?? compileSolver(system, { method, record: true });
    compiled.set(system, known);
    return known;
  };

  describe(`one-step method ${facts.id}`, () => {
    it("states facts that its coefficients bear out", () => {
      const count = tableau.nodes.length;
      expect(tableau.a).toHaveLength(count);
      expect(tableau.weights).toHaveLength(count);
      expect(tableau.error).toHaveLength(count);
      expect(tableau.dense).toHaveLength(count + (tableau.extra?.nodes.length ?? 0));
      expect(tableau.extra?.a.map((row) => row.length)).toEqual(tableau.extra?.nodes.map((_, index) => count + index).map((length, index) => Math.min(length, tableau.extra?.a[index]?.length ?? 0)));
      if (facts.firstSameAsLast) expect(tableau.weights.slice(0, tableau.a.at(-1)?.length)).toEqual(tableau.a.at(-1));
    });

    it.each([brusselator, forced, lotkaVolterra])("has its order on $id, by regression over fixed steps", async (system) => {
      const solver = await solverOf(system);
      const end = 4;
      const exact = (await referenceOf(system, [end])).final;
      const measured = order(divided(end), (h) => {
        const fixed = solver.solve({ ...problemOf(system, [end]), steps: new Float64Array(Math.round(end / h) + 1).fill(h), control: tightest });
        // An iteration need not converge in a step that long.
        return fixed.status.status === "done" ? largestGap(fixed.final, exact) : Infinity;
      });
      expect(measured).toBeGreaterThan(facts.order - slopeTolerance);
    });

    it("has its order inside steps, by regression over the first step", async () => {
      const solver = await solverOf(brusselator);
      const inside = [0.13, 0.31, 0.5, 0.72, 0.91];
      // A single step from the start shows the interpolant alone: its local error is one order above its order.
      const steps = Array.from({ length: 24 }, (_, i) => 0.6 * 2 ** (-i / 3));
      const reference = await referenceOf(brusselator, steps.flatMap((h) => inside.map((theta) => theta * h)).toSorted((one, other) => one - other));
      const measured = order(steps, (h) => {
        const times = inside.map((theta) => theta * h);
        const dense = solver.solve({ ...problemOf(brusselator, times), steps: new Float64Array(1).fill(h), control: tightest }).values;
        const exact = times.flatMap((time) => [0, 1].map((i) => reference.values[2 * reference.times.indexOf(time) + i] ?? NaN));
        return largestGap(dense, exact);
      });
      expect(measured).toBeGreaterThan(facts.denseOrder + 1 - slopeTolerance);
      expect(measured).toBeLessThan(facts.denseOrder + 2);
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
      const rtol = facts.order < 4 ? 1e-6 : 1e-9;
      const problem = { ...problemOf(brusselator, sortedTimes(5, facts.order < 6 ? 200 : 500)), control: { rtol, atol: rtol / 100 } };
      const plain = (await compileSolver(brusselator, { method })).solve(problem);
      const recording = await compileSolver(brusselator, { method, record: true });
      const run = recording.begin(problem);
      while (run.advance(500).status === "paused");
      expect(run.trajectory()).toEqual(plain);
      const tape = run.tape();
      expect(tape.count).toBeGreaterThan(1024);
      for (let row = 1; row < tape.count; row++) expect(tape.times[row]).toBe((tape.times[row - 1] ?? NaN) + (tape.steps[row - 1] ?? NaN));
    });

    it("takes no memory of its program per solve", async () => {
      const solver = await compileSolver(brusselator, { method, record: true });
      const problem = problemOf(brusselator, [0.5, 1]);
      solver.solve(problem);
      const bytes = solver.instance.f64.byteLength;
      for (let solve = 0; solve < 5000; solve++) solver.solve(problem);
      expect(solver.instance.f64.byteLength).toBe(bytes);
    });
  });
}
