import { greatestCommonDivisor } from "./greatest-common-divisor.ts";

/**
 * Exact elimination of large, mostly empty matrices of integers: what conservation laws and cycles of networks with thousands of
 * reactions are found by.
 */

/** A row's entries by column; what is not listed is 0. */
export type SparseIntegers = ReadonlyMap<number, bigint>;

type Row = Map<number, bigint>;

interface Pivot {
  readonly column: number;
  readonly row: Row;
}

/** Rank of a matrix given by its rows. */
export const sparseRank = (matrix: readonly SparseIntegers[]): number => eliminate(matrix, Number.POSITIVE_INFINITY).length;

/**
 * Canonical basis [columns - rank] of `{ x [columns] : row x = 0 for each row }`: reduced row echelon, primitive integer rows, first
 * entry positive, entries by ascending column.
 */
export function sparseKernel(matrix: readonly SparseIntegers[], columns: number): Map<number, bigint>[] {
  const pivots = eliminate(matrix, columns);
  if (pivots.length === columns) return [];
  solveBackwards(pivots);
  const isPivot = new Set(pivots.map(({ column }) => column));
  const vectors = new Map<number, Row>();
  for (let free = 0; free < columns; free++) if (!isPivot.has(free)) vectors.set(free, new Map([[free, 1n]]));
  for (const { column, row } of pivots) {
    const pivot = row.get(column) ?? 1n;
    for (const [free, value] of row) {
      const vector = vectors.get(free);
      if (!vector) continue;
      // Everything so far is scaled so that this entry is an integer as well.
      const product = value * (vector.get(free) ?? 1n);
      const scale = magnitude(pivot / greatestCommonDivisor(product, pivot));
      if (scale !== 1n) for (const [at, entry] of vector) vector.set(at, entry * scale);
      vector.set(column, (-product * scale) / pivot);
    }
  }
  return sparseEchelon([...vectors.values()]).rows;
}

/**
 * Reduced row echelon form [rank] with primitive integer rows: every pivot is positive and alone in its column. It is the same for
 * every matrix with the same row space. Entries stand by ascending column.
 */
export function sparseEchelon(matrix: readonly SparseIntegers[]): { readonly rows: Map<number, bigint>[]; readonly pivots: number[] } {
  const inColumn = columnsOf(distinctRows(matrix));
  const done: Pivot[] = [];
  const isDone = new Set<Row>();
  for (const column of [...inColumn.keys()].toSorted((a, b) => a - b)) {
    const rows = inColumn.get(column) ?? new Set();
    let chosen: Row | null = null;
    for (const row of rows) {
      // The smallest pivot keeps the other rows' numbers small.
      if (!isDone.has(row) && (!chosen || magnitude(row.get(column) ?? 0n) < magnitude(chosen.get(column) ?? 0n))) chosen = row;
    }
    if (!chosen) continue;
    for (const row of rows) if (row !== chosen) combineInto(row, chosen, column, inColumn);
    done.push({ column, row: chosen });
    isDone.add(chosen);
  }
  return { rows: done.map(({ column, row }) => ordered(row, column)), pivots: done.map(({ column }) => column) };
}

/**
 * Elimination with the pivots taken where they are cheapest (shortest row, then a unit entry, then the emptiest column), so that
 * networks of thousands of reactions stay sparse and their numbers small. Each pivot's column is empty in all later pivot rows. `most`
 * is a rank above which there is none.
 * @source Markowitz 1957, Management Science 3, 255, doi:10.1287/mnsc.3.3.255: pivots by the entries of their row and column.
 */
function eliminate(matrix: readonly SparseIntegers[], most: number): Pivot[] {
  const rows = distinctRows(matrix);
  const inColumn = columnsOf(rows);
  const bySize: Set<Row>[] = [];
  const enter = (row: Row): void => void (bySize[row.size] ??= new Set()).add(row);
  rows.forEach(enter);
  const pivots: Pivot[] = [];
  for (let size = 1; size < bySize.length && pivots.length < most; ) {
    const [chosen] = bySize[size] ?? [];
    if (!chosen) {
      size += 1;
      continue;
    }
    bySize[size]?.delete(chosen);
    const column = cheapestColumn(chosen, inColumn);
    for (const entry of chosen.keys()) inColumn.get(entry)?.delete(chosen);
    for (const row of inColumn.get(column) ?? []) {
      bySize[row.size]?.delete(row);
      combineInto(row, chosen, column, inColumn);
      if (row.size > 0) enter(row);
      if (row.size > 0 && row.size < size) size = row.size;
    }
    pivots.push({ column, row: chosen });
  }
  return pivots;
}

