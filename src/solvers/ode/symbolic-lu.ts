import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** A row of the factors after elimination, in elimination positions. */
interface FactorRow {
  /** Position of each entry's column, ascending; the diagonal is always there. */
  readonly columns: readonly number[];
  /** Cell of each entry. */
  readonly cells: readonly number[];
}

/**
 * Where the entries of L and U are when a sparse matrix is eliminated in a given order without pivoting.
 *
 * @source George & Liu 1981, Computer Solution of Large Sparse Positive Definite Systems, chapter 5
 */
export interface SymbolicLu {
  readonly size: number;
  /** Variable eliminated at each position [n]. */
  readonly order: readonly number[];
  readonly rows: readonly FactorRow[];
  /** Entries of L and U together. */
  readonly cellCount: number;
  /** Multiplications of one factorization and of one solve. */
  readonly factorProducts: number;
  readonly solveProducts: number;
}

/** Symbolic elimination of a pattern (columns of each row, diagonal implied) in the given order. */
export function symbolicLu(pattern: readonly (readonly number[])[], order: readonly number[]): SymbolicLu {
  const size = pattern.length;
  const position = new Map(order.map((variable, index) => [variable, index]));
  const rows: FactorRow[] = [];
  let cellCount = 0;
  let factorProducts = 0;
  let solveProducts = 0;
  order.forEach((variable, index) => {
    const columns = new Set([index]);
    for (const column of pattern[variable] ?? []) columns.add(position.get(column) ?? index);
    for (let pivot = 0; pivot < index; pivot++) {
      if (!columns.has(pivot)) continue;
      const upper = (rows[pivot]?.columns ?? []).filter((column) => column > pivot);
      for (const column of upper) columns.add(column);
      factorProducts += 1 + upper.length;
    }
    const sorted = [...columns].toSorted((a, b) => a - b);
    rows.push({ columns: sorted, cells: sorted.map(() => cellCount++) });
    solveProducts += sorted.length;
  });
  return { size, order, rows, cellCount, factorProducts, solveProducts };
}

/** Where factors are kept while a program runs. */
export interface Cells {
  get(cell: number): Value;
  set(cell: number, value: Value): void;
}

/**
 * Writes the elimination of one row of M = -W, straight-line; rows must be written in order. `entry` gives M in variables, null
 * where it is structurally zero; `work` lends a local per column of the row.
 *
 * With W = L D U, L and U of unit diagonal, the cells keep -L, 1/D and -U: no sign is turned anywhere, and each variable of a
 * triangular solve waits for one product and one sum only, not for a pivot too (8 solves a step against one factorization).
 */
export function writeFactorRow(
  b: FunctionBuilder,
  lu: SymbolicLu,
  index: number,
  entry: (row: number, column: number) => Value | null,
  cells: Cells,
  work: (slot: number) => Local,
): void {
  const row = lu.rows[index];
  if (!row) throw new RangeError(`symbolic LU: no row ${index}`);
  const current = new Map<number, { local: Local; filled: boolean }>();
  row.columns.forEach((column, slot) => {
    const local = work(slot);
    const value = entry(lu.order[index] ?? 0, lu.order[column] ?? 0);
    if (value) b.set(local, value);
    current.set(column, { local, filled: value !== null });
  });
  row.columns.forEach((pivot, slot) => {
    const eliminated = current.get(pivot);
    if (!eliminated) return;
    const cell = row.cells[slot] ?? 0;
    if (pivot < index) {
      const above = lu.rows[pivot];
      if (!above) return;
      above.columns.forEach((column, at) => {
        const target = current.get(column);
        if (column <= pivot || !target) return;
        const product = f64.mul(eliminated.local, cells.get(above.cells[at] ?? 0));
        b.set(target.local, target.filled ? f64.add(target.local, product) : product);
        target.filled = true;
      });
      cells.set(cell, f64.mul(eliminated.local, cells.get(above.cells[above.columns.indexOf(pivot)] ?? 0)));
      return;
    }
    // The diagonal is finished once all pivots before it are, and columns ascend.
    if (pivot === index) b.set(eliminated.local, reciprocalOfPivot(eliminated.local, -1));
    else b.set(eliminated.local, f64.mul(eliminated.local, current.get(index)?.local ?? f64.const(NaN)));
    cells.set(cell, eliminated.local);
  });
}

/**
 * sign/pivot, but NaN where the pivot is infinite: its reciprocal 0 would make every stage 0, a step that goes nowhere with
 * no error. An infinite slope (a root of a value at 0) is thereby an attempt that failed. The product runs beside the division.
 */
export function reciprocalOfPivot(pivot: Local, sign: 1 | -1 = 1): Value {
  return f64.add(f64.div(sign, pivot), f64.mul(0, pivot));
}

/** Reads and writes the vector of a triangular solve. */
export interface SolveVector {
  /** A variable's first read may write code, in which what was read long before loses its place. */
  get(variable: number): Value;
  set(variable: number, value: Value): void;
}

/** Writes W⁻¹ times a vector, straight-line, in place: two triangular solves with a scaling between them. Terms that are known last are added last. */
export function writeSolve(lu: SymbolicLu, cells: Cells, { get, set }: SolveVector): void {
  const { order, rows } = lu;
  const added = (index: number, start: Value, terms: readonly number[]): Value => {
    const row = rows[index];
    return terms.reduce((sum, slot) => {
      const other = get(order[row?.columns[slot] ?? -1] ?? -1);
      // Known to be 0: a column of the inverse that begins with zeros.
      return other.kind === "constant" && other.value === 0 ? sum : f64.add(sum, f64.mul(cells.get(row?.cells[slot] ?? 0), other));
    }, start);
  };
  const below = dependencies(rows.map(({ columns }, index) => columns.flatMap((column, slot) => (column < index ? [{ column, slot }] : []))), false);
  rows.forEach(({ columns }, index) => {
    const terms = below[index] ?? [];
    if (terms.length === 0) return;
    const variable = order[index] ?? 0;
    // First reads come before the sum, so that none stands between another term and its use.
    for (const each of [variable, ...terms.map((slot) => order[columns[slot] ?? -1] ?? -1)]) get(each);
    set(variable, added(index, get(variable), terms));
  });
  const above = dependencies(rows.map(({ columns }, index) => columns.flatMap((column, slot) => (column > index ? [{ column, slot }] : []))), true);
  for (let index = lu.size - 1; index >= 0; index--) {
    const row = rows[index];
    const variable = order[index] ?? 0;
    const scaled = f64.mul(get(variable), cells.get(row?.cells[row.columns.indexOf(index)] ?? 0));
    set(variable, added(index, scaled, above[index] ?? []));
  }
}

/** Slots of each row's terms, those whose variable has the longest chain of others before it last. */
function dependencies(terms: readonly (readonly { readonly column: number; readonly slot: number }[])[], isBackward: boolean): number[][] {
  const depth = new Int32Array(terms.length);
  const indices = [...terms.keys()];
  for (const index of isBackward ? indices.toReversed() : indices) depth[index] = Math.max(0, ...(terms[index] ?? []).map(({ column }) => 1 + (depth[column] ?? 0)));
  return terms.map((row) => row.toSorted((a, b) => (depth[a.column] ?? 0) - (depth[b.column] ?? 0)).map(({ slot }) => slot));
}
