import { closedClasses } from "./closed-classes.ts";
import type { SparseMatrix } from "./sparse-matrix.ts";

/** The stationary law of a Markov chain, and the chain's equations solved with the same elimination. */
export interface Stationary {
  /** [n], sums to 1; every positive entry has a relative error of about (number of states) x epsilon at most. */
  readonly law: Float64Array;
  /** Natural logarithms of the law [n], also where it is below the smallest double; -Infinity for states that are left for ever. */
  readonly logLaw: Float64Array;
  /** The x [n] with W x = `right` [n] and sum 0, where `right` sums to 0: the group inverse of W at work. */
  solve(right: ArrayLike<number>): Float64Array;
}

/** Doubles that the band of the eliminated chain may take: 400 MB. */
const largestBand = 5e7;

/**
 * Eliminates a Markov chain state by state, each time handing the rates through the state on to its neighbours, so that no
 * subtraction loses digits. States are ordered for a narrow band (Cuthill-McKee): n states of band b take n b^2 steps, so
 * chains like birth and death with 10^4 states are quick. `rates[i, j]` is the rate from state j to state i; the diagonal is not read.
 * @source Grassmann, Taksar, Heyman 1985, doi:10.1287/opre.33.5.1107; ordering Cuthill & McKee 1969, doi:10.1145/800195.805928;
 * group inverse Meyer 1975, doi:10.1137/1017044
 * @status problem: several closed classes (the law then depends on the start), or a band that does not fit into memory.
 */
export function stationary(rates: SparseMatrix): Stationary | { readonly problem: string } {
  const n = rates.rows;
  const classes = closedClasses(rates);
  const [closed] = classes;
  if (classes.length !== 1 || !closed) return { problem: `the chain has ${classes.length} closed classes of states, so what it comes to rest in depends on the start` };
  const found = eliminated(rates, farEnd(rates, closed));
  if ("problem" in found) return found;
  const { values, logs } = scaledLaw(found);
  const law = new Float64Array(n);
  const logLaw = new Float64Array(n);
  found.order.forEach((state, place) => {
    law[state] = values[place];
    logLaw[state] = logs[place];
  });

  let fromMode: Elimination | null = null;
  const solve = (right: ArrayLike<number>): Float64Array => {
    if (!fromMode) {
      // What is left over at the last state is multiples of the law: from an unlikely state they would drown the answer.
      const mode = law.reduce((best, p, state) => (p > law[best] ? state : best), 0);
      const again = eliminated(rates, mode);
      if ("problem" in again) throw new RangeError(again.problem);
      fromMode = again;
    }
    return solved(fromMode, right, law);
  };
  return { law, logLaw, solve };
}

/** A chain with every state but the first in order taken out. */
interface Elimination {
  readonly order: Int32Array;
  readonly band: number;
  /** Rates between places n - d and n, d = 1 ... band, when n was the last: down[n, d - 1] leaves n, up[n, d - 1] enters n. */
  readonly down: Float64Array;
  readonly up: Float64Array;
  /** Rate at which each place leaves towards lower places [n]. */
  readonly exits: Float64Array;
}

function eliminated(rates: SparseMatrix, root: number): Elimination | { readonly problem: string } {
  const n = rates.rows;
  const order = breadthFirst(rates, root);
  const position = new Int32Array(n);
  order.forEach((state, place) => (position[state] = place));
  let band = 1;
  forEachRate(rates, (from, to) => (band = Math.max(band, Math.abs(position[from] - position[to]))));
  if (2 * n * band > largestBand) return { problem: `${n} states with a band of ${band} are too many to eliminate at once; make the box smaller` };
  const down = new Float64Array(n * band);
  const up = new Float64Array(n * band);
  forEachRate(rates, (from, to, rate) => {
    const [i, j] = [position[from], position[to]];
    if (i > j) down[i * band + i - j - 1] += rate;
    else up[j * band + j - i - 1] += rate;
  });
  const exits = eliminate(down, up, n, band);
  const empty = exits.findIndex((exit, place) => place > 0 && !(exit > 0));
  if (empty > 0) return { problem: `the rates out of state ${order[empty]} vanish in double precision against the others; scale the rates` };
  return { order, band, down, up, exits };
}

/** The x [n] with W x = `right` and sum 0. */
function solved({ order, band, down, up, exits }: Elimination, right: ArrayLike<number>, law: Float64Array): Float64Array {
  const n = order.length;
  // -W x = -right: what flows into each place must leave it.
  const inflow = Float64Array.from(order, (state) => -right[state]);
  for (let place = n - 1; place > 0; place--) {
    const share = inflow[place] / exits[place];
    for (let d = 1; d <= Math.min(band, place); d++) inflow[place - d] += down[place * band + d - 1] * share;
  }
  const x = new Float64Array(n);
  let total = 0;
  for (let place = 1; place < n; place++) {
    let sum = inflow[place];
    for (let d = 1; d <= Math.min(band, place); d++) sum += x[place - d] * up[place * band + d - 1];
    x[place] = sum / exits[place];
    total += x[place];
  }
  const result = new Float64Array(n);
  order.forEach((state, place) => (result[state] = x[place] - total * law[state]));
  return result;
}

