import { describe, expect, it } from "vitest";
import type { Expression } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { initialState } from "../../src/models/initial-state.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { compileEventAdjoint } from "../../src/solvers/event-adjoint.ts";
import { oneStepMethods } from "../../src/solvers/ode/index.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import type { QuadratureOptions } from "../../src/solvers/quadrature.ts";
import { quadratureSystem } from "../../src/solvers/quadrature.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { systemOfNetwork } from "../thermo/states.ts";
import { difference } from "./difference.ts";
import { systemFrom } from "./ode/event-model.ts";
import { lotkaVolterra, problemOf, systemOf } from "./problems.ts";

const parse = (system: OdeSystem, text: string): Expression => {
  const { expression } = parseExpression(system.graph, text);
  if (!expression) throw new Error(text);
  return expression;
};

/** @throws with the problems. */
function integrals(system: OdeSystem, texts: Readonly<Record<string, string>>, options?: QuadratureOptions) {
  const result = quadratureSystem(system, Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, parse(system, text)])), options);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.quadrature;
}

describe.each(Object.values(oneStepMethods))("integrals by $facts.id", (method) => {
  it("of a decay are in closed form, and what the states say of them holds to rounding", async () => {
    const decay = systemOf("decay", { x: "-k*x" }, { x: 2 }, { k: 0.7 });
    const { system, start, errorStates } = integrals(decay, { area: "x", loss: "k*x", moment: "time*x" }, { steer: true });
    expect(errorStates).toBe(4);
    // A method of order 2 takes as many steps as its order asks for; what it is asked for is the error it makes.
    const rtol = method.facts.order > 2 ? 1e-9 : 1e-6;
    const solver = await compileSolver(system, { method, errorStates, control: { rtol, atol: rtol } });
    const times = Float64Array.of(0.3, 1, 4);
    const { values, status, statistics } = solver.solve({ parameters: Float64Array.of(0.7), state: start([2]), times });
    expect(status.status).toBe("done");
    // A step errs by at most the tolerance, in the root mean square over four states none of which exceeds 4.
    const most = statistics.accepted * Math.sqrt(4) * rtol * (1 + 4);
    times.forEach((t, row) => {
      const [x = NaN, area = NaN, loss = NaN, moment = NaN] = values.subarray(4 * row, 4 * row + 4);
      const decayed = Math.exp(-0.7 * t);
      expect(Math.abs(area - (2 * (1 - decayed)) / 0.7)).toBeLessThan(most);
      expect(Math.abs(moment - (2 * (1 - decayed * (1 + 0.7 * t))) / 0.49)).toBeLessThan(most);
      // d(x + ∫ k x) = 0 in every stage.
      expect(Math.abs(x + loss - 2)).toBeLessThan(1e-12);
    });
  });
});

