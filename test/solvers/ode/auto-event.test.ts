import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import type { AutoRun } from "../../../src/solvers/ode/auto-run.ts";
import { auto, autoMethods } from "../../../src/solvers/ode/auto.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import { followers, rtol as tight, systemFrom } from "./event-model.ts";

const control = { rtol: 1e-7, atol: 1e-10 };
/** Errors of single steps below rtol add up. */
const accumulation = 300;

/** Stiff between two times that events set, under others that wait, count and must not happen twice. */
const text = `x = 1; k = 1; low = 0; n = 0; seen = 0; late = 0; gone = 0
  x' = -k*(x - cos(time)) - sin(time)
  stiffen: at time >= 10: k = 1e4
  relax: at time >= 30: k = 1
  held: at time > 1: n = n + 1
  again: at time - 7*floor(time/7) < 1: n = n + 10
  across: at 12.5 after time >= 9, fromTrigger = false: late = time, x = x + 1
  kept: at 5 after k > 100: seen = k
  dropped: at 25 after k > 100, persistent = false: gone = 1
  crossing: at x < -0.5: low = low + 1`;

function begun(solver: Awaited<ReturnType<typeof compileSolver>>, times: readonly number[]): AutoRun {
  const parameters = Float64Array.from(solver.system.parameterValues);
  return solver.begin({ parameters, state: initialState(solver.system, parameters), times: Float64Array.from(times) }) as AutoRun;
}

const finished = (run: AutoRun, slice = 1000): AutoRun => {
  while (run.advance(slice).status === "paused");
  return run;
};

describe("auto, with events", () => {
  const times = Array.from({ length: 91 }, (_, row) => row / 2);

  it("goes from method to method, and events go along: those that wait, and those that have happened", async () => {
    const system = systemFrom(text);
    const solver = await compileSolver(system, { method: auto, control });
    const run = finished(begun(solver, times));
    const { status, values } = run.trajectory();
    expect(status).toEqual({ status: "done" });
    expect(run.phases.map(({ method }) => method)).toEqual(["tsit5", "rodas5p", "tsit5"]);
    expect(run.phases[1]?.time).toBeGreaterThan(10);
    // "across" waits from 9 to 21.5, "kept" from 10 to 15 and "dropped" from 10 to 30, where its condition goes.
    expect(run.phases[1]?.time).toBeLessThan(15);
    expect(run.phases[2]?.time).toBeGreaterThan(30);
    const of = (name: string, row: number): number => values[row * system.states.length + system.states.indexOf(name)] ?? Number.NaN;
    expect(["seen", "late", "gone"].map((name) => of(name, 90))).toEqual([1e4, 21.5, 0]);
    // Once, and at 7, 14, ..., 42.
    expect(of("n", 90)).toBe(61);
    // x is cos t but where it is lifted at 21.5, from which it returns with exp(-1e4 t).
    times.forEach((t, row) => {
      if (t === 21.5) return;
      expect(Math.abs(of("x", row) - Math.cos(t))).toBeLessThan(accumulation * control.rtol);
    });
    // cos t passes -1/2 downwards once a turn, at 2 pi/3 + 2 pi n; x does once more as it falls back from where it was lifted.
    expect(of("low", 90)).toBe(8);
    const same = (await compileSolver(system, { method: rodas5p, control: { rtol: tight, atol: 1e-14 } })).solve({ parameters: new Float64Array(0), state: initialState(system, new Float64Array(0)), times: Float64Array.from(times) });
    expect(Math.max(...Array.from(values, (value, at) => Math.abs(value - (same.values[at] ?? Number.NaN)) / (1 + Math.abs(value))))).toBeLessThan(accumulation * control.rtol);
  });

  it("gives the same bits however often it pauses, and in JavaScript", async () => {
    const system = systemFrom(text);
    const solver = await compileSolver(system, { method: auto, control });
    const whole = finished(begun(solver, times));
    const [expected, phases] = [whole.trajectory(), whole.phases];
    for (const slice of [1, 7]) {
      const run = finished(begun(solver, times), slice);
      expect(run.phases).toEqual(phases);
      expect(run.trajectory()).toEqual(expected);
    }
    const javascript = await compileSolver(system, { method: auto, control, target: "javascript" });
    expect(finished(begun(javascript, times)).trajectory()).toEqual(expected);
  });

  it("chooses its methods as without events", () => {
    const system = systemFrom(text);
    const { events, ...smooth } = system;
    expect(events).toHaveLength(8);
    expect(autoMethods(system)).toEqual(autoMethods(smooth));
    expect(autoMethods(system)).toEqual({ explicit: true, stiff: "rodas5p" });
  });

  it("tries implicitly what explicit steps cannot do, but not what an event breaks", async () => {
    // Explicit steps end at the event, and so would implicit ones.
    const broken = await compileSolver(systemFrom("x' = -x; x = 1; z = 0\nE: at time >= 1: x = 1/z"), { method: auto });
    const run = finished(begun(broken, [0.5, 2]));
    expect(run.status).toMatchObject({ status: "non-finite", time: 1, worst: "x", hint: expect.stringContaining('event "E" leaves it') });
    expect(run.phases.map(({ method }) => method)).toEqual(["tsit5"]);
    const limited = finished(begun(await compileSolver(systemFrom(text), { method: auto, control: { maxSteps: 40 } }), [40]));
    expect(limited.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("more than 40 steps") });
  });
});

describe.each(followers)("a run by %s that goes on from another", (_id, method) => {
  it("knows what has happened and what waits", async () => {
    const system = systemFrom("x' = -x; x = 1; n = 0; late = 0\nstart: at x > 0.5, t0 = false: n = n + 1\nwaits: at 3 after x < 0.5: late = time");
    const solver = await compileSolver(system, { method });
    const events = { triggers: [true, true], pending: [{ event: 1, time: Math.log(2) + 3, values: Float64Array.of(7) }], lastFound: Math.log(2), crowded: 0 };
    const state = Float64Array.of(0.4, 5, 0);
    const { values, status } = solver.solve({ parameters: new Float64Array(0), state, times: Float64Array.of(1, 3.5, 4), startTime: 1, events });
    expect(status).toEqual({ status: "done" });
    expect([...values].filter((_value, at) => at % 3 !== 0)).toEqual([5, 0, 5, 0, 5, 7]);
  });
});
