import type { SparseMatrix } from "./sparse-matrix.ts";
import { columnSums, sparseProductInto } from "./sparse-matrix.ts";

/** A law carried forward in time. */
export interface Uniformised {
  /** [n] */
  readonly law: Float64Array;
  /** Time that has been spent in each state [n] · time. */
  readonly occupation: Float64Array;
  /** Bound on the sum over states of the distance between `law` and the exact law, rounding left out. */
  readonly error: number;
  /** Products of the matrix with a vector that it took. */
  readonly products: number;
}

/** Steps between two looks at whether the law still changes. */
const restInterval = 32;

/**
 * exp(W time) law for a Markov chain whose rates from state j to state i are `rates[i, j]` · 1/time (the diagonal is not read;
 * every state loses what its column gives): sums of Poisson weights times powers of a stochastic matrix, without a subtraction.
 *
 * The truncated Poisson sum leaves out at most `tolerance / 2`; where the law has come to rest so far that the remaining
 * steps move it by less than `tolerance / 2`, they are not taken (the 1-norm of the change cannot grow). The work is
 * (largest exit rate) x time products.
 * @source Jensen 1953, doi:10.1080/03461238.1953.10419459; truncation points Fox & Glynn 1988, doi:10.1145/42404.42409
 * @throws RangeError unless time is finite and at least 0 and the sizes agree.
 */
export function uniformise(rates: SparseMatrix, law: Float64Array, time: number, tolerance = 1e-14): Uniformised {
  const n = rates.rows;
  if (!(time >= 0 && time < Infinity)) throw new RangeError(`uniformisation over a time of ${time}: give a finite number, 0 or more`);
  if (law.length !== n || rates.columns !== n) throw new RangeError(`a law of ${law.length} states does not fit rates [${rates.rows}, ${rates.columns}]`);
  const exits = exitRates(rates);
  const rate = exits.reduce((largest, exit) => Math.max(largest, exit), 0);
  if (rate * time === 0) return { law: law.slice(), occupation: law.map((p) => p * time), error: 0, products: 0 };
  const { first, weights, lost } = poissonWeights(rate * time, tolerance / 2);
  const last = first + weights.length - 1;
  // Probability of more than k jumps, k = first - 1 ... last; summed from the small end.
  const above = new Float64Array(weights.length + 1);
  for (let k = weights.length - 1; k >= 0; k--) above[k] = above[k + 1] + weights[k];

  let current = law.slice();
  let next = new Float64Array(n);
  const result = new Float64Array(n);
  const occupation = new Float64Array(n);
  const stay = exits.map((exit) => 1 - exit / rate);
  const step = (): void => {
    sparseProductInto(next, rates, current);
    for (let i = 0; i < n; i++) next[i] = next[i] / rate + stay[i] * current[i];
    [current, next] = [next, current];
  };
  let rest = 0;
  let k = 0;
  for (; k <= last; k++) {
    const weight = k < first ? 0 : weights[k - first];
    const more = k < first ? above[0] : above[k - first + 1];
    for (let i = 0; i < n; i++) {
      result[i] += weight * current[i];
      occupation[i] += (more / rate) * current[i];
    }
    if (k === last) break;
    step();
    if (k % restInterval !== 0) continue;
    let change = 0;
    for (let i = 0; i < n; i++) change += Math.abs(current[i] - next[i]);
    if (change * (last - k) > tolerance / 2) continue;
    rest = change * (last - k);
    // From here on every power counts as this one.
    const left = k + 1 < first ? above[0] : above[k + 1 - first];
    let leftMore = 0;
    for (let j = k + 1; j <= last; j++) leftMore += j < first ? above[0] : above[j - first + 1];
    for (let i = 0; i < n; i++) {
      result[i] += left * current[i];
      occupation[i] += (leftMore / rate) * current[i];
    }
    break;
  }
  return { law: result, occupation, error: lost + rest, products: Math.min(k + 1, last) };
}

/** Exit rate of each state [n]: what its column gives, the diagonal left out. */
function exitRates(rates: SparseMatrix): Float64Array {
  const exits = columnSums(rates);
  for (let i = 0; i < rates.rows; i++) for (let k = rates.starts[i]; k < rates.starts[i + 1]; k++) if (rates.indices[k] === i) exits[i] -= rates.values[k];
  return exits;
}

/**
 * Poisson probabilities of `first`, `first + 1`, ... without both tails, each not above the true one: counted from the
 * mode, made to add up to 1 less `lost`, where `lost` is at least the mass of the tails.
 */
function poissonWeights(mean: number, tolerance: number): { first: number; weights: Float64Array; lost: number } {
  const mode = Math.floor(mean);
  const up: number[] = [1];
  const down: number[] = [];
  let total = 1;
  let rightTail = 0;
  for (let k = mode + 1; ; k++) {
    const weight = (up.at(-1) ?? 0) * (mean / k);
    // The terms from k on fall at least as fast as powers of mean / (k + 1).
    rightTail = weight / (1 - mean / (k + 1));
    if (rightTail <= (tolerance / 2) * total) break;
    up.push(weight);
    total += weight;
  }
  let leftTail = 0;
  for (let k = mode - 1; k >= 0; k--) {
    const weight = (down.at(-1) ?? 1) * ((k + 1) / mean);
    leftTail = k < mean ? weight / (1 - k / mean) : Infinity;
    if (leftTail <= (tolerance / 2) * total) break;
    leftTail = 0;
    down.push(weight);
    total += weight;
  }
  const lost = (leftTail + rightTail) / total;
  const weights = Float64Array.from([...down.toReversed(), ...up], (weight) => (weight / total) * (1 - lost));
  return { first: mode - down.length, weights, lost };
}