describe("integrals beside a run", () => {
  it("leave its steps and states as they are unless they are to steer", async () => {
    const { parameters, state, times } = problemOf(lotkaVolterra, [1, 5, 10]);
    const control = { rtol: 1e-5, atol: 1e-7 };
    const plain = (await compileSolver(lotkaVolterra, { method: tsit5, control })).solve({ parameters, state, times });
    const runs = await Promise.all(
      [false, true].map(async (steer) => {
        const { system, start, errorStates } = integrals(lotkaVolterra, { eaten: "b*prey*predator*(1 + sin(40*time))" }, { steer });
        return (await compileSolver(system, { method: tsit5, control, errorStates })).solve({ parameters, state: start(state), times });
      }),
    );
    expect(runs[0]?.statistics).toEqual(plain.statistics);
    times.forEach((_, row) => expect(runs[0]?.values.subarray(3 * row, 3 * row + 2)).toEqual(plain.values.subarray(2 * row, 2 * row + 2)));
    expect(runs[1]?.statistics.accepted).toBeGreaterThan(2 * plain.statistics.accepted);
  });

  it("go on through events", async () => {
    // x = 1 at 0, halved at time 1: ∫x = 1 + (end - 1)/2.
    const given = systemFrom("x = 1\nE: at time >= 1: x = x/2");
    const { system, start, errorStates } = integrals(given, { area: "x" });
    const solver = await compileSolver(system, { method: tsit5, errorStates });
    const { values } = solver.solve({ parameters: Float64Array.from(given.parameterValues), state: start(initialState(given)), times: Float64Array.of(0.5, 3) });
    expect(values[1]).toBeCloseTo(0.5, 12);
    expect(values[3]).toBeCloseTo(2, 12);
  });

  it("have gradients through events", async () => {
    // ∫x of x' = -k x from 1, raised by 1 at low, at log(1/low)/k: (1 - x(end) + 1)/k with x(end) = (1 + low)/low e^(-k end).
    const [k, low, end] = [0.7, 0.4, 2];
    const { system, start, errorStates } = integrals(systemFrom(`x = 1; k = ${k}; low = ${low}\nR: x -> ; k*x\nE: at x < low: x = x + 1`), { area: "x" });
    const adjoint = await compileEventAdjoint(system, { method: tsit5, errorStates, control: { rtol: 1e-12, atol: 1e-14 } });
    const { final } = adjoint.solve({ parameters: Float64Array.of(k, low), state: start([1]), times: Float64Array.of(end) });
    const x = ((1 + low) / low) * Math.exp(-k * end);
    expect(Math.abs((final[1] ?? NaN) - (2 - x) / k)).toBeLessThan(1e-8);
    const [byParameter, byState] = [new Float64Array(2), new Float64Array(2)];
    adjoint.pullBack(Float64Array.of(0, 1), byParameter, byState);
    expect(Math.abs((byParameter[0] ?? NaN) - ((end * x) / k - (2 - x) / k ** 2))).toBeLessThan(1e-8);
    expect(Math.abs((byParameter[1] ?? NaN) - x / (k * low * (1 + low)))).toBeLessThan(1e-8);
    expect(byState[1]).toBe(1);
  });

  it.each([
    { id: "lotka-volterra", given: lotkaVolterra, start: [1.5, 1], method: tsit5, texts: { eaten: "b*prey*predator", misfit: "(prey - c*time)^2" }, end: 8 },
    { id: "oregonator", given: systemOfNetwork(zoo.oregonator.network), start: null, method: rodas5p, texts: undefined, end: 20 },
  ])("have gradients: adjoint = forward = differences on the recorded steps of $id, to 1e-8", async ({ given, start: from, method, texts, end }) => {
    const [first = "", second = ""] = given.states;
    const { system, start, errorStates } = integrals(given, texts ?? { area: first, product: `log(1 + ${first}^2)*exp(-time/10) + ${second}` });
    const parameters = Float64Array.from(given.parameterValues);
    const state = start(from ?? initialState(given));
    const times = Float64Array.of(end / 3, end);
    const control = { rtol: 1e-5, atol: 1e-8 };
    const adjoint = await compileAdjoint(system, { method, control, errorStates });
    const run = adjoint.begin({ parameters, state, times });
    while (run.status.status === "paused") run.advance(1000);
    const { steps } = run.tape();
    const { values } = run.trajectory();
    const nState = system.states.length;
    for (let at = given.states.length; at < nState; at++) {
      // L = the integral at the end over its size.
      const size = values[nState + at] ?? NaN;
      const cotangents = new Float64Array(2 * nState);
      cotangents[nState + at] = 1 / size;
      const byParameter = new Float64Array(parameters.length);
      const byState = new Float64Array(nState);
      adjoint.solve({ parameters, state, times });
      adjoint.pullBack(cotangents, byParameter, byState);
      expect(byState[at]).toBe(1 / size);

      const forward = await compileSolver(sensitivitySystem(system, system.parameters), { method, control, errorStates });
      const augmented = new Float64Array(nState * (1 + parameters.length));
      augmented.set(state);
      const forwards = forward.solve({ parameters, state: augmented, times, steps }).final;
      const scale = Math.max(1, ...Array.from(byParameter, (slope, index) => Math.abs(slope * (parameters[index] ?? 0))));
      parameters.forEach((value, index) => {
        const slope = byParameter[index] ?? NaN;
        expect(Math.abs((slope - (forwards[nState * (1 + index) + at] ?? NaN) / size) * value) / scale).toBeLessThan(1e-8);
        const differenced = difference(parameters, index, (moved) => (adjoint.solve({ parameters: moved, state, times, steps }).final[at] ?? NaN) / size);
        expect(Math.abs((slope - differenced) * value) / scale, `${system.states[at]} by ${system.parameters[index]}`).toBeLessThan(1e-8);
      });
    }
  });

  it("refuse ids that are taken and symbols that are not there, all at once", () => {
    const { graph } = lotkaVolterra;
    const result = quadratureSystem(lotkaVolterra, { prey: graph.symbol("prey"), total: graph.symbol("nobody") });
    expect(result.problems?.map(({ where }) => where)).toEqual(["integrand:prey", "integrand:total"]);
    const made = quadratureSystem(lotkaVolterra, { total: graph.symbol("prey") });
    expect(() => made.quadrature?.start([1])).toThrow("1 initial values for 2 states");
  });
});
