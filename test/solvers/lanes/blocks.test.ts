import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breakpointTimes, breakpointsOf } from "../../../src/solvers/ode/breakpoint.ts";
import { compileEnsemble } from "../../../src/solvers/lanes/ensemble.ts";
import type { EnsembleResult } from "../../../src/solvers/lanes/problem.ts";
import { blockOf, checkEnsemble, partOf } from "../../../src/solvers/lanes/problem.ts";
import { sharedCopies } from "../../../src/solvers/lanes/shared-copies.ts";
import { dop853, rodas4, tsit5, vern7 } from "../../../src/solvers/ode/index.ts";
import { lotkaVolterra, systemOf } from "../problems.ts";

const pulse = systemOf("pulse", { x: "piecewise(1, time >= on && time < on + width, 0) - k*x", z: "x - k*z" }, {}, { on: 10, width: 0.5, k: 0.1 });
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("a block", () => {
  it("has the runs it is asked for, whole or as part of a larger one, in memory of threads or not", () => {
    const shape = { parameterCount: 3, stateCount: 2 };
    const breakpoints = breakpointsOf(pulse, 2);
    const rows = fc.record({ runs: fc.integer({ min: 1, max: 12 }), sharesParameters: fc.boolean(), sharesStates: fc.boolean() });
    const copies = sharedCopies();
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), ({ runs, sharesParameters, sharesStates }, a, b) => {
        const parameters = Float64Array.from(range(3 * (sharesParameters ? 1 : runs)), (index) => 1 + index);
        const states = Float64Array.from(range(2 * (sharesStates ? 1 : runs)), (index) => 100 + index);
        const ensemble = checkEnsemble(pulse, { parameters, states, times: Float64Array.of(1, 40) }, "f64x2");
        const [from, to] = [a % ensemble.runs, (a % ensemble.runs) + 1 + (b % (ensemble.runs - (a % ensemble.runs)))];
        const whole = blockOf(pulse, breakpoints, ensemble, 0, ensemble.runs);
        const shared = copies.of(whole);
        expect(shared).toEqual(whole);
        expect(shared.parameters.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(copies.of(shared).parameters).toBe(shared.parameters);
        const part = partOf(shared, shape, from, to);
        expect(part).toEqual(blockOf(pulse, breakpoints, ensemble, from, to));
        range(to - from).forEach((run) => {
          const own = part.parameters.length === 3 ? part.parameters : part.parameters.subarray(3 * run, 3 * run + 3);
          expect([...own]).toEqual([...ensemble.parametersOf(from + run)]);
          const first = part.breakpoints?.first[run] ?? NaN;
          const expected = breakpointTimes(pulse, breakpoints, own, 0, 40);
          expect(part.breakpoints?.times.subarray(first, first + expected.length)).toEqual(expected);
        });
      }),
    );
  });
});

/** Enough outputs that these runs take several blocks. */
const long = { parameters: Float64Array.from(range(3 * 900), (index) => (lotkaVolterra.parameterValues[index % 3] ?? NaN) * 2 ** Math.sin(1 + 7.3 * index)), states: Float64Array.of(1.5, 1), times: Float64Array.from(range(60), (index) => index / 4) };
const rowOf = ({ values, times, states }: EnsembleResult, run: number): Float64Array => values.slice(run * times.length * states.length, (run + 1) * times.length * states.length);

describe("an ensemble of several blocks", () => {
  it("tells what is done while it is under way, and pausing between and inside blocks changes no bit", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const whole = solver.run(long);
    const kept = whole.values.slice();
    const run = solver.begin(long);
    const done: number[] = [];
    for (let isDone = false; !isDone; ) {
      isDone = run.advance(3001);
      const now = run.result();
      const finished = range(900).filter((index) => now.statuses[index]?.status === "done");
      for (const index of [finished[0], finished.at(-1)]) if (index !== undefined) expect(rowOf(now, index)).toEqual(rowOf(whole, index));
      for (const index of range(900).filter((at) => now.statuses[at]?.status === "paused")) expect([now.reached[index], ...rowOf(now, index).filter((value) => !Number.isNaN(value))]).toEqual([0]);
      done.push(finished.length);
    }
    expect(done.length).toBeGreaterThan(5);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
    expect(run.result()).toEqual(whole);
    // What was given away is nobody else's memory.
    expect(whole.values).toEqual(kept);
  });

  it("does no more steps at once than it is asked for", async () => {
    const solver = await compileEnsemble(lotkaVolterra, { method: tsit5 });
    const run = solver.begin(long);
    let calls = 1;
    while (!run.advance(100)) calls += 1;
    const { accepted, rejected } = run.result();
    const attempts = accepted.reduce((sum, count, index) => sum + count + (rejected[index] ?? 0), 0);
    // Two lanes: at least half as many attempts as steps, and no more than all of them.
    expect(calls).toBeGreaterThanOrEqual(attempts / 2 / 100);
    expect(calls).toBeLessThanOrEqual(1 + attempts / 100);
  });
});

describe("requested times", () => {
  it.each([
    ["f64x2", tsit5],
    ["f32x4", tsit5],
    ["f32x4", rodas4],
    ["f32x4", dop853],
    ["f64x2", vern7],
  ] as const)("shape no step and no other output (%s, $facts.id)", async (lanes, method) => {
    const solver = await compileEnsemble(lotkaVolterra, { method, lanes, control: { rtol: 1e-4 } });
    const few = { parameters: long.parameters.slice(0, 3 * 11), states: long.states, times: Float64Array.of(2, 9.5) };
    const expected = solver.run(few);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 9.5, noNaN: true }), { maxLength: 40 }), (more) => {
        const times = Float64Array.from([...more, 2, 9.5].toSorted((a, b) => a - b));
        const result = solver.run({ ...few, times });
        expect([result.accepted, result.rejected]).toEqual([expected.accepted, expected.rejected]);
        const places = [times.lastIndexOf(2), times.length - 1];
        for (const run of range(11)) expect(places.flatMap((place) => [...rowOf(result, run).subarray(2 * place, 2 * place + 2)])).toEqual([...rowOf(expected, run)]);
      }),
      { numRuns: 20 },
    );
  });
});

/** A check of four rows of parameters, one of which is another value than 1. */
const check = (value: number, index: number) => () => checkEnsemble(lotkaVolterra, { parameters: new Float64Array(12).fill(1).with(index, value), states: Float64Array.of(1, 1), times: Float64Array.of(1) }, "f32x4");

describe("what f32 cannot hold", () => {
  it("is found wherever it stands, and zeros, infinities and what is not a number are let through to the run", () => {
    fc.assert(
      fc.property(fc.double(), fc.nat(11), (value, index) => {
        const single = Math.abs(value);
        const fits = value === 0 || !Number.isFinite(value) || (single >= 2 ** -126 && single <= (2 - 2 ** -23) * 2 ** 127);
        if (fits) expect(check(value, index)).not.toThrow();
        else expect(check(value, index)).toThrow(`"${lotkaVolterra.parameters[index % 3]}" is ${value} in row ${Math.floor(index / 3)}, which f32 cannot hold`);
      }),
    );
  });
});
