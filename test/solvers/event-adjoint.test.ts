import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { compileEventAdjoint } from "../../src/solvers/event-adjoint.ts";
import type { AnyOdeMethod } from "../../src/solvers/ode/method.ts";
import { bdf } from "../../src/solvers/ode/bdf.ts";
import { kvaerno5 } from "../../src/solvers/ode/kvaerno5.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { rtol, systemFrom } from "./ode/event-model.ts";

/** What the issue asks of gradients through events. */
const tolerance = 1e-8;

/** Compares the adjoint with forward sensitivities, over all parameters and starts, of a loss over all outputs. */
async function compare(text: string, requested: readonly number[], method: AnyOdeMethod): Promise<void> {
  const system = systemFrom(text);
  const control = { rtol, atol: 1e-14 };
  const nState = system.states.length;
  const parameters = Float64Array.from(system.parameterValues);
  const times = Float64Array.from(requested);
  const adjoint = await compileEventAdjoint(system, { method, control });
  const trajectory = adjoint.solve({ parameters, state: initialState(system, parameters), times });
  expect(trajectory.status.status).toBe("done");
  const cotangents = trajectory.values.map((_, at) => Math.sin(1 + 3 * at));
  const byParameter = new Float64Array(parameters.length);
  const byState = new Float64Array(nState);
  adjoint.pullBack(cotangents, byParameter, byState);

  const names = [...system.parameters, ...system.states];
  const augmented = sensitivitySystem(system, names);
  const forward = await compileSolver(augmented, { method, control, errorStates: nState });
  const start = new Float64Array(augmented.states.length);
  start.set(initialState(system, parameters));
  // Starts alone: what the initial state reads is the loss's matter.
  system.states.forEach((_, index) => {
    start[nState * (1 + parameters.length + index) + index] = 1;
  });
  const { values, status } = forward.solve({ parameters, state: start, times });
  expect(status.status).toBe("done");
  const expected = names.map((_, index) => {
    let total = 0;
    times.forEach((_time, row) => {
      for (let s = 0; s < nState; s++) total += (cotangents[nState * row + s] ?? 0) * (values[row * augmented.states.length + nState * (1 + index) + s] ?? 0);
    });
    return total;
  });
  const scale = Math.max(1, ...expected.map(Math.abs));
  names.forEach((name, index) => {
    const slope = index < parameters.length ? byParameter[index] : byState[index - parameters.length];
    expect(Math.abs((slope ?? Number.NaN) - (expected[index] ?? Number.NaN)) / scale, name).toBeLessThan(tolerance);
  });
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
}

describe.each([tsit5, rodas5p, kvaerno5, bdf])("the adjoint through events by $facts.id equals forward sensitivities", (method) => {
  it.each([
    { name: "of a bouncing ball", text: "y' = v; v' = -g; y = 3; v = 0; g = 9.81; e = 0.8\nbounce: at y < 0: v = -e*v", times: [0, 0.5, 1, 2.5] },
    { name: "of doses at a time and whenever little is left", text: "x = 1; k = 0.7; dose = 2; when = 1.3; low = 0.4\nR: x -> ; k*x\nA: at time >= when: x = x + dose\nB: at x < low: x = x + dose/2", times: [1.3, 2, 7] },
    { name: "where one event sets off another", text: "x' = 1; x = 0; y' = -y; y = 1; a = 0.5; on = 0\nfirst: at x > a: on = 1\nsecond: at on > 0.5: y = 2*y + a", times: [0.2, 3] },
    { name: "of an event at the start and one inside a conjunction", text: "x = 1; k = 0.5; a = 0.6; b = 1\nR: x -> ; k*x\nstart: at x > 0.9 && time < 0.1, t0 = false: x = 2*x\nE: at x < a && time > b: x = x + 1", times: [0, 4] },
    { name: "of a schedule that comes back", text: "x' = on*r - x; x = 0; on = 0; r = 3; T = 2; w = 0.5\nup: at time - T*floor(time/T) < w, t0 = false: on = 1\ndown: at time - T*floor(time/T) >= w, t0 = false: on = 0", times: [1, 4.25, 5] },
    { name: "of a volume that changes", text: "compartment C = 2; species A in C = 3, B in C = 1; k = 0.4; limit = 1.5; grown = 5\nR: A -> B; C*k*A^2\nE: at A < limit: C = grown, B = 2*B", times: [1, 4] },
    {
      name: "of a harvested pair",
      text: `prey = 1.5; predator = 1; a = 1.1; b = 0.9; c = 0.8; limit = 1.6; part = 0.35
        Birth: => prey; a*prey
        Hunt: prey => predator; b*prey*predator
        Death: predator => ; c*predator
        harvest: at prey > limit: prey = (1 - part)*prey
        relief: at predator > 1.2: predator = predator - part*predator^2/2, a = 1.1 + 0.1*sin(time)`,
      times: [1, 4, 9],
    },
  ])("$name", ({ text, times }) => compare(text, times, method));
});

