import { programBuilder } from "../../../src/kernel/builder.ts";
import type { Target } from "../../../src/kernel/instance.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import * as fc from "fast-check";
import type { ShiftedSolver } from "../../../src/solvers/linear/shifted-solver.ts";
import type { RowPattern } from "../../../src/solvers/tables/index.ts";

/** The pattern of rows given as columns in any order, with the diagonal added. */
export function patternOf(rows: readonly Iterable<number>[]): RowPattern {
  const sorted = rows.map((columns, row) => [...new Set([row, ...columns])].toSorted((a, b) => a - b));
  const rowStart = new Int32Array(rows.length + 1);
  sorted.forEach((columns, row) => (rowStart[row + 1] = (rowStart[row] ?? 0) + columns.length));
  return { rowStart, column: Int32Array.from(sorted.flat()) };
}

export const rowsOf = ({ rowStart, column }: RowPattern): number[][] => Array.from({ length: rowStart.length - 1 }, (_, row) => [...column.subarray(rowStart[row], rowStart[row + 1])]);

/** Patterns of up to 24 rows, from empty to full. */
export const anyPattern: fc.Arbitrary<RowPattern> = fc
  .integer({ min: 1, max: 24 })
  .chain((size) => fc.array(fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 6 }), { minLength: size, maxLength: size }))
  .map(patternOf);

/** A pattern of `size` rows with a few entries each, at places that a fixed rule scatters. */
export const scattered = (size: number, perRow: number): RowPattern =>
  patternOf(Array.from({ length: size }, (_, row) => Array.from({ length: perRow }, (__, k) => (row * (7 + 4 * k) + 13 * k * k + 5) % size)));

/** I - c J as a full matrix, row-major. */
export function shiftedMatrix({ rowStart, column }: RowPattern, values: Float64Array, c: number): Float64Array {
  const size = rowStart.length - 1;
  const full = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    full[row * size + row] = 1;
    for (let entry = rowStart[row] ?? 0; entry < (rowStart[row + 1] ?? 0); entry++) {
      const at = row * size + (column[entry] ?? 0);
      full[at] = (full[at] ?? 0) - c * (values[entry] ?? 0);
    }
  }
  return full;
}

/** A solver in a program of its own. */
export async function instanceOf(solver: ShiftedSolver, pattern: RowPattern, values: Float64Array, target: Target = "wasm") {
  const size = pattern.rowStart.length - 1;
  const program = programBuilder();
  const layout = memoryLayout();
  const [jacobian, scale, tolerance, vector] = [layout.f64(values.length), layout.f64(size), layout.f64(1), layout.f64(size)];
  const written = solver.write(program, layout, { jacobian, scale, tolerance });
  const instance = await instantiate(program.finish(layout.bytes), target);
  written.prepare(instance);
  instance.f64.set(values, jacobian / 8);
  instance.f64.fill(1, scale / 8, scale / 8 + size);
  return {
    factor: (c: number): number => instance.functions["factorShifted"]?.(c) ?? NaN,
    /** x and what `solveShifted` returns. */
    solve(right: Float64Array, c: number, within = 1e-12): { readonly x: Float64Array; readonly products: number } {
      instance.f64[tolerance / 8] = within;
      instance.f64.set(right, vector / 8);
      const products = instance.functions["solveShifted"]?.(vector, c) ?? NaN;
      return { x: instance.f64.slice(vector / 8, vector / 8 + size), products };
    },
  };
}

/** Numbers in [-1, 1] that depend on their place alone. */
export const waves = (count: number, phase: number): Float64Array => Float64Array.from({ length: count }, (_, i) => Math.sin(phase + 12.9898 * i * (1 + (i % 7))));
