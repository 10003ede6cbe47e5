import { describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { covarianceState, covarianceSystem, linearNoise, type LinearNoise } from "../../src/solvers/linear-noise.ts";
import { rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";

function noiseOf(network: Network, state: readonly number[]): LinearNoise {
  const system = systemOfNetwork(network);
  const found = linearNoise(network, system, { parameters: system.parameterValues, state });
  if (!found.noise) throw new Error(found.problems.map(({ message }) => message).join("\n"));
  return found.noise;
}
const problemsOf = (network: Network, state: readonly number[]): string => {
  const system = systemOfNetwork(network);
  return (linearNoise(network, system, { parameters: system.parameterValues, state }).problems ?? []).map(({ message }) => message).join("\n");
};
/** A few dozen roundings of a small, well-conditioned equation. */
const rounding = 1e-12;
const near = (value: number | null | undefined, expected: number, slack = rounding): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack * Math.max(1, Math.abs(expected)));

/** Covariances at given times from a sharp start, by integration. */
async function covariancesAt(network: Network, times: readonly number[], method = rodas5p): Promise<{ at: (time: number, first: string, second: string) => number }> {
  const made = covarianceSystem(network, systemOfNetwork(network));
  if (!made.system) throw new Error(made.problems.map(({ message }) => message).join("\n"));
  const { system } = made;
  const solver = await compileSolver(system, { method, control: { rtol: 1e-10, atol: 1e-12 } });
  const path = solver.solve({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.from(system.initialState, ({ value }) => value), times: Float64Array.from(times) });
  expect(path.status.status).toBe("done");
  return { at: (time, first, second) => path.values[times.indexOf(time) * system.states.length + system.states.indexOf(covarianceState(first, second))] ?? NaN };
}

const expression = networkOfText("R1: => m; 2; R2: m => ; m; R3: m => m + p; 10*m; R4: p => ; 0.5*p; m = 0; p = 0");

describe("linear noise at a steady state", () => {
  it.each([{ start: 0.9, variance: 6 }, { start: 3.1, variance: 30 }])("G3 from $start: V Var = $variance", ({ start, variance }) => {
    const noise = noiseOf(zoo.schlogl.network, [start]);
    near(noise.covariance[0], variance);
    // By hand: D / (2 |slope|).
    near(noise.covariance[0], (noise.diffusion[0] ?? NaN) / (2 * Math.abs(noise.steady.eigenvalues.re[0] ?? NaN)));
    expect(noise.diffusionIsApproximate).toBe(false);
  });
  it("G4: Fano factor 2", () => {
    const noise = noiseOf(networkOfText("R1: 2 X -> 3 X; 3*X^2 - X^3; R2: X -> ; 4*X - 4; X = 2"), [1.5]);
    near(noise.fano[0], 2);
    near(noise.diffusion[0], 32);
  });
  it("gene expression: Fano factor of the protein 1 + 10/1.5, of the messenger 1", () => {
    const noise = noiseOf(expression, [0, 0]);
    near(noise.fano[1], 7.6666667, 5e-8);
    near(noise.fano[1], 1 + 10 / 1.5);
    near(noise.fano[0], 1);
  });
  it("A + B <-> C at (1.3, 0.7, 1.82): V Var(A) = 0.364, and conserved totals do not fluctuate", () => {
    const noise = noiseOf(networkOfText("R: A + B -> C; 2*A*B - C; A = 1.3; B = 0.7; C = 1.82"), [1.3, 0.7, 1.82]);
    near(noise.covariance[0], 0.364);
    // By hand: 1 / (1/1.3 + 1/0.7 + 1/1.82).
    near(noise.covariance[0], 1 / (1 / 1.3 + 1 / 0.7 + 1 / 1.82));
    const [a, b, c] = [0, 1, 2].map((row) => Array.from(noise.covariance.slice(3 * row, 3 * row + 3)));
    [0, 1, 2].forEach((column) => {
      near((a?.[column] ?? NaN) + (c?.[column] ?? NaN), 0);
      near((b?.[column] ?? NaN) + (c?.[column] ?? NaN), 0);
    });
  });
  it("complex balanced without conservation law: C = diag(x*), of a driven triangle with exchange", () => {
    const noise = noiseOf(networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; R4: -> A; 1 - A; A = 2; B = 1; C = 0.5"), [2, 1, 0.5]);
    noise.covariance.forEach((value, at) => near(value, at % 4 === 0 ? 1 : 0));
    expect(noise.residual).toBeLessThan(rounding);
  });
  it("a constant of exactly 0 leaves the conserved total it would have broken", () => {
    const dimer = "R1: 2 A -> B; 2*A^2 - B; A = 1; B = 1";
    const [plain, off] = [dimer, `${dimer}; R2: -> A; k; k = 0`].map((text) => noiseOf(networkOfText(text), [1, 1]));
    // A + 2 B = 3 with B = 2 A^2: A = 0.75.
    near(off?.steady.state[0], 0.75);
    off?.covariance.forEach((value, at) => near(value, plain?.covariance[at] ?? NaN));
    expect(off?.steady.stable).toBe(true);
  });
  it("does not call unstable what rounding cannot tell: two constants that cancel", () => {
    const network = networkOfText("R1: 2 A -> B; 2*A^2 - B; R2: A -> 2 A; k*A; R3: A -> ; c*A; k = 1; c = 1; A = 1; B = 1");
    const text = problemsOf(network, [1, 1]);
    expect(text).toMatch(/cannot be told/);
    expect(text).not.toMatch(/grow/);
  });
  it("does not depend on the volume of the one compartment", () => {
    const noise = noiseOf(networkOfText("compartment V = 4; species X in V = 1; R1: => X; V*10; R2: X => ; V*2*X"), [1]);
    near(noise.covariance[0], 5);
    near(noise.fano[0], 1);
  });
  it("says that a Hill rate is no elementary step, but takes it", () => {
    const network = networkOfText("R1: => X; 10/(1 + X^2); R2: X => ; X; X = 1");
    const noise = noiseOf(network, [1]);
    expect(noise.diffusionIsApproximate).toBe(true);
    // x (1 + x²) = 10: x = 2, slope -1 - 10·2x/(1 + x²)² = -1 - 40/25, D = 4.
    near(noise.steady.state[0], 2);
    near(noise.covariance[0], 4 / (2 * (1 + 40 / 25)));
  });
  it("refuses unstable states, no steady state, rates without two parts, and amounts, by name", () => {
    expect(problemsOf(zoo.schlogl.network, [1.99])).toMatch(/not stable/);
    expect(problemsOf(networkOfText("R: => X; 1; X = 1"), [1])).toMatch(/no steady state.*singular.*X/);
    expect(problemsOf(networkOfText("R: A -> B; A - sin(B); A = 1; B = 1"), [1, 1])).toMatch(/"R".*two reactions/);
    expect(problemsOf(networkOfText("R: A -> B; A - B; A = 1; B = 1; k = 1; k' = -k"), [1, 1, 1])).toMatch(/"k" is no concentration/);
    expect(problemsOf(networkOfText("compartment V1 = 2; compartment V2 = 3; species A in V1 = 1; species B in V2 = 0; R: A -> B; A - B"), [1, 0])).toMatch(/several compartments/);
  });
});

describe("linear noise along a trajectory", () => {
  it.each([{ method: rodas5p }, { method: tsit5 }])("of a Poisson birth and death: C = x(t) = 10 (1 - e^-t), with $method.facts.id", async ({ method }) => {
    const { at } = await covariancesAt(zoo["birth-death"].network, [0.5, 1, 3], method);
    // 10 rtol per unit of time, as for any trajectory.
    for (const t of [0.5, 1, 3]) near(at(t, "X", "X"), 10 * (1 - Math.exp(-t)), 3e-9);
  });
  it("of a decay from a sharp start: binomial, C = x (1 - e^-t), and anticorrelated with the product", async () => {
    const { at } = await covariancesAt(networkOfText("R: A => B; A; A = 3; B = 0"), [1]);
    const p = Math.exp(-1);
    near(at(1, "A", "A"), 3 * p * (1 - p), 1e-9);
    near(at(1, "A", "B"), -3 * p * (1 - p), 1e-9);
    near(at(1, "B", "B"), 3 * p * (1 - p), 1e-9);
  });
  it("ends at the stationary covariance", async () => {
    const noise = noiseOf(expression, [0, 0]);
    const { at } = await covariancesAt(expression, [60]);
    // e^-30 of the start is left.
    near(at(60, "m", "m"), noise.covariance[0] ?? NaN, 1e-8);
    near(at(60, "m", "p"), noise.covariance[1] ?? NaN, 1e-8);
    near(at(60, "p", "p"), noise.covariance[3] ?? NaN, 1e-8);
  });
  it("takes the plain system's steps when only its states are judged", async () => {
    const network = zoo["michaelis-menten"].network;
    const system = systemOfNetwork(network);
    const made = covarianceSystem(network, system);
    if (!made.system) throw new Error("covariances");
    const problem = { parameters: Float64Array.from(system.parameterValues), times: Float64Array.of(2) };
    const plain = (await compileSolver(system, { method: tsit5 })).solve({ ...problem, state: Float64Array.of(1, 0) });
    const both = (await compileSolver(made.system, { method: tsit5, errorStates: 2 })).solve({ ...problem, state: Float64Array.of(1, 0, 0, 0, 0) });
    expect(Array.from(both.final.subarray(0, 2))).toEqual([...plain.final]);
    expect(both.final[2]).toBeGreaterThan(0);
  });
});
