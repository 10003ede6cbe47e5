import { describe, expect, it } from "vitest";
import { attachLearnedFlux } from "../../src/hybrid/learned-flux.ts";
import { conductancePropensities } from "../../src/hybrid/conductance-propensity.ts";
import { learnedTerms } from "../../src/hybrid/learned-term.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import type { Network } from "../../src/models/network.ts";
import { cycles, stoichiometryMatrix, stoichiometryOf } from "../../src/models/structure.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, judgedCase } from "../thermo/random-network.ts";
import { fluxesOfNetwork, systemOfNetwork } from "../thermo/states.ts";
import { balancedCase, drawnParameters, enforced, valuesAt } from "./enforced-network.ts";

/** What exact mathematics and rounding can meet. */
const rounding = 1e-12;
const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const speciesOf = (network: Network): string[] => network.species.map(({ id }) => id);
const everyShift = (network: Network): Record<string, number> => Object.fromEntries(speciesOf(network).map((id) => [id, 1]));
const sum = (values: ArrayLike<number>, of: (value: number, index: number) => number): number => Array.from(values).reduce((total, value, index) => total + of(value, index), 0);

/** Everything that a learned conductance may hold. */
const withAll = (network: Network): Parameters<typeof enforced>[2] => ({ shifts: everyShift(network), excess: { species: speciesOf(network) } });

