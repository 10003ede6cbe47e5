import { describe, expect, test } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { accumulatedIn, away, followers, solving, systemFrom } from "./event-model.ts";

const prioritised = (priorities: readonly string[]): string =>
  `order = 0; p = 0\n${priorities.map((priority, index) => `E${index}: at time >= 1, fromTrigger = false${priority === "" ? "" : `, priority = ${priority}`}: order = 10*order + ${index + 1}, p = p + 1`).join("\n")}`;
const swap = (setting: string): string => `a = 1; b = 2\nE: at time >= 1${setting}: a = b\nF: at time >= 1${setting}: b = a`;
const gated = (setting: string): string => `open = 1; n = 0\nE: at time >= 1, priority = 2: open = 0\nF: at time >= 1 && open > 0.5, priority = 1${setting}: n = 1`;

describe.each(followers)("by %s", (_id, method) => {
  const solveText = solving(method);

  describe("order at one time", () => {
    test("the highest priority first, then the order of the text; priorities are read anew", async () => {
      expect((await solveText(prioritised(["1", "3", "2"]), [1])).of("order")).toEqual([231]);
      expect((await solveText(prioritised(["", "", ""]), [1])).of("order")).toEqual([123]);
      expect((await solveText(prioritised(["2", "", "-1", "2"]), [1])).of("order")).toEqual([1423]);
      // Once one event has happened the third is ahead of the second.
      expect((await solveText(prioritised(["9", "1", "2*p"]), [1])).of("order")).toEqual([132]);
    });

    test("values of the trigger time are those before the first of simultaneous events", async () => {
      const early = await solveText(swap(""), [1]);
      expect([early.of("a"), early.of("b")]).toEqual([[2], [1]]);
      const late = await solveText(swap(", fromTrigger = false"), [1]);
      expect([late.of("a"), late.of("b")]).toEqual([[2], [2]]);
    });

    test("an event that turns a waiting one's condition false stops it, unless it is persistent", async () => {
      expect((await solveText(gated(""), [2])).of("n")).toEqual([1]);
      expect((await solveText(gated(", persistent = false"), [2])).of("n")).toEqual([0]);
    });

    test("events trigger events at the same time, and the state shown is the last", async () => {
      const { of } = await solveText("a = 0; b = 0; c = 0; t1 = 0\nC: at b > 0.5: c = b + 1, t1 = time\nB: at a > 0.5: b = a + 1\nA: at time >= 1: a = 1", [0.5, 1]);
      expect([of("a"), of("b"), of("c"), of("t1")]).toEqual([[0, 1], [0, 2], [0, 3], [0, 1]]);
    });
  });

  describe("delays", () => {
    const pulse = "x' = v; x = 0; v = 1; n = 0; seen = 0; last = 0\nback: at x > 1: v = -1\n";

    test("an event waits its delay, read when it triggers, and happens at that time to the bit", async () => {
      const { of } = await solveText("k = 2; n = 0; last = 0\nE: at 3*k after time >= 1, fromTrigger = false: n = n + 1, last = time\nF: at time >= 2: k = 100", [6.5, 7, 8]);
      expect(of("last")).toEqual([0, 7, 7]);
      expect(of("n")).toEqual([0, 1, 1]);
    });

    test("a persistent event happens though its condition has gone, another does not", async () => {
      // x > 0.5 holds from 0.5 to 1.5.
      for (const [delay, setting, happens] of [[0.9, "", 1], [0.9, ", persistent = false", 1], [1.1, "", 1], [1.1, ", persistent = false", 0]] as const) {
        const { of, trajectory } = await solveText(`${pulse}E: at ${delay} after x > 0.5, fromTrigger = false${setting}: n = n + 1, last = time`, [0.5 + delay - 0.01, 3]);
        expect(of("n")).toEqual([0, happens]);
        if (happens === 1) expect(away(of("last")[1], 0.5 + delay)).toBeLessThan(accumulatedIn(trajectory));
      }
    });

    test("assignments read the values of the trigger time, or those of the execution", async () => {
      for (const [setting, expected] of [["", 0.5], [", fromTrigger = false", 0.75]] as const) {
        const { of, trajectory } = await solveText(`${pulse}E: at 0.25 after x > 0.5${setting}: seen = x`, [1]);
        expect(away(of("seen")[0], expected)).toBeLessThan(accumulatedIn(trajectory));
      }
    });

    test("one event can wait several times over", async () => {
      const { of, trajectory } = await solveText("x' = 1; x = 0; n = 0; sum = 0\nE: at 10 after time - floor(time) < 0.5, fromTrigger = false: n = n + 1, sum = sum + x", [9.5, 11, 12.5, 20]);
      expect(of("n")).toEqual([0, 1, 2, 10]);
      // Executed at 11, 12, ..., 20; a sum of amounts is relatively as exact as each.
      expect(away(of("sum")[3], 155)).toBeLessThan(accumulatedIn(trajectory));
    });
  });

  describe("the start", () => {
    test("a condition that holds at time 0 triggers only where it counts as false before", async () => {
      for (const [setting, n] of [["", 0], [", t0 = true", 0], [", t0 = false", 1]] as const) {
        expect((await solveText(`x = 3; n = 0\nE: at x > 2${setting}: n = n + 1`, [0, 1])).of("n")).toEqual([n, n]);
      }
      expect((await solveText("x = 3; n = 0; E: at 0.5 after x > 2, t0 = false: n = n + 1", [0, 0.5])).of("n")).toEqual([0, 1]);
      expect((await solveText("n = 0; E: at time > 0: n = n + 1", [0, 1])).of("n")).toEqual([0, 1]);
    });

    test("a run that starts at another time starts its events there", async () => {
      const text = "x' = 1; x = 0; n = 0\nD: at time >= 3: n = n + 1\nE: at time >= 4, t0 = false: n = n + 1\nF: at time >= 12: n = n + 1";
      expect((await solveText(text, [5, 11, 13], { startTime: 5 })).of("n")).toEqual([1, 1, 2]);
      expect((await solveText(text, [-5, 2.5, 3.5], { startTime: -5 })).of("n")).toEqual([0, 0, 1]);
    });
  });

  describe("amounts and concentrations", () => {
    test("a compartment that an event enlarges dilutes what is in it and keeps its mass", async () => {
      const system = systemFrom("compartment C = 2; species A in C = 6, $B in C = 4; substanceOnly species Q in C; Q = 5; J: A -> ; 0*A; E: at time >= 1: C = 8");
      const solver = await compileSolver(system, { method });
      const parameters = Float64Array.from(system.parameterValues);
      const { values } = solver.solve({ parameters, state: initialState(system, parameters), times: Float64Array.of(0, 1) });
      const width = system.states.length;
      const shown = (row: number, id: string): number => {
        const at = (name: string): number => (system.states.includes(name) ? values[row * width + system.states.indexOf(name)] : parameters[system.parameters.indexOf(name)]) ?? Number.NaN;
        return id === "Q" || id === "C" ? at(id) : at(id) / at("C");
      };
      expect(["A", "B", "Q", "C"].map((id) => shown(0, id))).toEqual([6, 4, 5, 2]);
      expect(["A", "B", "Q", "C"].map((id) => shown(1, id))).toEqual([1.5, 1, 5, 8]);
    });

    test("a concentration is assigned as one, in the volume before the event", async () => {
      const { of } = await solveText("compartment C = 2; species A in C = 6; E: at time >= 1: A = 3; F: at time >= 2: A = 3, C = 1", [0, 1, 2]);
      expect([of("A"), of("C")]).toEqual([[12, 6, 6], [2, 2, 1]]);
    });
  });
});
