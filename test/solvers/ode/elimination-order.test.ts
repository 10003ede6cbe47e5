import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markowitzOrdering } from "../../../src/numerics/ordering.ts";
import { symbolicLu } from "../../../src/solvers/ode/symbolic-lu.ts";
import { cyclesOf, orderedLu, shallowOrdering } from "../../../src/solvers/ode/elimination-order.ts";

const patterns = fc.integer({ min: 1, max: 14 }).chain((size) => fc.array(fc.uniqueArray(fc.integer({ min: 0, max: size - 1 })), { minLength: size, maxLength: size }));

/** Each state acts on the next. */
const chain = (size: number): number[][] => Array.from({ length: size }, (_, row) => (row === 0 ? [0] : [row - 1, row]));

/** Variables one after another in the longest chain of a triangular solve, forward and backward. */
function depthOf({ rows }: ReturnType<typeof orderedLu>): number {
  const forward: number[] = [];
  rows.forEach(({ columns }, index) => forward.push(Math.max(0, ...columns.filter((column) => column < index).map((column) => 1 + (forward[column] ?? 0)))));
  const backward: number[] = [];
  for (const [index, { columns }] of [...rows.entries()].toReversed()) backward[index] = Math.max(forward[index] ?? 0, ...columns.filter((column) => column > index).map((column) => 1 + (backward[column] ?? 0)));
  return Math.max(...backward);
}

describe("elimination order", () => {
  it("takes every variable once, and never an order that costs more than Markowitz's", () => {
    fc.assert(
      fc.property(patterns, fc.integer({ min: 1, max: 10 }), (pattern, solves) => {
        const { order } = orderedLu(pattern, solves);
        expect(order.toSorted((a, b) => a - b)).toEqual([...pattern.keys()]);
        expect(cyclesOf(pattern, order, solves).total).toBeLessThanOrEqual(cyclesOf(pattern, markowitzOrdering(pattern), solves).total);
      }),
    );
  });

  it("counts the entries and products that the factors have", () => {
    fc.assert(
      fc.property(patterns, fc.integer({ min: 0, max: 3 }), (pattern, slack) => {
        const order = shallowOrdering(pattern, slack);
        const { cellCount, factorProducts } = symbolicLu(pattern, order);
        // With no solves what is left are the entries and products of one factorization, 1.2 cycles each.
        expect(cyclesOf(pattern, order, 0).total).toBeCloseTo(1.2 * (cellCount + factorProducts), 9);
      }),
    );
  });

  it("breaks a chain of n states into pieces that wait for each other about log n times", () => {
    for (const size of [16, 64, 256]) {
      const lu = orderedLu(chain(size), 8);
      expect(depthOf(lu)).toBeLessThanOrEqual(2 * Math.log2(size) + 2);
      // Every second state is left to the second solve, at the price of one entry each.
      expect(lu.cellCount).toBeLessThanOrEqual(3 * size);
    }
  });
});
