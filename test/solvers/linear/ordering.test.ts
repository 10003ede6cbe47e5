import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factorEntries, markowitzOrdering } from "../../../src/numerics/ordering.ts";
import { completeFactors, incompleteFactors } from "../../../src/solvers/linear/factor-pattern.ts";
import { markowitzBits, sparsestFirst } from "../../../src/solvers/linear/markowitz-bits.ts";
import { minimumDegreeOrdering } from "../../../src/solvers/linear/minimum-degree.ts";
import type { RowPattern } from "../../../src/solvers/tables/index.ts";
import { anyPattern, patternOf, rowsOf, scattered } from "./matrices.ts";

const orders: readonly (readonly [string, (pattern: RowPattern) => Int32Array | null])[] = [
  ["markowitz bits", (pattern) => markowitzBits(pattern, Infinity)],
  ["minimum degree", minimumDegreeOrdering],
  ["sparsest first", sparsestFirst],
];

/** Rows of L + U in elimination positions, by eliminating sets. */
function eliminated(pattern: RowPattern, order: ArrayLike<number>): number[][] {
  const position = new Map(Array.from(order, (variable, index) => [variable, index]));
  const rows = Array.from(order, (variable) => new Set(rowsOf(pattern)[variable]?.map((column) => position.get(column) ?? -1)));
  rows.forEach((row, index) => {
    for (let pivot = 0; pivot < index; pivot++) {
      if (row.has(pivot)) for (const column of rows[pivot] ?? []) if (column > pivot) row.add(column);
    }
  });
  return rows.map((row) => [...row].toSorted((a, b) => a - b));
}

describe.each(orders)("the order %s", (_, orderOf) => {
  it("names every variable once", () => {
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        expect([...(orderOf(pattern) ?? [])].toSorted((a, b) => a - b)).toEqual(rowsOf(pattern).map((__, row) => row));
      }),
    );
  });

  it("has the complete factors that elimination by sets gives", () => {
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        const order = orderOf(pattern) ?? new Int32Array();
        const factors = completeFactors(pattern, order);
        const expected = eliminated(pattern, order);
        expect(factors && rowsOf(factors)).toEqual(expected);
        expect(Array.from(factors?.diagonal ?? [], (entry) => factors?.column[entry])).toEqual(expected.map((__, row) => row));
        const products = expected.map((row, index) => row.filter((pivot) => pivot < index).reduce((total, pivot) => total + 1 + (expected[pivot]?.filter((column) => column > pivot).length ?? 0), 0));
        expect(factors?.products).toBe(products.reduce((total, count) => total + count, 0));
      }),
    );
  });
});

describe("fill", () => {
  it("is none where an order without any exists: a hub that touches all", () => {
    const star = patternOf(Array.from({ length: 40 }, (_, row) => (row === 0 ? Array.from({ length: 40 }, (__, column) => column) : [0])));
    for (const [, orderOf] of orders) expect(completeFactors(star, orderOf(star) ?? new Int32Array())?.column.length).toBe(star.column.length);
  });

  it("of the greedy orders is far below that of the given order, and near that of the set-based one", () => {
    const pattern = scattered(300, 3);
    const rows = rowsOf(pattern);
    const given = completeFactors(pattern, Int32Array.from(rows.keys()))?.column.length ?? 0;
    const sets = factorEntries(rows, markowitzOrdering(rows)) + rows.length;
    const bits = completeFactors(pattern, markowitzBits(pattern, Infinity) ?? new Int32Array())?.column.length ?? 0;
    const degree = completeFactors(pattern, minimumDegreeOrdering(pattern))?.column.length ?? 0;
    // Equal costs are broken in another order, which moves fill by some percent either way.
    expect(Math.abs(bits / sets - 1)).toBeLessThan(0.1);
    expect(bits).toBeLessThan(0.7 * given);
    expect(degree).toBeLessThan(0.8 * given);
  });

  it("is not computed beyond the products one is ready to pay", () => {
    const pattern = scattered(120, 3);
    const order = markowitzBits(pattern, Infinity) ?? new Int32Array();
    const products = completeFactors(pattern, order)?.products ?? 0;
    expect(markowitzBits(pattern, products)).toEqual(order);
    expect(markowitzBits(pattern, products - 1)).toBeNull();
    expect(completeFactors(pattern, order, products)?.products).toBe(products);
    expect(completeFactors(pattern, order, products - 1)).toBeNull();
  });

  it("of incomplete factors is none", () => {
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        const factors = incompleteFactors(pattern, sparsestFirst(pattern));
        expect(factors.column.length).toBe(pattern.column.length);
      }),
    );
  });
});
