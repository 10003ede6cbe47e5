import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventPlan } from "../../../src/solvers/ode/event.ts";
import { bdf } from "../../../src/solvers/ode/index.ts";
import { accumulatedIn, away, followers, following, rtol, solving, systemFrom } from "./event-model.ts";

/** The next number above a positive one. */
const justAfter = (x: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
};

const ball = (restitution: number): string => `
  y' = v; v' = -g; y = 5; v = 0; g = 10; hits = 0; last = 0
  bounce: at y < 0: v = -${restitution}*v, hits = hits + 1, last = time`;

test.each(following)("what happens only after the last requested time is no part of the run, by %s", async (_id, method) => {
  // Both come within the step that goes past it, and leave a value that is not finite.
  for (const event of ["at 1e-6 after time >= 1", "at A < 0.6065"]) {
    const { trajectory } = await solving(method)(`A -> ; 0.5*A; A = 1; z = 0\nE: ${event}: A = A/z`, [1], { control: { rtol: 1e-6 } });
    expect(trajectory.status).toEqual({ status: "done" });
    expect(trajectory.times).toHaveLength(1);
  }
});

test.each(following)("an oscillator crosses a level at the times of the closed form, by %s", async (_id, method) => {
  const text = `x' = v; v' = -x; x = 0; v = 1; up = 0; down = 0
    E: at x > 0.5: up = time
    F: at x < 0.5: down = time`;
  // A method of low order is asked for less.
  const loose = method.facts.order < 4 ? 1e-7 : rtol;
  const times = Array.from({ length: 1001 }, (_, row) => (8 * Math.PI * row) / 1000);
  const { of, trajectory } = await solving(method)(text, times, { control: { rtol: loose, atol: loose / 100, maxSteps: 1e6 } });
  // The path at the crossing is as wrong as elsewhere, and passes it with a speed of 0.87.
  const error = of("x").reduce((most, x, row) => Math.max(most, Math.abs(x - Math.sin(times[row] ?? 0))), 0);
  if (method.facts.order >= 4) expect(error).toBeLessThan(accumulatedIn(trajectory));
  const up = of("up");
  const down = of("down");
  for (const n of [0, 1, 2, 3]) {
    const row = Math.round(250 * (n + 0.9));
    expect(Math.abs((up[row] ?? 0) - 2 * Math.PI * n - Math.PI / 6)).toBeLessThan(2 * error + 1e-14);
    expect(Math.abs((down[row] ?? 0) - 2 * Math.PI * n - (5 * Math.PI) / 6)).toBeLessThan(2 * error + 1e-14);
  }
});

