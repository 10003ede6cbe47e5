import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { breakpointTimes, breakpointsOf } from "../../../src/solvers/ode/breakpoint.ts";
import { odeMethods } from "../../../src/solvers/ode/index.ts";
import { isOneStep } from "../../../src/solvers/ode/method.ts";
import { problemOf, systemOf } from "../problems.ts";

const timesOf = (rate: string, parameters: Record<string, number> = {}, start = 0, end = 100): number[] => {
  const system = systemOf("breaks", { x: rate, y: "-x" }, {}, parameters);
  return [...breakpointTimes(system, breakpointsOf(system, 2), Float64Array.from(system.parameterValues), start, end)];
};

describe("breakpoints in time", () => {
  it("are read from conditions, minima and absolute values that are linear in time, at the run's parameters", () => {
    expect(timesOf("piecewise(1, time >= 10 && time < 10 + width, 0)", { width: 0.5 })).toEqual([10, 10.5, Infinity]);
    expect(timesOf("max(0, time/tau - 2) + abs(3 - time) + min(time, x)", { tau: 4 })).toEqual([3, 8, Infinity]);
    expect(timesOf("piecewise(1, time > 2, piecewise(2, 5 >= 2*time, 3))", {}, 2.2)).toEqual([2.5, Infinity]);
  });
  it("come back with every whole number of a floor, up to the first after the end", () => {
    expect(timesOf("floor(time/24)", {}, 0, 50)).toEqual([0, 24, 48, 72, Infinity]);
    expect(timesOf("ceil(k - time/2)", { k: 0.5 }, 2, 4)).toEqual([3, 5, Infinity]);
    // To the last place: 25 is computed from 1/24.
    const daily = timesOf("piecewise(1, time - 24*floor(time/24) < 1, 0)", {}, 0, 40);
    [0, 1, 24, 25, 48, 49, Infinity].forEach((time, index) => expect(daily[index]).toBeCloseTo(time, 12));
    expect(timesOf("floor(time/0)")).toEqual([Infinity]);
  });
  it("are not made up where the state or a curve decides, or nothing in time does", () => {
    expect(timesOf("piecewise(1, x > 2, 0) + piecewise(1, time > x, 0) + piecewise(1, sin(time) > 0, 0)")).toEqual([Infinity]);
    expect(timesOf("piecewise(1, time - time > k, 0) + piecewise(1, time > 1/zero, 0)", { k: 1, zero: 0 })).toEqual([Infinity]);
  });
});

/** x of `x' = pulse - 0.1 x` from rest: two exponentials. */
const exact = (t: number, on: number, width: number): number => {
  const after = (from: number): number => (t <= from ? 0 : (1 - Math.exp(-0.1 * (t - from))) / 0.1);
  return after(on) - after(on + width);
};

describe.each(Object.values(odeMethods))("pulses under $facts.id", (method) => {
  const system = systemOf("pulse", { x: "piecewise(1, time >= on && time < on + width, 0) - k*x" }, {}, { on: 10, width: 0.5, k: 0.1 });

  it("are never stepped over, however short and late, and cost few steps", async () => {
    const solver = await compileSolver(system, { method });
    const onset = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e4, noNaN: true }));
    fc.assert(
      fc.property(onset, fc.double({ min: 1e-3, max: 10, noNaN: true }), fc.boolean(), (on, width, isDense) => {
        const ends = [on, on + width / 2, on + width, on + width + 3];
        const times = Float64Array.from(isDense ? ends : ends.slice(3));
        const { status, values, statistics } = solver.solve({ ...problemOf(system, []), times, parameters: Float64Array.of(on, width, 0.1) });
        expect(status).toEqual({ status: "done" });
        // 100 rtol of the largest value the pulse could give, and atol.
        times.forEach((time, row) => expect(Math.abs((values[row] ?? NaN) - exact(time, on, width))).toBeLessThanOrEqual(1e-4 * width + 1e-7));
        // Two jumps cost a start each; without them found, every width would cost its own search.
        expect(statistics.accepted + statistics.rejected).toBeLessThan(120);
      }),
      { numRuns: 60 },
    );
  });

  it("are met every time they come back, and no answer depends on the last time asked for", async () => {
    // A dose for an hour a day, lost slowly: steps would be days.
    const daily = systemOf("daily", { x: "piecewise(dose, time - 24*floor(time/24) < 1, 0) - k*x" }, {}, { dose: 2, k: 0.01 });
    const solver = await compileSolver(daily, { method });
    const [day, hour] = [Math.exp(-0.24), Math.exp(-0.01)];
    const afterDays = (days: number): number => (200 * (1 - hour) * Math.exp(-0.23) * (1 - day ** days)) / (1 - day);
    const times = [24, 240, 1000 * 24];
    const { values, status } = solver.solve(problemOf(daily, times));
    expect(status).toEqual({ status: "done" });
    times.forEach((time, row) => {
      // 100 rtol, as much as the errors of all steps may add up to.
      expect(Math.abs((values[row] ?? NaN) / afterDays(time / 24) - 1)).toBeLessThan(1e-4);
      expect(solver.solve(problemOf(daily, [time])).values[0]).toBe(values[row]);
    });
  });

  it.runIf(isOneStep(method))("replay to the bit on their recorded steps, and pausing changes nothing", async () => {
    const solver = await compileSolver(system, { method, record: true });
    const problem = problemOf(system, [0, 10, 10.5, 30]);
    const first = solver.begin(problem);
    while (first.status.status === "paused") first.advance(1);
    const { steps } = first.tape();
    const values = first.trajectory().values;
    expect(solver.solve(problem).values).toEqual(values);
    expect(solver.solve({ ...problem, steps }).values).toEqual(values);
  });
});
