import { describe, expect, it } from "vitest";
import { f64, i32 } from "../../src/kernel/builder.ts";
import { lower } from "../../src/kernel/lower.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { resolveControl } from "../../src/solvers/ode/control.ts";
import { odeMethods, rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import { tapeRow } from "../../src/solvers/ode/memory.ts";
import { brusselator, decayChain, oscillator, problemOf, robertson, systemOf } from "./problems.ts";

const method = tsit5;

describe("compileSolver", () => {
  it("registers methods under their own ids", () => {
    for (const [id, entry] of Object.entries(odeMethods)) expect(entry.facts.id).toBe(id);
  });

  it("refuses an undeclared symbol by name", async () => {
    const system = systemOf("loose", { a: "-k_missing*a" }, { a: 1 });
    await expect(compileSolver(system, { method })).rejects.toThrow(/"k_missing" is neither a state, a parameter nor time/);
  });

  it("refuses problems that do not fit, saying how", async () => {
    const solver = await compileSolver(decayChain, { method });
    const good = problemOf(decayChain, [1]);
    expect(() => solver.begin({ ...good, parameters: Float64Array.of(1) })).toThrow(/1 parameter values for 2 parameters \(k1, k2\)/);
    expect(() => solver.begin({ ...good, state: Float64Array.of(1) })).toThrow(/1 initial values for 3 states/);
    expect(() => solver.begin({ ...good, times: Float64Array.of(2, 1) })).toThrow(/requested time 1 is 1/);
    expect(() => solver.begin({ ...good, times: Float64Array.of(NaN) })).toThrow(/requested time 0 is NaN/);
    expect(() => solver.begin({ ...good, startTime: 2 })).toThrow(/not before the start at 2/);
    expect(() => solver.begin({ ...good, steps: Float64Array.of(0.1, -1) })).toThrow(/given step 1 is -1/);
    expect(() => solver.begin({ ...good, control: { rtol: 2 } })).toThrow(/rtol is 2/);
  });

  it("refuses impossible controls and takes 0 as a value", () => {
    expect(() => resolveControl({ rtol: 0, atol: 0 })).toThrow(/atol is 0/);
    expect(() => resolveControl({ maxSteps: 1.5 })).toThrow(/maxSteps/);
    expect(resolveControl({ atol: 0 }).atol).toBe(0);
    expect(resolveControl({ rtol: 1e-3 }, { rtol: 1e-4 }).rtol).toBe(1e-4);
  });

  it("a later run ends an earlier one, which then says so", async () => {
    const solver = await compileSolver(decayChain, { method });
    const first = solver.begin(problemOf(decayChain, [1]));
    solver.begin(problemOf(decayChain, [1]));
    expect(() => first.advance(1)).toThrow(/another one began/);
    expect(() => first.trajectory()).toThrow(/another one began/);
  });

  it("a run in the middle has what it reached, and then goes on", async () => {
    const solver = await compileSolver(oscillator, { method });
    const run = solver.begin(problemOf(oscillator, [0, 1, 2, 50]));
    expect(run.status).toEqual({ status: "paused", time: 0 });
    while (run.status.status === "paused" && run.status.time < 1.5) run.advance(1);
    const middle = run.trajectory();
    expect(middle.status.status).toBe("paused");
    expect(middle.times.length).toBeGreaterThanOrEqual(2);
    expect(middle.times.length).toBeLessThan(4);
    expect(run.advance(10_000)).toEqual({ status: "done" });
    expect(run.trajectory().times).toHaveLength(4);
  });

  it("no requested time and the start alone need no step", async () => {
    const solver = await compileSolver(oscillator, { method });
    expect(solver.solve(problemOf(oscillator, [])).status).toEqual({ status: "done" });
    const start = solver.solve({ ...problemOf(oscillator, [3]), startTime: 3 });
    expect(start.statistics.accepted).toBe(0);
    expect([...start.values]).toEqual([0, 1]);
  });

  it("solves a system without states", async () => {
    for (const entry of Object.values(odeMethods)) {
      const nothing = await compileSolver(systemOf("nothing", {}, {}), { method: entry });
      expect(nothing.solve(problemOf(nothing.system, [0, 1])).status).toEqual({ status: "done" });
    }
  });

  it("solveAsync gives the bits of solve, breathes, and stops at a signal", async () => {
    const control = { rtol: 1e-12, atol: 1e-12, maxSteps: 2 ** 30 };
    const solver = await compileSolver(brusselator, { method, control });
    const problem = problemOf(brusselator, [100, 1000]);
    const whole = solver.solve(problem);
    let breaths = 0;
    const sliced = await solver.solveAsync(problem, { breathe: async () => void breaths++ });
    expect(sliced).toEqual(whole);
    const abort = new AbortController();
    const started = performance.now();
    setTimeout(() => abort.abort(), 120);
    const stopped = await solver.solveAsync(problemOf(brusselator, [10, 1e9]), { signal: abort.signal });
    // Half of the second that a stop may take; the loop itself aims at 50 ms a call.
    expect(performance.now() - started).toBeLessThan(620);
    expect(stopped.status.status).toBe("paused");
    expect([...stopped.times]).toEqual([10]);
  });

  it("only the first errorStates shape the steps", async () => {
    // A slow state leads; a fast one follows and, left out of the norm, cannot force steps.
    const system = systemOf("led", { slow: "-slow", fast: "1000*cos(1000*time)*slow" }, { slow: 1 });
    const all = (await compileSolver(system, { method })).solve(problemOf(system, [1]));
    const one = (await compileSolver(system, { method, errorStates: 1 })).solve(problemOf(system, [1]));
    expect(one.statistics.accepted).toBeLessThan(all.statistics.accepted / 10);
    const alone = systemOf("alone", { slow: "-slow" }, { slow: 1 });
    const slow = (await compileSolver(alone, { method })).solve(problemOf(alone, [1]));
    expect(one.final[0]).toBe(slow.final[0]);
    // Left out of the norm is not left out of the finite: an overflow there is still an error.
    const broken = systemOf("broken", { slow: "-slow", bad: "sqrt(0.5 - time)" }, { slow: 1 });
    const failed = (await compileSolver(broken, { method, errorStates: 1 })).solve(problemOf(broken, [1]));
    expect(failed.status).toMatchObject({ status: "non-finite", worst: "bad" });
    await expect(compileSolver(system, { method, errorStates: 3 })).rejects.toThrow(/errorStates is 3/);
  });

  it.each([tsit5, rodas5p])("extend adds functions that see the tape, the stages and the system ($facts.id)", async (entry) => {
    const system = decayChain;
    const solver = await compileSolver(system, {
      method: entry,
      record: true,
      extend({ program, memory, resolve, system: { rhs, graph } }) {
        const { tapeAddress, tapeCount } = memory.integer;
        // Sum over the tape of h times the total rate of the first two species: a quadrature of what leaves them.
        program.function("leaving", { result: "f64" }, (b) => {
          const total = b.local("f64", "total", f64.const(0));
          b.repeat(i32.load(tapeCount), (index) => {
            const row = b.local("i32", "row", i32.add(i32.load(tapeAddress), i32.mul(index, tapeRow.bytes(memory.stateCount))));
            const at = resolve(f64.load(row, tapeRow.time), (state) => f64.load(row, tapeRow.state + 8 * state));
            const [first, second] = rhs;
            if (!first || !second) return;
            const [rate] = lower(b, [graph.apply("add", first, second)], at);
            b.set(total, f64.add(total, f64.mul(f64.load(row, tapeRow.step), rate ?? f64.const(NaN))));
          });
          b.return(total);
        });
      },
    });
    const run = solver.begin({ ...problemOf(system, [1.9995]), steps: new Float64Array(2000).fill(1e-3) });
    run.advance(2000);
    const change = (run.trajectory().final[0] ?? NaN) + (run.trajectory().final[1] ?? NaN) - 1;
    // A left Riemann sum is off by h/2 times the change of the rate.
    expect(solver.instance.functions["leaving"]?.()).toBeCloseTo(change, 2);
    expect(change).toBeLessThan(-0.2);
  });

  it("keeps a recorded robertson in bounds of its tape and refuses to show one that was not kept", async () => {
    const solver = await compileSolver(robertson, { method: rodas5p });
    expect(() => solver.begin(problemOf(robertson, [1])).tape()).toThrow(/record: true/);
  });
});