describe.each(followers)("by %s", (_id, method) => {
  const solveText = solving(method);

  describe("crossings are found exactly", () => {
    test("a ball bounces at the times of the closed form", async () => {
      const restitution = 0.8;
      const bounces = [1];
      for (let n = 0; n < 12; n++) bounces.push((bounces[n] ?? 0) + 2 * restitution ** (n + 1));
      const middles = bounces.slice(0, -1).map((time, n) => (time + (bounces[n + 1] ?? 0)) / 2);
      const { trajectory, of } = await solveText(ball(restitution), middles);
      expect(trajectory.status.status).toBe("done");
      expect(of("hits")).toEqual(middles.map((_, n) => n + 1));
      of("last").forEach((time, n) => expect(Math.abs(time / (bounces[n] ?? 0) - 1)).toBeLessThan(accumulatedIn(trajectory)));
      of("y").forEach((height, n) => expect(Math.abs(height / (5 * restitution ** (2 * n + 2)) - 1)).toBeLessThan(accumulatedIn(trajectory)));
    });

    test("decay below a threshold, again and again: sawtooth with the period of the closed form", async () => {
      const period = Math.log(10);
      const { of, trajectory } = await solveText("A -> ; k*A; k = 1; A = 1; n = 0; last = 0\nE: at A < 0.1: A = 1, n = n + 1, last = time", [0.5, 3.5, 9.5].map((n) => n * period));
      expect(of("n")).toEqual([0, 3, 9]);
      of("A").forEach((value) => expect(Math.abs(value / Math.sqrt(0.1) - 1)).toBeLessThan(accumulatedIn(trajectory)));
      expect(Math.abs((of("last")[2] ?? 0) / (9 * period) - 1)).toBeLessThan(accumulatedIn(trajectory));
    });

    test("a dip within a small part of a long step is seen, both ways", async () => {
      // Polynomial paths make steps as long as the run, and are exact but for rounding in each step; not so at order 1, where bdf begins.
      const isExact = method !== bdf;
      for (const depth of isExact ? [1e-2, 1e-6, 1e-10] : [1e-2, 1e-4]) {
        for (const at of [5, 31.7, 77.123]) {
          const { of, trajectory } = await solveText(`y' = v; v' = 2; y = ${at ** 2 - depth}; v = ${-2 * at}; entered = 0; left = 0\nE: at y < 0: entered = time\nF: at y > 0: left = time`, [100]);
          expect(trajectory.statistics.accepted).toBeLessThan(isExact ? 60 : 150);
          // Where the path is nearly flat, an error e moves the crossing by e / (2 sqrt(depth)).
          const allowed = (trajectory.statistics.accepted * (isExact ? 2 ** -52 : rtol) * at ** 2) / (2 * Math.sqrt(depth));
          expect(Math.abs((of("entered")[0] ?? 0) - (at - Math.sqrt(depth)))).toBeLessThan(allowed);
          expect(Math.abs((of("left")[0] ?? 0) - (at + Math.sqrt(depth)))).toBeLessThan(allowed);
        }
      }
    });

    test("the earliest of several crossings in one step comes first and changes the others", async () => {
      const { of, trajectory } = await solveText("x' = s; s = 1; x = 0; a = 0; b = 0\nlate: at x > 3: b = time\nearly: at x > 2: s = 0.5, a = time", [10]);
      expect(away(of("a")[0], 2)).toBeLessThan(accumulatedIn(trajectory));
      expect(away(of("b")[0], 4)).toBeLessThan(accumulatedIn(trajectory));
    });

    test("requested times before a crossing show the state before it, the crossing itself the state after", async () => {
      const { of, trajectory } = await solveText("x' = 1; x = 0; n = 0\nE: at x >= 2: x = 10, n = 1", [1, 1.999, 2.001]);
      expect(of("n")).toEqual([0, 0, 1]);
      expect(away(of("x")[0], 1)).toBeLessThan(accumulatedIn(trajectory));
      expect(away(of("x")[2], 10.001)).toBeLessThan(accumulatedIn(trajectory));
    });
  });

  describe("times that are known need no search", () => {
    test("they are hit to the bit, also where nothing else happens, and cost few steps", async () => {
      const text = `A -> ; A; A = 0; dose = 3; when = 1e6; last = 0
        E: at time >= when: A = A + dose, last = time`;
      expect(eventPlan(systemFrom(text))?.watched).toEqual([]);
      const { of, trajectory } = await solveText(text, [0, 1e6 - 1, 1e6, 1e6 + 1]);
      expect(of("last")).toEqual([0, 0, 1e6, 1e6]);
      expect(of("A").slice(0, 3)).toEqual([0, 0, 3]);
      // Each step's end is rounded to a time of this size.
      expect(Math.abs((of("A")[3] ?? 0) / (3 / Math.E) - 1)).toBeLessThan(accumulatedIn(trajectory) + trajectory.statistics.accepted * 2 ** -53 * 1e6);
      expect(trajectory.statistics.accepted).toBeLessThan(200);
    });

    test("`time > 5` happens just after 5, `time >= 5` at 5; a requested time 5 shows the difference", async () => {
      const { of } = await solveText("x' = 1; x = 0; a = 0; b = 0\nE: at time > 5: a = time\nF: at time >= 5: b = time", [5, 6]);
      expect(of("a")).toEqual([0, justAfter(5)]);
      expect(of("b")).toEqual([5, 5]);
    });

    test("rounding on either side of the time does no harm", async () => {
      for (const slope of [3, 7, 0.1, 1e5 / 3]) {
        for (const level of [0.3, 1, 12.345]) {
          const text = `x' = 1; x = 0; n = 0; last = 0\nE: at ${slope}*time >= ${level}: n = n + 1, last = time`;
          const { of } = await solveText(text, [0, (2 * level) / slope]);
          expect(of("n")).toEqual([0, 1]);
          expect(Math.abs(((of("last")[1] ?? 0) * slope) / level - 1)).toBeLessThan(8 * 2 ** -52);
        }
      }
    });

    test("what comes back in periods does, and times that events set are followed", async () => {
      const { of } = await solveText("x' = 1; x = 0; n = 0; E: at time - 24*floor(time/24) < 1, t0 = false: n = n + 1", [0, 23, 24, 240.5]);
      expect(of("n")).toEqual([1, 1, 2, 11]);
      const chain = "x' = 1; x = 0; n = 0; next = 1; last = 0\nE: at time >= next: n = n + 1, next = 2*time, last = time";
      expect(eventPlan(systemFrom(chain))?.watched).toEqual([]);
      const doubling = await solveText(chain, [0.5, 1, 2, 3, 1000]);
      // The trigger is false again after each execution, so it can turn true once more.
      expect(doubling.of("n")).toEqual([0, 1, 2, 2, 10]);
      expect(doubling.of("last")[4]).toBe(512);
    });

    test("a condition of states at rest is asked when events change them", async () => {
      const { of } = await solveText("x' = 1; x = 0; n = 0; done = 0\nE: at time - floor(time) < 0.5: n = n + 1\nF: at n == 3: done = time", [2.9, 3.1, 9]);
      expect(of("n")).toEqual([2, 3, 9]);
      expect(of("done")).toEqual([0, 3, 3]);
      expect(() => systemFrom("x' = 1; x = 0; n = 0\nF: at x == 3: n = 1")).toThrow(/event .*F.* asks for .*3 == x.*changes continuously/);
      await expect(solveText("n = 0\nF: at sin(time) == 1: n = 1", [9])).rejects.toThrow('event "F" asks for');
    });

    test("pulses in rates and events at one time go together", async () => {
      const { of, trajectory } = await solveText("x' = piecewise(1, time < 5, 3); x = 0; n = 0\nE: at time >= 5: x = x + 10, n = time", [4, 5, 6]);
      expect(of("n")).toEqual([0, 5, 5]);
      of("x").forEach((value, row) => expect(away(value, [4, 15, 18][row] ?? 0)).toBeLessThan(accumulatedIn(trajectory)));
    });
  });

  test("doses at random times add up like the closed form", async () => {
    const doses = fc.array(fc.record({ at: fc.double({ min: 0.01, max: 10, noNaN: true }), size: fc.double({ min: 0.1, max: 5, noNaN: true }), delay: fc.constantFrom(0, 0.5) }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(doses, async (given) => {
        const text = `A -> ; k*A; k = 0.7; A = 1\n${given.map(({ at, size, delay }, index) => `E${index}: at ${delay} after time >= ${at}, fromTrigger = false: A = A + ${size}`).join("\n")}`;
        const times = [0, 2.5, 5, 10, 12];
        const { of, trajectory } = await solveText(text, times);
        of("A").forEach((value, row) => {
          const t = times[row] ?? 0;
          const expected = given.reduce((sum, { at, size, delay }) => (at + delay <= t ? sum + size * Math.exp(-0.7 * (t - at - delay)) : sum), Math.exp(-0.7 * t));
          expect(Math.abs(value / expected - 1)).toBeLessThan(10 * accumulatedIn(trajectory));
        });
      }),
      { numRuns: 12 },
    );
  });
});
