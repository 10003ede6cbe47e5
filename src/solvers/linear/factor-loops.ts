import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { RowPattern } from "../tables/index.ts";
import { type FactorPattern, positionsOf } from "./factor-pattern.ts";

/** A pivot this much smaller than the largest entry of its row, without exchanges, leaves no digits in what follows. */
const SMALLEST_PIVOT = 1e-12;

/** Names and tables of written factors. */
export interface WrittenFactors {
  /** Fills the index tables; once an instance. */
  prepare(instance: Instance): void;
}

/**
 * Writes `factorMatrix(c: f64): i32`, which factors I - c J row by row in loops over index tables and returns 1, or 0 when a
 * pivot is too small or not finite, and `solveFactors(target: i32)`, which puts U⁻¹ L⁻¹ b in the place of b. For an
 * incomplete pattern the same loops do: what falls outside a row's pattern is computed and never read.
 *
 * @source Saad 2003, Iterative Methods for Sparse Linear Systems, section 10.3 (the row-wise variant)
 */
export function writeFactorLoops(program: ProgramBuilder, layout: MemoryLayout, { rowStart, column }: RowPattern, factors: FactorPattern, jacobian: number): WrittenFactors {
  const size = factors.order.length;
  const entries = factors.column.length;
  /** Entries of the factors; the diagonal keeps the pivots' reciprocals. */
  const values = layout.f64(Math.max(1, entries));
  const work = layout.f64(Math.max(1, size));
  // Columns are kept as byte offsets into `work`.
  const columnTable = layout.i32(Math.max(1, entries));
  const rowTable = layout.i32(size + 1);
  const diagonalTable = layout.i32(Math.max(1, size));
  const orderTable = layout.i32(Math.max(1, size));
  const matrixRow = layout.i32(size + 1);
  const matrixColumn = layout.i32(Math.max(1, column.length));
  const value = (entry: Value): Value => f64.load(i32.shl(entry, 3), values);

  program.function("factorMatrix", { parameters: { c: "f64" }, result: "i32", exported: false }, (b, { c }) => {
    if (!c) return;
    const minus = b.local("f64", "minus", f64.neg(c));
    const first = b.local("i32", "first");
    const diagonal = b.local("i32", "diagonal");
    const after = b.local("i32", "after");
    const source = b.local("i32", "source");
    const pivotRow = b.local("i32", "pivotRow");
    const factor = b.local("f64", "factor");
    const pivot = b.local("f64", "pivot");
    const largest = b.local("f64", "largest");
    const entryValue = b.local("f64", "entryValue");
    b.repeat(size, (row) => {
      b.set(first, table(rowTable, row));
      b.set(diagonal, table(diagonalTable, row));
      b.set(after, i32.load(i32.shl(row, 2), rowTable + 4));
      b.repeat(after, (entry) => b.store(table(columnTable, entry), f64.const(0), work), first);
      b.set(source, table(orderTable, row));
      b.repeat(i32.load(i32.shl(source, 2), matrixRow + 4), (entry) => b.store(table(matrixColumn, entry), f64.mul(minus, f64.load(i32.shl(entry, 3), jacobian)), work), table(matrixRow, source));
      b.store(i32.shl(row, 3), f64.add(1, f64.load(i32.shl(row, 3), work)), work);
      b.repeat(
        diagonal,
        (entry) => {
          // The column's byte offset is eight times its position.
          b.set(pivotRow, i32.shru(table(columnTable, entry), 3));
          b.set(source, table(diagonalTable, pivotRow));
          b.set(factor, f64.mul(f64.load(table(columnTable, entry), work), value(source)));
          b.store(i32.shl(entry, 3), factor, values);
          // Species that are absent leave zeros, whose rows change nothing.
          b.if(f64.ne(factor, 0), () => subtractRow(b, factor, i32.add(source, 1), i32.load(i32.shl(pivotRow, 2), rowTable + 4), { values, columnTable, work }));
        },
        first,
      );
      b.set(pivot, f64.load(i32.shl(row, 3), work));
      b.set(largest, f64.const(0));
      b.repeat(
        after,
        (entry) => {
          b.set(entryValue, f64.load(table(columnTable, entry), work));
          b.store(i32.shl(entry, 3), entryValue, values);
          b.set(largest, f64.max(largest, f64.abs(entryValue)));
        },
        i32.add(diagonal, 1),
      );
      // Every comparison with NaN is false, so that it fails too.
      b.if(i32.and(f64.gt(f64.abs(pivot), f64.mul(SMALLEST_PIVOT, largest)), f64.lt(f64.abs(pivot), Infinity)), () => {}, () => b.return(i32.const(0)));
      b.store(i32.shl(diagonal, 3), f64.div(1, pivot), values);
    });
    b.return(i32.const(1));
  });

  program.function("solveFactors", { parameters: { target: "i32" }, exported: false }, (b, { target }) => {
    if (!target) return;
    const variable = b.local("i32", "variable");
    const total = b.local("f64", "total");
    const row = b.local("i32", "row");
    b.repeat(size, (index) => {
      b.set(variable, i32.shl(table(orderTable, index), 3));
      b.set(total, f64.load(i32.add(target, variable)));
      subtractProducts(b, total, table(rowTable, index), table(diagonalTable, index), { values, columnTable, work });
      b.store(i32.shl(index, 3), total, work);
    });
    b.set(row, i32.const(size - 1));
    b.loop((loop) => {
      b.if(i32.lt(row, 0), () => b.break(loop));
      b.set(total, f64.load(i32.shl(row, 3), work));
      subtractProducts(b, total, i32.add(table(diagonalTable, row), 1), i32.load(i32.shl(row, 2), rowTable + 4), { values, columnTable, work });
      b.set(total, f64.mul(total, value(table(diagonalTable, row))));
      b.store(i32.shl(row, 3), total, work);
      b.store(i32.add(target, i32.shl(table(orderTable, row), 3)), total);
      b.set(row, i32.sub(row, 1));
    });
  });

  return {
    prepare(instance) {
      const { i32: words } = instance;
      const position = positionsOf(factors.order);
      for (let entry = 0; entry < entries; entry++) words[columnTable / 4 + entry] = 8 * (factors.column[entry] ?? 0);
      words.set(factors.rowStart, rowTable / 4);
      words.set(factors.diagonal, diagonalTable / 4);
      words.set(factors.order, orderTable / 4);
      words.set(rowStart, matrixRow / 4);
      for (let entry = 0; entry < column.length; entry++) words[matrixColumn / 4 + entry] = 8 * (position[column[entry] ?? 0] ?? 0);
    },
  };
}

