import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { compileEnsemble } from "../../../src/solvers/lanes/ensemble.ts";
import type { EnsembleProblem } from "../../../src/solvers/lanes/problem.ts";
import { kvaerno5, rodas5p, tsit5, vern7 } from "../../../src/solvers/ode/index.ts";
import type { AnyOdeMethod } from "../../../src/solvers/ode/method.ts";
import { systemFrom } from "../ode/event-model.ts";

/** Parameters of each run: the system's own times factors spread by a fixed rule. */
const spread = (system: OdeSystem, runs: number): Float64Array =>
  Float64Array.from({ length: runs * system.parameters.length }, (_, index) => (system.parameterValues[index % system.parameters.length] ?? NaN) * 2 ** (0.7 * Math.sin(1 + 7.3 * index)));

const problemOf = (system: OdeSystem, runs: number, times: readonly number[], startTime = 0): EnsembleProblem => ({
  parameters: spread(system, runs),
  states: initialState(system, Float64Array.from(system.parameterValues)),
  times: Float64Array.from(times),
  startTime,
});

const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

/** Each run by itself, in the solver of one run, as an ensemble reports it. */
async function expectAsAlone(system: OdeSystem, method: AnyOdeMethod, problem: EnsembleProblem, control = {}): Promise<void> {
  const solver = await compileEnsemble(system, { method, control });
  expect(solver.lanes).toBe("f64x2");
  const found = solver.run(problem);
  const alone = await compileSolver(system, { method, control });
  const width = system.parameters.length;
  const rowSize = problem.times.length * system.states.length;
  for (let run = 0; run < found.runs; run++) {
    const one = alone.solve({ parameters: problem.parameters.slice(run * width, (run + 1) * width), state: problem.states, times: problem.times, startTime: problem.startTime ?? 0 });
    expect(found.statuses[run]).toEqual(one.status);
    expect([found.accepted[run], found.rejected[run], found.reached[run]]).toEqual([one.statistics.accepted, one.statistics.rejected, one.times.length]);
    expect(found.values.slice(run * rowSize, run * rowSize + one.values.length)).toEqual(one.values);
    expect(found.values.slice(run * rowSize + one.values.length, (run + 1) * rowSize).every(Number.isNaN)).toBe(true);
  }
}

const kinetics = "D -> A; ka*D; A -> ; Vm*A/(Km + A); ka = 1.3; Vm = 0.8; Km = 0.4; D = 2; A = 0; n = 0; last = 0";
/** Events at times known ahead: what happens to a run in a lane is what happens to it alone. */
const models: readonly (readonly [string, string])[] = [
  ["doses at times of their own, before and after `>`", `${kinetics}; first = 3; gap = 4\none: at time >= first: D = D + 2, last = time\ntwo: at time > first + gap: D = D + 1, n = n + 1, last = time`],
  ["doses that come back, one of them from the start", `${kinetics}; tau = 3\ndose: at time - tau*floor(time/tau) < 0.5*tau, t0 = false: D = D + 2, n = n + 1`],
  ["delays, priorities and what is taken back", `${kinetics}; on = 2; wait = 1.5\na: at time >= on, priority = 1: D = 2*D, n = 2*n + 1\nb: at time >= on, priority = 2: D = D + 1, n = 3*n + 1\nc: at wait after time >= on: A = A + D, last = time\nd: at 2*wait after time >= on && time < on + wait, persistent = false: n = 1000`],
  ["times that events set, over states at rest", `${kinetics}; next = 1; f = 1.7\nE: at time >= next: n = n + 1, next = f*time, D = D + 0.3\nF: at n == 3: A = 0.5*A, last = time`],
  ["pulses of the rates at the times of events", `A' = piecewise(1, time < when, 3) - k*A; A = 0; k = 0.3; when = 4; gap = 0; last = 0; n = 0\nE: at time >= when: A = A + 10, last = time\nF: at time >= when*(1 + 2e-15): n = n + 1, A = 0.9*A`],
];

/** One of each kind: first stage the last of the step before, stages for the output alone, linear systems, iterations. */
describe.each([tsit5, vern7, rodas5p, kvaerno5])("two lanes of $facts.id with events at known times", (method) => {
  it.each(models)("give every run the bits it has alone: %s", async (_name, text) => {
    const system = systemFrom(text);
    await expectAsAlone(system, method, problemOf(system, 9, [0, 1, 4, 4, 7.5, 12]));
  });
});

