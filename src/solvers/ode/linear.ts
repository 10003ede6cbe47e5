import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lower, lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { chunk, chunkBy } from "./chunk.ts";
import { writeDenseLu } from "./dense-lu.ts";
import type { Jacobian } from "./jacobian.ts";
import type { Cells, SymbolicLu } from "./symbolic-lu.ts";
import { writeFactorRow, writeSolve } from "./symbolic-lu.ts";
import type { Vector } from "./vector.ts";

/** Writes the linear algebra of a step: W = shift I - ∂f/∂y at (t, y), factored once, solved often. */
export interface LinearWriter {
  /** Evaluates the Jacobian (and ∂f/∂t) and factors W. */
  factor(shift: Value): void;
  /** target := W⁻¹ target. */
  solve(target: Vector): void;
  /** ∂f/∂t, filled by `factor`; null when the system is autonomous. */
  readonly timeDerivative: Vector | null;
}

/** Resolves the symbols of expressions at a point. */
export type Resolve = (name: string) => Value;

/** Straight-line code per function: V8 compiles long functions late. */
const PRODUCTS_PER_FUNCTION = 4000;
const OPERATIONS_PER_FUNCTION = 2000;
/** Factors of more products than this are computed in loops over a full matrix instead: as code they would be megabytes. */
const LARGEST_WRITTEN_LU = 60_000;

/**
 * Systems up to this many states multiply by W⁻¹ instead of solving: a triangular solve is one long chain of dependent operations,
 * and a processor waits on it longer than the few products more take.
 */
const INVERTED_STATES = 4;
/** Components up to which a solve keeps the vector in locals: read back from memory, each would wait until its store is done. */
const SOLVED_IN_LOCALS = 256;

/** Everything in locals of the function being written, for small systems. */
export function localLinear(b: FunctionBuilder, jacobian: Jacobian, lu: SymbolicLu, resolve: Resolve): LinearWriter {
  const locals = Array.from({ length: lu.cellCount }, (_, index) => b.local("f64", `lu${index}`));
  const cell = (index: number): Local => {
    const local = locals[index];
    if (!local) throw new RangeError(`linear: no cell ${index}`);
    return local;
  };
  const cells: Cells = {
    get: cell,
    set: (index, value) => {
      if (value !== cell(index)) b.set(cell(index), value);
    },
  };
  const inverse = lu.size <= INVERTED_STATES ? inverseInLocals(b, lu, cells) : null;
  const drift = jacobian.timeDerivative;
  const timeDerivative: Vector | null = drift && { kind: "locals", components: drift.map((_, i) => b.local("f64", `drift${i}`)) };
  return {
    timeDerivative,
    factor(shift) {
      const pinned = b.local("f64", "shift", shift);
      const values = lower(b, [...jacobian.entries.map((entry) => entry.expression), ...(drift ?? [])], resolve);
      const entry = entryOf(jacobian, pinned, (index) => values[index] ?? f64.const(0));
      lu.rows.forEach((row, index) => writeFactorRow(b, lu, index, entry, cells, (slot) => cell(row.cells[slot] ?? 0)));
      inverse?.compute();
      if (timeDerivative?.kind === "locals") {
        timeDerivative.components.forEach((local, i) => b.set(local, values[jacobian.entries.length + i] ?? f64.const(0)));
      }
    },
    solve(target) {
      if (target.kind !== "locals") throw new TypeError("linear: a small system solves in locals");
      const component = (variable: number): Local => {
        const local = target.components[variable];
        if (!local) throw new RangeError(`linear: no component ${variable}`);
        return local;
      };
      if (inverse) inverse.multiply(target.components);
      else writeSolve(lu, cells, component, (variable, value) => b.set(component(variable), value));
    },
  };
}

/** W⁻¹ in locals, made column by column from the factors; entries that are 0 by structure are left out. */
function inverseInLocals(b: FunctionBuilder, lu: SymbolicLu, cells: Cells): { compute(): void; multiply(vector: readonly Local[]): void } {
  const indices = Array.from({ length: lu.size }, (_, index) => index);
  const columns = indices.map((column) => reachedFrom(lu, column).map((isReached, row) => (isReached ? b.local("f64", `inverse${row}_${column}`) : null)));
  const product = indices.map((row) => b.local("f64", `product${row}`));
  return {
    compute() {
      columns.forEach((column, own) => {
        column.forEach((local, row) => local && b.set(local, row === own ? 1 : 0));
        const set = (row: number, value: Value): void => {
          const local = column[row];
          if (local) b.set(local, value);
        };
        writeSolve(lu, cells, (row) => column[row] ?? f64.const(0), set);
      });
    },
    multiply(vector) {
      product.forEach((sum, row) => {
        const terms = columns.flatMap((column, index) => {
          const [entry, factor] = [column[row], vector[index]];
          return entry && factor ? [f64.mul(entry, factor)] : [];
        });
        b.set(sum, terms.reduce((total, term) => f64.add(total, term)));
      });
      vector.forEach((target, row) => b.set(target, product[row] ?? 0));
    },
  };
}

