import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { factorEntries, markowitzOrdering } from "../../src/numerics/ordering.ts";

const patterns = fc.integer({ min: 1, max: 9 }).chain((n) => fc.array(fc.uniqueArray(fc.integer({ min: 0, max: n - 1 })), { minLength: n, maxLength: n }));

/** Dense elimination of a 0/1 pattern: an independent count of the off-diagonal entries of L + U. */
function denseEntries(rows: readonly (readonly number[])[], order: readonly number[]): number {
  const filled = order.map((row) => order.map((column) => row === column || (rows[row] ?? []).includes(column)));
  order.forEach((_, k) => {
    for (let i = k + 1; i < order.length; i += 1) {
      if (!filled[i]?.[k]) continue;
      for (let j = k + 1; j < order.length; j += 1) if (filled[k]?.[j]) (filled[i] as boolean[])[j] = true;
    }
  });
  return filled.flat().filter(Boolean).length - order.length;
}

describe("fill-reducing ordering", () => {
  test("is a permutation, and its fill is what dense elimination counts", () => {
    fc.assert(
      fc.property(patterns, (rows) => {
        const order = markowitzOrdering(rows);
        expect(order.toSorted((a, b) => a - b)).toEqual([...rows.keys()]);
        expect(factorEntries(rows, order)).toBe(denseEntries(rows, order));
        const natural = [...rows.keys()];
        expect(factorEntries(rows, natural)).toBe(denseEntries(rows, natural));
      }),
    );
  });

  test("an arrow pointing the wrong way fills nothing once ordered", () => {
    const n = 20;
    const rows = Array.from({ length: n }, (_, row) => (row === 0 ? Array.from({ length: n }, (_column, column) => column) : [0, row]));
    const entries = 2 * (n - 1);
    expect(factorEntries(rows, [...rows.keys()])).toBe(n * (n - 1));
    expect(factorEntries(rows, markowitzOrdering(rows))).toBe(entries);
  });

  test("a triangular pattern in any disguise needs no fill", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }), (names) => {
        const rows: number[][] = names.map(() => []);
        names.forEach((row, position) => rows[row]?.push(...names.slice(0, position)));
        expect(factorEntries(rows, markowitzOrdering(rows))).toBe(15);
      }),
    );
  });

  test("a column outside the matrix is refused", () => {
    expect(() => markowitzOrdering([[1]])).toThrow("column 1 of 1");
  });
});
