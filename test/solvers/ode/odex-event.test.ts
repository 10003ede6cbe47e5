import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { dop853 } from "../../../src/solvers/ode/dop853.ts";
import { odex } from "../../../src/solvers/ode/odex.ts";
import { vern7 } from "../../../src/solvers/ode/vern7.ts";
import type { AnyOdeMethod } from "../../../src/solvers/ode/method.ts";
import { accumulatedIn, rtol, solveText, systemFrom } from "./event-model.ts";

/** Of `solveText`. */
const atol = 1e-14;

const rows = (end: number, count: number): number[] => Array.from({ length: count }, (_, row) => (end * (row + 1)) / count);

/** Models whose events leave the flow stable, so that errors do not grow between two of them. */
const models: readonly (readonly [string, string, number])[] = [
  ["a bouncing ball that is pushed", "y' = v; v' = -10 - 0.1*v; y = 5; v = 0; n = 0; last = 0\nbounce: at y < 0: v = -0.9*v, n = n + 1, last = time\npush: at 0.3 after y > 3: v = v + 0.5, n = n + 1", 6],
  ["dosing into a nonlinear elimination", "D -> A; ka*D; A -> ; Vm*A/(Km + A); ka = 1.3; Vm = 0.8; Km = 0.4; D = 2; A = 0\ndose: at time - 5*floor(time/5) < 1, t0 = false: D = D + 2\nstop: at time >= 17: ka = 0\nrinse: at A > 1.7: A = 0.5*A", 24],
  ["thresholds on an oscillator, some at one time", "x' = v; v' = -x - 0.05*v*(x*x - 1); x = 0; v = 1; n = 0; last = 0\nhigh: at x > 0.8, priority = 1: n = 2*n + 1, last = time\nalso: at x > 0.8, priority = 2: n = n + 1, v = 0.99*v\ndelayed: at 0.25 after x < 0: v = 1.01*v, n = n + 1\nlazy: at 0.4 after v < 0, persistent = false, fromTrigger = false: x = x + 0.01*v", 15],
];

describe("events by odex", () => {
  it.each(models)("agree with dop853 and vern7: %s", async (_name, text, end) => {
    const times = rows(end, 40);
    const states = systemFrom(text).states;
    const [found, ...others] = await Promise.all([odex, dop853, vern7].map((method: AnyOdeMethod) => solveText(text, times, { method })));
    if (!found) throw new Error("nothing was solved");
    expect(found.trajectory.status).toEqual({ status: "done" });
    for (const other of others) {
      // Both are wrong by the errors of their steps; an event that comes late passes that on, by the ratio of rates before and after it.
      const allowed = 20 * (accumulatedIn(found.trajectory) + accumulatedIn(other.trajectory));
      for (const state of states) {
        const scale = Math.max(1, ...other.of(state).map(Math.abs));
        other.of(state).forEach((value, row) => expect(Math.abs((found.of(state)[row] ?? NaN) - value) / scale).toBeLessThan(allowed));
      }
    }
    if (states.includes("n")) expect(found.of("n").at(-1)).toBeGreaterThan(3);
  });

  it("of a random schedule of doses give the sum of exponentials", async () => {
    const dose = fc.record({ at: fc.double({ min: 0, max: 10, noNaN: true }), size: fc.double({ min: 0.1, max: 5, noNaN: true }) });
    await fc.assert(
      fc.asyncProperty(fc.array(dose, { minLength: 1, maxLength: 8 }), fc.double({ min: 0.05, max: 3, noNaN: true }), async (doses, k) => {
        const text = `A -> ; k*A; k = ${k}; A = 1\n${doses.map(({ at, size }, index) => `E${index}: at time >= ${at}, t0 = false, fromTrigger = false: A = A + ${size}`).join("\n")}`;
        const times = [0, 1, 4.5, 10, 12];
        const { of, trajectory } = await solveText(text, times, { method: odex });
        of("A").forEach((value, row) => {
          const t = times[row] ?? 0;
          const expected = doses.reduce((sum, { at, size }) => (at <= t ? sum + size * Math.exp(-k * (t - at)) : sum), Math.exp(-k * t));
          // Each step may be wrong by its tolerances, and its dense output by ten of them.
          expect(Math.abs(value - expected)).toBeLessThan(10 * (accumulatedIn(trajectory) * expected + trajectory.statistics.accepted * atol));
        });
      }),
      { numRuns: 30 },
    );
  });

  it("happen at a time known ahead to the bit, however near to a jump of the rates", async () => {
    for (const gap of [0, 2 ** -50, 2 ** -49, 2 ** -47, 2 ** -46, 2 ** -45, 2 ** -44, 2 ** -42, 2 ** -40]) {
      for (const when of [1 - gap, 1 + gap]) {
        const { of, trajectory } = await solveText(`A' = piecewise(1, time < 1, 3); A = 0; last = 0\nE: at time >= when: A = A + 10, last = time; when = ${when}`, [0.5, 2], { method: odex });
        expect(trajectory.status).toEqual({ status: "done" });
        expect(of("last")).toEqual([0, when]);
        // Steps leave out what lies within 32 units in the last place of a time known ahead.
        expect(Math.abs((of("A")[1] ?? NaN) - 14)).toBeLessThan(100 * rtol);
      }
    }
  });

  it("have the same bits in slices as in one go, and however many times are requested", async () => {
    const system = systemFrom("x' = v; v' = -x; x = 0; v = 1; n = 0; last = 0\nE: at x > 0.5: n = n + 1, v = 1.01*v, last = time\nF: at 0.7 after x < 0: n = n + 1");
    const solver = await compileSolver(system, { method: odex, control: { rtol: 1e-8 } });
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times: Float64Array.from(rows(200, 30)) };
    const whole = solver.solve(problem);
    const run = solver.begin(problem);
    let pauses = 0;
    while (run.advance(1).status === "paused") pauses += 1;
    expect(pauses).toBeGreaterThan(30);
    expect(run.trajectory()).toEqual(whole);
    expect(solver.solve({ ...problem, times: problem.times.slice(-1) }).final).toEqual(whole.final);
  });

  it("at both sides of a level happen once at each crossing: rounding does not take a step that begins there back over it", async () => {
    for (const [level, speed] of [[0.1, 1], [0.9, 7], [0.999, 1]] as const) {
      const text = `x' = ${speed}*v; v' = -${speed}*x; x = 0; v = 1; n = 0\nE: at x > ${level}: n = n + 1\nF: at x < ${level}: n = n + 1`;
      const { of, trajectory } = await solveText(text, [(20 * Math.PI) / speed], { method: odex, control: { rtol: 1e-12, atol: 1e-12 } });
      expect(trajectory.status).toEqual({ status: "done" });
      expect(of("n")[0]).toBe(20);
    }
  });

  it("that change nothing cost few steps more", async () => {
    const smooth = "x' = v; v' = -x; x = 0; v = 1; n = 0";
    const plain = await solveText(smooth, [40], { method: odex });
    const watched = await solveText(`${smooth}\nnever: at x < -0.5 && time < 0: n = 1e3`, [40], { method: odex });
    const crossings = 2 * Math.ceil(40 / (2 * Math.PI));
    // After each crossing steps begin with an order chosen anew: that takes some of them.
    expect(watched.trajectory.statistics.accepted - plain.trajectory.statistics.accepted).toBeLessThan(4 * crossings);
    expect(Math.abs((watched.of("x")[0] ?? NaN) - Math.sin(40))).toBeLessThan(accumulatedIn(watched.trajectory));
  });
});
