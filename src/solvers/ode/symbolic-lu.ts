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

/** Cycles of a product and of a sum, about: what the order of sums is chosen by. */
const PRODUCT_CYCLES = 4;
const SUM_CYCLES = 4;

/** A term of a sum and when it is there, in cycles. */
interface Timed {
  readonly value: Value;
  readonly ready: number;
}

/** Known to be 0: a column of the inverse begins with zeros. */
const isZero = (value: Value): boolean => value.kind === "constant" && value.value === 0;

/** The sum of terms in the order that has it soonest: the two that are there first are added first. */
function soonest(terms: readonly Timed[]): Timed {
  const waiting = terms.filter(({ value }) => !isZero(value)).toSorted((one, other) => one.ready - other.ready);
  for (;;) {
    const [first, second] = waiting.splice(0, 2);
    if (!first) return { value: f64.const(0), ready: 0 };
    if (!second) return first;
    const sum = { value: f64.add(first.value, second.value), ready: Math.max(first.ready, second.ready) + SUM_CYCLES };
    const later = waiting.findIndex(({ ready }) => ready > sum.ready);
    waiting.splice(later < 0 ? waiting.length : later, 0, sum);
  }
}

/** Writes W⁻¹ times a vector, straight-line, in place: two triangular solves with a scaling between them. */
export function writeSolve(lu: SymbolicLu, cells: Cells, { get, set }: SolveVector): void {
  const { order, rows } = lu;
  const ready = new Float64Array(lu.size);
  const variableAt = (position: number): number => order[position] ?? 0;
  /** Terms of a row in the columns before or behind its own. */
  const termsOf = (index: number, isMeant: (column: number) => boolean): Timed[] => {
    const { columns = [], cells: own = [] } = rows[index] ?? {};
    return columns.flatMap((column, slot) => {
      if (!isMeant(column)) return [];
      const other = get(variableAt(column));
      return isZero(other) ? [] : [{ value: f64.mul(cells.get(own[slot] ?? 0), other), ready: (ready[column] ?? 0) + PRODUCT_CYCLES }];
    });
  };
  const put = (index: number, sum: Timed): void => {
    ready[index] = sum.ready;
    set(variableAt(index), sum.value);
  };
  rows.forEach(({ columns }, index) => {
    const before = columns.filter((column) => column < index);
    if (before.length === 0) return;
    // First reads come before the sum, so that none stands between another term and its use.
    for (const column of [index, ...before]) get(variableAt(column));
    put(index, soonest([{ value: get(variableAt(index)), ready: ready[index] ?? 0 }, ...termsOf(index, (column) => column < index)]));
  });
  for (let index = lu.size - 1; index >= 0; index--) {
    const { columns = [], cells: own = [] } = rows[index] ?? {};
    const scaled = f64.mul(get(variableAt(index)), cells.get(own[columns.indexOf(index)] ?? 0));
    put(index, soonest([{ value: scaled, ready: (ready[index] ?? 0) + PRODUCT_CYCLES }, ...termsOf(index, (column) => column > index)]));
  }
}
