import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/index.ts";
import { steadyState, type SteadyState, type SteadyStateOptions } from "../../src/solvers/steady-state.ts";
import { complexBalancedCase } from "../thermo/complex-balanced-network.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { systemOf } from "./problems.ts";

const at = (text: string, state: readonly number[], options: Partial<SteadyStateOptions> = {}): SteadyState => {
  const system = systemOfNetwork(networkOfText(text));
  return steadyState(system, { parameters: system.parameterValues, state, ...options });
};
const methods = ["newton", "pseudo-transient"] as const;
/** A dozen roundings of a well-conditioned solution. */
const rounding = 1e-13;
const near = (found: SteadyState, expected: readonly number[], slack = rounding): void => {
  expect(found.status).toEqual({ status: "done" });
  expected.forEach((value, index) => expect(Math.abs((found.state[index] ?? NaN) - value)).toBeLessThanOrEqual(slack * Math.max(1, Math.abs(value))));
};

describe.each(methods)("steady states in closed form, by %s", (method) => {
  it("birth and death from nothing", () => {
    const found = at("R1: => X; 10; R2: X => ; 4*X; X = 0", [0], { method });
    near(found, [2.5]);
    expect(found.stable).toBe(true);
    expect(found.eigenvalues.re[0]).toBe(-4);
  });
  it("an isomerisation keeps its total", () => {
    for (const [a, b] of [[1, 0], [0, 5], [3, 4]] as const) {
      const found = at("R: A -> B; 2*A - B; A = 1; B = 0", [a, b], { method });
      near(found, [(a + b) / 3, (2 * (a + b)) / 3]);
      expect(found.eigenvalues.re).toHaveLength(1);
      expect(found.eigenvalues.re[0]).toBeCloseTo(-3, 12);
    }
  });
  it("association: the root of a quadratic", () => {
    // A = 1 - c, B = 2 - c, 3 (1 - c)(2 - c) = c.
    const c = (10 - Math.sqrt(100 - 72)) / 6;
    near(at("R: A + B -> C; 3*A*B - C; A = 1; B = 2; C = 0", [1, 2, 0], { method }), [1 - c, 2 - c, c]);
  });
  it("a reactant that is used up", () => {
    const found = at("R: A => B; A; A = 1; B = 0", [1, 0], { method });
    near(found, [0, 1]);
    expect(found.stable).toBe(true);
  });
  it("the open enzyme of the zoo: e = 2/7, es = 5/7", () => {
    const system = systemOfNetwork(zoo["michaelis-menten"].network);
    const found = steadyState(system, { parameters: system.parameterValues, state: [1, 0], method });
    near(found, [2 / 7, 5 / 7]);
    expect(found.stable).toBe(true);
    expect(found.eigenvalues.re[0]).toBeCloseTo(-7, 12);
  });
  it("the states that random complex balanced networks are made for", () => {
    for (let index = 0; index < 30; index++) {
      const { network, balanced, random } = complexBalancedCase(index, { decades: 1, driven: true });
      const system = systemOfNetwork(network);
      // A start in the same class: some steps of each reaction's change away from the balance, still positive.
      const start = balanced.slice();
      for (const { reactants, products } of network.reactions) {
        const step = 0.05 * (random.uniform() - 0.5) * Math.min(...balanced);
        for (const { species, stoichiometry } of reactants) start[system.states.indexOf(species)] = (start[system.states.indexOf(species)] ?? NaN) - step * stoichiometry;
        for (const { species, stoichiometry } of products) start[system.states.indexOf(species)] = (start[system.states.indexOf(species)] ?? NaN) + step * stoichiometry;
      }
      const found = steadyState(system, { parameters: system.parameterValues, state: start, method });
      // The condition of such a network is at most a few hundred times the spread of its constants, 1e6.
      near(found, balanced, 1e-8);
      expect(found.stable).toBe(true);
      expect(found.residual).toBeLessThan(1e-12);
    }
  });
});