function forEachRate({ rows, starts, indices, values }: SparseMatrix, visit: (from: number, to: number, rate: number) => void): void {
  for (let to = 0; to < rows; to++) for (let k = starts[to]; k < starts[to + 1]; k++) if (indices[k] !== to && values[k] > 0) visit(indices[k], to, values[k]);
}

/** Takes out the places from the last to the second; returns the rate at which each leaves towards lower places [n]. */
function eliminate(down: Float64Array, up: Float64Array, n: number, band: number): Float64Array {
  const exits = new Float64Array(n);
  for (let place = n - 1; place > 0; place--) {
    const reach = Math.min(band, place);
    const at = place * band - 1;
    let exit = 0;
    for (let d = 1; d <= reach; d++) exit += down[at + d];
    exits[place] = exit;
    if (!(exit > 0)) continue;
    for (let a = 1; a <= reach; a++) {
      const share = up[at + a] / exit;
      if (share === 0) continue;
      const from = place - a;
      // From place - a through `place` to place - b: further down where b > a, up where b < a.
      for (let b = a + 1; b <= reach; b++) down[from * band + b - a - 1] += share * down[at + b];
      for (let b = 1; b < a; b++) up[(place - b) * band + a - b - 1] += share * down[at + b];
    }
  }
  return exits;
}

const bits = 512;
const big = 2 ** (bits / 2);
const shift = 2 ** bits;

/** The law by place, carried as number x 2^(512 exponent), since it may span more than a double holds. */
function scaledLaw({ order, up, exits, band }: Elimination): { values: Float64Array; logs: Float64Array } {
  const n = order.length;
  const x = new Float64Array(n);
  const exponent = new Int32Array(n);
  x[0] = 1;
  for (let place = 1; place < n; place++) {
    const reach = Math.min(band, place);
    let highest = -Infinity;
    for (let d = 1; d <= reach; d++) if (up[place * band + d - 1] > 0 && x[place - d] > 0) highest = Math.max(highest, exponent[place - d]);
    if (highest === -Infinity) continue;
    let total = 0;
    for (let d = 1; d <= reach; d++) {
      const below = highest - exponent[place - d];
      if (below <= 1) total += x[place - d] * (below === 1 ? 1 / shift : 1) * up[place * band + d - 1];
    }
    total /= exits[place];
    const by = total > big ? 1 : total < 1 / big ? -1 : 0;
    x[place] = by === 1 ? total / shift : by === -1 ? total * shift : total;
    exponent[place] = highest + by;
  }
  const top = exponent.reduce((highest, one, place) => (x[place] > 0 ? Math.max(highest, one) : highest), -Infinity);
  const relative = x.map((value, place) => (top - exponent[place] > 3 ? 0 : value * 2 ** (-bits * (top - exponent[place]))));
  const total = relative.reduce((sum, value) => sum + value, 0);
  const logs = x.map((value, place) => Math.log(value) - Math.log(total) - bits * Math.LN2 * (top - exponent[place]));
  return { values: relative.map((value) => value / total), logs };
}

/** A state of the closed class far from others, so that breadth first from there makes narrow bands. */
function farEnd(rates: SparseMatrix, closed: readonly number[]): number {
  const inside = new Uint8Array(rates.rows);
  for (const state of closed) inside[state] = 1;
  let root = closed[0];
  for (let again = 0; again < 2; again++) root = breadthFirst(rates, root).findLast((state) => inside[state] === 1) ?? root;
  return root;
}

/** States breadth first from a root, those with few ways first, so that near states are near in order. */
function breadthFirst(rates: SparseMatrix, root: number): Int32Array {
  const n = rates.rows;
  const degree = new Int32Array(n);
  forEachRate(rates, (from, to) => {
    degree[from] += 1;
    degree[to] += 1;
  });
  const starts = new Int32Array(n + 1);
  for (let state = 0; state < n; state++) starts[state + 1] = starts[state] + degree[state];
  const fill = starts.slice();
  const near = new Int32Array(starts[n]);
  forEachRate(rates, (from, to) => {
    near[fill[from]++] = to;
    near[fill[to]++] = from;
  });
  const order = new Int32Array(n);
  const seen = new Uint8Array(n);
  order[0] = root;
  seen[root] = 1;
  // One closed class means that the whole chain hangs together, so that every walk sees every state.
  for (let next = 0, size = 1; next < size; next++) {
    const state = order[next];
    for (const other of near.subarray(starts[state], starts[state + 1]).toSorted((a, b) => degree[a] - degree[b] || a - b)) {
      if (seen[other]) continue;
      seen[other] = 1;
      order[size++] = other;
    }
  }
  return order;
}
