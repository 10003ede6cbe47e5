import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { solveLinear } from "../../../src/numerics/linear.ts";
import { chooseShiftedSolver } from "../../../src/solvers/linear/choose.ts";
import type { RowPattern } from "../../../src/solvers/tables/index.ts";
import { anyPattern, instanceOf, patternOf, scattered, shiftedMatrix, waves } from "./matrices.ts";

/** Entries in [-1, 1] with the diagonal moved below minus their row's sum: I - c J is dominated by its diagonal for every c > 0. */
function dominated(pattern: RowPattern, phase: number): Float64Array {
  const values = waves(pattern.column.length, phase);
  for (let row = 0; row + 1 < pattern.rowStart.length; row++) {
    const [from = 0, to = 0] = [pattern.rowStart[row], pattern.rowStart[row + 1]];
    const total = values.subarray(from, to).reduce((sum, value) => sum + Math.abs(value), 0);
    values[pattern.column.subarray(from, to).indexOf(row) + from] = -total;
  }
  return values;
}

function dense(pattern: RowPattern, values: Float64Array, c: number, right: Float64Array): Float64Array {
  const solved = solveLinear(shiftedMatrix(pattern, values, c), right, right.length);
  if ("problem" in solved) throw new Error(solved.problem);
  return solved.solution;
}

const distance = (one: ArrayLike<number>, other: ArrayLike<number>): number => Math.max(...Array.from(one, (value, i) => Math.abs(value - (other[i] ?? NaN))));

/** Matrices here have condition numbers below 1e3 and up to 24 unknowns. */
const rounding = 1e-11;

describe("I - c J", () => {
  it.each(["lu", "krylov"] as const)("is solved by %s as full elimination solves it", async (kind) => {
    await fc.assert(
      fc.asyncProperty(anyPattern, fc.double({ min: 0.01, max: 30, noNaN: true }), fc.integer({ min: 0, max: 100 }), async (pattern, c, phase) => {
        const values = dominated(pattern, phase);
        const right = waves(pattern.rowStart.length - 1, phase + 1);
        const solver = await instanceOf(chooseShiftedSolver(pattern, kind), pattern, values);
        expect(solver.factor(c)).toBe(1);
        expect(distance(solver.solve(right, c).x, dense(pattern, values, c, right))).toBeLessThan(rounding);
      }),
      { numRuns: 40 },
    );
  });

  it("is solved by krylov for a c that has moved since the factors were made, with more products the further", async () => {
    const pattern = scattered(200, 4);
    const values = dominated(pattern, 3);
    const right = waves(200, 5);
    const solver = await instanceOf(chooseShiftedSolver(pattern, "krylov"), pattern, values);
    expect(solver.factor(1)).toBe(1);
    const products = [1, 1.3, 5].map((c) => {
      const solved = solver.solve(right, c);
      expect(distance(solved.x, dense(pattern, values, c, right))).toBeLessThan(rounding);
      return solved.products;
    });
    expect(products).toEqual(products.toSorted((a, b) => a - b));
    expect(products[0]).toBeGreaterThan(0);
    expect(products[2]).toBeGreaterThan(products[0] ?? 0);
  });

  it("leaves by krylov what the tolerance allows and no more products than that needs", async () => {
    const pattern = scattered(200, 4);
    const values = dominated(pattern, 2);
    const right = waves(200, 1);
    const solver = await instanceOf(chooseShiftedSolver(pattern, "krylov"), pattern, values);
    solver.factor(3);
    const exact = dense(pattern, values, 3, right);
    let before = 0;
    for (const within of [1e-2, 1e-5, 1e-9]) {
      const { x, products } = solver.solve(right, 3, within);
      // The tolerance is on the preconditioned rest; what the preconditioner lacks stands between it and the error.
      expect(Math.hypot(...x.map((value, i) => value - (exact[i] ?? NaN))) / Math.sqrt(200)).toBeLessThan(10 * within);
      expect(products).toBeGreaterThan(before);
      before = products;
    }
  });

  it("is solved by lu with old factors and the factor 2 / (1 + c / c₀)", async () => {
    const pattern = scattered(30, 3);
    const values = dominated(pattern, 1);
    const right = waves(30, 2);
    const solver = await instanceOf(chooseShiftedSolver(pattern, "lu"), pattern, values);
    solver.factor(2);
    const old = dense(pattern, values, 2, right);
    expect(distance(solver.solve(right, 3).x, old.map((value) => 0.8 * value))).toBeLessThan(rounding);
  });

  it.each(["lu", "krylov"] as const)("has the same solution by %s to the bit in WebAssembly and JavaScript", async (kind) => {
    const pattern = scattered(60, 4);
    const values = dominated(pattern, 7);
    const right = waves(60, 3);
    const [wasm, javascript] = await Promise.all((["wasm", "javascript"] as const).map((target) => instanceOf(chooseShiftedSolver(pattern, kind), pattern, values, target)));
    wasm?.factor(1.5);
    javascript?.factor(1.5);
    expect(javascript?.solve(right, 1.7)).toEqual(wasm?.solve(right, 1.7));
  });

  it.each([
    ["a pivot that is 0", [1, 0, 0, 0]],
    ["a pivot that is not a number", [NaN, 0, 0, 0]],
    ["a pivot that is infinite", [-Infinity, 0, 0, 0]],
    ["a pivot that rounding has left", [1 + 1e-16, 1, 1, 0]],
  ])("%s is refused", async (_, entries) => {
    const pattern = patternOf([
      [0, 1],
      [0, 1],
    ]);
    const solver = await instanceOf(chooseShiftedSolver(pattern, "lu"), pattern, Float64Array.from(entries));
    expect(solver.factor(1)).toBe(0);
  });

  it("a rest that is not finite has no solution", async () => {
    const pattern = scattered(10, 2);
    const solver = await instanceOf(chooseShiftedSolver(pattern, "krylov"), pattern, dominated(pattern, 1));
    solver.factor(1);
    expect(solver.solve(waves(10, 1).fill(Infinity, 3, 4), 1).products).toBe(-1);
  });
});

describe("the choice", () => {
  it("falls on complete factors where they fill in little, and on iteration where they fill", () => {
    const band = patternOf(Array.from({ length: 2000 }, (_, row) => [row - 1, row + 1].filter((column) => column >= 0 && column < 2000)));
    expect(chooseShiftedSolver(band)).toMatchObject({ kind: "lu", factorEntries: band.column.length });
    const filling = scattered(1500, 4);
    const iterative = chooseShiftedSolver(filling);
    expect(iterative).toMatchObject({ kind: "krylov", factorEntries: filling.column.length });
    expect(chooseShiftedSolver(filling, "lu").factorProducts).toBeGreaterThan(12 * 9 * 2 * filling.column.length);
  });

  it("orders matrices beyond the bit matrices too", () => {
    const size = 7000;
    const ring = patternOf(Array.from({ length: size }, (_, row) => [(row + 1) % size]));
    const solver = chooseShiftedSolver(ring);
    expect(solver.kind).toBe("lu");
    expect(solver.factorEntries).toBeLessThan(4 * size);
  });
});