describe("several steady states", () => {
  const system = systemOfNetwork(zoo.schlogl.network);
  it.each([
    { start: 0.9, x: 1, slope: -2, stable: true },
    { start: 1.99, x: 2, slope: 1, stable: false },
    { start: 3.4, x: 3, slope: -2, stable: true },
  ])("G3 from $start: x = $x, eigenvalue $slope", ({ start, x, slope, stable }) => {
    const found = steadyState(system, { parameters: system.parameterValues, state: [start] });
    near(found, [x]);
    expect(found.eigenvalues.re[0]).toBeCloseTo(slope, 10);
    expect(found.stable).toBe(stable);
  });
  it("continuation goes down or up from beside the unstable one, as time does", () => {
    near(steadyState(system, { parameters: system.parameterValues, state: [1.9], method: "pseudo-transient" }), [1]);
    near(steadyState(system, { parameters: system.parameterValues, state: [2.1], method: "pseudo-transient" }), [3]);
  });
  it("the unstable focus of the reversible Brusselator: x = 1, y = (3 + eps)/(1 + eps)", () => {
    const eps = 0.1;
    const found = at(`R1: -> X; 1 - X; R2: X -> Y; 3*X - ${eps}*Y; R3: 2 X + Y -> 3 X; X^2*Y - ${eps}*X^3; X = 1; Y = 1`, [1.1, 2.7]);
    near(found, [1, (3 + eps) / (1 + eps)]);
    expect(found.stable).toBe(false);
    expect(found.eigenvalues.im[0]).toBeGreaterThan(0);
  });
  it("cannot tell the stability of a centre", () => {
    const found = systemOf("centre", { x: "x - x*y", y: "x*y - y" }, {});
    expect(steadyState(found, { parameters: [], state: [1.1, 0.9] }).stable).toBe(null);
  });
});

describe("agreement with a long integration", () => {
  it.each([
    { id: "birth-death", end: 100 },
    { id: "schlogl", end: 100 },
    { id: "hires", end: 1000 },
    { id: "goldbeter-koshland", end: 1000 },
    { id: "michaelis-menten", end: 100 },
  ] as const)("$id", async ({ id, end }) => {
    const system = systemOfNetwork(zoo[id].network);
    const parameters = Float64Array.from(system.parameterValues);
    const state = initialState(system, parameters);
    const solver = await compileSolver(system, { method: rodas5p, control: { rtol: 1e-12, atol: 1e-14 } });
    const path = solver.solve({ parameters, state, times: Float64Array.of(end) });
    expect(path.status.status).toBe("done");
    const found = steadyState(system, { parameters, state, method: "pseudo-transient" });
    near(found, [...path.final], 1e-9);
    expect(found.stable).toBe(true);
    near(steadyState(system, { parameters, state: path.final }), [...found.state], 1e-12);
  });
});

describe("a failure says why", () => {
  it("growth without end, and a continuum of steady states", () => {
    expect(at("R: => X; 1; X = 1", [1]).status).toMatchObject({ status: "singular", worst: "X", hint: expect.stringMatching(/none exists/) });
    const degenerate = systemOf("degenerate", { x: "x*(1 - x - y)", y: "y*(1 - x - y)" }, {});
    const found = steadyState(degenerate, { parameters: [], state: [0.2, 0.3] });
    // Either refusal or a state whose stability nobody can tell.
    if (found.status.status === "done") expect(found.stable).toBe(null);
    else expect(found.status.status).toBe("singular");
  });
  it("a rate that goes on when its reactant is used up", () => {
    expect(at("R: A => ; 1; A = 1", [1]).status).toMatchObject({ status: "negative", worst: "A" });
  });
  it("an oscillator that is followed in time", () => {
    const system = systemOfNetwork(zoo.oregonator.network);
    const found = steadyState(system, { parameters: system.parameterValues, state: initialState(system), method: "pseudo-transient" });
    expect(found.status).toMatchObject({ status: "not-converged", hint: expect.stringMatching(/oscillate/) });
    expect(found.eigenvalues.re).toHaveLength(0);
    expect(found.stable).toBe(null);
  });
  it("an unstable focus that large steps run into, which time leaves for a cycle", () => {
    const system = systemOfNetwork(zoo.brusselator.network);
    const parameters = system.parameterValues;
    const found = steadyState(system, { parameters, state: initialState(system), method: "pseudo-transient" });
    expect(found.status).toMatchObject({ status: "not-converged", hint: expect.stringMatching(/unstable.*oscillation.*path.*cycle/) });
    // Who starts there asks about that state.
    const there = steadyState(system, { parameters, state: found.state, method: "pseudo-transient" });
    near(there, [1, 3.1 / 1.1], 1e-11);
    expect(there.stable).toBe(false);
  });
  it("time in a rate, a negative start, a parameter without a value", () => {
    const timed = systemOf("timed", { x: "1 - x", y: "sin(time) - y" }, {});
    expect(steadyState(timed, { parameters: [], state: [1, 1] }).status).toMatchObject({ status: "time-dependent", worst: "y" });
    const plain = systemOf("plain", { x: "1 - k*x" }, {}, { k: 1 });
    expect(steadyState(plain, { parameters: [1], state: [-1] }).status).toMatchObject({ status: "negative", worst: "x" });
    expect(steadyState(plain, { parameters: [Number.NaN], state: [1] }).status).toMatchObject({ status: "non-finite", worst: "x" });
  });
});
