import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { compileEventAdjoint } from "../../../src/solvers/event-adjoint.ts";
import { oneStepMethods, rodas5p, tsit5 } from "../../../src/solvers/ode/index.ts";
import { rtol, systemFrom } from "./event-model.ts";

const everything = `
  A = 1; B = 0; k = 1; n = 0; last = 0; x = 0; v = 1; c = 2
  J: A -> B; k*A
  x' = v; v' = -x + piecewise(0.1, time > 4.2, 0)
  E: at A < 0.3: A = 1 + 0.1*exp(-time), n = n + 1
  F: at 0.7 after x > 0.9, persistent = false, fromTrigger = false: k = 1 + 0.5*sin(time), last = time
  G: at time - 3*floor(time/3) < 1.5: c = 2 + 0.1*n, B = B/c`;
const times = Float64Array.from({ length: 41 }, (_, index) => index / 2);

describe.each(Object.entries(oneStepMethods))("a replay of recorded steps by %s", (_id, method) => {
  it("follows the same events to the same bits, however often it pauses", async () => {
    const system = systemFrom(everything);
    const solver = await compileSolver(system, { method, control: { rtol: 1e-7, atol: 1e-9 }, record: true });
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times };
    const run = solver.begin(problem);
    while (run.status.status === "paused") run.advance(1000);
    const [trajectory, tape] = [run.trajectory(), run.tape()];
    expect(trajectory.status).toEqual({ status: "done" });
    expect(trajectory.final[system.states.indexOf("n")]).toBeGreaterThan(8);
    // G twice in three units of time, the waits of F; E and the edges of x > 0.9 are found.
    expect(tape.steps.filter((step) => step === Infinity).length).toBeGreaterThan(13);
    expect(tape.steps.filter((step) => step < 0).length).toBeGreaterThan(12);
    for (const budget of [1000, 1, 7]) {
      const again = solver.begin({ ...problem, steps: tape.steps });
      while (again.status.status === "paused") again.advance(budget);
      expect(again.trajectory().values).toEqual(trajectory.values);
      expect(again.tape()).toEqual(tape);
    }
  });
});

/** What the issue asks of gradients against differences on the recorded steps. */
const tolerance = 1e-8;

describe.each([tsit5, rodas5p])("gradients through events by $facts.id equal differences on the recorded steps", (method) => {
  it.each([
    { name: "of a bouncing ball", text: "y' = v; v' = -g; y = 3; v = 0; g = 9.81; e = 0.8\nbounce: at y < 0: v = -e*v", requested: [0.5, 1, 2.5] },
    { name: "of doses at a time and whenever little is left", text: "x = 1; k = 0.7; dose = 2; when = 1.3; low = 0.4\nR: x -> ; k*x\nA: at time >= when: x = x + dose\nB: at x < low: x = x + dose/2", requested: [2, 7] },
    { name: "of a schedule that comes back", text: "x' = on*r - x; x = 0; on = 0; r = 3; T = 2; w = 0.5\nup: at time - T*floor(time/T) < w, t0 = false: on = 1\ndown: at time - T*floor(time/T) >= w, t0 = false: on = 0", requested: [1, 4.25, 5] },
    {
      name: "of a harvested pair",
      text: `prey = 1.5; predator = 1; a = 1.1; b = 0.9; c = 0.8; limit = 1.6; part = 0.35
        Birth: => prey; a*prey
        Hunt: prey => predator; b*prey*predator
        Death: predator => ; c*predator
        harvest: at prey > limit: prey = (1 - part)*prey
        relief: at predator > 1.2: predator = predator - part*predator^2/2`,
      requested: [1, 4, 9],
    },
  ])("$name", async ({ text, requested }) => {
    const system = systemFrom(text);
    const control = { rtol, atol: 1e-14 };
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times: Float64Array.from(requested) };
    const solver = await compileSolver(system, { method, control, record: true });
    const run = solver.begin(problem);
    while (run.status.status === "paused") run.advance(100_000);
    const { steps } = run.tape();
    const weights = run.trajectory().values.map((_, at) => Math.sin(1 + 3 * at));
    const loss = (at: Float64Array): number => {
      const { values, status } = solver.solve({ ...problem, parameters: at, steps });
      expect(status).toEqual({ status: "done" });
      return values.reduce((total, value, index) => total + value * (weights[index] ?? 0), 0);
    };
    const adjoint = await compileEventAdjoint(system, { method, control });
    adjoint.solve(problem);
    const gradient = new Float64Array(parameters.length);
    adjoint.pullBack(weights, gradient, new Float64Array(system.states.length));
    const scale = Math.max(1, ...gradient.map(Math.abs));
    parameters.forEach((value, index) => {
      const central = (by: number): number => {
        const moved = (sign: number): Float64Array => parameters.with(index, value + sign * by);
        return (loss(moved(1)) - loss(moved(-1))) / (2 * by);
      };
      // Errors of order by^2, and rounding over by: both far below the tolerance.
      const difference = central(1e-6 * Math.max(1, Math.abs(value)));
      expect(Math.abs(difference - (gradient[index] ?? Number.NaN)) / scale, system.parameters[index]).toBeLessThan(tolerance);
    });
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.1);
  });
});

describe("steps that do not fit", () => {
  const system = systemFrom("A -> ; k*A; k = 1; A = 1\nE: at A < 0.5: A = 1\nF: at time >= 3: A = 2");
  const parameters = Float64Array.from(system.parameterValues);
  const problem = { parameters, state: initialState(system, parameters), times: Float64Array.of(5) };

  it("are refused, or end the run where an event happens in another of them", async () => {
    const solver = await compileSolver(system, { method: tsit5, record: true });
    for (const steps of [[1, 0], [1, Number.NaN]]) expect(() => solver.begin({ ...problem, steps: Float64Array.from(steps) })).toThrow("given step 1");
    const run = solver.begin(problem);
    while (run.status.status === "paused") run.advance(1000);
    const { steps, times: starts } = run.tape();
    const other = solver.solve({ ...problem, parameters: parameters.map((value) => 3 * value), steps });
    expect(other.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("an event happens in another") });
    // Not before the step in which it happened there.
    expect(starts[0]).toBe(0);
    const short = solver.solve({ ...problem, steps: steps.subarray(0, 3) });
    expect(short.status).toMatchObject({ status: "too-many-steps", time: starts[3] });
  });
});
