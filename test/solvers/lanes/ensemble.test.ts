import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { compileEnsemble } from "../../../src/solvers/lanes/ensemble.ts";
import type { EnsembleProblem } from "../../../src/solvers/lanes/problem.ts";
import { bdf, dop853, kvaerno5, oneStepMethods, rodas5p, tsit5 } from "../../../src/solvers/ode/index.ts";
import type { OdeMethod } from "../../../src/solvers/ode/method.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { brusselator, lotkaVolterra, robertson, systemOf } from "../problems.ts";
import { stiffCascade } from "./cascade.ts";

/** Parameters of each run: the system's own times factors spread by a fixed rule. */
const spread = (system: OdeSystem, runs: number): Float64Array =>
  Float64Array.from({ length: runs * system.parameters.length }, (_, index) => (system.parameterValues[index % system.parameters.length] ?? NaN) * 2 ** Math.sin(1 + 7.3 * index));
const startOf = (system: OdeSystem): Float64Array => Float64Array.from(system.initialState, (expression) => expression.value);
const problemsOf = (system: OdeSystem, runs: number, times: readonly number[]): EnsembleProblem => ({ parameters: spread(system, runs), states: startOf(system), times: Float64Array.from(times), startTime: -1 });

/** Each run by itself, in the solver of one run. */
async function alone(system: OdeSystem, method: OdeMethod, problem: EnsembleProblem, control = {}) {
  const solver = await compileSolver(system, { method, control });
  const width = system.parameters.length;
  const runs = width === 0 ? problem.states.length / system.states.length : problem.parameters.length / width;
  return Array.from({ length: runs }, (_, run) =>
    solver.solve({
      parameters: problem.parameters.slice(run * width, (run + 1) * width),
      state: problem.states.length === system.states.length ? problem.states : problem.states.slice(run * system.states.length, (run + 1) * system.states.length),
      times: problem.times,
      ...(problem.startTime !== undefined && { startTime: problem.startTime }),
    }),
  );
}

const rowsOf = (values: Float64Array, runs: number): Float64Array[] => Array.from({ length: runs }, (_, run) => values.slice((run * values.length) / runs, ((run + 1) * values.length) / runs));

/** A layer of tanh units between twelve states: rates are packed, and too many for locals. */
const units = Array.from({ length: 12 }, (_, index) => index);
const dense = systemOf(
  "dense",
  Object.fromEntries(units.map((i) => [`s${i}`, `tanh(b${i} + ${units.map((j) => `w${i}_${j}*s${j}`).join(" + ")}) - s${i}`])),
  { s0: 1, s5: -0.5 },
  Object.fromEntries(units.flatMap((i) => [[`b${i}`, 0.1 * i - 0.5], ...units.map((j) => [`w${i}_${j}`, Math.sin(1 + 12 * i + j)] as const)] as const)),
);

describe.each(Object.values(oneStepMethods))("two lanes of $facts.id", (method) => {
  it.each([
    ["a small system in locals", method.facts.stiff ? robertson : lotkaVolterra, [0, 0.5, 3, 3, 20]],
    ["a system with time in its rates", systemOf("forced", { y: "sin(w*time) - k*y + sqrt(abs(z))^0.3", z: "piecewise(1, time > 2, 0) - log(1 + k)*z" }, { y: 1, z: 2 }, { w: 1, k: 3 }), [1, 2, 2.5, 7]],
    ["a system of more states than locals", systemOf("ring", Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`s${i}`, `k*(s${(i + 39) % 40} - s${i}) - d*s${i}*s${(i + 7) % 40}`])), { s0: 3, s11: 1 }, { k: 2, d: 0.7 }), [0.1, 4]],
    ["a system of enough states for loops over pairs", systemOf("long", Object.fromEntries(Array.from({ length: 103 }, (_, i) => [`s${i}`, `k*(s${(i + 102) % 103} - s${i})`])), { s0: 3, s57: 1 }, { k: 2 }), [0.1, 2]],
    ["dense layers, which are computed two numbers at a time", dense, [0.1, 1]],
  ] as const)("give every run the bits it has alone: %s", async (_, system, times) => {
    const problem = problemsOf(system, 7, times);
    const solver = await compileEnsemble(system, { method });
    const { values, statuses, accepted, rejected } = solver.run(problem);
    const single = await alone(system, method, problem);
    expect(statuses).toEqual(single.map(({ status }) => status));
    expect([...accepted]).toEqual(single.map(({ statistics }) => statistics.accepted));
    expect([...rejected]).toEqual(single.map(({ statistics }) => statistics.rejected));
    expect(rowsOf(values, 7)).toEqual(single.map((one) => one.values));
  });
});

