import type { Chain } from "./chain.ts";

/** What is added up along a path: something per jump, and something per time spent in a state. */
export interface Counter {
  /** Added by a jump forward along each edge [nEdge]. */
  readonly forward: ArrayLike<number>;
  /** Added by a jump backward along each edge [nEdge]. */
  readonly backward: ArrayLike<number>;
  /** Added per time in each state [n]; none where it is left out. */
  readonly dwell?: ArrayLike<number>;
}

/** A current: what a jump adds, the opposite jump takes away. Weights by edge [nEdge], or by channel (0 where none is given). */
export function currentOf(chain: Chain, weights: ArrayLike<number> | Readonly<Record<string, number>>): Counter {
  const forward = Float64Array.from(chain.edges, ({ channel }, edge) => (isList(weights) ? weights[edge] : (weights[channel] ?? 0)));
  return { forward, backward: forward.map((weight) => -weight) };
}

/** The number of jumps, of every channel or of those named. */
export function jumpsOf(chain: Chain, channels?: readonly string[]): Counter {
  const forward = Float64Array.from(chain.edges, ({ channel }) => (!channels || channels.includes(channel) ? 1 : 0));
  return { forward, backward: forward };
}

/** The time integral of a function of the state [n]. */
export function timeIn(chain: Chain, dwell: ArrayLike<number>): Counter {
  const none = new Float64Array(chain.edges.length);
  return { forward: none, backward: none, dwell };
}

/** Whether a counter is a current; the uncertainty relations with entropy production hold for no other. */
export const isCurrent = ({ forward, backward, dwell }: Counter): boolean =>
  Array.from(forward).every((weight, edge) => weight === -backward[edge]) && Array.from(dwell ?? []).every((weight) => weight === 0);

const isList = (weights: ArrayLike<number> | Readonly<Record<string, number>>): weights is ArrayLike<number> => typeof weights.length === "number";

/** Mean growth rate of a counter from each state [n] · 1/time. */
export function growthOf({ states, edges }: Chain, counter: Counter): Float64Array {
  const growth = Float64Array.from({ length: states }, (_, state) => counter.dwell?.[state] ?? 0);
  edges.forEach(({ from, to, forward, backward }, edge) => {
    growth[from] += forward * counter.forward[edge];
    growth[to] += backward * counter.backward[edge];
  });
  return growth;
}

/** Sum of the products of two counters' increments per time, under a law or the times spent in the states [n]. */
export function jumpProduct({ edges }: Chain, a: Counter, b: Counter, law: ArrayLike<number>): number {
  return edges.reduce((total, { from, to, forward, backward }, edge) => total + forward * law[from] * a.forward[edge] * b.forward[edge] + backward * law[to] * a.backward[edge] * b.backward[edge], 0);
}

/** What a counter's jumps carry over into each state, and what dwelling adds there: A1 law [n]. */
export function carried({ edges }: Chain, counter: Counter, law: ArrayLike<number>): Float64Array {
  const result = Float64Array.from(law, (p, state) => p * (counter.dwell?.[state] ?? 0));
  edges.forEach(({ from, to, forward, backward }, edge) => {
    result[to] += forward * counter.forward[edge] * law[from];
    result[from] += backward * counter.backward[edge] * law[to];
  });
  return result;
}
