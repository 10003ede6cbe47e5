import { describe, expect, it } from "vitest";
import { networkOf } from "../../src/models/build.ts";
import type { Network } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";
import { bestObservableOf, boundsAt, localSums, precisionOf, pseudoEntropyProduction, thermokineticCeiling } from "../../src/thermo/bounds/index.ts";
import { lyapunovDerivative, lyapunovFunction } from "../../src/thermo/free-energy.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { casesOf, holds, judgedCase, type Judged } from "./random-network.ts";
import { fluxesOfNetwork } from "./states.ts";

const cases = casesOf(300);
const judged: Judged[] = Array.from({ length: cases }, (_, index) => judgedCase(index));

const anyWeights = ({ network, random }: Judged): number[] => network.reactions.map(() => (random.uniform() < 0.25 ? 0 : random.normal()));
const speciesWeights = ({ network, random }: Judged): readonly number[] => observableOf(network, "c", network.species.map(() => random.normal())).perReaction;

describe("random reversible networks", () => {
  it("2-6: every bound at a state holds, for species and for any weights per reaction", () => {
    for (const [index, one] of judged.entries()) {
      for (const weights of [anyWeights(one), speciesWeights(one)]) {
        for (const bound of boundsAt(one.fluxes, one.point, weights)) expect({ index, ...bound }).toMatchObject({ holds: true });
      }
    }
  });

  it("5: the all-force bound is above the quadratic one, and equals the entropy production of a single reaction", () => {
    for (const one of judged) {
      const bounds = new Map(boundsAt(one.fluxes, one.point, anyWeights(one)).map((bound) => [bound.name, bound]));
      expect(holds(bounds.get("all-force")?.value ?? NaN, bounds.get("local-uncertainty-relation")?.value ?? NaN)).toBe(true);
      const single = boundsAt(one.fluxes, one.point, one.network.reactions.map((_, reaction) => (reaction === 0 ? -1.7 : 0)));
      for (const { name, tightness, actual } of single) {
        if ((name === "all-force" || name === "absolute-weights") && actual > 0) expect(Math.abs((tightness ?? NaN) - 1)).toBeLessThanOrEqual(2e-12);
      }
    }
  });

  it("6: the thermokinetic ceiling lies between the precision and both of its limbs", () => {
    for (const one of judged) {
      const sums = localSums(one.point, anyWeights(one));
      if (sums.entropyProduction < 1e-12) continue;
      const ceiling = thermokineticCeiling(sums.entropyProduction, sums.activity);
      expect(holds(Math.min(sums.entropyProduction / 2, sums.activity), ceiling, 1e-10)).toBe(true);
      expect(holds(ceiling, precisionOf(sums), 1e-10)).toBe(true);
    }
  });

  it("7, 8: the best observable is above all others of the species, is met by itself, and stays below the pseudo entropy production", () => {
    for (const one of judged) {
      const { weights, precision } = bestObservableOf(one.fluxes)(one.point);
      expect(holds(pseudoEntropyProduction(one.fluxes, one.point), 2 * precision, 1e-10)).toBe(true);
      for (let trial = 0; trial < 3; trial++) expect(holds(precision, precisionOf(localSums(one.point, speciesWeights(one))), 1e-10)).toBe(true);
      // One species at a time: slow ones next to fast ones are what a sloppy least-squares solution loses.
      one.network.species.forEach((_, species) => {
        const alone = observableOf(one.network, "x", one.network.species.map((__, other) => (other === species ? 1 : 0)));
        expect(holds(precision, precisionOf(localSums(one.point, alone.perReaction)), 1e-10)).toBe(true);
      });
      if (precision > 0) expect(Math.abs(precisionOf(localSums(one.point, observableOf(one.network, "best", Array.from(weights)).perReaction)) / precision - 1)).toBeLessThanOrEqual(1e-8);
    }
  });

  it("12: with a one-way reaction the kinetic bound holds, and no bound is NaN", () => {
    for (const { network, x, random } of judged.slice(0, 100)) {
      const oneWay = { id: "OneWay", reactants: [{ species: "X0", stoichiometry: 1 }], products: [], rate: "0.7*X0", reversible: false };
      const open: Network = { ...network, reactions: [...network.reactions, oneWay] };
      const fluxes = fluxesOfNetwork(open);
      const point = fluxes.at(0, fluxes.system.parameterValues, x);
      for (const weights of [open.reactions.map(() => random.normal()), open.reactions.map((_, index) => (index === network.reactions.length ? 1 : 0))]) {
        for (const { name, holds: isKept, value } of boundsAt(fluxes, point, weights)) expect({ name, isKept, isNaN: Number.isNaN(value) }).toEqual({ name, isKept: true, isNaN: false });
      }
    }
  });
});

