import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it, vi } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileEnsemble } from "../../../src/solvers/lanes/ensemble.ts";
import { ensembleThreads } from "../../../src/solvers/lanes/threads.node.ts";
import { bdfWith } from "../../../src/solvers/ode/bdf.ts";
import { auto, bdf, dop853, odex, rodas5p, tsit5 } from "../../../src/solvers/ode/index.ts";
import { systemFrom } from "../ode/event-model.ts";
import { lotkaVolterra, systemOf } from "../problems.ts";
import { stiffCascade } from "./cascade.ts";

const isBuilt = existsSync(new URL("../../../dist/solvers/lanes/worker.node.js", import.meta.url));
if (!isBuilt) console.warn("threads.node.test: dist/solvers/lanes/worker.node.js is missing, so workers are not tried; run npm run build first");

/** Workers of a build from before runs were done one by one on threads would not know what to do. */
const doesSingles = existsSync(new URL("../../../dist/solvers/lanes/single-start.js", import.meta.url));
if (isBuilt && !doesSingles) console.warn("threads.node.test: dist/solvers/lanes/single-start.js is missing, so runs one by one are not tried on workers; run npm run build first");

const spread = (values: readonly number[], runs: number): Float64Array => Float64Array.from({ length: runs * values.length }, (_, index) => (values[index % values.length] ?? NaN) * 2 ** Math.sin(1 + 7.3 * index));

/** How long workers may take to come, on a machine that does much else. */
const workerMs = 20_000;

const pulse = systemOf("pulse", { x: "piecewise(1, time >= on && time < on + width, 0) - k*x" }, {}, { on: 10, width: 0.5, k: 0.1 });

/** Doses, a threshold, a delay, two events at one time, and runs that fail at their dose. */
const eventful = systemFrom(`A = 1; B = 0; k = 0.7; level = 0.4; wait = 0.3; bad = 0; n = 0; last = 0
  R1: A -> B; k*A
  R2: B -> ; 0.2*B/(0.5 + B)
  dose: at time - 5*floor(time/5) < 1, t0 = false, priority = 2: A = A + 1/(1 - bad), n = n + 1
  refill: at A < level: A = A + 0.5, last = time
  late: at wait after B > level, priority = 1: B = 0.5*B, n = n + 10`);

describe.skipIf(!doesSingles)("an ensemble with events on threads", () => {
  it.each([tsit5, rodas5p, bdf, auto, odex])("has the same bits on any number of threads, failures included ($facts.id)", async (method) => {
    const solver = await compileEnsemble(eventful, { method });
    expect(solver.lanes).toBe("f64");
    const runs = 27;
    const width = eventful.parameters.length;
    const parameters = spread(eventful.parameterValues, runs);
    const places = ["k", "level", "wait"].map((id) => eventful.parameters.indexOf(id));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    const bad = eventful.parameters.indexOf("bad");
    for (let run = 0; run < runs; run++) parameters[run * width + bad] = run % 9 === 4 ? 1 : 0;
    const problem = { parameters, states: initialState(eventful, Float64Array.from(eventful.parameterValues)), times: Float64Array.of(0, 1, 12) };
    const here = solver.run(problem);
    expect(here.statuses.filter(({ status }) => status === "non-finite")).toHaveLength(3);
    expect(here.statuses.filter(({ status }) => status === "done")).toHaveLength(runs - 3);
    for (const threads of [1, 3]) {
      const pool = ensembleThreads(solver, { threads });
      const told: number[] = [];
      expect(await pool.run(problem, { progress: (done) => told.push(done) })).toEqual(here);
      expect(told.at(-1)).toBe(runs);
      expect((await pool.run(problem, { signal: AbortSignal.abort() })).statuses.every(({ status }) => status === "paused")).toBe(true);
      await pool.close();
    }
  });

  it("at known times stays in lanes", async () => {
    const dosed = systemFrom("A -> ; k*A; k = 0.7; A = 1; n = 0; tau = 3; bad = 0\ndose: at time - tau*floor(time/tau) < 0.5*tau: A = A + 1/(1 - bad), n = n + 1");
    const solver = await compileEnsemble(dosed, { method: tsit5 });
    expect(solver.lanes).toBe("f64x2");
    const runs = 300;
    const parameters = spread(dosed.parameterValues, runs).map((value, index) => (dosed.parameters[index % 3] === "bad" ? Number(index % 63 < 3) : value));
    const problem = { parameters, states: initialState(dosed, Float64Array.from(dosed.parameterValues)), times: Float64Array.of(0, 4, 20) };
    const here = solver.run(problem);
    expect(here.statuses.filter(({ status }) => status === "non-finite").length).toBeGreaterThan(5);
    for (const threads of [1, 3]) {
      const pool = ensembleThreads(solver, { threads });
      for (let round = 0; round < 8; round++) expect(await pool.run(problem)).toEqual(here);
      await pool.close();
    }
  });

  it("is done by workers too, and stops when it is told to", async () => {
    const solver = await compileEnsemble(eventful, { method: tsit5 });
    const pool = ensembleThreads(solver, { threads: 2 });
    const problem = { parameters: spread(eventful.parameterValues, 1000), states: initialState(eventful, Float64Array.from(eventful.parameterValues)), times: Float64Array.of(20) };
    const here = solver.run(problem);
    const heard = vi.spyOn(Worker.prototype, "emit");
    const hasAnswer = (): boolean => heard.mock.calls.some(([name, answer]) => String(name) === "message" && "failures" in (answer as unknown as object));
    for (const end = Date.now() + workerMs; !hasAnswer() && Date.now() < end; ) expect(await pool.run(problem)).toEqual(here);
    expect(hasAnswer()).toBe(true);
    heard.mockRestore();
    const stop = new AbortController();
    const early = await pool.run(problem, { signal: stop.signal, progress: () => stop.abort() });
    const isDone = early.statuses.map(({ status }) => status === "done");
    expect(isDone).toContain(true);
    expect(isDone).toContain(false);
    const width = eventful.states.length;
    isDone.forEach((done, run) => done && expect([...early.values.subarray(run * width, (run + 1) * width)]).toEqual([...here.values.subarray(run * width, (run + 1) * width)]));
    await pool.close();
  }, 2 * workerMs);
});

