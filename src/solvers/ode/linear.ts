import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lower, lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { OPERATIONS_PER_FUNCTION, chunk, chunkBy } from "./chunk.ts";
import { CLOSED_STATES, writeClosedInverse } from "./closed-inverse.ts";
import { writeDenseLu } from "./dense-lu.ts";
import type { Jacobian } from "./jacobian.ts";
import type { Cells, SymbolicLu } from "./symbolic-lu.ts";
import { writeFactorRow, writeSolve } from "./symbolic-lu.ts";
import type { Vector } from "./vector.ts";

/** Writes the linear algebra of a step: W = shift I - ∂f/∂y at (t, y), factored once, solved often. */
export interface LinearWriter {
  /** Evaluates the Jacobian (and ∂f/∂t) and factors W; `inverseShift` is 1/shift where it is at hand. */
  factor(shift: Value, inverseShift?: Value): void;
  /** target := W⁻¹ target, or W⁻¹ (target + addend). */
  solve(target: Vector, addend?: Vector): void;
  /** ∂f/∂t, filled by `factor`; null when the system is autonomous. */
  readonly timeDerivative: Vector | null;
}

/** Resolves the symbols of expressions at a point. */
export type Resolve = (name: string) => Value;

/** Straight-line code per function: V8 compiles long functions late. */
const PRODUCTS_PER_FUNCTION = 4000;
/** Factors of more products than this are computed in loops over a full matrix instead: as code they would be megabytes. */
const LARGEST_WRITTEN_LU = 60_000;

/**
 * Systems up to this many states multiply by W⁻¹ instead of solving: a triangular solve is one long chain of dependent operations,
 * and a processor waits on it longer than the few products more take.
 */
const INVERTED_STATES = 4;
/** The last components that a solve in memory reads from locals: read back at once, each would wait until its store is done. */
const KEPT_IN_LOCALS = 128;

/** Everything in locals of the function being written, for small systems. */
export function localLinear(b: FunctionBuilder, jacobian: Jacobian, lu: SymbolicLu, resolve: Resolve): LinearWriter {
  const cells = cellsInLocals(b, lu);
  const inverse = lu.size <= INVERTED_STATES ? inverseInLocals(b, lu, cells) : null;
  const drift = jacobian.timeDerivative;
  const timeDerivative: Vector | null = drift && { kind: "locals", components: drift.map((_, i) => b.local("f64", `drift${i}`)) };
  return {
    timeDerivative,
    factor(shift, inverseShift) {
      const pinned = b.local("f64", "shift", shift);
      const values = lower(b, [...jacobian.entries.map((entry) => entry.expression), ...(drift ?? [])], resolve);
      const valueAt = (index: number): Value => values[index] ?? f64.const(0);
      if (inverse && lu.size <= CLOSED_STATES) writeClosedInverse(b, jacobian, valueAt, inverseShift ?? f64.div(1, pinned), inverse.entry);
      else {
        const entry = entryOf(jacobian, pinned, valueAt);
        lu.rows.forEach((row, index) => writeFactorRow(b, lu, index, entry, cells, (slot) => cells.get(row.cells[slot] ?? 0)));
        inverse?.compute();
      }
      if (timeDerivative?.kind === "locals") timeDerivative.components.forEach((local, i) => b.set(local, valueAt(jacobian.entries.length + i)));
    },
    solve(target, addend) {
      if (target.kind !== "locals") throw new TypeError("linear: a small system solves in locals");
      if (addend) throw new TypeError("linear: a small system adds before it solves");
      const component = (variable: number): Local => {
        const local = target.components[variable];
        if (!local) throw new RangeError(`linear: no component ${variable}`);
        return local;
      };
      if (inverse) inverse.multiply(target.components);
      else writeSolve(lu, cells, { get: component, set: (variable, value) => b.set(component(variable), value) });
    },
  };
}

function cellsInLocals(b: FunctionBuilder, lu: SymbolicLu): { get(cell: number): Local; set(cell: number, value: Value): void } {
  const locals = Array.from({ length: lu.cellCount }, (_, index) => b.local("f64", `lu${index}`));
  const get = (cell: number): Local => {
    const local = locals[cell];
    if (!local) throw new RangeError(`linear: no cell ${cell}`);
    return local;
  };
  return {
    get,
    // Rows are eliminated in their own cells.
    set(cell, value) {
      if (value !== get(cell)) b.set(get(cell), value);
    },
  };
}

const cellsInMemory = (b: FunctionBuilder, address: number): Cells => ({
  get: (cell) => f64.load(address + 8 * cell),
  set: (cell, value) => b.store(address + 8 * cell, value),
});

interface LocalInverse {
  /** Null where it is 0 by structure. */
  entry(row: number, column: number): Local | null;
  /** Makes W⁻¹ column by column from the factors. */
  compute(): void;
  multiply(vector: readonly Local[]): void;
}