/** Runs of Robertson's reactions and one in five that fails: at its start, in its steps, or for good. */
const failing = systemOf("failing", { x: "piecewise(x*x, kind == 1, piecewise(-sqrt(x - 1) - 1, kind == 2, piecewise(1/zero, kind == 3, piecewise(1e9*cos(1e9*time), kind == 4, -x))))" }, { x: 1.5 }, { kind: 0, zero: 0 });
const kinds = [0, 1, 2, 3, 4, 0, 1, 0, 0, 3, 3, 4, 0];
const mixed: EnsembleProblem = { parameters: Float64Array.from(kinds.flatMap((kind) => [kind, 0])), states: Float64Array.of(1.5), times: Float64Array.of(0, 0.1, 0.3, 2), startTime: 0 };

describe("two lanes of a system with a full Jacobian", () => {
  it("skip no row for one run that another run needs", async () => {
    // Too many products to write out: the factors are computed in loops, which pass over zeros.
    const size = 60;
    const rate = (i: number): string => Array.from({ length: size }, (_, j) => (i === j ? `-d*s${i}` : `${((i * j) % 7) - 3}*k*s${i}*s${j}`)).join(" + ");
    const full = systemOf("full", Object.fromEntries(Array.from({ length: size }, (_, i) => [`s${i}`, rate(i)])), { s0: 0.3, s1: 0.2, s17: 0.1 }, { k: 1, d: 2 });
    const parameters = Float64Array.of(1, 2, 0, 3, 0.5, 1, 0, 0.1, 2, 4);
    const problem = { parameters, states: startOf(full), times: Float64Array.of(0.2, 3) };
    const { values, statuses } = (await compileEnsemble(full, { method: rodas5p })).run(problem);
    const single = await alone(full, rodas5p, problem);
    expect(statuses).toEqual(single.map(({ status }) => status));
    expect(rowsOf(values, 5)).toEqual(single.map((one) => one.values));
  });
});

describe("runs that fail", () => {
  it.each([tsit5, rodas5p])("have the status they have alone and disturb no other ($facts.id)", async (method) => {
    const control = { maxSteps: 500 };
    const solver = await compileEnsemble(failing, { method, control });
    const single = await alone(failing, method, mixed, control);
    expect(new Set(single.map(({ status }) => status.status))).toEqual(new Set(["done", "step-too-small", "non-finite", "too-many-steps"]));
    const { statuses, reached, values } = solver.run(mixed);
    expect(statuses).toEqual(single.map(({ status }) => status));
    expect([...reached]).toEqual(single.map(({ times }) => times.length));
    rowsOf(values, kinds.length).forEach((row, run) => {
      const known = single[run]?.values ?? new Float64Array();
      expect([...row]).toEqual([...known, ...Array.from({ length: 4 - known.length }, () => NaN)]);
    });
  });

  it("are told apart while an ensemble is under way, and pausing changes no bit", async () => {
    const solver = await compileEnsemble(failing, { method: tsit5, control: { maxSteps: 500 } });
    const whole = solver.run(mixed);
    const run = solver.begin(mixed);
    const seen: number[] = [];
    while (!run.advance(1)) {
      const { statuses } = run.result();
      seen.push(statuses.filter(({ status }) => status === "paused").length);
    }
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.toSorted((a, b) => b - a)).toEqual(seen);
    expect(run.result()).toEqual(whole);
    const later = solver.begin(mixed);
    expect(() => run.result()).not.toThrow();
    expect(() => run.advance(1)).toThrow('ensemble of "failing": this ensemble is over');
    expect(later.advance(1)).toBe(false);
    expect(() => later.advance(0)).toThrow("steps is 0");
  });
});