describe.skipIf(!isBuilt)("an ensemble on threads", () => {
  const closing: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(closing.map((close) => close())));

  it.each(["f64x2", "f32x4"] as const)("has the same bits on any number of threads (%s)", async (lanes) => {
    const solver = await compileEnsemble(stiffCascade, { method: rodas5p, lanes, control: { rtol: 1e-4 } });
    const problem = { parameters: spread(stiffCascade.parameterValues, 151), states: new Float64Array(10), times: Float64Array.of(0, 1, 30) };
    const here = solver.run(problem);
    expect(here.statuses.every(({ status }) => status === "done")).toBe(true);
    for (const threads of [1, 2, 3]) {
      const pool = ensembleThreads(solver, { threads });
      closing.push(pool.close);
      const told: number[] = [];
      expect(await pool.run(problem, { progress: (done) => told.push(done) })).toEqual(here);
      expect(told.at(-1)).toBe(151);
      expect(await pool.run({ ...problem, parameters: problem.parameters.slice(0, 20 * 5) })).toEqual(solver.run({ ...problem, parameters: problem.parameters.slice(0, 20 * 5) }));
    }
  });

  it.each([
    ["rows of states, and stages for the output alone", dop853, lotkaVolterra, Float64Array.from(lotkaVolterra.parameterValues), Float64Array.from({ length: 2 * 700 }, (_, index) => 1 + (index % 17) / 20)],
    ["breakpoints of each run", rodas5p, pulse, Float64Array.from({ length: 3 * 400 }, (_, index) => [1 + (index % 31), 0.5, 0.1][index % 3] ?? NaN), Float64Array.of(0)],
  ] as const)("reads what its threads share: %s", async (_, method, system, parameters, states) => {
    const solver = await compileEnsemble(system, { method });
    const pool = ensembleThreads(solver, { threads: 2 });
    closing.push(pool.close);
    const problem = { parameters, states, times: Float64Array.of(0, 5, 30) };
    const here = solver.run(problem);
    expect(await pool.run(problem)).toEqual(here);
    const shared = { ...problem, parameters: new Float64Array(new SharedArrayBuffer(parameters.byteLength)) };
    shared.parameters.set(parameters);
    const kept = await pool.run(shared);
    await pool.run({ ...problem, parameters: parameters.map((value) => 1.1 * value) });
    // A later ensemble writes elsewhere.
    expect(kept).toEqual(here);
  });

  it("leaves an ensemble of its solver alone, and begins without waiting for workers", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const problem = { parameters: spread(lotkaVolterra.parameterValues, 60), states: Float64Array.of(1.5, 1), times: Float64Array.of(5) };
    const own = solver.begin(problem);
    own.advance(50);
    const pool = ensembleThreads(solver, { threads: 2 });
    const spreadOut = await pool.run(problem);
    await pool.close();
    while (!own.advance(1000));
    expect(own.result()).toEqual(spreadOut);
    // Closed, it begins anew.
    expect(await pool.run(problem)).toEqual(spreadOut);
    await pool.close();
  });

  it("explains failures, is over when it is empty, and refuses two ensembles at once", async () => {
    const failing = systemOf("failing", { x: "piecewise(x*x, kind == 1, -x)" }, { x: 1.5 }, { kind: 0 });
    const solver = await compileEnsemble(failing, { method: tsit5 });
    const pool = ensembleThreads(solver, { threads: 2 });
    closing.push(pool.close);
    const problem = { parameters: Float64Array.from({ length: 90 }, (_, run) => (run % 7 === 3 ? 1 : 0)), states: Float64Array.of(1.5), times: Float64Array.of(0.1, 2) };
    const first = pool.run(problem);
    await expect(pool.run(problem)).rejects.toThrow("these threads are busy");
    expect(await first).toEqual(solver.run(problem));
    expect((await pool.run({ ...problem, parameters: new Float64Array() })).runs).toBe(0);
    await expect(pool.run({ ...problem, times: Float64Array.of(2, 1) })).rejects.toThrow("requested time 1 is 1");
  });

  it("is done by workers too, failures included", async () => {
    const failing = systemOf("failing", { x: "piecewise(x*x, kind == 1, -x)" }, { x: 1.5 }, { kind: 0 });
    const solver = await compileEnsemble(failing, { method: tsit5 });
    const pool = ensembleThreads(solver, { threads: 3 });
    closing.push(pool.close);
    const problem = { parameters: Float64Array.from({ length: 20_000 }, (_, run) => (run % 700 === 3 ? 1 : 0)), states: Float64Array.of(1.5), times: Float64Array.of(0.1, 2) };
    const here = solver.run(problem);
    // What a worker answers names the runs that failed in its own blocks.
    const heard = vi.spyOn(Worker.prototype, "emit");
    const hasShare = (): boolean => heard.mock.calls.some(([name, answer]) => String(name) === "message" && (answer as unknown as { readonly failures?: readonly unknown[] }).failures?.length);
    for (const end = Date.now() + workerMs; !hasShare() && Date.now() < end; ) expect(await pool.run(problem)).toEqual(here);
    expect(hasShare()).toBe(true);
    heard.mockRestore();
  }, 2 * workerMs);

  it("says that workers broke down, and begins with new ones", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const { share } = solver;
    const { start } = share;
    if (!("plan" in start)) throw new Error("lanes are shared by their plan");
    const { program, ...plan } = start.plan;
    // Read once for each of two workers, which get nothing, then for this thread.
    let reads = 0;
    const broken = {
      ...plan,
      get program() {
        reads += 1;
        return reads > 2 ? program : (null as unknown as typeof program);
      },
    };
    const pool = ensembleThreads({ ...solver, share: { ...share, start: { ...start, plan: broken } } }, { threads: 3 });
    closing.push(pool.close);
    const problem = { parameters: spread(lotkaVolterra.parameterValues, 300), states: Float64Array.of(1.5, 1), times: Float64Array.of(5) };
    const long = { ...problem, parameters: spread(lotkaVolterra.parameterValues, 200_000), times: Float64Array.of(50) };
    await expect(pool.run(long)).rejects.toThrow("a worker broke down");
    // The second worker breaks down unheard.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await pool.run(problem)).toEqual(solver.run(problem));
  });

  it("does not wait for workers that are closed meanwhile", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const pool = ensembleThreads(solver, { threads: 2 });
    const problem = { parameters: spread(lotkaVolterra.parameterValues, 100_000), states: Float64Array.of(1.5, 1), times: Float64Array.of(50) };
    let told = 0;
    const run = pool.run(problem, { progress: () => void (++told === 2 && pool.close()) });
    await expect(run).rejects.toThrow("closed while it was under way");
    await pool.close();
  });

  it("stops when it is told to, and begins again afterwards", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const pool = ensembleThreads(solver, { threads: 2 });
    closing.push(pool.close);
    const problem = { parameters: spread(lotkaVolterra.parameterValues, 4000), states: Float64Array.of(1.5, 1), times: Float64Array.of(50) };
    const stop = new AbortController();
    const early = await pool.run(problem, { signal: stop.signal, progress: () => stop.abort() });
    const isDone = early.statuses.map(({ status }) => status === "done");
    expect(isDone).toContain(true);
    expect(isDone).toContain(false);
    const whole = await pool.run(problem);
    expect(whole).toEqual(solver.run(problem));
    isDone.forEach((done, run) => expect([...early.values.subarray(2 * run, 2 * run + 2)]).toEqual(done ? [...whole.values.subarray(2 * run, 2 * run + 2)] : [NaN, NaN]));
    expect((await pool.run(problem, { signal: AbortSignal.abort() })).statuses.every(({ status }) => status === "paused")).toBe(true);
  });

  it("refuses what it cannot do, by name", async () => {
    const single = await compileEnsemble(lotkaVolterra, { method: bdfWith({ linear: "krylov" }) });
    expect(() => ensembleThreads(single)).toThrow('method "bdf" was made with options of its own, which workers do not know');
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    expect(() => ensembleThreads(solver, { threads: 0 })).toThrow("threads is 0");
  });
});
