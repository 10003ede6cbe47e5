import { networkOf } from "../../src/models/build.ts";
import type { Network } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";

const seed = 20_260_202n;

/** A network that is complex balanced at a state known from the start. */
export interface ComplexBalancedCase {
  readonly network: Network;
  readonly balanced: readonly number[];
  readonly random: RandomStream;
}

export interface ComplexBalancedOptions {
  /** Concentrations and fluxes lie within 10^-decades and 10^decades. */
  readonly decades: number;
  /** False: fluxes that balance pair by pair, so that the state is an equilibrium. */
  readonly driven: boolean;
}

/**
 * Network `index` of a list: random complexes of 1-4 species with orders 0-2, joined at random by reversible reactions with
 * equal fluxes both ways, and, when driven, fluxes around random cycles of complexes on top; constants are flux / x^nu.
 */
export function complexBalancedCase(index: number, { decades, driven }: ComplexBalancedOptions): ComplexBalancedCase {
  const random = stream(seed, driven ? "complex balanced networks" : "detailed balanced networks", index);
  const nSpecies = 1 + random.integer(4);
  const size = (): number => 10 ** (decades * (2 * random.uniform() - 1));
  const ids = Array.from({ length: nSpecies }, (_, at) => `X${at}`);
  const balanced = ids.map(size);
  const wanted = 3 + random.integer(4);
  const complexes = new Map<string, number[]>();
  for (let tries = 0; complexes.size < wanted && tries < 60; tries++) {
    const orders = ids.map(() => random.integer(3));
    complexes.set(orders.join(" "), orders);
  }
  const list = [...complexes.values()];
  const fluxes = new Map<string, { from: number; to: number; forward: number; reverse: number }>();
  const edge = (from: number, to: number, around: number): void => {
    const [low, high] = from < to ? [from, to] : [to, from];
    const flux = size();
    const found = fluxes.get(`${low} ${high}`) ?? { from: low, to: high, forward: flux, reverse: flux };
    if (from === low) found.forward += around;
    else found.reverse += around;
    fluxes.set(`${low} ${high}`, found);
  };
  for (let count = list.length; count > 0; count--) {
    const [from, to] = [random.integer(list.length), random.integer(list.length)];
    if (from !== to) edge(from, to, 0);
  }
  // Every network has at least one cycle of three complexes; only a driven one has a flux around it.
  for (let cycle = 0; cycle <= random.integer(2); cycle++) {
    const around = driven ? size() : 0;
    const length = Math.min(list.length, 3 + random.integer(2));
    const visited = list.map((_, at) => at);
    for (let at = visited.length - 1; at > 0; at--) {
      const other = random.integer(at + 1);
      [visited[at], visited[other]] = [visited[other] ?? 0, visited[at] ?? 0];
    }
    for (let at = 0; at < length; at++) edge(visited[at] ?? 0, visited[(at + 1) % length] ?? 0, around);
  }
  const power = (orders: readonly number[]): number => orders.reduce((total, order, at) => total * (balanced[at] ?? 1) ** order, 1);
  const record = (orders: readonly number[]): Record<string, number> => Object.fromEntries(orders.flatMap((order, at) => (order > 0 ? [[ids[at] ?? "", order]] : [])));
  const reactions = [...fluxes.values()].map(({ from, to, forward, reverse }, at) => {
    const [before, after] = [list[from] ?? [], list[to] ?? []];
    const [reactants, products] = [record(before), record(after)];
    return [`R${at}`, { reactants, products, rate: massActionLaw.build({ reactants, products, kPlus: forward / power(before), kMinus: reverse / power(after) }) }] as const;
  });
  return {
    network: networkOf({ id: driven ? "complex_balanced" : "detailed_balanced", species: Object.fromEntries(ids.map((id, at) => [id, balanced[at] ?? 1])), reactions: Object.fromEntries(reactions) }),
    balanced,
    random,
  };
}