/** Element of an i32 table. */
const table = (address: number, index: Value): Value => i32.load(i32.shl(index, 2), address);

interface Places {
  readonly values: number;
  readonly columnTable: number;
  readonly work: number;
}

/** work[column] -= factor value over the entries in [from, to), two at a time: their columns differ. */
function subtractRow(b: FunctionBuilder, factor: Local, from: Value, to: Value, { values, columnTable, work }: Places): void {
  const at = b.local("i32", "at", i32.shl(from, 2));
  const end = b.local("i32", "end", i32.shl(to, 2));
  const column = b.local("i32", "column");
  const one = (offset: number): void => {
    b.set(column, i32.load(at, columnTable + 4 * offset));
    b.store(column, f64.sub(f64.load(column, work), f64.mul(factor, f64.load(i32.shl(at, 1), values + 8 * offset))), work);
  };
  inPairs(b, at, end, one);
}

/** total -= Σ value work[column] over the entries in [from, to), in two sums so that one addition need not wait for the other. */
function subtractProducts(b: FunctionBuilder, total: Local, from: Value, to: Value, { values, columnTable, work }: Places): void {
  const at = b.local("i32", "at", i32.shl(from, 2));
  const end = b.local("i32", "end", i32.shl(to, 2));
  const second = b.local("f64", "second", f64.const(0));
  const product = (offset: number): Value => f64.mul(f64.load(i32.shl(at, 1), values + 8 * offset), f64.load(i32.load(at, columnTable + 4 * offset), work));
  inPairs(b, at, end, (offset) => {
    const sum = offset === 0 ? total : second;
    b.set(sum, f64.sub(sum, product(offset)));
  });
  b.set(total, f64.add(total, second));
}

/** Runs `one` for each entry in [at, end), given as byte offsets of i32 tables, in steps of two with the odd one last. */
function inPairs(b: FunctionBuilder, at: Local, end: Local, one: (offset: number) => void): void {
  b.loop((loop) => {
    b.if(i32.gt(i32.add(at, 8), end), () => b.break(loop));
    one(0);
    one(1);
    b.set(at, i32.add(at, 8));
  });
  b.if(i32.lt(at, end), () => one(0));
}