/** Every numRuns-th system, method and lane type that a law about order has to hold for. */
const arrangements = [
  ["f64x2", tsit5, lotkaVolterra],
  ["f32x4", tsit5, lotkaVolterra],
  ["f64x2", rodas5p, robertson],
  ["f32x4", kvaerno5, stiffCascade],
  ["f32x4", dop853, brusselator],
] as const;

describe.each(arrangements)("%s", (lanes, method, system) => {
  it(`gives a run the same bits wherever it stands (${method.facts.id}, ${system.id})`, async () => {
    const solver = await compileEnsemble(system, { method, lanes, control: { rtol: 1e-4 } });
    const problem = problemsOf(system, 23, [0.1, 1, 5]);
    const width = system.parameters.length;
    const known = rowsOf(solver.run(problem).values, 23);
    const orders = fc.shuffledSubarray(Array.from({ length: 23 }, (_, index) => index), { minLength: 1 });
    fc.assert(
      fc.property(orders, (order) => {
        const parameters = Float64Array.from(order.flatMap((run) => [...problem.parameters.subarray(run * width, (run + 1) * width)]));
        expect(rowsOf(solver.run({ ...problem, parameters }).values, order.length)).toEqual(order.map((run) => known[run]));
      }),
      { numRuns: 25 },
    );
  });
});

/** x of `x' = pulse - 0.1 x` from rest: two exponentials. */
const pulseAt = (t: number, on: number, width: number): number => {
  const after = (from: number): number => (t <= from ? 0 : (1 - Math.exp(-0.1 * (t - from))) / 0.1);
  return after(on) - after(on + width);
};

describe("four lanes in f32", () => {
  it.each([
    [tsit5, lotkaVolterra, [1, 10]],
    [dop853, brusselator, [1, 4]],
    [rodas5p, stiffCascade, [0.5, 5, 50]],
    [kvaerno5, stiffCascade, [0.5, 5, 50]],
  ] as const)("agree with f64 to the tolerance ($facts.id)", async (method, system, times) => {
    const control = { rtol: 1e-4, atol: 1e-6 };
    const problem = problemsOf(system, 30, times);
    const [single, exact] = await Promise.all([compileEnsemble(system, { method, lanes: "f32x4", control }), compileEnsemble(system, { method, control: { rtol: 1e-9, atol: 1e-11 } })]);
    const [rough, fine] = [single.run(problem), exact.run(problem)];
    expect(rough.statuses.every(({ status }) => status === "done")).toBe(true);
    // 100 rtol of the value and 100 atol: what a run accumulates over its steps.
    fine.values.forEach((value, index) => expect(Math.abs((rough.values[index] ?? NaN) - value)).toBeLessThanOrEqual(100 * (1e-4 * Math.abs(value) + 1e-6)));
  });

  it("meet pulses in time", async () => {
    const pulse = systemOf("pulse", { x: "piecewise(1, time >= on && time < on + width, 0) - k*x" }, {}, { on: 10, width: 0.5, k: 0.1 });
    const onsets = [0, 3, 100, 4000, 77.7, 1e-3, 12];
    const widths = [0.5, 0.01, 2, 1, 0.125, 3, 0.75];
    const parameters = Float64Array.from(onsets.flatMap((on, run) => [on, widths[run] ?? 1, 0.1]));
    for (const [lanes, method] of [["f32x4", tsit5], ["f64x2", tsit5], ["f32x4", rodas5p], ["f64x2", rodas5p]] as const) {
      const solver = await compileEnsemble(pulse, { method, lanes, control: { rtol: 1e-5, atol: 1e-8 } });
      const times = Float64Array.of(5, 13, 5000);
      const { values, statuses } = solver.run({ parameters, states: Float64Array.of(0), times });
      expect(statuses.every(({ status }) => status === "done")).toBe(true);
      // An onset in f32 is off by up to half a unit in its last place: 1.2e-4 at 4000, of a pulse 1 wide.
      onsets.forEach((on, run) => times.forEach((t, row) => expect(Math.abs((values[run * 3 + row] ?? NaN) - pulseAt(t, on, widths[run] ?? 1))).toBeLessThan(1e-3)));
    }
    const solver = await compileEnsemble(pulse, { method: tsit5 });
    const problem = { parameters, states: Float64Array.of(0), times: Float64Array.of(5, 13, 5000) };
    expect(rowsOf(solver.run(problem).values, 7)).toEqual((await alone(pulse, tsit5, problem)).map(({ values }) => values));
  });
});

