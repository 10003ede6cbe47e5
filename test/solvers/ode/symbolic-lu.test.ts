import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { f64, i32, programBuilder } from "../../../src/kernel/builder.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import type { Local } from "../../../src/kernel/program.ts";
import { markowitzOrdering } from "../../../src/numerics/ordering.ts";
import { shallowOrdering } from "../../../src/solvers/ode/elimination-order.ts";
import { symbolicLu, writeFactorRow, writeSolve } from "../../../src/solvers/ode/symbolic-lu.ts";

/** Sparse rows with a dominant diagonal, so that no pivoting is needed. */
const matrices = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.array(fc.array(fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { freq: 2 }), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
);

const orders = [(pattern: number[][]) => pattern.map((_, i) => pattern.length - 1 - i), markowitzOrdering, (pattern: number[][]) => shallowOrdering(pattern, 2)] as const;

async function solveSparse(matrix: readonly (readonly (number | null)[])[], right: readonly number[], order: (pattern: number[][]) => readonly number[]): Promise<number[]> {
  const size = matrix.length;
  const entry = (row: number, column: number): number | null => (row === column ? (matrix[row]?.[column] ?? 0) + size + 1 : (matrix[row]?.[column] ?? null));
  const pattern = matrix.map((row, i) => row.flatMap((value, j) => (value === null && i !== j ? [] : [j])));
  const lu = symbolicLu(pattern, order(pattern));
  const layout = memoryLayout();
  const factors = layout.f64(lu.cellCount);
  const vector = layout.f64(size);
  const program = programBuilder();
  /** Of -A, which is what is eliminated. */
  const constantEntry = (row: number, column: number) => {
    const found = entry(row, column);
    return found === null ? null : f64.const(-found);
  };
  program.function("solve", {}, (b) => {
    const cells = { get: (cell: number) => f64.load(factors + 8 * cell), set: (cell: number, value: ReturnType<typeof f64.const>) => b.store(factors + 8 * cell, value) };
    const pool: Local[] = [];
    lu.rows.forEach((_, row) => writeFactorRow(b, lu, row, constantEntry, cells, (slot) => (pool[slot] ??= b.local("f64", `work${slot}`))));
    writeSolve(lu, cells, { get: (variable) => f64.load(i32.const(vector), 8 * variable), set: (variable, result) => b.store(vector + 8 * variable, result) });
  });
  const instance = await instantiate(program.finish(layout.bytes), "javascript");
  instance.f64.set(right, vector / 8);
  instance.functions["solve"]?.();
  const solution = [...instance.f64.subarray(vector / 8, vector / 8 + size)];
  return matrix.map((_, row) => solution.reduce((total, x, column) => total + (entry(row, column) ?? 0) * x, 0));
}

describe("symbolic LU", () => {
  it("solves any diagonally dominant sparse system, in any order", async () => {
    await fc.assert(
      fc.asyncProperty(matrices, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), fc.constantFrom(0, 1, 2), async (matrix, numbers, which) => {
        const right = matrix.map(() => numbers.next().value as number);
        const product = await solveSparse(matrix, right, orders[which] ?? markowitzOrdering);
        const rounding = 1e-13;
        product.forEach((value, row) => expect(Math.abs(value - (right[row] ?? NaN))).toBeLessThan(rounding));
      }),
      { numRuns: 60 },
    );
  });

  it("fills nothing into an arrow matrix when its tip is eliminated last, and everything when it is first", () => {
    const arrow = Array.from({ length: 6 }, (_, i) => (i === 0 ? [0, 1, 2, 3, 4, 5] : [0, i]));
    expect(symbolicLu(arrow, markowitzOrdering(arrow)).cellCount).toBe(16);
    expect(symbolicLu(arrow, [0, 1, 2, 3, 4, 5]).cellCount).toBe(36);
  });
});
