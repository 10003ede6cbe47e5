import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import type { SteadyStateGradient } from "../../src/solvers/steady-state-gradient.ts";
import { steadyStateGradients } from "../../src/solvers/steady-state-gradient.ts";
import { steadyState } from "../../src/solvers/steady-state.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { differences } from "./difference.ts";

const read = (text: string): OdeSystem => systemOfNetwork(networkOfText(text));
const rounding = 1e-13;

/** The steady state from a start and its gradient. @throws with the problems. */
function found(system: OdeSystem, state: ArrayLike<number>, parameters: ArrayLike<number> = system.parameterValues) {
  const rest = steadyState(system, { parameters, state, tolerance: 1e-14 });
  const result = steadyStateGradients(system)(rest, { parameters, state });
  if (result.problems) throw new Error(result.problems.map(({ where, message }) => `${where}: ${message}`).join("\n"));
  return { rest, gradient: result.gradient };
}

const refusal = (system: OdeSystem, state: ArrayLike<number>, wrt?: readonly string[]): string => {
  const start = { parameters: system.parameterValues, state };
  const result = steadyStateGradients(system, wrt)(steadyState(system, start), start);
  return (result.problems ?? []).map(({ where, message }) => `${where}: ${message}`).join("\n");
};

const near = (values: Float64Array, expected: readonly number[]): void => {
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(Math.abs((values[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(rounding * Math.max(1, Math.abs(value))));
};

describe("gradients of steady states in closed form", () => {
  it("birth and death: x = k/d", () => {
    const { gradient } = found(read("R1: => X; k; R2: X => ; d*X; X = 0; k = 10; d = 4"), [0]);
    near(gradient.byParameter, [1 / 4, -10 / 16]);
    near(gradient.byState, [0]);
    expect(gradient.byTotal).toHaveLength(0);
  });
  it("an isomerisation shares its total: A = T k/(k + f)", () => {
    const { gradient } = found(read("R: A -> B; f*A - k*B; A = 3; B = 2; f = 2; k = 1"), [3, 2]);
    // Columns f, k.
    near(gradient.byParameter, [-5 / 9, 10 / 9, 5 / 9, -10 / 9]);
    near(gradient.byTotal, [1 / 3, 2 / 3]);
    near(gradient.byState, [1 / 3, 1 / 3, 2 / 3, 2 / 3]);
  });
  it("a reactant that is used up stays so", () => {
    const { gradient } = found(read("R: A => B; k*A; A = 1; B = 0; k = 1"), [1, 0]);
    near(gradient.byParameter, [0, 0]);
    near(gradient.byState, [0, 0, 1, 1]);
  });
  it("exchange between compartments: what is conserved is an amount, which their sizes change", () => {
    // Concentrations become equal: x = (V a + U b)/(V + U) from the concentrations a and b.
    const [V, U, a, b] = [2, 3, 5, 1];
    const system = read(`compartment V = ${V}, U = ${U}; species A in V = ${a}, B in U = ${b}; k = 0.7\nR: A -> B; k*(A - B)`);
    const { gradient } = found(system, [a, b]);
    const slopes: Readonly<Record<string, number>> = { V: (U * (a - b)) / (V + U) ** 2, U: (V * (b - a)) / (V + U) ** 2, k: 0 };
    const nWrt = system.parameters.length;
    system.parameters.forEach((id, column) => near(Float64Array.of(gradient.byParameter[column] ?? NaN, gradient.byParameter[nWrt + column] ?? NaN), [slopes[id] ?? NaN, slopes[id] ?? NaN]));
    near(gradient.byState, [V / (V + U), U / (V + U), V / (V + U), U / (V + U)]);
  });
});

const size = (matrix: Float64Array): number => matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);

/** Zoo models with a steady state to differentiate, and where to start. */
const models = ["michaelis-menten", "goldbeter-koshland", "hires", "schlogl", "brusselator", "repressilator", "birth-death", "hopfield-proofreading"] as const;

describe.each(models)("the gradient of %s", (id) => {
  const system = systemOfNetwork(zoo[id].network);
  const parameters = Float64Array.from(system.parameterValues);
  const start = initialState(system, parameters);
  const nState = system.states.length;
  const nWrt = parameters.length;

  it("equals differences of steady states to 1e-8", () => {
    const { rest, gradient } = found(system, start);
    const relativeTo = (row: number): number => (rest.state[row] === 0 ? 1 : (rest.state[row] ?? Number.NaN));
    const relative = gradient.byParameter.map((slope, at) => (slope * (parameters[at % nWrt] ?? Number.NaN)) / relativeTo(Math.floor(at / nWrt)));
    parameters.forEach((value, column) => {
      if (value === 0) return;
      const expected = differences(parameters, column, (moved) => {
        const again = steadyState(system, { parameters: moved, state: start, tolerance: 1e-14 });
        expect(again.status.status).toBe("done");
        return again.state;
      });
      expected.forEach((slope, row) => {
        // Control coefficients sum up to numbers of order 1: errors count against the largest of them.
        const scale = relative.subarray(row * nWrt, (row + 1) * nWrt).reduce((largest, one) => Math.max(largest, Math.abs(one)), 1);
        expect(Math.abs((relative[row * nWrt + column] ?? Number.NaN) - (slope * value) / relativeTo(row)), `${system.states[row]} by ${system.parameters[column]}`).toBeLessThan(1e-8 * scale);
      });
    });
  });

  it("pulls back what its matrices give", () => {
    const { gradient } = found(system, start);
    const cotangent = Float64Array.from({ length: nState }, (_, row) => Math.cos(1 + row));
    const byParameter = new Float64Array(nWrt).fill(1);
    const byState = new Float64Array(nState);
    gradient.pullBack(cotangent, byParameter, byState);
    const times = (matrix: Float64Array, columns: number): number[] => Array.from({ length: columns }, (_, column) => cotangent.reduce((total, weight, row) => total + weight * (matrix[row * columns + column] ?? NaN), 0));
    times(gradient.byParameter, nWrt).forEach((value, at) => expect(Math.abs((byParameter[at] ?? NaN) - 1 - value)).toBeLessThan(1e-12 * size(gradient.byParameter)));
    times(gradient.byState, nState).forEach((value, at) => expect(Math.abs((byState[at] ?? NaN) - value)).toBeLessThan(1e-12 * size(gradient.byState)));
  });
});

describe.each(["michaelis-menten", "goldbeter-koshland", "schlogl", "birth-death"] as const)("forward sensitivities of %s", (id) => {
  it("come to the gradient of the steady state that the run comes to", async () => {
    const system = systemOfNetwork(zoo[id].network);
    const parameters = Float64Array.from(system.parameterValues);
    const nState = system.states.length;
    const start = initialState(system, parameters);
    const augmented = sensitivitySystem(system, system.parameters);
    const solver = await compileSolver(augmented, { method: rodas5p, control: { rtol: 1e-10, atol: 1e-12 } });
    const state = new Float64Array(augmented.states.length);
    state.set(start);
    const slow = steadyState(system, { parameters, state: start });
    // 40 times the slowest decay: e^-40 is below rounding, and the transient's power of time before it as well.
    const end = 40 / Math.abs(slow.eigenvalues.re[0] ?? 1);
    const run = solver.solve({ parameters, state, times: Float64Array.of(end) });
    expect(run.status.status).toBe("done");
    const { gradient } = found(system, run.final.slice(0, nState));
    const scale = gradient.byParameter.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    parameters.forEach((_, column) => {
      for (let row = 0; row < nState; row++) {
        const forward = run.final[nState * (1 + column) + row] ?? NaN;
        expect(Math.abs(forward - (gradient.byParameter[row * parameters.length + column] ?? NaN)), `${system.states[row]} by ${system.parameters[column]}`).toBeLessThan(1e-8 * scale);
      }
    });
  });
});

describe("what has no gradient says so", () => {
  it("a fold, where two steady states meet", () => {
    // x' = a - (x - 1)^2 written as reactions; at a = 0 the two roots are one.
    const fold = read("R1: => X; a + 2*X; R2: X => ; 1 + X^2; X = 1; a = 0");
    expect(refusal(fold, [1])).toContain("singular beyond its conservation laws");
    const beside = read("R1: => X; a + 2*X; R2: X => ; 1 + X^2; X = 1.1; a = 0.01");
    const { rest, gradient } = found(beside, [1.1]);
    expect(rest.state[0]).toBeCloseTo(1.1, 10);
    expect(Math.abs((gradient.byParameter[0] ?? NaN) - 5)).toBeLessThan(1e-11);
  });
  it("steady states in a row, which no linear law tells apart", () => {
    const line = read("R1: X + Y => X; k*X*Y; R2: => X; k*Y; X = 1; Y = 0; k = 1");
    expect(refusal(line, [1, 0])).toContain("singular beyond its conservation laws");
  });
  it("a search that failed, with what it said", () => {
    const growing = read("R: => X; k; X = 1; k = 1");
    expect(refusal(growing, [1])).toContain("there is no steady state to differentiate");
  });
  it("a parameter at 0 whose reaction would break a law", () => {
    const closed = read("R: A -> B; f*A - k*B; Loss: B => ; d*B; A = 1; B = 0; f = 2; k = 1; d = 0");
    expect(refusal(closed, [1, 0])).toBe('parameter:d: a total is conserved at this value of "d" and at no other, so the steady state has no derivative by it; give "d" another value, or leave it out');
    expect(refusal(closed, [1, 0], ["f", "k"])).toBe("");
  });
  it("an unknown parameter, and lengths that do not fit", () => {
    const system = read("R1: => X; k; R2: X => ; d*X; X = 0; k = 10; d = 4");
    expect(() => steadyStateGradients(system, ["nobody"])).toThrow("no parameter called nobody");
    const { gradient }: { gradient: SteadyStateGradient } = found(system, [0]);
    expect(() => gradient.pullBack([1, 2], new Float64Array(2), new Float64Array(1))).toThrow("2 cotangents");
    expect(refusal(system, [0, 0])).not.toBe("");
  });
});
