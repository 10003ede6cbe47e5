import { describe, expect, it } from "vitest";
import { attachLearnedFlux } from "../../src/hybrid/learned-flux.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { stream } from "../../src/numerics/random.ts";
import { applicabilityOf, applicabilityText } from "../../src/thermo/applicability.ts";
import type { Applicability, ThermoQuantity } from "../../src/thermo/applicability.ts";
import { fluxesOf } from "../../src/thermo/fluxes.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { casesOf, holds, judgedCase } from "./random-network.ts";
import { fluxesOfNetwork, networkOfText, systemOfNetwork } from "./states.ts";

const of = (text: string): Applicability => applicabilityOf(fluxesOfNetwork(networkOfText(text)).reactions);
const standing = ({ quantities }: Applicability, wanted: ThermoQuantity): string | undefined => quantities.find(({ quantity }) => quantity === wanted)?.standing;

describe("what thermodynamics can say", () => {
  it("of reversible elementary steps: everything", () => {
    for (const { network } of [zoo.brusselator, zoo.schlogl, zoo["michaelis-menten"]]) {
      const all = applicabilityOf(fluxesOfNetwork(network).reactions);
      expect(all.isThermodynamic).toBe(true);
      expect(all.quantities.map((one) => one.standing)).toEqual(Array.from({ length: 8 }, () => "holds"));
      expect(applicabilityText(all)).toContain("all quantities are as defined");
    }
  });

  it("of a one-way reaction, by name, quantity by quantity", () => {
    const found = of("R1: A -> B; 2*A - B; Drain: B => ; k*B; A = 1; B = 1; k = 1");
    expect(found.reactions.map(({ statement }) => statement)).toEqual([null, 'not thermodynamic: reaction "Drain" is one-way']);
    expect(found.quantities.map((one) => [one.quantity, one.standing])).toEqual([
      ["entropy-production", "infinite"],
      ["diffusion", "holds"],
      ["uncertainty-relation", "vacuous"],
      ["kinetic-relation", "holds"],
      ["speed-limit", "vacuous"],
      ["housekeeping", "undefined"],
      ["linear-noise", "holds"],
      ["fluctuation-theorem", "undefined"],
    ]);
    for (const { standing: one, because } of found.quantities) expect(because).toEqual(one === "holds" ? [] : ["Drain"]);
    expect(applicabilityText(found)).toMatchInlineSnapshot(`
      "not thermodynamic: reaction "Drain" is one-way: its rate has no reverse term
      Entropy production                          infinite (Drain)
        infinite wherever it runs: ln(J+/J-) with J- = 0
        still holds: the sum over the other reactions: every term is at least 0, so the sum is a lower bound of what a full description would give
      Scaled diffusion                            holds
      Thermodynamic uncertainty relation          vacuous (Drain)
        sigma is infinite, so the bound says nothing of observables it changes
        still holds: f^2 <= sigma_c D_c/2 for observables these reactions do not change, with sigma_c summed over the reactions that do change them
      Kinetic uncertainty relation                holds
      Thermodynamic speed limits                  vacuous (Drain)
        sigma is infinite, so the least time is 0
        still holds: the kinetic speed limit Lc^2 <= int D dt int A dt, and the thermodynamic one for observables these reactions do not change, with sigma_c
      Housekeeping and excess entropy production  undefined (Drain)
        the total is infinite and the log-mean j/F is 0, so there is nothing to split
        still holds: the fall of V = sum x ln(x/x*) - x + x* where the steady state is complex balanced, which needs no way back
      Linear noise approximation                  holds
        still holds: the Lyapunov equation; the equilibrium form D = -2 Jac X does not hold
      Fluctuation theorems                        undefined (Drain)
        paths through it have no reverse, so the average of exp(-Delta s) is not 1 (absolute irreversibility)
        still holds: the kinetic relation Var/mean^2 >= 1/(activity time) for steady currents"
    `);
  });

  it("of rates that are no mass action, of reduced laws, and of all together: the worst counts", () => {
    const unknown = of("R1: A -> B; (A - B)*(A - 2*B); A = 1; B = 1");
    expect([standing(unknown, "entropy-production"), standing(unknown, "uncertainty-relation"), standing(unknown, "linear-noise")]).toEqual(["undefined", "local", "undefined"]);
    const reduced = of("R1: A -> B; (A - B)/(1 + A + B); A = 1; B = 1");
    expect(reduced.reactions[0]?.statement).toContain("no elementary step");
    expect([standing(reduced, "entropy-production"), standing(reduced, "diffusion"), standing(reduced, "fluctuation-theorem")]).toEqual(["holds", "approximate", "approximate"]);
    const mixed = of("R1: A -> B; (A - B)/(1 + A + B); R2: B => C; B; R3: C -> A; (A - C)*(A - 2*C); A = 1; B = 1; C = 1");
    expect(mixed.quantities.map((one) => one.standing)).toEqual(["undefined", "undefined", "vacuous", "local", "vacuous", "undefined", "undefined", "undefined"]);
    expect(mixed.quantities.find(({ quantity }) => quantity === "diffusion")?.because).toEqual(["R1", "R3"]);
  });

  it("of a learned flux: not thermodynamic", () => {
    const base = networkOfText("R1: A -> B; 2*A - B; A = 1; B = 0.5");
    const hybrid = attachLearnedFlux(base, { id: "learned", stoichiometry: { A: -1 }, inputs: ["A"] }, { hidden: [2], gain: 1 }, stream(1n, "weights", 0)).network;
    const { fluxes } = fluxesOf(hybrid, systemOfNetwork(hybrid), { exclude: ["learned"] });
    const found = applicabilityOf(fluxes?.reactions ?? []);
    expect(found.reactions[1]?.statement).toBe('not thermodynamic: reaction "learned" is learned');
    expect(standing(found, "entropy-production")).toBe("undefined");
  });

  it("what it says still holds, holds: the kinetic bound with one-way reactions, and the local relation without them", () => {
    for (let index = 0; index < casesOf(60, 2000); index++) {
      const { network, random, x } = judgedCase(index);
      const [first, ...others] = network.reactions;
      if (!first) continue;
      // The first reaction loses its way back.
      const drained = { ...network, reactions: [{ ...first, rate: first.rate.split(" - ")[0] ?? "" }, ...others] };
      const fluxes = fluxesOfNetwork(drained);
      expect(fluxes.reactions[0]?.kind).toBe("one-way");
      const point = fluxes.at(0, [], x);
      const weights = observableOf(drained, "random", network.species.map(() => random.normal())).perReaction;
      const sums = (g: readonly number[]) =>
        g.reduce(
          (total, weight, reaction) => {
            if (weight === 0) return total;
            const [j = NaN, a = NaN, sigma = NaN] = [point.net[reaction], point.activity[reaction], point.entropyProduction[reaction]];
            return { f: total.f + weight * j, diffusion: total.diffusion + weight * weight * a, activity: total.activity + a, sigma: total.sigma + sigma };
          },
          { f: 0, diffusion: 0, activity: 0, sigma: 0 },
        );
      const all = sums(weights);
      expect(holds(all.diffusion * all.activity, all.f ** 2)).toBe(true);
      if (weights[0] !== 0) expect(all.sigma).toBe(Infinity);
      const local = sums([0, ...weights.slice(1)]);
      expect(Number.isFinite(local.sigma)).toBe(true);
      expect(holds(local.sigma * local.diffusion, 2 * local.f ** 2)).toBe(true);
    }
  });
});