/** Which variables a solve changes when one component of its right side is not 0. */
function reachedFrom({ size, order, rows }: SymbolicLu, source: number): boolean[] {
  const reached = order.map((_, variable) => variable === source);
  const visit = (index: number, other: (column: number) => boolean): void => {
    if (rows[index]?.columns.some((column) => other(column) && reached[order[column] ?? -1])) reached[order[index] ?? 0] = true;
  };
  for (let index = 0; index < size; index++) visit(index, (column) => column < index);
  for (let index = size - 1; index >= 0; index--) visit(index, (column) => column > index);
  return reached;
}

/** Entries and factors in memory, in functions of the program that every step calls. */
export function memoryLinear(
  program: ProgramBuilder,
  layout: MemoryLayout,
  jacobian: Jacobian,
  lu: SymbolicLu,
  resolveAt: (time: Value, state: Value) => Resolve,
  vectorAddress: (name: string) => number,
): (b: FunctionBuilder, time: Value, state: number) => LinearWriter {
  const dense = lu.factorProducts > LARGEST_WRITTEN_LU ? writeDenseLu(program, layout, jacobian.size) : null;
  const entries = dense ? 0 : layout.f64(Math.max(1, jacobian.entries.length));
  const drift = jacobian.timeDerivative;
  const driftAddress = drift ? vectorAddress("drift") : 0;
  const point = { parameters: { time: "f64", state: "i32" } } as const;

  const outputs = [
    ...jacobian.entries.map(({ expression, row, column }, index) => ({ expression, address: dense ? dense.address(row, column) : entries + 8 * index })),
    ...(drift ?? []).map((expression, index) => ({ expression, address: driftAddress + 8 * index })),
  ];
  const jacobianFunctions = chunk(outputs, (output) => output.expression, OPERATIONS_PER_FUNCTION).map((part, index) => {
    const name = `jacobian${index}`;
    program.function(name, point, (b, { time, state }) => {
      if (!time || !state) return;
      lowerEach(b, part.map((output) => output.expression), resolveAt(time, state), (at, value) => b.store(part[at]?.address ?? 0, value));
    });
    return name;
  });

  const factorFunctions = dense ? ["factorMatrix"] : writeSparseLu(program, layout, jacobian, lu, entries);

  return (b, time, state) => ({
    timeDerivative: drift && { kind: "memory", address: driftAddress },
    factor(shift) {
      const pinned = b.local("f64", "shift", shift);
      if (dense) b.call("clearMatrix");
      for (const name of jacobianFunctions) b.call(name, time, i32.const(state));
      for (const name of factorFunctions) b.call(name, pinned);
    },
    solve(target) {
      if (target.kind !== "memory") throw new TypeError("linear: a large system solves in memory");
      b.call("solveLinear", i32.const(target.address));
    },
  });
}

/** Writes the sparse factors, entry by entry, and `solveLinear(target: i32)`; returns the functions that factor, in order. */
function writeSparseLu(program: ProgramBuilder, layout: MemoryLayout, jacobian: Jacobian, lu: SymbolicLu, entries: number): string[] {
  const factors = layout.f64(Math.max(1, lu.cellCount));
  const rowProducts = lu.rows.map((row) => row.columns.length ** 2);
  const names = chunkBy(lu.rows.map((_, index) => index), (index) => rowProducts[index] ?? 1, PRODUCTS_PER_FUNCTION).map((part, at) => {
    const name = `factor${at}`;
    program.function(name, { parameters: { shift: "f64" } }, (b, { shift }) => {
      if (!shift) return;
      const pool: Local[] = [];
      const work = (slot: number): Local => (pool[slot] ??= b.local("f64", `work${slot}`));
      const cells: Cells = { get: (cell) => f64.load(factors + 8 * cell), set: (cell, value) => b.store(factors + 8 * cell, value) };
      const entry = entryOf(jacobian, shift, (index) => f64.load(entries + 8 * index));
      for (const row of part) writeFactorRow(b, lu, row, entry, cells, work);
    });
    return name;
  });

  program.function("solveLinear", { parameters: { target: "i32" } }, (b, { target }) => {
    if (!target) return;
    const cells: Cells = { get: (cell) => f64.load(factors + 8 * cell), set: (cell, value) => b.store(factors + 8 * cell, value) };
    const load = (variable: number): Value => f64.load(target, 8 * variable);
    if (lu.size > SOLVED_IN_LOCALS) return writeSolve(lu, cells, load, (variable, value) => b.store(target, value, 8 * variable));
    const known: Local[] = [];
    writeSolve(lu, cells, (variable) => known[variable] ?? load(variable), (variable, value) => b.set((known[variable] ??= b.local("f64", `x${variable}`)), value));
    known.forEach((value, variable) => b.store(target, value, 8 * variable));
  });
  return names;
}

/** W's entries in variables: shift on the diagonal minus the Jacobian's. */
function entryOf(jacobian: Jacobian, shift: Value, value: (index: number) => Value): (row: number, column: number) => Value | null {
  const index = new Map(jacobian.entries.map((entry, at) => [entry.row * jacobian.size + entry.column, at]));
  return (row, column) => {
    const at = index.get(row * jacobian.size + column);
    if (row === column) return at === undefined ? shift : f64.sub(shift, value(at));
    return at === undefined ? null : f64.neg(value(at));
  };
}
