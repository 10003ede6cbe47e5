import { describe, expect, it } from "vitest";
import { conservationLaws } from "../../src/models/structure.ts";
import { weightedLeastSquares } from "../../src/numerics/weighted-least-squares.ts";
import { steadyState } from "../../src/solvers/steady-state.ts";
import type { Undecomposed } from "../../src/thermo/decomposition/index.ts";
import { adiabaticDecomposition, informationGeometricDecomposition, onsagerDecomposition } from "../../src/thermo/decomposition/index.ts";
import { changeOf, internalStoichiometry } from "../../src/thermo/decomposition/internal-stoichiometry.ts";
import { totalActivity, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { complexBalancedCase } from "./complex-balanced-network.ts";
import { casesOf, holds, judgedCase, type Judged } from "./random-network.ts";
import { fluxesOfNetwork } from "./states.ts";

const cases = casesOf(200);
const all = Array.from({ length: cases }, (_, index) => index);

function solved<Found extends object>(result: Found | Undecomposed): Found {
  if ("problem" in result) throw new Error(result.problem);
  return result;
}

/** ẋᵀD⁺ẋ and the observable D⁺ẋ, by least squares on S diag(√a). */
function byDiffusion({ network, point }: Judged) {
  const { perReaction, species, rankOf } = internalStoichiometry(network);
  const weights = point.activity.map(Math.sqrt);
  const right = weights.map((weight, at) => (point.net[at] ?? 0) / weight);
  return weightedLeastSquares(perReaction, weights, right, species.length, rankOf(() => true));
}
/** f² / D of the observable with the given weights per species. */
function precisionOf({ network, point }: Judged, weights: ArrayLike<number>): number {
  const { perReaction, species } = internalStoichiometry(network);
  let [f, diffusion] = [0, 0];
  point.net.forEach((net, reaction) => {
    const g = species.reduce((total, _, at) => total + (perReaction[reaction * species.length + at] ?? 0) * (weights[at] ?? 0), 0);
    f += g * net;
    diffusion += g * g * (point.activity[reaction] ?? 0);
  });
  return diffusion === 0 ? 0 : (f * f) / diffusion;
}

describe("splitting the entropy production of random reversible networks", () => {
  it("7: sigma >= Onsager's excess >= 2 x' D^+ x' >= 2 f^2 / D_c for observables of internal species", () => {
    for (const index of all) {
      const one = judgedCase(index);
      const { excess, housekeeping } = solved(onsagerDecomposition(one.fluxes, one.point));
      expect(holds(one.sigma, excess, 1e-10)).toBe(true);
      expect(Math.abs(excess + (housekeeping ?? NaN) - one.sigma)).toBeLessThanOrEqual(1e-10 * one.sigma);
      const { explained } = byDiffusion(one);
      expect(holds(excess, 2 * explained, 1e-10)).toBe(true);
      expect(holds(explained, precisionOf(one, one.network.species.map(() => one.random.normal())), 1e-10)).toBe(true);
    }
  });

  it("7: the last step needs observables of internal species: weights per reaction break it at a driven steady state", () => {
    let broken = 0;
    for (const index of all.slice(0, 50)) {
      const { network, balanced, random } = complexBalancedCase(index, { decades: 1, driven: true });
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, balanced);
      const { excess } = solved(onsagerDecomposition(fluxes, point));
      const [f, diffusion] = network.reactions.reduce(
        ([current, spread], _, at) => {
          const g = random.normal();
          return [current + g * (point.net[at] ?? 0), spread + g * g * (point.activity[at] ?? 0)];
        },
        [0, 0],
      );
      if (!holds(excess, (2 * f * f) / diffusion, 1e-10)) broken++;
    }
    expect(broken).toBeGreaterThan(25);
  });

  it("8: x' D^+ x' is what the best observable D^+ x' reaches", () => {
    for (const index of all) {
      const one = judgedCase(index);
      const { explained, solution } = byDiffusion(one);
      const reached = precisionOf(one, solution);
      expect(Math.abs(explained - reached)).toBeLessThanOrEqual(1e-8 * explained);
    }
  });

  it("9: housekeeping is 0 in closed detailed balanced networks, far from equilibrium too", () => {
    for (const index of all) {
      const { network, balanced, random } = complexBalancedCase(index, { decades: 3, driven: false });
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, balanced.map((value) => value * 10 ** (random.uniform() - 0.5)));
      const { total, housekeeping, excess } = solved(onsagerDecomposition(fluxes, point));
      expect(total).toBeGreaterThan(0);
      expect(Math.abs(housekeeping ?? NaN)).toBeLessThanOrEqual(1e-9 * total);
      expect(Math.abs(excess - total)).toBeLessThanOrEqual(1e-9 * total);
    }
  });

  it("9: the excess is 0 at a steady state, known or found", () => {
    for (const index of all) {
      const { network, balanced } = complexBalancedCase(index, { decades: 3, driven: true });
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, balanced);
      const onsager = solved(onsagerDecomposition(fluxes, point));
      const geometric = solved(informationGeometricDecomposition(fluxes, point));
      expect(onsager.total).toBeGreaterThan(0);
      for (const { excess } of [onsager, geometric]) expect(Math.abs(excess)).toBeLessThanOrEqual(1e-9 * onsager.total);
    }
    let driven = 0;
    for (const index of all.slice(0, Math.max(60, cases / 5))) {
      const { fluxes, x } = judgedCase(index);
      const parameters = fluxes.system.parameterValues;
      const found = steadyState(fluxes.system, { parameters, state: x });
      // What does not converge creeps towards a state without some species, where no force is defined.
      if (found.status.status !== "done" || !found.state.every((value) => value > 0)) continue;
      const point = fluxes.at(0, parameters, found.state);
      // A state found to rounding is at rest beside its activity; sigma has to stand out of that.
      if (!(totalEntropyProduction(fluxes, point) > 1e-6 * totalActivity(fluxes, point))) continue;
      driven++;
      const { excess, total } = solved(onsagerDecomposition(fluxes, point));
      expect(excess).toBeLessThanOrEqual(1e-9 * total);
    }
    expect(driven).toBeGreaterThan(10);
  });

  it("10: the information-geometric excess is between 0 and Onsager's, and no other potential gives more", () => {
    for (const index of all) {
      const one = judgedCase(index);
      const onsager = solved(onsagerDecomposition(one.fluxes, one.point));
      const geometric = solved(informationGeometricDecomposition(one.fluxes, one.point));
      expect(geometric.excess).toBeGreaterThanOrEqual(0);
      expect(holds(onsager.excess, geometric.excess, 1e-8)).toBe(true);
      expect(holds(one.sigma, onsager.excess, 1e-8)).toBe(true);
      for (const shrink of [0.5, 1]) {
        const other = literalObjective(one, geometric.potential.map((value) => shrink * value * (1 + 1e-3 * one.random.normal())));
        expect(other.value).toBeLessThanOrEqual(geometric.excess + 1e-8 * (geometric.excess + other.gross));
      }
    }
  });

  it("14: complex balanced networks have adiabatic and nonadiabatic parts that are not negative", () => {
    let adiabatic = 0;
    for (const index of all) {
      const { network, balanced, random } = complexBalancedCase(index, { decades: 3, driven: true });
      const fluxes = fluxesOfNetwork(network);
      const parameters = fluxes.system.parameterValues;
      const point = fluxes.at(0, parameters, balanced.map((value) => value * 10 ** (4 * random.uniform() - 2)));
      const activity = totalActivity(fluxes, point);
      const { total, excess, housekeeping } = solved(adiabaticDecomposition(fluxes, point, balanced));
      expect(excess).toBeGreaterThanOrEqual(-1e-12 * activity);
      expect(housekeeping ?? NaN).toBeGreaterThanOrEqual(-1e-12 * activity);
      // The two are computed apart, each to some epsilon of its terms |j ln x|, at most 40 activity.
      expect(Math.abs(excess + (housekeeping ?? NaN) - total)).toBeLessThanOrEqual(1e-12 * activity);
      if ((housekeeping ?? NaN) > 1e-3 * total) adiabatic++;
    }
    expect(adiabatic).toBeGreaterThan(cases / 10);
  });

  it("14: without complex balance a part can be negative", () => {
    let negative = 0;
    for (const index of all) {
      const one = judgedCase(index);
      if (one.nearEquilibrium || conservationLaws(one.network).length > 0) continue;
      const parts = solved(adiabaticDecomposition(one.fluxes, one.point, one.x.map((value) => value * 10 ** one.random.normal())));
      if (Math.min(parts.excess, parts.housekeeping ?? NaN) < -1e-6 * one.sigma) negative++;
    }
    expect(negative).toBeGreaterThan(0);
  });
});

/** -ẋ·θ - Σ J_e (exp(θ·S_e) - 1) as the source writes it, and the sum of its terms' sizes. */
function literalObjective({ network, point }: Judged, potential: ArrayLike<number>): { readonly value: number; readonly gross: number } {
  const stoichiometry = internalStoichiometry(network);
  const columns = stoichiometry.species.length;
  const change = changeOf(stoichiometry, point.net);
  let [value, gross] = [0, 0];
  change.forEach((rate, at) => {
    value -= rate * (potential[at] ?? 0);
    gross += Math.abs(rate * (potential[at] ?? 0));
  });
  point.activity.forEach((activity, reaction) => {
    const u = stoichiometry.species.reduce((total, _, at) => total + (stoichiometry.perReaction[reaction * columns + at] ?? 0) * (potential[at] ?? 0), 0);
    for (const sign of [1, -1]) {
      const term = (activity / (1 + Math.exp(-sign * (point.force[reaction] ?? 0)))) * Math.expm1(sign * u);
      value -= term;
      gross += Math.abs(term);
    }
  });
  return { value, gross };
}
