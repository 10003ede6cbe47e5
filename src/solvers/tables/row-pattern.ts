import type { RowPattern } from "./rate-program.ts";

/** Positions of a sparse matrix under construction: rows and columns of its entries, which may repeat. */
export interface Positions {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** The pattern that holds all positions, and where in it each of them stands [nPosition]. */
export function rowPattern(rowCount: number, columnCount: number, { rows, columns }: Positions): { readonly pattern: RowPattern; readonly slot: Int32Array } {
  const count = rows.length;
  const start = startsOf(rows, rowCount);
  const byRow = grouped(rows, start);
  // Each column of a row once, in the order met: what repeats is most of what there is, and need not be sorted.
  const slot = new Int32Array(count);
  const found = new Int32Array(count);
  const rowStart = new Int32Array(rowCount + 1);
  const entries = takeOnce(start, byRow, columns, new Int32Array(columnCount).fill(-1), slot, found, rowStart);
  const { column, placeOf } = sortedRows(rowStart, found.subarray(0, entries), columnCount);
  renumber(slot, placeOf);
  return { pattern: { rowStart, column }, slot };
}

/** The columns of each row ascending, and where each entry has gone [nEntry]; no column stands twice in a row. */
export function sortedRows(rowStart: Int32Array, columns: Int32Array, columnCount: number): { readonly column: Int32Array; readonly placeOf: Int32Array } {
  const rowOf = new Int32Array(columns.length);
  for (let row = 0; row < rowStart.length - 1; row++) rowOf.fill(row, rowStart[row], rowStart[row + 1]);
  // Taken column by column, they come ascending.
  const byColumn = grouped(columns, startsOf(columns, columnCount));
  const column = new Int32Array(columns.length);
  const placeOf = new Int32Array(columns.length);
  place(byColumn, rowOf, columns, rowStart.slice(), column, placeOf);
  return { column, placeOf };
}

// Each loop is a function of its own: those that several tables need are compiled by the time the last of them is made.

/** Where the items of each key would begin if they stood in the order of their keys: that of key k stands at k + 1 [keyCount + 2]. */
function startsOf(keys: Int32Array, keyCount: number): Int32Array {
  const start = new Int32Array(keyCount + 2);
  for (let item = 0; item < keys.length; item++) {
    const next = (keys[item] ?? 0) + 2;
    start[next] = (start[next] ?? 0) + 1;
  }
  for (let key = 2; key < keyCount + 2; key++) start[key] = (start[key] ?? 0) + (start[key - 1] ?? 0);
  return start;
}

/** The items in the order of their keys, those of one key as they come [nItem]. Moves on what `startsOf` gave: at k + 1 then stands where the items of key k end. */
function grouped(keys: Int32Array, start: Int32Array): Int32Array {
  const items = new Int32Array(keys.length);
  for (let item = 0; item < keys.length; item++) {
    const next = (keys[item] ?? 0) + 1;
    const at = start[next] ?? 0;
    items[at] = item;
    start[next] = at + 1;
  }
  return items;
}

/** Gives each row's columns their entries, the same column the same one; the number of entries. */
function takeOnce(start: Int32Array, byRow: Int32Array, columns: Int32Array, entryOf: Int32Array, slot: Int32Array, found: Int32Array, rowStart: Int32Array): number {
  let entries = 0;
  let at = 0;
  for (let row = 0; row < rowStart.length - 1; row++) {
    const first = entries;
    for (const end = start[row + 1] ?? 0; at < end; at++) {
      const position = byRow[at] ?? 0;
      const column = columns[position] ?? 0;
      let entry = entryOf[column] ?? -1;
      if (entry < first) {
        entry = entries++;
        entryOf[column] = entry;
        found[entry] = column;
      }
      slot[position] = entry;
    }
    rowStart[row + 1] = entries;
  }
  return entries;
}

function place(byColumn: Int32Array, rowOf: Int32Array, columns: Int32Array, next: Int32Array, column: Int32Array, placeOf: Int32Array): void {
  for (let index = 0; index < byColumn.length; index++) {
    const entry = byColumn[index] ?? 0;
    const row = rowOf[entry] ?? 0;
    const at = next[row] ?? 0;
    column[at] = columns[entry] ?? 0;
    placeOf[entry] = at;
    next[row] = at + 1;
  }
}

function renumber(slot: Int32Array, placeOf: Int32Array): void {
  for (let position = 0; position < slot.length; position++) slot[position] = placeOf[slot[position] ?? 0] ?? 0;
}
