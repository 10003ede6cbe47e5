import type { SparseMatrix } from "../../numerics/sparse-matrix.ts";
import { sparseMatrix } from "../../numerics/sparse-matrix.ts";

/** A pair of opposite jumps of one channel; a pair from a state to itself turns over fuel without changing the state. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Rate from `from` to `to` · 1/time. */
  readonly forward: number;
  /** Rate from `to` to `from` · 1/time; 0 for a one-way jump. */
  readonly backward: number;
  /** Parallel edges between the same states are kept apart by their channels. */
  readonly channel: string;
}

/** A Markov jump process whose jumps are paired with their opposites, channel by channel. */
export interface Chain {
  /** Number of states. */
  readonly states: number;
  readonly edges: readonly Edge[];
}

/** @throws RangeError naming the edge with an unknown state or a rate that is not finite and at least 0. */
export function chainOf(states: number, edges: readonly Edge[]): Chain {
  edges.forEach(({ from, to, forward, backward, channel }, index) => {
    for (const state of [from, to]) {
      if (!(Number.isInteger(state) && state >= 0 && state < states)) throw new RangeError(`edge ${index} (channel "${channel}"): there is no state ${state} among ${states}`);
    }
    for (const rate of [forward, backward]) {
      if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`edge ${index} (channel "${channel}"): a rate of ${rate}; rates are finite and at least 0`);
    }
  });
  return { states, edges: [...edges] };
}

/** Rates between states, all channels together: entry [i, j] is the rate from state j to state i; no diagonal. */
export function ratesOf({ states, edges }: Chain): SparseMatrix {
  const moving = edges.filter(({ from, to }) => from !== to);
  return sparseMatrix(
    states,
    states,
    moving.flatMap(({ from, to }) => [to, from]),
    moving.flatMap(({ from, to }) => [from, to]),
    moving.flatMap(({ forward, backward }) => [forward, backward]),
  );
}

/** The generator W [states, states] of dp/dt = W p: rates from j to i at [i, j], columns that sum to 0. */
export function generatorOf({ states, edges }: Chain): Float64Array {
  const w = new Float64Array(states * states);
  for (const { from, to, forward, backward } of edges) {
    if (from === to) continue;
    w[to * states + from] += forward;
    w[from * states + from] -= forward;
    w[from * states + to] += backward;
    w[to * states + to] -= backward;
  }
  return w;
}

/** Channels of the edges that run one way only: with them entropy production is infinite and fluctuation theorems do not hold. */
export function oneWayChannels({ edges }: Chain): string[] {
  return [...new Set(edges.filter(({ forward, backward }) => (forward === 0) !== (backward === 0)).map(({ channel }) => channel))];
}
