import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { following, systemFrom } from "./event-model.ts";

describe.each(following)("a model with everything, by %s", (_id, method) => {
  const text = `
    compartment C = 2; species A in C = 1, B in C = 0; k = 1; n = 0; last = 0; x = 0; v = 1
    J: A -> B; C*k*A
    x' = v; v' = -x
    E: at A < 0.3: A = 1 + 0.1*exp(-time), n = n + 1
    F: at 0.7 after x > 0.9, persistent = false, fromTrigger = false: k = 1 + 0.5*sin(time), last = time
    G: at time - 3*floor(time/3) < 1.5, priority = n: C = 2 + 0.1*n
    H: at B > 2, t0 = false: B = 0`;
  const times = Float64Array.from({ length: 41 }, (_, index) => index / 2);

  it("gives the same bits in WebAssembly and JavaScript, and however often it pauses", async () => {
    const system = systemFrom(text);
    const control = { rtol: 1e-7, atol: 1e-9 };
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times };
    const solver = await compileSolver(system, { method, control });
    const whole = solver.solve(problem);
    expect(whole.status.status).toBe("done");
    expect(whole.values[40 * system.states.length + system.states.indexOf("n")]).toBeGreaterThan(8);
    expect((await compileSolver(system, { method, control, target: "javascript" })).solve(problem).values).toEqual(whole.values);
    for (const budget of [1, 7]) {
      const run = solver.begin(problem);
      while (run.status.status === "paused") run.advance(budget);
      expect(run.trajectory().values).toEqual(whole.values);
      expect(run.trajectory().statistics).toEqual(whole.statistics);
    }
    expect(solver.solve(problem).values).toEqual(whole.values);
  });
});
