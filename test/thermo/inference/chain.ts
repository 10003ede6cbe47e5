import { networkOf } from "../../../src/models/build.ts";
import type { Network } from "../../../src/models/network.ts";
import { massActionLaw } from "../../../src/models/rate/index.ts";
import type { RandomStream } from "../../../src/numerics/random.ts";

/** A reversible mass-action network in volume 1, by numbers alone. */
export interface SmallNetwork {
  readonly name: string;
  /** Species with their molecules at the start. */
  readonly species: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly from: Readonly<Record<string, number>>; readonly to: Readonly<Record<string, number>>; readonly kPlus: number; readonly kMinus: number }[];
  /** Molecules of any species beyond which no chain looks; far out of reach of what is tested. */
  readonly most?: number;
}

/** The same network as the library takes it; reactions are R0, R1, ... */
export const libraryNetwork = ({ name, species, steps }: SmallNetwork): Network =>
  networkOf({
    id: name,
    species,
    reactions: Object.fromEntries(
      steps.map(({ from, to, kPlus, kMinus }, index) => [`R${index}`, { reactants: from, products: to, rate: massActionLaw.build({ reactants: from, products: to, kPlus, kMinus }) }]),
    ),
  });

/** n(n-1)...(n-order+1); over order! in the wrong version that counts combinations. */
function factor(n: number, order: number, combinations: boolean): number {
  let value = 1;
  for (let below = 0; below < order; below++) value *= (n - below) / (combinations ? below + 1 : 1);
  return value;
}

interface Jump {
  readonly from: number;
  readonly to: number;
  readonly rate: number;
  readonly reverseRate: number;
  readonly step: number;
  readonly sign: 1 | -1;
}

/** All states that can be reached, and all jumps between them. */
export interface Chain {
  readonly states: readonly (readonly number[])[];
  readonly jumps: readonly Jump[];
}

export function propensityOf(network: SmallNetwork, state: readonly number[], step: number, sign: 1 | -1, combinations = false): number {
  const { from, to, kPlus, kMinus } = network.steps[step] ?? { from: {}, to: {}, kPlus: 0, kMinus: 0 };
  return Object.keys(network.species).reduce((value, id, index) => value * factor(state[index] ?? 0, (sign === 1 ? from : to)[id] ?? 0, combinations), sign === 1 ? kPlus : kMinus);
}

export function after(network: SmallNetwork, state: readonly number[], step: number, sign: 1 | -1): number[] {
  const { from = {}, to = {} } = network.steps[step] ?? {};
  return Object.keys(network.species).map((id, index) => (state[index] ?? 0) + sign * ((to[id] ?? 0) - (from[id] ?? 0)));
}

/** Enumerates the chain from the start; `combinations` makes its propensities wrong on purpose. */
export function chainOf(network: SmallNetwork, combinations = false): Chain {
  const most = network.most ?? Infinity;
  const states: number[][] = [Object.values(network.species)];
  const places = new Map([[states[0]?.join() ?? "", 0]]);
  const jumps: Jump[] = [];
  for (let at = 0; at < states.length; at++) {
    const state = states[at] ?? [];
    network.steps.forEach((_, step) => {
      for (const sign of [1, -1] as const) {
        const next = after(network, state, step, sign);
        const rate = propensityOf(network, state, step, sign, combinations);
        if (rate === 0 || next.some((count) => count > most)) continue;
        let to = places.get(next.join());
        if (to === undefined) {
          to = states.push(next) - 1;
          places.set(next.join(), to);
        }
        jumps.push({ from: at, to, rate, reverseRate: propensityOf(network, next, step, sign === 1 ? -1 : 1, combinations), step, sign });
      }
    });
  }
  return { states, jumps };
}

/** W p by jumps. */
const flow = ({ states, jumps }: Chain, p: Float64Array, weight: (jump: Jump) => number = () => 1): Float64Array => {
  const result = new Float64Array(states.length);
  for (const jump of jumps) result[jump.to] = (result[jump.to] ?? 0) + weight(jump) * jump.rate * (p[jump.from] ?? 0);
  return result;
};

const leave = ({ states, jumps }: Chain): Float64Array => {
  const exit = new Float64Array(states.length);
  for (const { from, rate } of jumps) exit[from] = (exit[from] ?? 0) + rate;
  return exit;
};

/** Stationary law by Gaussian elimination with the normalisation in the place of the last balance. */
export function stationary(chain: Chain): Float64Array {
  const n = chain.states.length;
  const rows = Array.from({ length: n }, () => new Float64Array(n + 1));
  const exit = leave(chain);
  for (const { from, to, rate } of chain.jumps) if (rows[to]) rows[to][from] = (rows[to][from] ?? 0) + rate;
  rows.forEach((row, index) => (row[index] = (row[index] ?? 0) - (exit[index] ?? 0)));
  rows[n - 1]?.fill(1);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]?.[k] ?? 0) > Math.abs(rows[pivot]?.[k] ?? 0)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot] ?? new Float64Array(), rows[k] ?? new Float64Array()];
    for (let i = 0; i < n; i++) {
      const ratio = i === k ? 0 : (rows[i]?.[k] ?? 0) / (rows[k]?.[k] ?? 1);
      if (ratio === 0) continue;
      for (let j = k; j <= n; j++) {
        const row = rows[i];
        if (row) row[j] = (row[j] ?? 0) - ratio * (rows[k]?.[j] ?? 0);
      }
    }
  }
  return Float64Array.from(rows, (row, index) => (row[n] ?? 0) / (row[index] ?? 1));
}