/** Complexes joined by random circulations at x*: what flows into each also flows out of it. */
function complexBalanced(random: RandomStream): { readonly network: Network; readonly balanced: number[] } {
  const decades = (): number => 10 ** (4 * random.uniform() - 2);
  const ids = Array.from({ length: 1 + random.integer(5) }, (_, index) => `X${index}`);
  const balanced = ids.map(decades);
  const complexes = new Map<string, number[]>();
  const wanted = Math.min(2 + random.integer(4), 3 ** ids.length);
  while (complexes.size < wanted) {
    const orders = ids.map(() => random.integer(3));
    complexes.set(orders.join(), orders);
  }
  const list = [...complexes.values()];
  const fluxes = list.map(() => list.map(() => 0));
  const flow = (from: number, to: number, size: number): void => {
    const row = fluxes[from];
    if (row && from !== to) row[to] = (row[to] ?? 0) + size;
  };
  for (let loop = 0; loop < 4; loop++) {
    const around = list.map((_, index) => ({ index, key: random.uniform() })).toSorted((a, b) => a.key - b.key).slice(0, 2 + random.integer(list.length - 1)).map(({ index }) => index);
    const size = decades();
    // A slower way back in the same direction everywhere keeps the balance and every reaction reversible.
    const back = size * 10 ** (-3 * random.uniform());
    around.forEach((complex, place) => {
      const next = around[(place + 1) % around.length] ?? complex;
      flow(complex, next, size);
      flow(next, complex, back);
    });
  }
  const monomial = (orders: readonly number[]): number => orders.reduce((product, order, species) => product * (balanced[species] ?? NaN) ** order, 1);
  const record = (orders: readonly number[]): Record<string, number> => Object.fromEntries(orders.flatMap((order, species) => (order > 0 ? [[ids[species] ?? "", order]] : [])));
  const reactions = list.flatMap((before, from) =>
    list.flatMap((after, to) => {
      const [forth, back] = [fluxes[from]?.[to] ?? 0, fluxes[to]?.[from] ?? 0];
      if (to <= from || forth === 0) return [];
      const [reactants, products] = [record(before), record(after)];
      return [[`R${from}_${to}`, { reactants, products, rate: massActionLaw.build({ reactants, products, kPlus: forth / monomial(before), kMinus: back / monomial(after) }) }] as const];
    }),
  );
  return { network: networkOf({ id: "balanced", species: Object.fromEntries(ids.map((id, index) => [id, balanced[index] ?? NaN])), reactions: Object.fromEntries(reactions) }), balanced };
}

describe("complex balanced networks", () => {
  const count = casesOf(200);
  it("14: V never grows, rests at x* alone, and some networks are not detailed balanced", () => {
    let driven = 0;
    for (let index = 0; index < count; index++) {
      const random = stream(20_260_103n, "complex balanced networks", index);
      const { network, balanced } = complexBalanced(random);
      const fluxes = fluxesOfNetwork(network);
      const derivative = (x: readonly number[]): { readonly slope: number; readonly activity: number; readonly force: number } => {
        const point = fluxes.at(0, fluxes.system.parameterValues, x);
        const rate = new Float64Array(x.length);
        fluxes.reactions.forEach(({ changes }, reaction) => {
          for (const { species, change } of changes) rate[species] = (rate[species] ?? 0) + change * (point.net[reaction] ?? NaN);
        });
        return { slope: lyapunovDerivative(x, balanced, rate), activity: point.activity.reduce((total, a) => total + a, 0), force: Math.max(...point.force.map(Math.abs)) };
      };
      const rest = derivative(balanced);
      expect(rest.slope).toBe(0);
      if (rest.force > 1e-6) driven++;
      for (let trial = 0; trial < 3; trial++) {
        const x = balanced.map((value) => value * 10 ** ((6 * random.uniform() - 3) * 10 ** -trial));
        const { slope, activity } = derivative(x);
        expect(slope).toBeLessThanOrEqual(1e-12 * activity);
        expect(lyapunovFunction(x, balanced)).toBeGreaterThan(0);
      }
      expect(lyapunovFunction(balanced, balanced)).toBe(0);
    }
    expect(driven).toBeGreaterThan(count / 4);
  });
});

describe("what must break the bounds does break them", () => {
  it("a clamped r loses the all-force bound far from equilibrium", () => {
    const broken = judged.filter((one) => {
      const { current, diffusion, activity, entropyProduction } = localSums(one.point, anyWeights(one));
      const r = Math.min(Math.abs(current) / Math.sqrt(diffusion * activity), 1 - Number.EPSILON);
      return current !== 0 && !holds(entropyProduction, 2 * activity * r * Math.atanh(r));
    });
    expect(broken.length).toBeGreaterThan(0);
  });
  it("with the smallest weight in place of the largest, the absolute-weights bound fails", () => {
    const broken = judged.filter((one) => {
      const { reactions, current, weightedActivity, entropyProduction } = localSums(one.point, anyWeights(one));
      const smallest = reactions.reduce((least, { weight }) => Math.min(least, Math.abs(weight)), Infinity);
      return current !== 0 && !holds(entropyProduction, ((2 * Math.abs(current)) / smallest) * Math.atanh(Math.abs(current) / weightedActivity));
    });
    expect(broken.length).toBeGreaterThan(0);
  });
});
