import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** A row of the factors after elimination, in elimination positions. */
interface FactorRow {
  /** Position of each entry's column, ascending; the diagonal is always there. */
  readonly columns: readonly number[];
  /** Cell of each entry; the diagonal's cell keeps the pivot's reciprocal. */
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
 * Writes the elimination of one row, straight-line; rows must be written in order.
 * `entry` is the matrix in variables, null where it is structurally zero; `work` lends a local per column of the row.
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
    if (pivot < index) {
      const above = lu.rows[pivot];
      if (!above) return;
      const diagonal = above.columns.indexOf(pivot);
      b.set(eliminated.local, f64.mul(eliminated.local, cells.get(above.cells[diagonal] ?? 0)));
      above.columns.forEach((column, at) => {
        const target = current.get(column);
        if (column <= pivot || !target) return;
        const product = f64.mul(eliminated.local, cells.get(above.cells[at] ?? 0));
        b.set(target.local, target.filled ? f64.sub(target.local, product) : f64.neg(product));
        target.filled = true;
      });
    }
    const cell = row.cells[slot] ?? 0;
    // The diagonal is finished once all pivots before it are, and columns ascend.
    cells.set(cell, pivot === index ? reciprocalOfPivot(eliminated.local) : eliminated.local);
  });
}

/**
 * 1/pivot, but NaN where the pivot is infinite: its reciprocal 0 would make every stage 0, a step that goes nowhere with
 * no error. An infinite slope (a root of a value at 0) is thereby an attempt that failed.
 */
export function reciprocalOfPivot(pivot: Local): Value {
  return f64.div(f64.add(1, f64.mul(0, pivot)), pivot);
}

/** Writes the two triangular solves, straight-line, in place on a vector given by its components. */
export function writeSolve(lu: SymbolicLu, cells: Cells, get: (variable: number) => Value, set: (variable: number, value: Value) => void): void {
  lu.rows.forEach((row, index) => {
    const variable = lu.order[index] ?? 0;
    let value: Value | null = null;
    row.columns.forEach((column, slot) => {
      if (column < index) value = f64.sub(value ?? get(variable), f64.mul(cells.get(row.cells[slot] ?? 0), get(lu.order[column] ?? 0)));
    });
    if (value) set(variable, value);
  });
  for (let index = lu.size - 1; index >= 0; index--) {
    const row = lu.rows[index];
    if (!row) continue;
    const variable = lu.order[index] ?? 0;
    let value = get(variable);
    row.columns.forEach((column, slot) => {
      if (column > index) value = f64.sub(value, f64.mul(cells.get(row.cells[slot] ?? 0), get(lu.order[column] ?? 0)));
    });
    set(variable, f64.mul(value, cells.get(row.cells[row.columns.indexOf(index)] ?? 0)));
  }
}
