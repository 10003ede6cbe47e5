import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import type { Network } from "../../src/models/network.ts";
import { cycles, speciesIds } from "../../src/models/structure.ts";
import type { Fluxes } from "../../src/thermo/fluxes.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { structureOf } from "../../src/thermo/structure.ts";
import { observe, totalActivity, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, holds, inequality, judgedCase, type Judged } from "./random-network.ts";
import { fluxesOfNetwork } from "./states.ts";

const cases = casesOf(300);
const judged: Judged[] = Array.from({ length: cases }, (_, index) => judgedCase(index));

const pseudoEntropy = (net: ArrayLike<number>, activity: ArrayLike<number>): number =>
  Array.from(net).reduce((total, j, index) => (j === 0 ? total : total + (2 * j * (j / (activity[index] ?? NaN)))), 0);

const sums = ({ point }: Judged, g: readonly number[]) => {
  let [f, diffusion, sigma, activity] = [0, 0, 0, 0];
  g.forEach((weight, index) => {
    if (weight === 0) return;
    f += weight * (point.net[index] ?? NaN);
    diffusion += weight * weight * (point.activity[index] ?? NaN);
    sigma += point.entropyProduction[index] ?? NaN;
    activity += point.activity[index] ?? NaN;
  });
  return { f, diffusion, sigma, activity };
};
const evaluateAt = (expression: Expression | null, x: readonly number[], { system }: Fluxes): number =>
  expression ? evaluate(expression, (name) => x[system.states.indexOf(name)] ?? NaN) : NaN;
const weightsOf = ({ network, random }: Judged): number[] => network.reactions.map(() => (random.uniform() < 0.25 ? 0 : random.normal()));