describe("events in lanes", () => {
  it("that fail, at the start or later, fail for their run alone", async () => {
    const system = systemFrom(`A -> ; k*A; k = 1; A = 1; z = 0; kind = 0; tau = 10; n = 0
      zero: at time >= 1 && kind == 1: A = 1/z
      rate: at time >= 1 && kind == 2: A = -log(z)
      late: at -1 after time >= 1 && kind == 3: n = 1
      circle: at n > 0 && n < 2: n = 0
      start: at time >= 0 && kind == 4, t0 = false: A = 1/z
      back: at n == 0 && kind == 5, t0 = false: n = 1
      steps: at time - tau*floor(time/tau) < 0.5*tau: A = 0.9*A`);
    const kinds = [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 4, 1, 6, 0];
    const [place, tau] = ["kind", "tau"].map((id) => system.parameters.indexOf(id));
    const parameters = Float64Array.from(kinds.flatMap((kind) => system.parameterValues.map((value, index) => (index === place ? kind : index === tau && kind === 6 ? 0.01 : value))));
    for (const method of [tsit5, rodas5p]) {
      const problem = { ...problemOf(system, kinds.length, [0, 0.5, 1, 1.5, 3]), parameters };
      await expectAsAlone(system, method, problem, { maxSteps: 150 });
      const { statuses } = (await compileEnsemble(system, { method, control: { maxSteps: 150 } })).run(problem);
      const told = new Map(kinds.map((kind, run) => [kind, statuses[run]?.status]));
      expect(told.get(0)).toBe("done");
      expect(told.get(1)).toBe("non-finite");
      expect(told.get(3)).toBe("non-finite");
      expect(told.get(4)).toBe("non-finite");
      expect(told.get(5)).toBe("too-many-steps");
      expect(told.get(6)).toBe("too-many-steps");
    }
  });

  it("that are due only after the last requested time are no part of a run", async () => {
    const system = systemFrom("A -> ; k*A; k = 0.5; A = 1; z = 0\nE: at 1.01 after time >= 2: A = A/z");
    const problem = problemOf(system, 5, [0, 1, 3]);
    await expectAsAlone(system, tsit5, problem);
    const { statuses } = (await compileEnsemble(system, { method: tsit5 })).run(problem);
    expect(statuses.every(({ status }) => status === "done")).toBe(true);
  });

  it("have the same bits in JavaScript, in slices, and wherever a run stands", async () => {
    const system = systemFrom(models[2]?.[1] ?? "");
    const problem = problemOf(system, 15, [1, 6, 20], -2);
    const [solver, script] = await Promise.all([compileEnsemble(system, { method: tsit5 }), compileEnsemble(system, { method: tsit5, target: "javascript" })]);
    const whole = solver.run(problem);
    expect(script.run(problem)).toEqual(whole);
    const run = solver.begin(problem);
    while (!run.advance(1));
    expect(run.result()).toEqual(whole);
    const width = system.parameters.length;
    const size = whole.values.length / 15;
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 15 }, (_, index) => index), { minLength: 1 }), (order) => {
        const parameters = Float64Array.from(order.flatMap((one) => [...problem.parameters.subarray(one * width, (one + 1) * width)]));
        expect(solver.run({ ...problem, parameters }).values).toEqual(Float64Array.from(order.flatMap((one) => [...whole.values.subarray(one * size, (one + 1) * size)])));
      }),
      { numRuns: 25 },
    );
  });

  it("of random schedules add up to the sum of exponentials", async () => {
    const system = systemFrom("A -> ; k*A; k = 0.7; A = 1; t1 = 1; t2 = 2; d1 = 1; d2 = 1\nE: at time >= t1, t0 = false, fromTrigger = false: A = A + d1\nF: at time >= t2, t0 = false, fromTrigger = false: A = A + d2");
    const control = { rtol: 1e-10, atol: 1e-13 };
    const solver = await compileEnsemble(system, { method: tsit5, control });
    const times = [0, 1, 4.5, 10];
    const place = (id: string): number => system.parameters.indexOf(id);
    fc.assert(
      fc.property(fc.array(fc.tuple(number(0.05, 3), number(0, 10), number(0, 10), number(0.1, 5), number(0.1, 5)), { minLength: 1, maxLength: 9 }), (runs) => {
        const parameters = Float64Array.from(runs.flatMap((values) => system.parameterValues.map((own, index) => values[["k", "t1", "t2", "d1", "d2"].findIndex((id) => place(id) === index)] ?? own)));
        const { values, accepted } = solver.run({ parameters, states: Float64Array.of(1), times: Float64Array.from(times) });
        runs.forEach(([k, t1, t2, d1, d2], run) =>
          times.forEach((t, row) => {
            const dose = (at: number, size: number): number => (at <= t ? size * Math.exp(-k * (t - at)) : 0);
            const expected = Math.exp(-k * t) + dose(t1, d1) + dose(t2, d2);
            // Each step may be wrong by its tolerances.
            expect(Math.abs((values[run * times.length + row] ?? NaN) - expected)).toBeLessThan((accepted[run] ?? 0) * (control.rtol * Math.max(expected, 11) + control.atol));
          }),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("that are looked for along the path run one by one, unless lanes are asked for", async () => {
    const system = systemFrom(`${kinetics}\nE: at A > 0.5: n = n + 1`);
    expect((await compileEnsemble(system, { method: tsit5 })).lanes).toBe("f64");
    await expect(compileEnsemble(system, { method: tsit5, lanes: "f64x2" })).rejects.toThrow('has events (E), which lanes "f64x2" does not follow yet; choose lanes "f64", or leave lanes out');
    const known = systemFrom(models[0]?.[1] ?? "");
    await expect(compileEnsemble(known, { method: tsit5, lanes: "f32x4", control: { rtol: 1e-4 } })).rejects.toThrow('which lanes "f32x4" does not follow yet');
  });
});