/** W⁻¹ in locals; entries that are 0 by structure are left out. */
function inverseInLocals(b: FunctionBuilder, lu: SymbolicLu, cells: Cells): LocalInverse {
  const indices = Array.from({ length: lu.size }, (_, index) => index);
  const columns = indices.map((column) => reachedFrom(lu, column).map((isReached, row) => (isReached ? b.local("f64", `inverse${row}_${column}`) : null)));
  const product = indices.map((row) => b.local("f64", `product${row}`));
  return {
    entry: (row, column) => columns[column]?.[row] ?? null,
    compute() {
      columns.forEach((column, own) => {
        const known = new Map<number, Value>([[own, f64.const(1)]]);
        const set = (row: number, value: Value): void => {
          const local = column[row];
          if (!local) return;
          b.set(local, value);
          known.set(row, local);
        };
        writeSolve(lu, cells, { get: (row) => known.get(row) ?? f64.const(0), set });
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
  /** What is added where nothing is. */
  const zero = layout.f64(Math.max(1, jacobian.size));
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
    solve(target, addend) {
      if (target.kind !== "memory" || addend?.kind === "locals") throw new TypeError("linear: a large system solves in memory");
      b.call("solveLinear", i32.const(target.address), i32.const(addend ? addend.address : zero));
    },
  });
}

/** Writes the sparse factors, entry by entry, and `solveLinear(target: i32, addend: i32)`, which adds before it solves; returns the functions that factor, in order. */
function writeSparseLu(program: ProgramBuilder, layout: MemoryLayout, jacobian: Jacobian, lu: SymbolicLu, entries: number): string[] {
  const factors = layout.f64(Math.max(1, lu.cellCount));
  const rowProducts = lu.rows.map((row) => row.columns.length ** 2);
  const names = chunkBy(lu.rows.map((_, index) => index), (index) => rowProducts[index] ?? 1, PRODUCTS_PER_FUNCTION).map((part, at) => {
    const name = `factor${at}`;
    program.function(name, { parameters: { shift: "f64" } }, (b, { shift }) => {
      if (!shift) return;
      const pool: Local[] = [];
      const work = (slot: number): Local => (pool[slot] ??= b.local("f64", `work${slot}`));
      const cells = cellsInMemory(b, factors);
      const entry = entryOf(jacobian, shift, (index) => f64.load(entries + 8 * index));
      for (const row of part) writeFactorRow(b, lu, row, entry, cells, work);
    });
    return name;
  });

  program.function("solveLinear", { parameters: { target: "i32", addend: "i32" } }, (b, { target, addend }) => {
    if (!target || !addend) return;
    const cells = cellsInMemory(b, factors);
    const pool = Array.from({ length: KEPT_IN_LOCALS }, (_, index) => b.local("f64", `x${index}`));
    let solved = 0;
    const solvedAt = new Map<number, number>();
    // Where no value ever loses its local, what is read first goes there only.
    const forward = lu.rows.filter(({ columns }, index) => columns.some((column) => column < index)).length;
    const isKept = 2 * lu.size + forward <= KEPT_IN_LOCALS;
    const keep = (variable: number, value: Value): Local | null => {
      const local = pool[solved % KEPT_IN_LOCALS];
      if (!local) return null;
      b.set(local, value);
      solvedAt.set(variable, solved++);
      return local;
    };
    // Stored at once: a compiler that meets all stores at the end moves every load before the first sum, where they
    // fill the stack (V8 11: half of this function's time on 50 states).
    const set = (variable: number, value: Value): Local | null => {
      const local = keep(variable, value);
      if (local) b.store(target, local, 8 * variable);
      return local;
    };
    const get = (variable: number): Value => {
      const at = solvedAt.get(variable);
      const kept = at !== undefined && solved - at <= KEPT_IN_LOCALS ? pool[at % KEPT_IN_LOCALS] : null;
      const fromMemory = f64.load(target, 8 * variable);
      if (at === undefined) return (isKept ? keep : set)(variable, f64.add(fromMemory, f64.load(addend, 8 * variable))) ?? fromMemory;
      return kept ?? fromMemory;
    };
    writeSolve(lu, cells, { get, set: (variable, value) => void set(variable, value) });
  });
  return names;
}

/** Entries of -W in variables: the Jacobian's, minus the shift on the diagonal. */
function entryOf(jacobian: Jacobian, shift: Value, value: (index: number) => Value): (row: number, column: number) => Value | null {
  const index = new Map(jacobian.entries.map((entry, at) => [entry.row * jacobian.size + entry.column, at]));
  return (row, column) => {
    const at = index.get(row * jacobian.size + column);
    if (row === column) return at === undefined ? f64.neg(shift) : f64.sub(value(at), shift);
    return at === undefined ? null : value(at);
  };
}