describe("an adjoint through events", () => {
  const text = "x = 1; k = 0.7; low = 0.4\nR: x -> ; k*x\nE: at x < low: x = x + 1";
  it("gives the run that a solver gives, whatever happens after the last time", async () => {
    const system = systemFrom(text);
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times: Float64Array.of(0.5, 3) };
    const plain = (await compileSolver(system, { method: tsit5 })).solve(problem);
    const adjoint = await compileEventAdjoint(system, { method: tsit5, wrt: ["k"] });
    const { values, final, status, statistics } = adjoint.solve(problem);
    expect({ values, final, status, statistics }).toEqual({ values: plain.values, final: plain.final, status: plain.status, statistics: plain.statistics });
    const [byParameter, byState] = [new Float64Array(2), new Float64Array(1)];
    adjoint.pullBack(Float64Array.of(0, 1), byParameter, byState);
    expect(byParameter[0]).not.toBe(0);
    expect(byParameter[1]).toBe(0);
    // The event is at log(1/low)/k = 1.30898; just before it the loss does not know of it, though the last step meets it.
    const before = adjoint.solve({ ...problem, times: Float64Array.of(1.3089) });
    adjoint.pullBack(Float64Array.of(1), byParameter.fill(0), byState);
    // Steps of x' = -k x multiply x, which begins as 1: the derivative is the value, but for the rounding of each stage of each step.
    const roundings = before.statistics.accepted * tsit5.tableau.nodes.length;
    expect(Math.abs((byState[0] ?? Number.NaN) / (before.values[0] ?? Number.NaN) - 1)).toBeLessThan(2 * roundings * Number.EPSILON);
  });

  it("refuses delays, lengths that do not fit, an unfinished run and events that cannot be told apart", async () => {
    await expect(compileEventAdjoint(systemFrom(text.replace("at x", "at 0.5 after x")), { method: tsit5 })).rejects.toThrow("has delayed events (E), which the adjoint does not follow yet");
    const system = systemFrom(text);
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times: Float64Array.of(0.5, 3) };
    const adjoint = await compileEventAdjoint(system, { method: tsit5 });
    const [byParameter, byState] = [new Float64Array(2), new Float64Array(1)];
    expect(() => adjoint.pullBack(new Float64Array(2), byParameter, byState)).toThrow("nothing is solved yet");
    adjoint.solve(problem);
    expect(() => adjoint.pullBack(new Float64Array(3), byParameter, byState)).toThrow("3 cotangents for 2 reached times and 1 states");
    adjoint.solve({ ...problem, control: { maxSteps: 2 } });
    expect(() => adjoint.pullBack(new Float64Array(2), byParameter, byState)).toThrow("of 2 times");
    const clash = systemFrom("x = 1; y = 1; k = 1\nR: x -> ; k*x\nA: at time >= 1: x = 2\nB: at time >= 1: y = x");
    const both = await compileEventAdjoint(clash, { method: tsit5 });
    both.solve({ parameters: Float64Array.from(clash.parameterValues), state: initialState(clash), times: Float64Array.of(2) });
    expect(() => both.pullBack(new Float64Array(2), new Float64Array(clash.parameters.length), new Float64Array(2))).toThrow('the values of event "B" may be older');
    const twice = systemFrom("x' = 1; x = 0; n = 0\nA: at x > 1: n = n + 1, x = 0.5\nB: at n > 0.5 && n < 1.5: x = 1.5");
    const again = await compileEventAdjoint(twice, { method: tsit5 });
    expect(again.solve({ parameters: Float64Array.from(twice.parameterValues), state: initialState(twice), times: Float64Array.of(1.2) }).final[1]).toBe(2);
    expect(() => again.pullBack(new Float64Array(2), new Float64Array(0), new Float64Array(2))).toThrow("an event was executed more than once at time 1");
  });
});
