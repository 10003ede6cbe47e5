import { networkOf } from "../../src/models/build.ts";
import type { Network } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";
import type { FluxPoint, Fluxes } from "../../src/thermo/fluxes.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { fluxesOfNetwork } from "./states.ts";

/** What exact mathematics and rounding can meet in an inequality, relative to both sides. */
export const inequality = 1e-12;
export const holds = (large: number, small: number, tolerance: number = inequality): boolean =>
  // Against an infinite lower side a slack relative to it would forgive everything.
  large >= small || (small < Infinity && small - large <= tolerance * (Math.abs(large) + Math.abs(small)));

/** Random networks of a property: what every run of the tests can spend, or what `npm run test:property` asks for. */
export const casesOf = (sample: number, all = 10_000): number => Math.min(all, Number(process.env["SEMIMECH_PROPERTY_CASES"] ?? sample));
const seed = 20_260_101n;

export interface Case {
  readonly network: Network;
  readonly x: readonly number[];
  readonly nearEquilibrium: boolean;
}

/** Orders 0-2 on both sides of a reaction that changes something. */
function sidesOf(random: RandomStream, nSpecies: number): [number[], number[]] {
  for (;;) {
    const [before, after] = [0, 1].map(() => Array.from({ length: nSpecies }, () => random.integer(3)));
    if (before && after && before.some((count, species) => count !== after[species])) return [before, after];
  }
}
const power = (x: readonly number[], orders: readonly number[]): number => orders.reduce((product, order, species) => product * (x[species] ?? 1) ** order, 1);
const record = (ids: readonly string[], orders: readonly number[]): Record<string, number> =>
  Object.fromEntries(orders.flatMap((order, species) => (order > 0 ? [[ids[species] ?? "", order]] : [])));

/**
 * A random reversible network: 1-5 species, 1-7 reactions, orders 0-2, constants and concentrations over six decades; three in
 * ten are detailed balanced with concentrations a hair beside the balance.
 */
export function randomCase(random: RandomStream): Case {
  const nSpecies = 1 + random.integer(5);
  const nReaction = 1 + random.integer(7);
  const decades = (): number => 10 ** (6 * random.uniform() - 3);
  const ids = Array.from({ length: nSpecies }, (_, index) => `X${index}`);
  const x = ids.map(decades);
  const nearEquilibrium = random.uniform() < 0.3;
  const distance = 10 ** (-2 - 8 * random.uniform());
  const balanced = x.map((value) => value * (1 + distance * random.normal()));
  const reactions = Array.from({ length: nReaction }, (_, index) => {
    const [before, after] = sidesOf(random, nSpecies);
    const kPlus = decades();
    const kMinus = nearEquilibrium ? (kPlus * power(balanced, before)) / power(balanced, after) : decades();
    const [reactants, products] = [record(ids, before), record(ids, after)];
    return [`R${index}`, { reactants, products, rate: massActionLaw.build({ reactants, products, kPlus, kMinus }) }] as const;
  });
  const network = networkOf({ id: "random", species: Object.fromEntries(ids.map((id, index) => [id, x[index] ?? 1])), reactions: Object.fromEntries(reactions) });
  return { network, x, nearEquilibrium };
}

export interface Judged extends Case {
  readonly fluxes: Fluxes;
  readonly point: FluxPoint;
  readonly sigma: number;
  readonly random: RandomStream;
}

/** Network `index` of the list that every property is tried on, at its state. */
export function judgedCase(index: number): Judged {
  const random = stream(seed, "random thermodynamic networks", index);
  const made = randomCase(random);
  const fluxes = fluxesOfNetwork(made.network);
  const point = fluxes.at(0, fluxes.system.parameterValues, made.x);
  return { ...made, fluxes, point, sigma: totalEntropyProduction(fluxes, point), random };
}