/** Exact stationary entropy production, channel by channel · k_B per time. */
export const entropyProductionOf = (chain: Chain, p: Float64Array): number =>
  chain.jumps.reduce((total, { from, to, rate, reverseRate }) => {
    const [there, back] = [rate * (p[from] ?? 0), reverseRate * (p[to] ?? 0)];
    return there === 0 ? total : total + (there - back) * Math.log(there / back);
  }, 0) / 2;

/** exp(generator t) applied to stacked vectors by Taylor steps of unit norm: exact to rounding. */
function propagate(start: Float64Array[], time: number, norm: number, apply: (vectors: Float64Array[]) => Float64Array[]): Float64Array[] {
  const steps = Math.max(1, Math.ceil(norm * time));
  const h = time / steps;
  let vectors = start;
  for (let step = 0; step < steps; step++) {
    let term = vectors;
    const sum = vectors.map((vector) => vector.slice());
    for (let order = 1; order <= 24; order++) {
      term = apply(term).map((vector) => vector.map((value) => (value * h) / order));
      sum.forEach((vector, index) => vector.forEach((value, place) => (vector[place] = value + (term[index]?.[place] ?? 0))));
    }
    vectors = sum;
  }
  return vectors;
}

/** Law at a time from the first state: the first column of a dense exponential, by Taylor at a small time and squaring. */
export function lawAt(chain: Chain, time: number): Float64Array {
  const n = chain.states.length;
  const exit = leave(chain);
  const halvings = Math.ceil(Math.log2(4 * time * Math.max(...exit)));
  const h = time / 2 ** halvings;
  const identity = Float64Array.from({ length: n * n }, (_, place) => (place % (n + 1) === 0 ? 1 : 0));
  const generator = identity.map((one, place) => -one * h * (exit[place % n] ?? 0));
  for (const { from, to, rate } of chain.jumps) generator[to * n + from] = (generator[to * n + from] ?? 0) + rate * h;
  let [result, term] = [identity, identity];
  for (let order = 1; order <= 20; order++) {
    term = product(term, generator, n).map((value) => value / order);
    result = result.map((value, place) => value + (term[place] ?? 0));
  }
  for (let halving = 0; halving < halvings; halving++) result = product(result, result, n);
  return Float64Array.from({ length: n }, (_, row) => result[row * n] ?? 0);
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factorOf = a[i * n + k] ?? 0;
      if (factorOf !== 0) for (let j = 0; j < n; j++) c[i * n + j] = (c[i * n + j] ?? 0) + factorOf * (b[k * n + j] ?? 0);
    }
  }
  return c;
}

/** Exact mean and variance of a current, `weights` per step, over a time from a law, by the augmented generator [[W,0,0],[A1,W,0],[A2,2 A1,W]]. */
export function currentMoments(chain: Chain, p: Float64Array, weights: readonly number[], time: number): { readonly mean: number; readonly variance: number } {
  const exit = leave(chain);
  const theta = ({ step, sign }: Jump): number => sign * (weights[step] ?? 0);
  const generator = (vector: Float64Array): Float64Array => flow(chain, vector).map((value, index) => value - (exit[index] ?? 0) * (vector[index] ?? 0));
  const zero = new Float64Array(chain.states.length);
  // The increments stand below the diagonal blocks, at most twice in any product, so they do not slow the series down.
  const [, first, second] = propagate([p, zero, zero], time, 2 * Math.max(...exit), ([law = zero, once = zero, twice = zero]) => {
    const [a1, a2, a1Once] = [flow(chain, law, theta), flow(chain, law, (jump) => theta(jump) ** 2), flow(chain, once, theta)];
    return [generator(law), generator(once).map((value, index) => value + (a1[index] ?? 0)), generator(twice).map((value, index) => value + (a2[index] ?? 0) + 2 * (a1Once[index] ?? 0))];
  });
  const total = (vector: Float64Array | undefined): number => (vector ?? zero).reduce((sum, value) => sum + value, 0);
  return { mean: total(first), variance: total(second) - total(first) ** 2 };
}

/** One path, jump by jump, by an interpreter of its own: the sum over jumps and how often each step ran forward and back. */
export function walk(network: SmallNetwork, end: number, random: RandomStream, combinations = false): { readonly entropy: number; readonly end: readonly number[]; readonly counts: readonly { forward: number; reverse: number }[] } {
  let state: readonly number[] = Object.values(network.species);
  const counts = network.steps.map(() => ({ forward: 0, reverse: 0 }));
  let [time, entropy] = [0, 0];
  for (;;) {
    const channels = network.steps.flatMap((_, step) => ([1, -1] as const).map((sign) => ({ step, sign, rate: propensityOf(network, state, step, sign, combinations) })));
    const total = channels.reduce((sum, { rate }) => sum + rate, 0);
    time += random.exponential() / total;
    if (!(time < end)) return { entropy, end: state, counts };
    let left = random.uniform() * total;
    const chosen = channels.find(({ rate }) => (left -= rate) < 0) ?? channels[0];
    if (!chosen) throw new Error("no channel");
    const next = after(network, state, chosen.step, chosen.sign);
    entropy += Math.log(chosen.rate / propensityOf(network, next, chosen.step, chosen.sign === 1 ? -1 : 1, combinations));
    const count = counts[chosen.step];
    if (count) count[chosen.sign === 1 ? "forward" : "reverse"] += 1;
    state = next;
  }
}
