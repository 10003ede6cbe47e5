import type { RowPattern } from "../tables/index.ts";
import { sortedRows } from "../tables/row-pattern.ts";

/** Where the entries of L and U stand, row by row in elimination positions; the diagonal is U's. */
export interface FactorPattern {
  /** Variable eliminated at each position [n]. */
  readonly order: Int32Array;
  /** First entry of each row, then the number of entries [n + 1]. */
  readonly rowStart: Int32Array;
  /** Position of each entry's column, ascending in a row [entries]. */
  readonly column: Int32Array;
  /** Entry of each row's diagonal [n]. */
  readonly diagonal: Int32Array;
  /** Multiplications of one factorisation; of an incomplete one, those whose product is dropped included. */
  readonly products: number;
}

/**
 * The complete factors of a matrix eliminated in the given order without exchanges; null as soon as they take more than `mostProducts` multiplications.
 * A row's fill is what its entries reach through the rows of U above it; a row of U is followed only up to the first
 * column that is also in its column of L, beyond which another row leads to the same places.
 *
 * @source Gilbert & Peierls 1988, doi:10.1137/0909058; Eisenstat & Liu 1992, doi:10.1137/0613057 (symmetric pruning)
 */
export function completeFactors(pattern: RowPattern, order: Int32Array, mostProducts = Infinity): FactorPattern | null {
  const size = order.length;
  const rows = positionRows(pattern, order);
  const upper: Int32Array[] = [];
  /** How many of a row's entries right of the diagonal still have to be followed. */
  const followed = new Int32Array(size);
  const pruned = new Uint8Array(size);
  const filled: Int32Array[] = [];
  const reachedBy = new Int32Array(size).fill(-1);
  const stack = new Int32Array(size);
  let products = 0;
  for (let row = 0; row < size; row++) {
    const reached: number[] = [];
    let depth = 0;
    const visit = (position: number): void => {
      if (reachedBy[position] === row) return;
      reachedBy[position] = row;
      reached.push(position);
      if (position < row) stack[depth++] = position;
    };
    visit(row);
    for (const position of rows[row] ?? []) visit(position);
    while (depth > 0) {
      const pivot = stack[--depth] ?? 0;
      const next = upper[pivot] ?? new Int32Array();
      for (let at = 0; at < (followed[pivot] ?? 0); at++) visit(next[at] ?? 0);
    }
    const sorted = ascending(Int32Array.from(reached));
    const diagonal = sorted.indexOf(row);
    for (const pivot of sorted.subarray(0, diagonal)) {
      const above = upper[pivot] ?? new Int32Array();
      products += 1 + above.length;
      if (pruned[pivot]) continue;
      const meeting = above.indexOf(row);
      if (meeting < 0) continue;
      pruned[pivot] = 1;
      followed[pivot] = meeting + 1;
    }
    if (products > mostProducts) return null;
    filled.push(sorted);
    const right = sorted.subarray(diagonal + 1);
    upper.push(right);
    followed[row] = right.length;
  }
  return packed(order, filled, products);
}

/** Incomplete factors that stay inside the matrix's own pattern. @source Meijerink & van der Vorst 1977, doi:10.1090/S0025-5718-1977-0438681-4 */
export function incompleteFactors(pattern: RowPattern, order: Int32Array): FactorPattern {
  const size = order.length;
  const position = positionsOf(order);
  const rowStart = new Int32Array(size + 1);
  const columns = new Int32Array(pattern.column.length);
  let entries = 0;
  for (let row = 0; row < size; row++) {
    const variable = order[row] ?? 0;
    for (let entry = pattern.rowStart[variable] ?? 0; entry < (pattern.rowStart[variable + 1] ?? 0); entry++) columns[entries++] = position[pattern.column[entry] ?? 0] ?? 0;
    rowStart[row + 1] = entries;
  }
  const { column } = sortedRows(rowStart, columns, size);
  const diagonal = new Int32Array(size);
  for (let row = 0; row < size; row++) {
    let entry = rowStart[row] ?? 0;
    while ((column[entry] ?? row) < row) entry++;
    diagonal[row] = entry;
  }
  let products = 0;
  for (let row = 0; row < size; row++) {
    for (let entry = rowStart[row] ?? 0; entry < (diagonal[row] ?? 0); entry++) {
      const pivot = column[entry] ?? 0;
      products += (rowStart[pivot + 1] ?? 0) - (diagonal[pivot] ?? 0);
    }
  }
  return { order, rowStart, column, diagonal, products };
}

/** Where each variable stands in an order [n]. */
export function positionsOf(order: Int32Array): Int32Array {
  const position = new Int32Array(order.length);
  for (let index = 0; index < order.length; index++) position[order[index] ?? 0] = index;
  return position;
}

/** The matrix's rows in elimination positions, ascending. */
function positionRows({ rowStart, column }: RowPattern, order: Int32Array): Int32Array[] {
  const position = positionsOf(order);
  return Array.from(order, (variable) => column.slice(rowStart[variable], rowStart[variable + 1]).map((other) => position[other] ?? 0)).map(ascending);
}

/** Sorted in place: `toSorted` of typed arrays is newer than the oldest Node we run on. */
// oxlint-disable-next-line no-array-sort
const ascending = (positions: Int32Array): Int32Array => positions.sort();

function packed(order: Int32Array, rows: readonly Int32Array[], products: number): FactorPattern {
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => (rowStart[index + 1] = (rowStart[index] ?? 0) + row.length));
  const column = new Int32Array(rowStart[rows.length] ?? 0);
  const diagonal = new Int32Array(rows.length);
  rows.forEach((row, index) => {
    column.set(row, rowStart[index]);
    diagonal[index] = (rowStart[index] ?? 0) + row.indexOf(index);
  });
  return { order, rowStart, column, diagonal, products };
}
