import { describe, expect, test } from "vitest";
import { odeSystem } from "../../../src/models/compile.ts";
import { compileAdjoint } from "../../../src/solvers/adjoint.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { covarianceSystem } from "../../../src/solvers/linear-noise.ts";
import { eventObstacle } from "../../../src/solvers/ode/event.ts";
import { auto, tsit5 } from "../../../src/solvers/ode/index.ts";
import { sensitivitySystem } from "../../../src/solvers/sensitivity.ts";
import { compileStochastic } from "../../../src/solvers/stochastic/compile.ts";
import { direct } from "../../../src/solvers/stochastic/index.ts";
import { leap } from "../../../src/solvers/stochastic/leap.ts";
import { masterEquation } from "../../../src/solvers/stochastic/master-equation.ts";
import { limitCycle } from "../../../src/thermo/cycle-integral.ts";
import { densePath } from "../../../src/thermo/dense-path.ts";
import { thermoReport } from "../../../src/thermo/report.ts";
import { followers, networkFrom, solveText as solveWithTsit5, solving, systemFrom } from "./event-model.ts";

describe.each(followers)("by %s", (_id, method) => {
  const solveText = solving(method);

  describe("events without end stop the run and are named", () => {
    test("those that trigger each other in a circle at one time", async () => {
      const { trajectory } = await solveText("a = 0\nstart: at time >= 1: a = 1\nup: at a > 0.5: a = 0\ndown: at a < 0.5: a = 1", [0.5, 2]);
      expect(trajectory.status).toMatchObject({ status: "too-many-steps", time: 1, worst: expect.stringMatching(/up|down/), hint: expect.stringContaining("in a circle need a delay") });
      expect([...trajectory.times]).toEqual([0.5]);
    });

    test("one that undoes its own trigger again and again", async () => {
      const { trajectory, of } = await solveText("x' = 1; x = 0; n = 0\nhold: at x > 1: x = 1, n = n + 1", [0.5, 2]);
      expect(trajectory.status).toMatchObject({ status: "too-many-steps", worst: "hold", time: expect.closeTo(1, 9), hint: expect.stringContaining('"hold" happens again and again') });
      expect(of("n")).toEqual([0]);
    });

    test("a path that is lifted less and less, where its falls gather", async () => {
      const part = 0.9;
      const { trajectory, of } = await solveText(`y' = -1; y = 1; lift = 1; n = 0\nfall: at y < 0: lift = ${part}*lift, y = ${part}*lift, n = n + 1`, [0.9, 9.5, 12]);
      expect(trajectory.status).toMatchObject({ status: "too-many-steps", worst: "fall", time: expect.closeTo(1 / (1 - part), 6) });
      // After the n-th fall part^n / (1 - part) of time is left.
      expect(of("n")).toEqual([0, Math.floor(Math.log(1 - 9.5 * (1 - part)) / Math.log(part))]);
    });

    test("many events close together are no such thing", async () => {
      const events = Array.from({ length: 150 }, (_, index) => `E${index}: at time >= ${1 + index * 1e-15}: n = n + 1`).join("\n");
      const { trajectory, of } = await solveText(`x' = 1; x = 0; n = 0\n${events}`, [2]);
      expect(trajectory.status.status).toBe("done");
      expect(of("n")).toEqual([150]);
    });
  });

  describe("what events break is named", () => {
    test("a delay that is no time", async () => {
      for (const delay of ["-1", "1/x", "x/x"]) {
        const { trajectory } = await solveText(`x = 0; y = 1\nlate: at ${delay} after time >= 1: y = 2`, [0.5, 2]);
        expect(trajectory.status).toMatchObject({ status: "non-finite", time: 1, worst: "late", hint: expect.stringContaining('the delay of event "late"') });
        expect([...trajectory.times]).toEqual([0.5]);
      }
    });

    test("a value, and a rate after it, that is not finite", async () => {
      const value = await solveText("A -> ; k*A; k = 1; A = 1; z = 0\nE: at time >= 1: A = 1/z", [0.5, 1, 2]);
      expect([...value.trajectory.times]).toEqual([0.5]);
      expect(value.trajectory.status).toMatchObject({ status: "non-finite", time: 1, worst: "A", hint: expect.stringContaining('event "E" leaves it') });
      const rate = await solveText("J7: A -> ; k*A/z; k = 1; A = 1; z = 1\nE: at time >= 1: z = 0", [0.5, 2]);
      expect(rate.trajectory.status).toMatchObject({ status: "non-finite", time: 1, worst: "A", hint: expect.stringMatching(/reaction "J7".*after event "E"/) });
      const start = await solveText("A -> ; A; A = 1; z = 0\nE: at A > 0, t0 = false: A = ln(-1 - z)", [0, 2]);
      expect(start.trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "A", hint: expect.stringContaining('event "E"') });
      expect(start.trajectory.times).toHaveLength(0);
    });
  });
});

