import { markowitzOrdering } from "../../numerics/ordering.ts";
import type { SymbolicLu } from "./symbolic-lu.ts";
import { symbolicLu } from "./symbolic-lu.ts";

/** How far above the least bound on fill a pivot may be where that shortens the chain of what waits for what. */
const SLACKS = [0, 2];
/** Systems beyond this many states keep Markowitz's order: the others take time with the square of the size. */
const LARGEST_SEARCHED = 1200;
/** Cycles from one variable of a triangular solve to the next that needs it (a product, a sum), and of one entry where nothing waits. */
const LEVEL_CYCLES = 8;
const SCALING_CYCLES = 4;
const ENTRY_CYCLES = 1.2;

/**
 * The factors of a sparse matrix in the order that makes a step cheapest: one factorization and `solves` triangular solves. A solve takes
 * the longer of its entries one after another and its longest chain of variables; a reaction cascade eliminated from one end is a single
 * chain, which another order halves (measured: a fifth of a whole step on a cascade of 50 states, 7 % on HIRES).
 */
export function orderedLu(pattern: readonly (readonly number[])[], solves: number): SymbolicLu {
  const plain = markowitzOrdering(pattern);
  if (pattern.length > LARGEST_SEARCHED || solves === 0) return symbolicLu(pattern, plain);
  let order = plain;
  let least = cyclesOf(pattern, plain, solves);
  // Where nothing waits, other orders only fill in more.
  if (!least.isChained) return symbolicLu(pattern, plain);
  for (const slack of SLACKS) {
    const candidate = shallowOrdering(pattern, slack);
    const cycles = cyclesOf(pattern, candidate, solves);
    if (cycles.total < least.total) [order, least] = [candidate, cycles];
  }
  return symbolicLu(pattern, order);
}

/** Cycles that a step's linear algebra takes when the pivots are taken in this order, about, and whether a solve mostly waits for its longest chain. */
export function cyclesOf(pattern: readonly (readonly number[])[], order: readonly number[], solves: number): { readonly total: number; readonly isChained: boolean } {
  const elimination = eliminationOf(pattern);
  const forward = new Float64Array(pattern.length);
  const later: (readonly number[])[] = [];
  let entries = 0;
  let products = 0;
  for (const pivot of order) {
    const { across, down } = elimination.take(pivot);
    later.push(across);
    entries += across.length + down.length + 1;
    products += down.length * (across.length + 1);
    for (const row of down) forward[row] = Math.max(forward[row] ?? 0, (forward[pivot] ?? 0) + LEVEL_CYCLES);
  }
  const solved = new Float64Array(pattern.length);
  let chain = 0;
  for (let index = order.length - 1; index >= 0; index--) {
    const pivot = order[index] ?? 0;
    const ready = (later[index] ?? []).reduce((latest, column) => Math.max(latest, (solved[column] ?? 0) + LEVEL_CYCLES), (forward[pivot] ?? 0) + SCALING_CYCLES);
    solved[pivot] = ready;
    chain = Math.max(chain, ready);
  }
  const throughput = ENTRY_CYCLES * entries;
  return { total: solves * Math.max(chain, throughput) + ENTRY_CYCLES * (products + entries), isChained: chain > throughput };
}

/** Pivots by the shortest chain of eliminated variables before them, among those whose bound on fill is within `slack` of the least. */
export function shallowOrdering(pattern: readonly (readonly number[])[], slack: number): number[] {
  const elimination = eliminationOf(pattern);
  const { fill } = elimination;
  const depth = new Int32Array(pattern.length);
  const remaining = Int32Array.from(pattern.keys());
  const order: number[] = [];
  for (let count = remaining.length; count > 0; count--) {
    let least = Infinity;
    for (let at = 0; at < count; at++) least = Math.min(least, fill[remaining[at] ?? 0] ?? 0);
    let best = -1;
    let bestAt = 0;
    for (let at = 0; at < count; at++) {
      const candidate = remaining[at] ?? 0;
      if ((fill[candidate] ?? 0) > least + slack) continue;
      const nearer = (depth[candidate] ?? 0) - (depth[best] ?? Infinity) || (fill[candidate] ?? 0) - (fill[best] ?? Infinity) || candidate - best;
      if (best < 0 || nearer < 0) [best, bestAt] = [candidate, at];
    }
    remaining[bestAt] = remaining[count - 1] ?? 0;
    order.push(best);
    // One solve goes down the chain and the other back up it.
    const { across, down } = elimination.take(best);
    for (const variable of [...across, ...down]) depth[variable] = Math.max(depth[variable] ?? 0, (depth[best] ?? 0) + 1);
  }
  return order;
}

/** A matrix under elimination: rows and columns of what is left, and each variable's bound on the fill it would make. */
function eliminationOf(pattern: readonly (readonly number[])[]) {
  const inRow = pattern.map((columns, row) => new Set(columns.filter((column) => column !== row)));
  const inColumn = pattern.map(() => new Set<number>());
  inRow.forEach((columns, row) => columns.forEach((column) => inColumn[column]?.add(row)));
  const fill = Float64Array.from(inRow, (row, index) => row.size * (inColumn[index]?.size ?? 0));
  const update = (variable: number): void => {
    fill[variable] = (inRow[variable]?.size ?? 0) * (inColumn[variable]?.size ?? 0);
  };
  return {
    fill,
    /** Takes a pivot out: every row with an entry in its column gains the entries of its row. */
    take(pivot: number): { readonly across: readonly number[]; readonly down: readonly number[] } {
      const across = [...(inRow[pivot] ?? [])];
      const down = [...(inColumn[pivot] ?? [])];
      for (const column of across) inColumn[column]?.delete(pivot);
      for (const row of down) {
        inRow[row]?.delete(pivot);
        for (const column of across) {
          if (column === row) continue;
          inRow[row]?.add(column);
          inColumn[column]?.add(row);
        }
      }
      for (const variable of [...across, ...down]) update(variable);
      return { across, down };
    },
  };
}
