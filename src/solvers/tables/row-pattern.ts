import type { RowPattern } from "./rate-program.ts";

/** Positions of a sparse matrix under construction: rows and columns of its entries, which may repeat. */
export interface Positions {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** The pattern that holds all positions, and where in it each of them stands [nPosition]. */
export function rowPattern(rowCount: number, columnCount: number, { rows, columns }: Positions): { readonly pattern: RowPattern; readonly slot: Int32Array } {
  const count = rows.length;
  const all = new Int32Array(count);
  for (let position = 0; position < count; position++) all[position] = position;
  // Sorting by column, then stably by row, leaves the columns of a row ascending.
  const order = sortedBy(rows, rowCount, sortedBy(columns, columnCount, all));
  const slot = new Int32Array(count);
  const column = new Int32Array(count);
  const rowStart = new Int32Array(rowCount + 1);
  let entries = 0;
  let lastRow = -1;
  let lastColumn = -1;
  for (let index = 0; index < count; index++) {
    const position = order[index] ?? 0;
    const row = rows[position] ?? 0;
    const at = columns[position] ?? 0;
    if (row !== lastRow || at !== lastColumn) {
      column[entries++] = at;
      rowStart[row + 1] = entries;
      lastRow = row;
      lastColumn = at;
    }
    slot[position] = entries - 1;
  }
  for (let row = 0; row < rowCount; row++) rowStart[row + 1] = Math.max(rowStart[row] ?? 0, rowStart[row + 1] ?? 0);
  return { pattern: { rowStart, column: column.slice(0, entries) }, slot };
}

/** Stable order of items by their keys 0 … keyCount - 1. */
function sortedBy(keys: readonly number[], keyCount: number, items: Int32Array): Int32Array {
  const next = new Int32Array(keyCount + 1);
  for (let index = 0; index < items.length; index++) {
    const key = (keys[items[index] ?? 0] ?? 0) + 1;
    next[key] = (next[key] ?? 0) + 1;
  }
  for (let key = 0; key < keyCount; key++) next[key + 1] = (next[key + 1] ?? 0) + (next[key] ?? 0);
  const sorted = new Int32Array(items.length);
  for (let index = 0; index < items.length; index++) {
    const item = items[index] ?? 0;
    const key = keys[item] ?? 0;
    const at = next[key] ?? 0;
    sorted[at] = item;
    next[key] = at + 1;
  }
  return sorted;
}
