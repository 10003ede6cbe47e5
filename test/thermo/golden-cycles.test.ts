import { describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { linearNoise } from "../../src/solvers/linear-noise.ts";
import { steadyState } from "../../src/solvers/steady-state.ts";
import { bestObservableOf } from "../../src/thermo/bounds/index.ts";
import { cycleAffinities, structureOf } from "../../src/thermo/structure.ts";
import { cycleDecomposition } from "../../src/thermo/structure/cycle-currents.ts";
import { openStructure } from "../../src/thermo/structure/laws.ts";
import { fluxesOfNetwork, networkOfText, systemOfNetwork, thermoAt } from "./states.ts";

/** Half of the sixth and of the eighth decimal. */
const six = 5e-7;
const eight = 5e-9;
const rounding = 1e-13;
const near = (value: number | null | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

/** The one cycle of a network: its affinity from the constants alone. */
function affinityOf(network: Network, state: readonly number[]): number {
  const fluxes = fluxesOfNetwork(network);
  const affinities = cycleAffinities(network, structureOf(network).cycles, fluxes.logEquilibrium(0, fluxes.system.parameterValues, state));
  expect(affinities).toHaveLength(1);
  return Math.abs(affinities[0]?.affinity ?? NaN);
}
const aroundAt = (network: Network, state: readonly number[]) => {
  const { fluxes, point, sigma } = thermoAt(network, state);
  return { sigma, cycles: cycleDecomposition(network, openStructure(network), point), dead: bestObservableOf(fluxes)(point).precision };
};

describe("G3: one cycle of affinity ln 11", () => {
  it("from the constants", () => near(affinityOf(zoo.schlogl.network, [1]), Math.log(11), rounding));
  it.each([
    { x: 1, j: 5, sigma: 11.989476 },
    { x: 2, j: 16, sigma: 38.366324 },
    { x: 3, j: 27, sigma: 64.743172 },
  ])("run j = $j times at x = $x: sigma by cycles and by reactions", ({ x, j, sigma: printed }) => {
    const { sigma, cycles, dead } = aroundAt(zoo.schlogl.network, [x]);
    expect(cycles.distance).toBeLessThan(rounding);
    expect(cycles.cycles).toHaveLength(1);
    near(Math.abs(cycles.cycles[0]?.current ?? NaN), j, rounding * j);
    near(Math.abs(cycles.cycles[0]?.affinity ?? NaN), Math.log(11), rounding);
    near(cycles.entropyProduction, printed, six);
    near(sigma, printed, six);
    // 2.13: the species stands still, so its drift and diffusion alone show no dissipation at all.
    expect(dead).toBeLessThan((8 * Number.EPSILON * j) ** 2);
  });
});

describe("G4: one cycle of affinity ln 3, run 4 times at x = 2", () => {
  const network = networkOfText("R1: 2 X -> 3 X; 3*X^2 - X^3; R2: X -> ; 4*X - 4; X = 2");
  it("from the constants, and sigma by the cycle", () => {
    near(affinityOf(network, [2]), Math.log(3), rounding);
    const { sigma, cycles } = aroundAt(network, [2]);
    near(cycles.entropyProduction, 4.39444915, eight);
    near(sigma, 4.39444915, eight);
  });
});

const brusselator = (eps: number): Network => networkOfText(`R1: -> X; 1 - X; R2: X -> Y; 3*X - ${eps}*Y; R3: 2 X + Y -> 3 X; X^2*Y - ${eps}*X^3; X = 1; Y = 1`);

describe("G5: the fixed point of the reversible Brusselator", () => {
  it.each([0.1, 0.01])("x = 1, y = (3 + eps)/(1 + eps) at eps = %d, unstable, with the cycle's affinity ln(3/eps^2)", (eps) => {
    const network = brusselator(eps);
    const system = systemOfNetwork(network);
    const found = steadyState(system, { parameters: system.parameterValues, state: [1.05, 2.8] });
    expect(found.status).toEqual({ status: "done" });
    near(found.state[0], 1, rounding);
    near(found.state[1], (3 + eps) / (1 + eps), 10 * rounding);
    expect(found.stable).toBe(false);
    expect(linearNoise(network, system, { parameters: system.parameterValues, state: found.state }).noise).toBeUndefined();
    near(affinityOf(network, [1, 1]), Math.log(3 / eps ** 2), rounding);
    // There the exchange stands still, and sigma is the affinity times the rate of the cycle, 3 - eps y.
    const { sigma, cycles } = aroundAt(network, Array.from(found.state));
    const expected = Math.log(3 / eps ** 2) * (3 - (eps * (3 + eps)) / (1 + eps));
    near(sigma / expected, 1, 1e-12);
    near(cycles.entropyProduction / expected, 1, 1e-12);
  });
});
