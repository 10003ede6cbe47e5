import { describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import type { LimitCycleResult } from "../../src/thermo/cycle-integral.ts";
import { integrateCycle, limitCycle } from "../../src/thermo/cycle-integral.ts";
import { onsagerDecomposition } from "../../src/thermo/decomposition/onsager.ts";
import type { Fluxes } from "../../src/thermo/fluxes.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

const near = (value: number | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

const brusselator = (eps: number): Network =>
  networkOfText(`Exchange: -> X; k1 - k_1*X; Conversion: X -> Y; k2*X - eps*Y; Autocatalysis: 2 X + Y -> 3 X; k3*X^2*Y - eps*X^3;
    k1 = 1; k_1 = 1; k2 = 3; k3 = 1; eps = ${eps}; X = 0.5; Y = 3`);

async function cycleOf(network: Network, method: OdeMethod, horizon: number, state: readonly number[]): Promise<LimitCycleResult & { readonly fluxes: Fluxes }> {
  const fluxes = fluxesOfNetwork(network);
  const solver = await compileSolver(fluxes.system, { method, record: true, control: { rtol: 1e-11, atol: 1e-11 } });
  return { fluxes, ...limitCycle(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.from(state), horizon }) };
}

describe("G5: the limit cycle of the reversible Brusselator", () => {
  const rows = [
    { eps: 0.1, period: 6.05737068, entropy: 94.001834, dx: 50.174499, dy: 38.059758, excess: 1.577007 },
    { eps: 0.01, period: 6.95021374, entropy: 212.726209, dx: 56.17724, dy: 42.276813, excess: 12.728932 },
  ].flatMap((row) => [tsit5, rodas5p].map((method) => ({ ...row, method })));

  it.each(rows)("has the printed period and integrals at eps = $eps with $method.facts.id", async ({ eps, method, period, entropy, dx, dy, excess }) => {
    const { fluxes, cycle } = await cycleOf(brusselator(eps), method, 40, [0.5, 3]);
    if (!cycle) throw new Error("no cycle");
    near(cycle.period, period, 5e-9);
    expect(cycle.gap).toBeLessThan(1e-8);
    const { integrals, resolved } = integrateCycle(cycle, (time, state) => {
      const point = fluxes.at(time, cycle.path.parameters, state);
      const [a1 = NaN, a2 = NaN, a3 = NaN] = point.activity;
      const [j1 = NaN, j2 = NaN, j3 = NaN] = point.net;
      const parts = onsagerDecomposition(fluxes, point);
      return [totalEntropyProduction(fluxes, point), a1 + a2 + a3, a2 + a3, j2, "problem" in parts ? NaN : parts.excess, j1 - j2 + j3, j2 - j3];
    });
    const [Sig, Dx, Dy, conversions, Sig_ex, X = NaN, Y = NaN] = integrals;
    expect(resolved).toBe(true);
    near(Sig, entropy, 5e-7);
    near(Dx, dx, 5e-7);
    near(Dy, dy, 5e-7);
    near(Sig_ex, excess, 5e-7);
    // Second route: the affinity of the cycle of reactions times how often it is run. And once around, nothing has changed.
    near(Sig, Math.log(3 / eps ** 2) * (conversions ?? NaN), 1e-9 * entropy);
    for (const change of [X, Y]) expect(Math.abs(change)).toBeLessThan(1e-8);
  });

  it("does not depend on where the search starts or how far it looks", async () => {
    const { cycle: one } = await cycleOf(brusselator(0.1), tsit5, 40, [0.5, 3]);
    const { cycle: other } = await cycleOf(brusselator(0.1), tsit5, 17, [2, 0.7]);
    near(other?.period, one?.period ?? NaN, 1e-8);
  });
});

/** Hopf's normal form: a circle run through once in 2 pi / pace. */
const clock = (x: string, y: string, pace: number): string => `${x}' = ${x} - ${pace}*${y} - ${x}*(${x}^2 + ${y}^2); ${y}' = ${pace}*${x} + ${y} - ${y}*(${x}^2 + ${y}^2);`;

describe("a cycle of several humps", () => {
  it("is closed only when every state is back", async () => {
    // Two clocks of Hopf's normal form side by side, with periods 2 pi and pi; whichever is cut, the other has to be back too.
    for (const clocks of [[clock("x", "y", 1), clock("u", "v", 2)], [clock("u", "v", 2), clock("x", "y", 1)]]) {
      const { cycle, problems } = await cycleOf(networkOfText(`${clocks.join(" ")} x = 0.9; y = 0.1; u = 1; v = 0.1`), tsit5, 30, [0.9, 0.1, 1, 0.1]);
      expect(problems).toBeUndefined();
      near(cycle?.period, 2 * Math.PI, 1e-8);
    }
  });
});

describe("what has no limit cycle", () => {
  it("comes to rest, is driven, or is given no time", async () => {
    const rest = await cycleOf(networkOfText("A -> B; 2*A - B; A = 1; B = 0.2"), tsit5, 20, [1, 0.2]);
    expect(rest.problems?.[0]?.message).toMatch(/comes to rest/);
    const spiral = await cycleOf(networkOfText(`
      Exchange: -> X; 1 - X; Conversion: X -> Y; 1.7*X - 0.01*Y; Autocatalysis: 2 X + Y -> 3 X; X^2*Y - 0.01*X^3; X = 1.2; Y = 1.7`), tsit5, 20, [1.2, 1.7]);
    expect(spiral.problems?.[0]?.message).toMatch(/comes to rest/);
    const driven = await cycleOf(networkOfText("A -> ; A - (1 + sin(time)); A = 1"), tsit5, 20, [1]);
    expect(driven.problems?.[0]?.message).toMatch(/depend on time/);
    const none = await cycleOf(brusselator(0.1), tsit5, 0, [0.5, 3]);
    expect(none.problems?.[0]?.message).toMatch(/horizon/);
    const unbounded = await cycleOf(networkOfText("-> A; 1; A = 1"), tsit5, 10, [1]);
    expect(unbounded.problems?.[0]?.message).toMatch(/no state came back/);
  });
});