describe("a learned conductance with large random weights", () => {
  it("promises what is tested here", () => {
    expect(learnedTerms.conductance.secondLaw).toBe("by construction");
    expect(learnedTerms.flux.secondLaw).toBe("none");
  });

  it("never breaks the second law, in any reaction, with or without shifts and an excess free energy", () => {
    for (const index of indices(casesOf(30, 10_000))) {
      const { network, x, random } = judgedCase(index);
      const attached = enforced(network, random, index % 2 === 0 ? withAll(network) : {});
      const fluxes = fluxesOfNetwork(attached.network);
      const point = fluxes.at(0, drawnParameters(attached, fluxes.system, random), x);
      for (const reaction of fluxes.reactions) expect(reaction.kind, `${index} ${reaction.id}: ${reaction.reason ?? ""}`).toBe("reversible");
      point.entropyProduction.forEach((sigma, at) => {
        expect(sigma, `${index}`).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(sigma)).toBe(true);
        expect(sigma === 0).toBe(point.net[at] === 0);
      });
    }
  });

  it("closed, lets the free energy fall by exactly the entropy production", () => {
    for (const index of indices(casesOf(15, 10_000))) {
      const { network, x, standard, random } = balancedCase(index);
      const attached = enforced(network, random, withAll(network));
      const fluxes = fluxesOfNetwork(attached.network);
      const parameters = drawnParameters(attached, fluxes.system, random);
      const point = fluxes.at(0, parameters, x);
      const slopes = valuesAt(fluxes.system, speciesOf(network).map((id) => `learned_phi_d_${id}`), parameters, x);
      const shifts = new Map(attached.shifts.map(({ id, species }) => [species, parameters[fluxes.system.parameters.indexOf(id)] ?? Number.NaN]));
      const potential = speciesOf(network).map((id, at) => (standard[at] ?? 0) + (shifts.get(id) ?? 0) + Math.log(x[at] ?? 0) + (slopes[at] ?? 0));
      const matrix = stoichiometryMatrix(network);
      const fall = sum(potential, (m, at) => m * sum(point.net, (j, reaction) => (matrix[at]?.[reaction] ?? 0) * j));
      const scale = sum(potential, (m, at) => Math.abs(m) * sum(point.activity, (a, reaction) => Math.abs(matrix[at]?.[reaction] ?? 0) * a));
      expect(Math.abs(fall + totalEntropyProduction(fluxes, point)), `${index}`).toBeLessThanOrEqual(rounding * scale);
      expect(fall).toBeLessThanOrEqual(rounding * scale);
    }
  });

  it("keeps every Wegscheider condition with shifts and an excess free energy", () => {
    let nCycle = 0;
    for (const index of indices(casesOf(40, 10_000))) {
      const { network, x, random } = balancedCase(index);
      const loops = cycles(network);
      if (loops.length === 0) continue;
      nCycle += loops.length;
      const attached = enforced(network, random, withAll(network));
      const fluxes = fluxesOfNetwork(attached.network);
      const { force } = fluxes.at(0, drawnParameters(attached, fluxes.system, random), x);
      for (const loop of loops) {
        const terms = network.reactions.map(({ id }, at) => (loop[id] ?? 0) * (force[at] ?? 0));
        // A force is a difference of logarithms that reach some tens each.
        const scale = terms.reduce((total, term, at) => total + Math.abs(term) + 100 * Math.abs(loop[network.reactions[at]?.id ?? ""] ?? 0), 0);
        expect(Math.abs(sum(terms, (term) => term)), `${index}`).toBeLessThanOrEqual(rounding * scale);
      }
    }
    expect(nCycle).toBeGreaterThan(10);
  });

  it("leaves the equilibrium where the mechanism has it, while shifts of potentials move it", () => {
    let moved = 0;
    for (const index of indices(casesOf(15, 10_000))) {
      const { network, x, standard, random } = balancedCase(index);
      const off = fluxesOfNetwork(network);
      const attached = enforced(network, random);
      const on = fluxesOfNetwork(attached.network);
      const parameters = drawnParameters(attached, on.system, random);
      const equilibrium = standard.map((m) => Math.exp(-m));
      const there = on.at(0, parameters, equilibrium);
      there.net.forEach((j, at) => expect(Math.abs(j), `${index}`).toBeLessThanOrEqual(100 * rounding * (there.activity[at] ?? 0)));
      const [without, within] = [off.at(0, off.system.parameterValues, x), on.at(0, parameters, x)];
      within.force.forEach((force, at) => expect(Math.abs(force - (without.force[at] ?? 0)), `${index}`).toBeLessThanOrEqual(rounding * (100 + Math.abs(force))));
      within.activity.forEach((a, at) => expect(Math.abs(Math.log(a / (without.activity[at] ?? 0)))).toBeLessThanOrEqual(3 + rounding));
      const shifted = enforced(network, random, { shifts: everyShift(network) });
      const bent = fluxesOfNetwork(shifted.network);
      const elsewhere = bent.at(0, drawnParameters(shifted, bent.system, random), equilibrium);
      if (Math.max(...elsewhere.force.map(Math.abs)) > 1e-3) moved++;
    }
    expect(moved).toBeGreaterThan(10);
  });

  it("drives nothing below zero: where a species is used up, it only rises", () => {
    for (const index of indices(casesOf(15, 10_000))) {
      const { network, x, random } = judgedCase(index);
      const attached = enforced(network, random, withAll(network));
      const system = systemOfNetwork(attached.network);
      const parameters = drawnParameters(attached, system, random);
      x.forEach((_, gone) => {
        const state = x.map((value, at) => (at === gone || random.integer(3) === 0 ? 0 : value));
        const rates = evaluateAll(system.rhs, (name) => state[system.states.indexOf(name)] ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN);
        state.forEach((value, at) => {
          if (value === 0) expect(rates[at], `${index}`).toBeGreaterThanOrEqual(0);
        });
      });
    }
  });

  it("falls in free energy and stays positive along solved paths", async () => {
    const rtol = 1e-8;
    let judged = 0;
    const count = casesOf(4, 500);
    for (const index of indices(count)) {
      const { network, x, standard, random } = balancedCase(index, 2);
      const attached = enforced(network, random, withAll(network));
      const system = systemOfNetwork(attached.network);
      const parameters = drawnParameters(attached, system, random);
      const solver = await compileSolver(system, { method: rodas5p, control: { rtol, atol: 1e-12 } });
      const solved = solver.solve({ parameters: Float64Array.from(parameters), state: Float64Array.from(x), times: Float64Array.of(0, 1e-3, 1e-2, 0.1, 1, 10) });
      const shifts = new Map(attached.shifts.map(({ id, species }) => [species, parameters[system.parameters.indexOf(id)] ?? Number.NaN]));
      let before = Number.POSITIVE_INFINITY;
      for (let row = 0; row < 6; row++) {
        const state = Array.from(solved.values.subarray(row * x.length, (row + 1) * x.length));
        if (state.length === 0 || state.some(Number.isNaN)) break;
        state.forEach((value) => expect(value, `${index}`).toBeGreaterThan(-1e-11));
        const [phi = 0] = valuesAt(system, ["learned_phi"], parameters, state);
        const terms = state.map((value, at) => (value > 0 ? value * ((standard[at] ?? 0) + (shifts.get(system.states[at] ?? "") ?? 0) + Math.log(value) - 1) : 0));
        const energy = sum(terms, (term) => term) + phi;
        expect(energy - before, `${index} row ${row}`).toBeLessThanOrEqual(100 * rtol * (Math.abs(phi) + sum(terms, Math.abs)));
        before = energy;
        judged++;
      }
    }
    expect(judged).toBeGreaterThan(6 * count * 0.9);
  });
});