describe("an ensemble", () => {
  it("has the same bits in JavaScript, one by one, and in lanes", async () => {
    const problem = problemsOf(robertson, 9, [0.1, 40, 400]);
    const solvers = await Promise.all([
      compileEnsemble(robertson, { method: rodas5p }),
      compileEnsemble(robertson, { method: rodas5p, target: "javascript" }),
      compileEnsemble(robertson, { method: rodas5p, lanes: "f64" }),
    ]);
    const [lanes, script, single] = solvers.map((solver) => solver.run(problem));
    expect(script).toEqual(lanes);
    expect(single).toEqual(lanes);
    await expect(compileEnsemble(robertson, { method: rodas5p, target: "javascript", lanes: "f32x4", control: { rtol: 1e-4 } })).rejects.toThrow("which the JavaScript target does not have");
  });

  it("has the same bits in lanes, alone and in JavaScript with functions of its own", async () => {
    const system = systemOf("own", { y: "exp(-y) - k*y^1.3 + log(1 + z)", z: "tanh(y) - k*z" }, { y: 1, z: 2 }, { k: 0.7 });
    const problem = problemsOf(system, 6, [0.5, 3]);
    const options = { method: rodas5p, reproducible: true };
    const solvers = await Promise.all([compileEnsemble(system, options), compileEnsemble(system, { ...options, target: "javascript" }), compileEnsemble(system, { ...options, lanes: "f64" })]);
    const [lanes, script, single] = solvers.map((solver) => solver.run(problem));
    expect(script).toEqual(lanes);
    expect(single).toEqual(lanes);
    const rough = await compileEnsemble(system, { ...options, lanes: "f32x4", control: { rtol: 1e-5, atol: 1e-7 } });
    // 100 rtol of values near 1.
    rough.run(problem).values.forEach((value, index) => expect(Math.abs(value - (lanes?.values[index] ?? NaN))).toBeLessThan(1e-3));
    await expect(compileEnsemble(systemOf("sines", { y: "sin(y)" }, {}), options)).rejects.toThrow("reproducible bits: the program calls sin");
  });

  it("takes rows of states, tells its progress and stops when it is told to", async () => {
    const runs = 3000;
    const states = Float64Array.from({ length: 2 * runs }, (_, index) => 1 + (index % 17) / 20);
    const problem = { parameters: Float64Array.from(lotkaVolterra.parameterValues), states, times: Float64Array.of(30) };
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const told: number[] = [];
    const result = solver.run(problem, { progress: (begun, all) => told.push(begun / all) });
    expect(told.length).toBeGreaterThan(0);
    expect(told.toSorted((a, b) => a - b)).toEqual(told);
    // States come back every 34 rows.
    expect(result.values.slice(0, 68)).toEqual(result.values.slice(68, 136));
    expect((await alone(lotkaVolterra, tsit5, { ...problem, parameters: Float64Array.from({ length: 4 * 5 }, (_, i) => lotkaVolterra.parameterValues[i % 3] ?? 0), states: states.slice(0, 2) })).length).toBeGreaterThan(0);
    const stop = new AbortController();
    // A solver that is new begins with short slices.
    const another = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const early = await another.runAsync(problem, { signal: stop.signal, progress: (begun) => (begun > 100 ? stop.abort() : undefined) });
    const isDone = early.statuses.map(({ status }) => status === "done");
    expect(isDone).toContain(false);
    expect(isDone).toContain(true);
    isDone.forEach((done, run) => expect([...early.values.subarray(2 * run, 2 * run + 2)]).toEqual(done ? [...result.values.subarray(2 * run, 2 * run + 2)] : [NaN, NaN]));
  });

  it("may be empty, want no times, or have nothing in it", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const states = startOf(lotkaVolterra);
    expect(solver.run({ parameters: new Float64Array(), states, times: Float64Array.of(1) }).runs).toBe(0);
    const untimed = solver.run({ parameters: spread(lotkaVolterra, 3), states, times: new Float64Array() });
    expect(untimed.statuses).toEqual([{ status: "done" }, { status: "done" }, { status: "done" }]);
    const nothing = await compileEnsemble(systemOf("nothing", {}, {}, { k: 1 }), { method: tsit5 });
    expect(nothing.run({ parameters: Float64Array.of(1, 2, 3), states: new Float64Array(), times: Float64Array.of(1) }).statuses).toHaveLength(3);
  });

  it("does methods with a loop of their own, and events, one run after another", async () => {
    const solver = await compileEnsemble(robertson, { method: bdf });
    expect(solver.lanes).toBe("f64");
    const problem = { ...problemsOf(robertson, 3, [0.4, 4]), startTime: 0 };
    const result = solver.run(problem);
    expect(result.statuses).toEqual([{ status: "done" }, { status: "done" }, { status: "done" }]);
    const exact = (await compileEnsemble(robertson, { method: rodas5p, control: { rtol: 1e-10, atol: 1e-14 } })).run(problem);
    // 1000 rtol: what a method of many steps back accumulates.
    exact.values.forEach((value, index) => expect(Math.abs((result.values[index] ?? NaN) - value)).toBeLessThan(1e-3 * Math.abs(value) + 1e-6));
    await expect(compileEnsemble(robertson, { method: bdf, lanes: "f64x2" })).rejects.toThrow('method "bdf" has a loop of its own and takes no lanes');
    const { graph } = lotkaVolterra;
    const event = { id: "kill", trigger: graph.apply("less", graph.constant(5), graph.symbol("time")), initialValue: true, persistent: true, delay: null, valuesFromTriggerTime: true, priority: null, assignments: [{ target: "prey", value: graph.constant(0), factor: null, divisor: null }] };
    const eventful = { ...lotkaVolterra, events: [event] };
    const one = await compileEnsemble(eventful, { method: tsit5, lanes: "f64" });
    const killed = one.run({ ...problemsOf(eventful, 2, [4, 6]), startTime: 0 });
    expect([...killed.values].map((value) => value === 0)).toEqual([false, false, true, false, false, false, true, false]);
  });

  it("refuses what it cannot do, by name", async () => {
    await expect(compileEnsemble(robertson, { method: rodas5p, lanes: "f32x4" })).rejects.toThrow("control: rtol is 0.000001; f32 resolves 0.00001 at best");
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5, lanes: "f32x4", control: { rtol: 1e-4 } });
    const problem = { parameters: spread(lotkaVolterra, 2), states: startOf(lotkaVolterra), times: Float64Array.of(1) };
    expect(() => solver.run({ ...problem, parameters: problem.parameters.slice(1) })).toThrow("5 parameter values are not rows of 3 (a, b, c)");
    expect(() => solver.run({ ...problem, states: new Float64Array(6) })).toThrow("2 rows of parameters but 3 rows of initial values");
    expect(() => solver.run({ ...problem, times: Float64Array.of(2, 1) })).toThrow("requested time 1 is 1");
    expect(() => solver.run({ ...problem, states: Float64Array.of(1, 1e-40) })).toThrow('"predator" is 1e-40 in row 0, which f32 cannot hold');
  });
});