/** Frees each pivot row of the columns of the later pivots: what is left are its own and those of no pivot. */
function solveBackwards(pivots: readonly Pivot[]): void {
  const rowOf = new Map<number, Row>();
  for (const { column, row } of pivots.toReversed()) {
    for (const other of row.keys()) {
      const known = rowOf.get(other);
      // Combining removes this entry and brings in none of another pivot.
      if (known) combineInto(row, known, other, null);
    }
    rowOf.set(column, row);
  }
}

type Columns = ReadonlyMap<number, Set<Row>>;

function columnsOf(rows: readonly Row[]): Columns {
  const inColumn = new Map<number, Set<Row>>();
  for (const row of rows) {
    for (const column of row.keys()) {
      const known = inColumn.get(column);
      if (known) known.add(row);
      else inColumn.set(column, new Set([row]));
    }
  }
  return inColumn;
}

/** Copies of the rows that are not 0, each once: reactions that undo each other and those of one kind in many contexts give the same. */
function distinctRows(matrix: readonly SparseIntegers[]): Row[] {
  const rows = new Map<string, Row>();
  for (const given of matrix) {
    const divisor = commonDivisor(given);
    if (divisor === 0n) continue;
    const columns = [...given.keys()].toSorted((a, b) => a - b);
    let scale = 0n;
    let key = "";
    for (const column of columns) {
      const value = given.get(column) ?? 0n;
      if (value === 0n) continue;
      if (scale === 0n) scale = value < 0n ? -divisor : divisor;
      key += `${column} ${value / scale} `;
    }
    if (rows.has(key)) continue;
    const row: Row = new Map();
    for (const column of columns) {
      const value = given.get(column) ?? 0n;
      if (value !== 0n) row.set(column, value / scale);
    }
    rows.set(key, row);
  }
  return [...rows.values()];
}

function cheapestColumn(row: Row, inColumn: Columns): number {
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const [column, value] of row) {
    const isUnit = value === 1n || value === -1n;
    const cost = (inColumn.get(column)?.size ?? 0) + (isUnit ? 0 : 1e9);
    if (cost < bestCost) {
      best = column;
      bestCost = cost;
    }
  }
  return best;
}

/** A multiple of `target` less a multiple of `source`, without the entry of a column and without a common factor; the column index follows. */
function combineInto(target: Row, source: Row, column: number, inColumn: Columns | null): void {
  const above = target.get(column) ?? 0n;
  const below = source.get(column) ?? 1n;
  // A unit on both sides is what networks mostly have.
  const common = above === 1n || above === -1n ? 1n : greatestCommonDivisor(above, below);
  const scale = below / common;
  const factor = above / common;
  if (scale !== 1n) for (const [at, entry] of target) target.set(at, entry * scale);
  for (const [at, entry] of source) {
    const before = target.get(at);
    const sum = (before ?? 0n) - entry * factor;
    if (sum === 0n) {
      target.delete(at);
      inColumn?.get(at)?.delete(target);
    } else {
      target.set(at, sum);
      if (before === undefined) inColumn?.get(at)?.add(target);
    }
  }
  makePrimitive(target);
}

/** Divides a row by what all its entries share. */
function makePrimitive(row: Row): void {
  const divisor = commonDivisor(row);
  if (divisor > 1n) for (const [column, entry] of row) row.set(column, entry / divisor);
}

/** What all entries of a row share; 0 where all are 0. */
function commonDivisor(row: SparseIntegers): bigint {
  let divisor = 0n;
  for (const entry of row.values()) {
    if (entry === 1n || entry === -1n) return 1n;
    divisor = greatestCommonDivisor(divisor, entry);
    if (divisor === 1n) break;
  }
  return divisor;
}

/** The row by ascending column, its pivot positive. */
function ordered(row: Row, pivot: number): Map<number, bigint> {
  const isNegative = (row.get(pivot) ?? 0n) < 0n;
  return new Map([...row].toSorted(([a], [b]) => a - b).map(([column, value]) => [column, isNegative ? -value : value]));
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