describe("random reversible networks", () => {
  it("are recognised as mass action, and some are next to equilibrium", () => {
    for (const { fluxes } of judged) for (const { kind, elementary } of fluxes.reactions) expect([kind, elementary]).toEqual(["reversible", true]);
    expect(judged.filter(({ nearEquilibrium }) => nearEquilibrium).length).toBeGreaterThan(cases / 5);
  });

  it("1: entropy production is not negative, term by term, and 0 only where every flux is", () => {
    for (const { point, sigma } of judged) {
      for (const [index, term] of point.entropyProduction.entries()) {
        expect(term).toBeGreaterThanOrEqual(0);
        expect(term === 0).toBe(point.net[index] === 0);
      }
      expect(sigma === 0).toBe(point.net.every((j) => j === 0));
    }
  });

  it("2: sigma >= 2 sum j^2 / a", () => {
    for (const { point, sigma } of judged) expect(holds(sigma, pseudoEntropy(point.net, point.activity))).toBe(true);
  });

  it("3: 2 f^2 <= sigma D, for species and for any weights per reaction", () => {
    for (const one of judged) {
      const { network, point, sigma, random } = one;
      const observable = observableOf(network, "random", network.species.map(() => random.normal()));
      const seen = observe(point, observable, sigma);
      expect(holds(sigma * (seen.diffusion ?? NaN), 2 * seen.current ** 2)).toBe(true);
      if (seen.tightness !== null) expect(seen.tightness).toBeGreaterThanOrEqual(1 - 2 * inequality);
      const { f, diffusion } = sums(one, weightsOf(one));
      expect(holds(sigma * diffusion, 2 * f * f)).toBe(true);
    }
  });

  it("4: the same with the entropy production of the reactions that count", () => {
    for (const one of judged) {
      const { f, diffusion, sigma } = sums(one, weightsOf(one));
      expect(holds(sigma * diffusion, 2 * f * f)).toBe(true);
    }
  });

  it("swapping a reaction's direction or its reactants' order changes neither sigma nor D", () => {
    for (const { network, x, sigma, point } of judged.slice(0, 60)) {
      const turned: Network = {
        ...network,
        reactions: network.reactions.map((reaction) => ({ ...reaction, reactants: reaction.products.toReversed(), products: reaction.reactants.toReversed(), rate: `-(${reaction.rate})` })),
      };
      const fluxes = fluxesOfNetwork(turned);
      const other = fluxes.at(0, fluxes.system.parameterValues, x);
      const scale = point.activity.reduce((total, a) => total + a, 0);
      expect(Math.abs(totalEntropyProduction(fluxes, other) - sigma)).toBeLessThanOrEqual(inequality * scale);
      other.net.forEach((j, index) => expect(Math.abs(j + (point.net[index] ?? NaN))).toBeLessThanOrEqual(inequality * scale));
    }
  });

  it("twice the time unit halves every flux and every term, exactly", () => {
    for (const { network, x, point } of judged.slice(0, 60)) {
      const slower = fluxesOfNetwork({ ...network, reactions: network.reactions.map((reaction) => ({ ...reaction, rate: `0.5*(${reaction.rate})` })) });
      const half = slower.at(0, slower.system.parameterValues, x);
      point.net.forEach((j, index) => {
        // Exact in the fluxes; the force gains one rounding of ln(k/2).
        expect(Math.abs((half.net[index] ?? NaN) * 2 - j)).toBeLessThanOrEqual(inequality * (point.activity[index] ?? 0));
        expect((half.activity[index] ?? NaN) * 2).toBe(point.activity[index]);
      });
    }
  });

  it("12: one more reaction without a way back makes sigma infinite, nothing NaN, and f^2 <= D A still holds", () => {
    for (const { network, x, random } of judged.slice(0, 100)) {
      const oneWay = { id: "OneWay", reactants: [{ species: "X0", stoichiometry: 1 }], products: [], rate: "0.7*X0", reversible: false };
      const open: Network = { ...network, reactions: [...network.reactions, oneWay] };
      const fluxes = fluxesOfNetwork(open);
      const point = fluxes.at(0, fluxes.system.parameterValues, x);
      const sigma = totalEntropyProduction(fluxes, point);
      expect(sigma).toBe(Infinity);
      expect([...point.net, ...point.activity, ...point.entropyProduction].some(Number.isNaN)).toBe(false);
      const seen = observe(point, observableOf(open, "random", open.species.map(() => random.normal())), sigma);
      expect(seen.tightness).toBe(Infinity);
      expect(holds((seen.diffusion ?? NaN) * totalActivity(fluxes, point), seen.current ** 2)).toBe(true);
    }
  });

  it("emergent cycles and broken conservation laws add up to the chemostats", () => {
    for (const { network, random } of judged) {
      const open: Network = { ...network, species: network.species.map((species) => ({ ...species, boundary: random.uniform() < 0.4 })) };
      const broken = structureOf({ ...network }).conservationLaws.length - structureOf(open).conservationLaws.length;
      expect(structureOf(open).emergentCycles.length + broken).toBe(speciesIds(open, "boundary").length);
      expect(structureOf(open).emergentCycles.length).toBe(cycles(open, "internal").length - cycles(open, "all").length);
    }
  });
});

describe("what must break the laws does break them", () => {
  it("a free residual added to the fluxes makes terms negative", () => {
    const broken = judged.filter(({ point, random }) => Array.from(point.net).some((j, index) => (j + random.normal()) * (point.force[index] ?? NaN) < 0));
    expect(broken.length).toBeGreaterThan(0);
  });
  it("the difference of rounded fluxes and its logarithm fail property 2 next to equilibrium", () => {
    const broken = judged.filter(({ fluxes, x }) => {
      const values = fluxes.reactions.map(({ forward, reverse }) => [evaluateAt(forward, x, fluxes), evaluateAt(reverse, x, fluxes)] as const);
      const net = values.map(([plus, minus]) => plus - minus);
      const activity = values.map(([plus, minus]) => plus + minus);
      const sigma = values.reduce((total, [plus, minus]) => total + (plus - minus) * Math.log(plus / minus), 0);
      return !holds(sigma, pseudoEntropy(net, activity));
    });
    expect(broken.length).toBeGreaterThan(0);
  });
  it("half the scaled diffusion is not enough for the uncertainty relation", () => {
    const broken = judged.filter((one) => {
      const { f, diffusion, sigma } = sums(one, one.network.reactions.map((_, index) => (index === 0 ? 1 : 0)));
      return !holds((sigma * diffusion) / 2, 2 * f * f);
    });
    expect(broken.length).toBeGreaterThan(0);
  });
});
