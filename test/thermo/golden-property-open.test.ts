import { describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { stoichiometryOf } from "../../src/models/structure.ts";
import { boundsAt, bestObservableOf, localSums, precisionOf } from "../../src/thermo/bounds/index.ts";
import { informationGeometricDecomposition, onsagerDecomposition } from "../../src/thermo/decomposition/index.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { observe, totalActivity, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, holds, judgedCase } from "./random-network.ts";
import { fluxesOfNetwork } from "./states.ts";

const cases = casesOf(150);
const all = Array.from({ length: cases }, (_, index) => index);

/** Network `index` with four in ten species held by chemostats. */
function openCase(index: number) {
  const { network: closed, x, random } = judgedCase(index);
  const network: Network = { ...closed, species: closed.species.map((one) => ({ ...one, boundary: random.uniform() < 0.4 })) };
  const fluxes = fluxesOfNetwork(network);
  const point = fluxes.at(0, fluxes.system.parameterValues, x.filter((_, species) => network.species[species]?.boundary !== true));
  return { network, random, fluxes, point, sigma: totalEntropyProduction(fluxes, point) };
}
type Open = ReturnType<typeof openCase>;
const weightsOn = ({ network, random }: Open, chosen: (boundary: boolean) => boolean): readonly number[] =>
  observableOf(network, "c", network.species.map(({ boundary }) => (chosen(boundary) ? random.normal() : 0))).perReaction;

describe("random networks between chemostats", () => {
  it("3-6: bounds hold for observables with weights on chemostats too, which keep their own concentration", () => {
    for (const index of all) {
      const one = openCase(index);
      for (const bound of boundsAt(one.fluxes, one.point, weightsOn(one, () => true))) expect({ index, ...bound }).toMatchObject({ holds: true });
    }
  });

  it("7, 10: sigma >= Onsager's excess >= 2 x' D^+ x' >= 2 f^2 / D_c with the rows of internal species alone, and IG <= Onsager", () => {
    for (const index of all) {
      const one = openCase(index);
      const [onsager, geometric] = [onsagerDecomposition(one.fluxes, one.point), informationGeometricDecomposition(one.fluxes, one.point)];
      if ("problem" in onsager || "problem" in geometric) throw new Error(`${index}`);
      const { precision } = bestObservableOf(one.fluxes)(one.point);
      expect([index, holds(one.sigma, onsager.excess, 1e-10), holds(onsager.excess, 2 * precision, 1e-10)]).toEqual([index, true, true]);
      expect(holds(precision, precisionOf(localSums(one.point, weightsOn(one, (boundary) => !boundary))), 1e-10)).toBe(true);
      expect(geometric.excess).toBeGreaterThanOrEqual(0);
      expect(holds(onsager.excess, geometric.excess, 1e-8)).toBe(true);
      expect(onsager.housekeeping).toBeGreaterThanOrEqual(0);
    }
  });

  it("7: with weights on chemostats the last step fails, as it must", () => {
    const broken = all.filter((index) => {
      const one = openCase(index);
      const onsager = onsagerDecomposition(one.fluxes, one.point);
      return !("problem" in onsager) && !holds(onsager.excess, 2 * precisionOf(localSums(one.point, weightsOn(one, (boundary) => boundary))), 1e-10);
    });
    expect(broken.length).toBeGreaterThan(cases / 20);
  });
});

describe("one random one-way reaction in every network", () => {
  it("12: sigma is infinite, nothing is NaN, and f^2 <= D A still holds", () => {
    for (const index of all) {
      const { network: before, x, random } = judgedCase(index);
      const side = (): { species: string; stoichiometry: number }[] => before.species.flatMap(({ id }) => (random.uniform() < 0.5 ? [{ species: id, stoichiometry: 1 + random.integer(2) }] : []));
      const [reactants, products] = [side(), side()];
      const power = reactants.map(({ species, stoichiometry }) => `*${species}^${stoichiometry}`).join("");
      const network: Network = { ...before, reactions: [...before.reactions, { id: "OneWay", reactants, products, rate: `${10 ** (6 * random.uniform() - 3)}${power}`, reversible: false }] };
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, x);
      const sigma = totalEntropyProduction(fluxes, point);
      expect(fluxes.reactions.at(-1)?.kind).toBe("one-way");
      expect([index, sigma]).toEqual([index, Infinity]);
      expect([...point.net, ...point.activity, ...point.force, ...point.entropyProduction].some(Number.isNaN)).toBe(false);
      const observable = observableOf(network, "c", network.species.map(() => random.normal()));
      const { current, diffusion } = observe(point, observable, sigma);
      expect(holds((diffusion ?? NaN) * totalActivity(fluxes, point), current ** 2)).toBe(true);
      const touched = observable.perReaction.at(-1) !== 0 && network.species.some(({ id }) => stoichiometryOf({ id: "", reactants, products, rate: "", reversible: false }, id).change !== 0);
      for (const { name, value, holds: isKept, actual } of boundsAt(fluxes, point, observable.perReaction)) {
        expect({ index, name, isKept, isNaN: Number.isNaN(value) || Number.isNaN(actual) }).toEqual({ index, name, isKept: true, isNaN: false });
        if (touched && name === "local-uncertainty-relation") expect(actual).toBe(Infinity);
      }
    }
  });
});
