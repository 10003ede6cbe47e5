import { describe, expect, it } from "vitest";
import { type ReversibleFlux, attachReversibleFlux } from "../../src/hybrid/reversible-flux.ts";
import { residuals } from "../../src/hybrid/residual/index.ts";
import type { Network } from "../../src/models/network.ts";
import { stream } from "../../src/numerics/random.ts";
import { cycles } from "../../src/models/structure.ts";
import { fluxesOfNetwork, networkOfText } from "../thermo/states.ts";

const model = (): Network => networkOfText("species A, B, C, D, E; R1: 2 A -> B; k1*A^2 - k2*B; R2: B -> C; k3*(B - C/K); R3: D => E; k5*D; A = 1; B = 0.6; C = 0.2; D = 1; E = 0; k1 = 2; k2 = 0.3; k3 = 1; K = 3; k5 = 1");
const flux: ReversibleFlux = { id: "bypass", reactants: { A: 2 }, products: { C: 1 }, equilibriumConstant: "implied", conductance: 0.5, inputs: ["D"] };
const attach = (changes: Partial<ReversibleFlux> = {}) => attachReversibleFlux(model(), { ...flux, ...changes }, residuals.dense.defaults, stream(1n, "test", 0));
const messages = (changes: Partial<ReversibleFlux>): string => (attach(changes).problems ?? []).map(({ message }) => message).join("\n");
const attached = (changes: Partial<ReversibleFlux> = {}) => {
  const result = attach(changes);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.attached;
};
const x = [0.7, 0.4, 0.9, 0.5, 0.1] as const;

/** Parameter values with random weights and other rate constants. */
function drawn(fluxes: ReturnType<typeof fluxesOfNetwork>, trial: number): number[] {
  const random = stream(5n, "parameters", trial);
  return fluxes.system.parameters.map((id, index) => (/_(w|b)/.test(id) ? 2 * random.normal() : (fluxes.system.parameterValues[index] ?? Number.NaN) * Math.exp(random.normal())));
}

describe("a new reversible reaction with a learned conductance", () => {
  it("takes its equilibrium constant from the reactions that lead the same way, whatever these are fitted to", () => {
    const { network, constants } = attached();
    expect(constants).toEqual(["bypass_kappa"]);
    const [loop] = cycles(network);
    expect(Object.keys(loop ?? {})).toEqual(["R1", "R2", "bypass"]);
    const fluxes = fluxesOfNetwork(network);
    for (let trial = 0; trial < 50; trial++) {
      const parameters = drawn(fluxes, trial);
      const point = fluxes.at(0, parameters, x);
      expect(fluxes.reactions.at(-1)?.kind).toBe("reversible");
      expect(Math.abs((point.force[0] ?? 0) + (point.force[1] ?? 0) - (point.force[3] ?? 0))).toBeLessThan(1e-12);
      expect(point.entropyProduction[3]).toBeGreaterThan(0);
    }
  });

  it("takes a number where nothing else leads that way, to be fitted in its logarithm", () => {
    const { network, constants } = attached({ reactants: { D: 1 }, products: { E: 1 }, equilibriumConstant: 7 });
    expect(constants).toEqual(["bypass_kappa", "bypass_Keq"]);
    const fluxes = fluxesOfNetwork(network);
    const point = fluxes.at(0, fluxes.system.parameterValues, x);
    expect(point.net[3]).toBeCloseTo(0.5 * (0.5 - 0.1 / 7), 14);
    expect(fluxes.logEquilibrium(0, fluxes.system.parameterValues, x)[3]).toBeCloseTo(Math.log(7), 14);
  });

  it("refuses an equilibrium constant that would turn a perpetual wheel, and one that nothing implies", () => {
    expect(messages({ equilibriumConstant: 4 })).toBe('its equilibrium constant follows from R1, R2; write "implied" in the place of 4');
    expect(messages({ reactants: { D: 1 }, products: { E: 1 } })).toContain("follows from no other reaction; give a number");
  });

  it("says at once everything else that does not fit", () => {
    expect(messages({ reactants: { Q: 1, A: -1 }, conductance: 0, gMax: -1, inputs: ["Z"] }).split("\n")).toHaveLength(5);
    expect(messages({ reactants: { A: 1 }, products: { A: 1 } })).toContain("changes nothing");
    expect(messages({ id: "R1" })).toContain('already has something called "R1"');
  });
});
