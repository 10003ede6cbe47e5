import type { Network } from "../../../src/models/network.ts";
import type { RandomStream } from "../../../src/numerics/random.ts";
import { masterEquation } from "../../../src/solvers/stochastic/master-equation.ts";
import type { MasterEquationOptions } from "../../../src/solvers/stochastic/master-equation.ts";
import { stationaryLaw } from "../../../src/solvers/stochastic/master-equation-stationary.ts";
import { matrixExponential } from "../../../src/numerics/matrix-exponential.ts";
import type { Chain, Counter, Edge, Law } from "../../../src/thermo/markov/index.ts";
import { chainOf, chainOfMasterEquation, generatorOf, stationaryOf } from "../../../src/thermo/markov/index.ts";

/** The value, @throws with what kept it from being made. */
export function known<Value extends object>(value: Value | { readonly problem: string }): Value {
  if ("problem" in value) throw new Error(value.problem as string);
  return value;
}

/** A network's master equation at rest: chain, law and the states' numbers. @throws with its problems. */
export function chainOfNetwork(network: Network, options: MasterEquationOptions = {}): { readonly chain: Chain; readonly rest: Law & { law: Float64Array }; readonly indexOf: (molecules: ArrayLike<number>) => number } {
  const equation = masterEquation(network, options);
  if (equation.problems) throw new Error(equation.problems.map(({ message }) => message).join("\n"));
  const rest = stationaryLaw(equation.equation);
  if (rest.problems) throw new Error(rest.problems.map(({ message }) => message).join("\n"));
  return { chain: chainOfMasterEquation(rest.states), rest, indexOf: rest.states.indexOf };
}

/** A chain of 3-5 states: a ring, other pairs by chance, and some pairs twice; rates over three decades. */
export function randomChain(random: RandomStream): Chain {
  const n = 3 + random.integer(3);
  const rate = (): number => 10 ** (3 * random.uniform() - 1.5);
  const edges: Edge[] = [];
  for (let from = 0; from < n; from++) {
    for (let to = from + 1; to < n; to++) {
      const inRing = to === from + 1 || (from === 0 && to === n - 1);
      const copies = (inRing || random.uniform() < 0.3 ? 1 : 0) + (random.uniform() < 0.2 ? 1 : 0);
      for (let copy = 0; copy < copies; copy++) edges.push({ from, to, forward: rate(), backward: rate(), channel: `${from}-${to} ${copy}` });
    }
  }
  return chainOf(n, edges);
}

/** A law that is nowhere 0 and far from uniform. */
export function randomLaw(random: RandomStream, n: number): Float64Array {
  const weights = Float64Array.from({ length: n }, () => random.exponential() ** 3 + 1e-6);
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((weight) => weight / total);
}

/** Mean and variance by the augmented generator [[W, 0, 0], [A1, W, 0], [A2, 2 A1, W]] as it is printed: the second route. */
export function printedMoments(chain: Chain, counter: Counter, initial: Float64Array, duration: number): { readonly mean: number; readonly variance: number } {
  const n = chain.states;
  const size = 3 * n;
  const w = generatorOf(chain);
  const [a1, a2] = [1, 2].map((power) => {
    const a = new Float64Array(n * n);
    chain.edges.forEach(({ from, to, forward, backward }, edge) => {
      a[to * n + from] += forward * counter.forward[edge] ** power;
      a[from * n + to] += backward * counter.backward[edge] ** power;
    });
    return a;
  });
  const block = new Float64Array(size * size);
  const put = (row: number, column: number, matrix: Float64Array, factor: number): void => {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) block[(row * n + i) * size + column * n + j] = factor * duration * matrix[i * n + j];
  };
  for (let k = 0; k < 3; k++) put(k, k, w, 1);
  put(1, 0, a1, 1);
  put(2, 0, a2, 1);
  put(2, 1, a1, 2);
  const moved = matrixExponential(block, size);
  const moment = (row: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) total += moved[(row * n + i) * size + j] * initial[j];
    return total;
  };
  const mean = moment(1);
  return { mean, variance: moment(2) - mean ** 2 };
}

/** Entropy production rate as a sum over one-way jumps of rate x law x ln(rate law / opposite), written out. */
export function printedEntropyProduction({ edges }: Chain, law: ArrayLike<number>): number {
  return edges.reduce((total, { from, to, forward, backward }) => {
    const [there, back] = [forward * law[from], backward * law[to]];
    return total + (there - back) * Math.log(there / back);
  }, 0);
}

export const restOf = (chain: Chain) => known(stationaryOf(chain));
