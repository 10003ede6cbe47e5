import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/index.ts";
import { type SteadyState, type SteadyStateOptions, steadyState } from "../../src/solvers/steady-state.ts";
import { systemFrom } from "./ode/event-model.ts";

const find = (text: string, options: Partial<SteadyStateOptions> = {}): SteadyState & { readonly of: (id: string) => number } => {
  const system = systemFrom(text);
  const parameters = Float64Array.from(system.parameterValues);
  const found = steadyState(system, { parameters, state: initialState(system, parameters), ...options });
  return { ...found, of: (id) => found.state[system.states.indexOf(id)] ?? Number.NaN };
};
const supply = (start: number): string => `=> X; k; X => ; X; X = ${start}; k = 3; n = 0`;

describe.each(["newton", "pseudo-transient"] as const)("steady states of systems with events, by %s", (method) => {
  it("are those of the rates at the values that events have left, where no trigger turns true on the way", () => {
    // 3 from below, past no level; what the event assigns rests too.
    const never = find(`${supply(1)}\nE: at X > 5: k = 10, n = n + 1`, { method });
    expect(never.status).toEqual({ status: "done" });
    expect(Math.abs(never.of("X") - 3)).toBeLessThan(1e-10);
    expect([never.of("k"), never.of("n")]).toEqual([3, 0]);
    // One that holds all the time has happened before, and one that ceases to hold does nothing.
    for (const trigger of ["X < 5", "X < 2"]) {
      const held = find(`${supply(1)}\nE: at ${trigger}: k = 10, n = n + 1`, { method });
      expect(held.status).toEqual({ status: "done" });
      expect(Math.abs(held.of("X") - 3)).toBeLessThan(1e-10);
    }
  });

  it("are refused by the name of an event that happens on the way", () => {
    const { status, stable } = find(`${supply(1)}\nfeed: at X > 2: k = 10, n = n + 1`, { method });
    expect(status).toMatchObject({ status: "event", worst: "k", hint: expect.stringMatching(/event "feed" happens on the way.*simulate until it has happened/) });
    expect(stable).toBeNull();
    // With a delay too: it would wait, and then happen.
    expect(find(`${supply(1)}\nfeed: at 3 after X > 2: k = 10`, { method }).status).toMatchObject({ status: "event" });
  });

  it("are found after the event that was in the way has happened", async () => {
    const text = `${supply(1)}\nfeed: at X > 2: k = 10, n = n + 1`;
    const system = systemFrom(text);
    const parameters = Float64Array.from(system.parameterValues);
    const solver = await compileSolver(system, { method: rodas5p });
    const { final } = solver.solve({ parameters, state: initialState(system, parameters), times: Float64Array.of(3) });
    const found = find(text, { method, state: final });
    expect(found.status).toEqual({ status: "done" });
    expect([found.of("k"), found.of("n")]).toEqual([10, 1]);
    expect(Math.abs(found.of("X") - 10)).toBeLessThan(1e-9);
    expect(found.stable).toBe(true);
  });

  it("are refused where a trigger asks for time", () => {
    const { status } = find(`${supply(1)}\ndose: at time >= 4: n = n + 1`, { method });
    expect(status).toMatchObject({ status: "time-dependent", worst: "n", hint: expect.stringContaining('event "dose" asks for time') });
  });
});

it("a trigger that turns true on a followed path and false again before its end is seen", () => {
  // X rises to some 0.5 while S is turned over, and falls to 0.02.
  const path = "=> S; 0.01; S -> X; S; X -> ; 0.5*X; S = 1; X = 0; n = 0";
  expect(find(path, { method: "pseudo-transient" }).status).toEqual({ status: "done" });
  expect(find(`${path}\npeak: at X > 0.3: n = n + 1`, { method: "pseudo-transient" }).status).toMatchObject({ status: "event", hint: expect.stringContaining("peak") });
});