// What bdf starts with at each bounce follows no parabola that stays below the absolute tolerance.
test.each([tsit5, auto])("a ball that loses little at each bounce ends where its bounces gather, by $facts.id", async (method) => {
  const restitution = 0.95;
  const { trajectory, of } = await solving(method)(`y' = v; v' = -10; y = 5; v = 0; n = 0\nbounce: at y < 0: v = -${restitution}*v, n = n + 1`, [0.9, 30, 50]);
  expect(trajectory.status).toMatchObject({ status: "too-many-steps", worst: "bounce", time: expect.closeTo(1 + (2 * restitution) / (1 - restitution), 6) });
  // After the n-th bounce 2 restitution^n / (1 - restitution) of time is left: 9 at time 30.
  const bounces = Math.floor(Math.log((9 * (1 - restitution)) / 2) / Math.log(restitution));
  expect(of("n")).toEqual([0, bounces]);
});

describe("a failed run names the reaction", () => {
  test("that stops being finite, and the one that drives a state without bound", async () => {
    const domain = await solveWithTsit5("good: A -> B; 0.1*A\nbad: B -> ; sqrt(1 - time)*B; A = 1; B = 1", [2]);
    expect(domain.trajectory.status).toMatchObject({ status: "non-finite", worst: "B", hint: expect.stringContaining('reaction "bad"') });
    const growth = await solveWithTsit5("slow: A -> ; 0.1*A\nfast: 2 A -> 3 A; A*A; A = 1", [2]);
    expect(growth.trajectory.status).toMatchObject({ status: "step-too-small", worst: "A", hint: expect.stringContaining('fastest reaction is "fast"') });
    const start = await solveWithTsit5("J1: A -> ; A/z; A = 1; z = 0", [2]);
    expect(start.trajectory.status).toMatchObject({ status: "non-finite", time: 0, worst: "A", hint: expect.stringContaining('reaction "J1"') });
  });
});

describe("what cannot follow events says so", () => {
  const text = "A -> B; k*A; k = 1; A = 10; B = 0\nE1: at A < 5: A = 10\nE2: at time > 1: k = 2";
  const system = systemFrom(text);

  test("methods with loops of their own, and derivatives", async () => {
    const own = { facts: { ...tsit5.facts, id: "own" }, compile: () => Promise.reject(new Error("compiled")) };
    expect(eventObstacle(system, own)).toBe('"model" has events (E1, E2), which method "own" does not follow yet; use a one-step method such as tsit5 or rodas5p');
    expect(eventObstacle(system, tsit5)).toBe(null);
    expect(eventObstacle(system, { ...own, facts: { ...own.facts, events: true } })).toBe(null);
    await expect(compileSolver(system, { method: own })).rejects.toThrow('which method "own" does not follow yet');
    await expect(compileAdjoint(system, { method: tsit5 })).rejects.toThrow("which the adjoint does not follow yet");
    const solver = await compileSolver(system, { method: tsit5, record: true });
    const problem = { parameters: Float64Array.from(system.parameterValues), state: new Float64Array(system.states.length) };
    expect(() => densePath(solver, { ...problem, endTime: 1 })).toThrow("which a path of whole steps does not follow yet; remove them");
    expect(limitCycle(solver, { ...problem, horizon: 1 }).problems).toMatchObject([{ message: expect.stringContaining("has events, which the search for a limit cycle does not follow yet") }]);
    expect(() => sensitivitySystem(systemFrom(text.replace("E1: at", "E1: at 1 after")), ["k"])).toThrow("which a forward sensitivity does not follow yet");
  });

  test("stochastic methods, the master equation, noise and thermodynamics, each event with its place", async () => {
    const network = networkFrom(text);
    const expected = ["E1", "E2"].map((id) => ({ where: `event:${id}`, message: expect.stringMatching(`do not follow events yet; remove event "${id}", or simulate with an ODE method`) }));
    expect((await compileStochastic(network, { method: direct })).problems).toEqual(expect.arrayContaining(expected));
    expect((await leap(network, { method: "tau-leaping", runs: 1, seed: 1n, times: Float64Array.of(1) })).problems).toEqual(expect.arrayContaining(expected));
    expect(masterEquation(network).problems).toEqual(expect.arrayContaining(expected));
    expect(covarianceSystem(network, odeSystem(network).system ?? system).problems).toEqual(expect.arrayContaining(expected));
    expect((await thermoReport(network, { times: [1] })).problems).toEqual(expect.arrayContaining(expected));
  });
});
