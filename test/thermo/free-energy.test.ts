import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { freeEnergyBalance, lyapunovDerivative, lyapunovFunction } from "../../src/thermo/free-energy.ts";
import { networkOfText, thermoAt } from "./states.ts";

const near = (value: number | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

describe("the Lyapunov function V", () => {
  it("is 0 at x* alone, x* at 0, and the quadratic form next to x*", () => {
    expect(lyapunovFunction([2, 3], [2, 3])).toBe(0);
    expect(lyapunovFunction([0, 3], [2, 3])).toBe(2);
    near(lyapunovFunction([2 * (1 + 2 ** -30)], [2]) / 2 ** -60, 1 - 2 ** -30 / 3, 1e-15);
    // On both sides of where the series takes over, against 40 digits.
    near(lyapunovFunction([1.09999999], [1]), 0.004841196831655587, 5e-17);
    near(lyapunovFunction([1.10000001], [1]), 0.004841198737859192, 5e-17);
    near(lyapunovFunction([0.90000001], [1]), 0.005175534854351232, 5e-17);
    near(lyapunovFunction([0.5], [1]), 0.5 * Math.log(0.5) + 0.5, 1e-16);
  });
  it("falls by sigma in a closed network with detailed balance: G2 at its start and on the way", () => {
    for (const [a, b] of [[0.9, 0.1], [0.5, 0.5], [0.34, 0.66], [0.1, 0.9]] as const) {
      const { sigma, point } = thermoAt(networkOfText(`A -> B; 2*A - B; A = ${a}; B = ${b}`), [a, b]);
      const j = point.net[0] ?? NaN;
      near(lyapunovDerivative([a, b], [1 / 3, 2 / 3], [-j, j]), -sigma, 1e-15);
    }
  });
  it("need not fall without complex balance: G3 with x* = 1 at x = 2.5", () => {
    const { point } = thermoAt(zoo.schlogl.network, [2.5]);
    const [j1 = NaN, j2 = NaN] = point.net;
    const slope = lyapunovDerivative([2.5], [1], [j1 - j2]);
    near(slope, 0.3436, 5e-5);
    near(slope, 0.375 * Math.log(2.5), 1e-14);
  });
  it("of a species at rest at 0 adds nothing", () => expect(lyapunovDerivative([0], [1], [0])).toBe(0));
});

describe("the free energy", () => {
  const potentials = { A: 0.3, B: -0.4, C: 1.1 };
  const closed = (x: readonly number[], fixed = ""): ReturnType<typeof thermoAt> => {
    return thermoAt(
      networkOfText(`${fixed} R1: A -> B; k1*A - k_1*B; R2: 2 B -> C; k2*B^2 - k_2*C;
        k_1 = 0.7; k1 = ${0.7 * Math.exp(potentials.A - potentials.B)}; k_2 = 2; k2 = ${2 * Math.exp(2 * potentials.B - potentials.C)}; A = ${x[0]}; B = ${x[1]}; C = ${x[2]}`),
      fixed === "" ? x : x.slice(1),
    );
  };
  it("of a closed network falls by the entropy production", () => {
    const { fluxes, point, sigma } = closed([1.3, 0.2, 0.5]);
    const balance = freeEnergyBalance(fluxes, point, Object.values(potentials));
    expect(balance.supplies).toEqual([]);
    near(balance.rate, -sigma, 1e-14);
    near(balance.residual, 0, 1e-14);
    near(balance.freeEnergy, 1.3 * (0.3 + Math.log(1.3) - 1) + 0.2 * (-0.4 + Math.log(0.2) - 1) + 0.5 * (1.1 + Math.log(0.5) - 1), 1e-15);
  });
  it("of an open network is fed by the chemostat", () => {
    const { fluxes, point, sigma } = closed([1.3, 0.2, 0.5], "species $A;");
    const balance = freeEnergyBalance(fluxes, point, Object.values(potentials));
    expect(balance.supplies).toMatchObject([{ species: "A", rate: point.net[0] }]);
    near(balance.residual, 0, 1e-14);
    expect(Math.abs(balance.rate + sigma)).toBeGreaterThan(0.1);
  });
  it("G7: at the steady state all that is supplied is dissipated, the affinity ln 4 per product", () => {
    const { fluxes, point, sigma } = thermoAt(zoo["michaelis-menten"].network, [2 / 7, 5 / 7]);
    const { rate, supplies, residual } = freeEnergyBalance(fluxes, point, [0, 0, 0, 0]);
    near(rate, 0, 1e-15);
    near(residual, 0, 1e-15);
    near(supplies.reduce((total, { power }) => total + power, 0), (3 / 7) * Math.log(4), 1e-15);
    near(sigma, 0.59412615, 5e-9);
  });
  it("with potentials that the constants do not follow, the balance does not close", () => {
    const { fluxes, point } = closed([1.3, 0.2, 0.5]);
    expect(Math.abs(freeEnergyBalance(fluxes, point, [0, 0, 0]).residual)).toBeGreaterThan(0.01);
  });
});
