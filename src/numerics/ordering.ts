/**
 * Orders the pivots of a sparse square matrix so that Gaussian elimination on the diagonal, without row exchanges, fills in little.
 *
 * Greedy: the next pivot is the remaining one with the smallest product of off-diagonal entries in its row and its column
 * (an upper bound on the fill it makes), the first of equals. Returns the pivots in elimination order [n].
 * @param rows columns of the non-zero entries of each row [n][...]; the diagonal counts as present.
 * @source Markowitz 1957, Management Science 3, 255, doi:10.1287/mnsc.3.3.255, restricted to diagonal pivots.
 */
export function markowitzOrdering(rows: readonly (readonly number[])[]): number[] {
  const { inRow, inColumn } = adjacency(rows);
  const remaining = new Set(rows.keys());
  const order: number[] = [];
  while (remaining.size > 0) {
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const candidate of remaining) {
      const cost = (inRow[candidate]?.size ?? 0) * (inColumn[candidate]?.size ?? 0);
      if (cost < bestCost) {
        best = candidate;
        bestCost = cost;
      }
      if (cost === 0) break;
    }
    // What is left is full: no order is better than another.
    if (bestCost === (remaining.size - 1) ** 2) return [...order, ...remaining];
    eliminate(best, inRow, inColumn);
    remaining.delete(best);
    order.push(best);
  }
  return order;
}

/** Off-diagonal entries of L + U when the pivots are taken in this order: the work of a symbolic factorisation, for comparing orders. */
export function factorEntries(rows: readonly (readonly number[])[], order: readonly number[]): number {
  const { inRow, inColumn } = adjacency(rows);
  let entries = 0;
  for (const pivot of order) {
    entries += (inRow[pivot]?.size ?? 0) + (inColumn[pivot]?.size ?? 0);
    eliminate(pivot, inRow, inColumn);
  }
  return entries;
}

type Neighbours = readonly Set<number>[];

function adjacency(rows: readonly (readonly number[])[]): { inRow: Neighbours; inColumn: Neighbours } {
  const inRow = rows.map(() => new Set<number>());
  const inColumn = rows.map(() => new Set<number>());
  rows.forEach((columns, row) => {
    for (const column of columns) {
      if (column === row) continue;
      if (!(column >= 0 && column < rows.length)) throw new Error(`ordering: row ${row} names column ${column} of ${rows.length}`);
      inRow[row]?.add(column);
      inColumn[column]?.add(row);
    }
  });
  return { inRow, inColumn };
}

/** Takes a pivot out: every row with an entry in its column gains the entries of its row. */
function eliminate(pivot: number, inRow: Neighbours, inColumn: Neighbours): void {
  const across = inRow[pivot] ?? new Set();
  const down = inColumn[pivot] ?? new Set();
  for (const row of down) {
    inRow[row]?.delete(pivot);
    for (const column of across) {
      if (column === row) continue;
      inRow[row]?.add(column);
      inColumn[column]?.add(row);
    }
  }
  for (const column of across) inColumn[column]?.delete(pivot);
}
