import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { EXACT } from "../../../src/solvers/ode/exactly.ts";
import { bdf, kvaerno5 } from "../../../src/solvers/ode/index.ts";
import { recorded } from "../gradient-agreement.ts";
import { chain, zooSystem } from "../gradient-systems.ts";
import { problemOf, systemOf } from "../problems.ts";
import { systemFrom } from "./event-model.ts";

describe("what is recorded", () => {
  it("is of the same run as without a record, unless it is to be solved exactly; then the two differ by no more than the tolerance", async () => {
    for (const method of [kvaerno5, bdf]) {
      const system = zooSystem("hires");
      const control = { rtol: 1e-6, atol: 1e-9 };
      const problem = { parameters: Float64Array.from(system.parameterValues), state: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0.0057), times: Float64Array.of(1, 50, 321) };
      const plain = (await compileSolver(system, { method, control })).solve(problem);
      expect((await compileSolver(system, { method, control, record: true })).solve(problem)).toEqual(plain);
      const { values } = (await compileSolver(system, { method, control, exactly: true })).solve(problem);
      const accumulated = plain.statistics.accepted * control.rtol;
      values.forEach((value, at) => expect(Math.abs(value - (plain.values[at] ?? NaN))).toBeLessThan(accumulated * (control.atol / control.rtol + Math.abs(value))));
      expect(values).not.toEqual(plain.values);
    }
  });

  it("is replayed by bdf in the same steps, orders and times, to rounding", async () => {
    const one = { system: chain(14), times: [0.5, 1.3, 1.4, 5], rtol: 1e-5, atol: 1e-7 };
    const { solver, problem, given, values } = await recorded(one, bdf);
    const run = solver.begin({ ...problem, ...given });
    while (run.status.status === "paused") run.advance(1);
    const tape = run.tape();
    expect(tape.orders).toEqual(given.orders);
    expect(tape.steps).toEqual(given.steps);
    expect(tape.orders?.filter((order) => order === 0)).toHaveLength(2);
    expect(Math.max(...(tape.orders ?? []))).toBeGreaterThan(2);
    // Either run ends the corrections of a step once the last one is, as a root mean square relative to the n states, below EXACT: at most n EXACT
    // of the largest, summed over states. The chain passes on what it has, at most, so that this sum does not grow from there on.
    const left = solver.system.states.length * EXACT * Math.max(...values);
    const rounding = 2 * tape.count * left;
    run.trajectory().values.forEach((value, at) => expect(Math.abs(value - (values[at] ?? NaN))).toBeLessThan(rounding));
  });

  it("must fit bdf", async () => {
    const system = systemOf("decay", { x: "-k*x" }, { x: 1 }, { k: 1 });
    const problem = problemOf(system, [1]);
    const [plain, recording] = [await compileSolver(system, { method: bdf }), await compileSolver(system, { method: bdf, record: true })];
    const steps = Float64Array.of(0.1, 0.1);
    const refused = (solver: typeof plain, given: object): unknown => {
      try {
        return solver.begin({ ...problem, ...given });
      } catch (error) {
        return error instanceof RangeError ? error.message : error;
      }
    };
    expect(refused(plain, { steps, orders: Float64Array.of(0, 1) })).toContain("only when it is compiled with record: true");
    expect(refused(recording, { steps })).toContain("steps are given without their orders");
    expect(refused(recording, { orders: steps })).toContain("orders are given without steps");
    expect(refused(recording, { steps, orders: Float64Array.of(0) })).toContain("1 orders are given for 2 steps");
    expect(refused(recording, { steps, orders: Float64Array.of(1, 1) })).toContain("the order of given step 0 is 1");
    expect(refused(recording, { steps, orders: Float64Array.of(0, 2) })).toContain("the order of given step 1 is 2");
    expect(refused(recording, { steps: new Float64Array(6).fill(0.1), orders: Float64Array.of(0, 1, 1, 1, 1, 5) })).toContain("the order of given step 5 is 5");
    expect(refused(recording, { steps: new Float64Array(4).fill(0.1), orders: Float64Array.of(0, 1, 0, 2) })).toContain("the order of given step 3 is 2");
    expect(refused(recording, { steps: Float64Array.of(0.1, 0), orders: Float64Array.of(0, 1) })).toContain("given step 1 is 0");
    expect(recording.solve({ ...problem, steps, orders: Float64Array.of(0, 1) }).status).toMatchObject({ status: "too-many-steps", time: 0.2, hint: "the given steps end before the last requested time; give more steps" });
    expect(() => plain.begin(problem).tape()).toThrow("compiled with record: true");
    const eventful = systemFrom("x = 1; k = 0.5; a = 0.6\nR: x -> ; k*x\nE: at x < a: x = x + 1");
    await expect(compileSolver(eventful, { method: bdf, record: true })).rejects.toThrow("bdf keeps no record of steps through events");
  });
});