/** ln(n!/n'!) from the ratio of falling factorials, without the factorials. */
const logFactorialRatio = (from: number, to: number): number => {
  let total = 0;
  for (let k = Math.min(from, to) + 1; k <= Math.max(from, to); k++) total += Math.log(k);
  return from > to ? total : -total;
};

/** Largest distance from detailed balance, in logarithm, over the reactions of some networks at random states. */
function imbalance(nCase: number, reading: "residue" | "source state", withExcess: boolean): number {
  let worst = 0;
  for (const index of indices(nCase)) {
    const { network, standard, random } = balancedCase(index, 2);
    const attached = enforced(network, random, withExcess ? { excess: { species: speciesOf(network) } } : {});
    const made = conductancePropensities(attached.network, attached.residues);
    if (made.problems) throw new Error(made.problems.map(({ message }) => message).join());
    const { system, reactions, at } = made.propensities;
    const parameters = drawnParameters(attached, system, random);
    const volume = 10 ** (1 + random.integer(3));
    const molecules = network.species.map(() => 4 + random.integer(60));
    const here = at(molecules, volume, parameters, reading);
    reactions.forEach((id, which) => {
      const reaction = network.reactions.find((each) => each.id === id);
      if (!reaction) throw new Error(id);
      const after = network.species.map((species, place) => (molecules[place] ?? 0) + stoichiometryOf(reaction, species.id).change);
      const there = at(after, volume, parameters, reading);
      // Product-Poisson with means V x*, x* = exp(-m0), times exp(-V Phi).
      const rise = sum(after, (count, place) => (count - (molecules[place] ?? 0)) * (Math.log(volume) - (standard[place] ?? 0)) + logFactorialRatio(molecules[place] ?? 0, count));
      const energies = [molecules, after].map((counts) => (withExcess ? (valuesAt(system, ["learned_phi"], parameters, counts.map((count) => count / volume))[0] ?? Number.NaN) : 0));
      const logLaw = rise + volume * ((energies[0] ?? 0) - (energies[1] ?? 0));
      worst = Math.max(worst, Math.abs(Math.log(here.forward[which] ?? 0) - Math.log(there.reverse[which] ?? 0) - logLaw));
    });
  }
  return worst;
}

describe("the stochastic twin of a learned conductance", () => {
  it("balances in detail against product-Poisson", () => {
    expect(imbalance(casesOf(15, 10_000), "residue", false)).toBeLessThan(rounding);
  });

  it("balances in detail against product-Poisson times exp(-V Phi) where the solution is not ideal", () => {
    expect(imbalance(casesOf(15, 10_000), "residue", true)).toBeLessThan(rounding);
  });

  it("loses its balance where the conductance is read at the state a jump starts from", () => {
    expect(imbalance(20, "source state", false)).toBeGreaterThan(0.1);
    expect(imbalance(20, "source state", true)).toBeGreaterThan(0.1);
  });
});

describe("an additive learned flux with random weights", () => {
  it("breaks the second law of a closed network for some weights", () => {
    let violations = 0;
    for (const index of indices(casesOf(60, 500))) {
      const { network, x, standard, random } = balancedCase(index, 2);
      const [reaction] = network.reactions;
      if (!reaction) continue;
      const stoichiometry = Object.fromEntries(speciesOf(network).flatMap((id) => (stoichiometryOf(reaction, id).change === 0 ? [] : [[id, stoichiometryOf(reaction, id).change]])));
      const attached = attachLearnedFlux(network, { id: "added", stoichiometry, inputs: speciesOf(network) }, { hidden: [3], gain: 1 }, random);
      const system = systemOfNetwork(attached.network);
      const parameters = system.parameters.map((id, at) => (attached.weights.includes(id) ? 3 * random.normal() : (system.parameterValues[at] ?? Number.NaN)));
      const rates = evaluateAll(system.rhs, (name) => x[system.states.indexOf(name)] ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN);
      const slope = sum(x, (value, at) => ((standard[at] ?? 0) + Math.log(value)) * (rates[at] ?? 0));
      if (slope > 0) violations++;
    }
    expect(violations).toBeGreaterThan(0);
  });
});
