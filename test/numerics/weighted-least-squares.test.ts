import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastSquares } from "../../src/numerics/least-squares.ts";
import { integerRows, rankOf } from "../../src/numerics/rational.ts";
import { weightedLeastSquares } from "../../src/numerics/weighted-least-squares.ts";

const list = (length: number, values: fc.Arbitrary<number>) => fc.array(values, { minLength: length, maxLength: length });
const problems = fc.record({ rows: fc.integer({ min: 1, max: 7 }), columns: fc.integer({ min: 1, max: 5 }) }).chain(({ rows, columns }) =>
  fc.record({
    columns: fc.constant(columns),
    matrix: list(rows * columns, fc.integer({ min: -2, max: 2 })),
    exponents: list(rows, fc.double({ min: -8, max: 8, noNaN: true })),
    b: list(rows, fc.double({ min: -1, max: 1, noNaN: true })),
    x: list(columns, fc.integer({ min: -5, max: 5 })),
  }),
);
const rowsOf = (matrix: readonly number[], columns: number): number[][] => Array.from({ length: matrix.length / columns }, (_, i) => matrix.slice(i * columns, (i + 1) * columns));
const exactRank = (matrix: readonly number[], columns: number): number => rankOf(integerRows(rowsOf(matrix, columns)));

describe("weighted least squares", () => {
  it("agree with the singular value decomposition where weights are all 1", () => {
    fc.assert(
      fc.property(problems, ({ columns, matrix, b }) => {
        const weights = b.map(() => 1);
        const found = weightedLeastSquares(matrix, weights, b, columns, exactRank(matrix, columns));
        const other = leastSquares(matrix, b, b.length, columns);
        // Integer entries within 2: singular values are between 12 and 12^-4, so 2e5 times a few dozen epsilon.
        const slack = 2e5 * 50 * Number.EPSILON;
        expect(Math.abs(Math.sqrt(found.unexplained) - other.residualNorm)).toBeLessThan(slack);
        expect(Math.abs(found.explained + found.unexplained - b.reduce((sum, value) => sum + value * value, 0))).toBeLessThan(slack);
      }),
    );
  });

  it("leave nothing unexplained, row by row, where the right side is in reach, over sixteen decades of weights", () => {
    fc.assert(
      fc.property(problems, ({ columns, matrix, exponents, x }) => {
        const weights = exponents.map((exponent) => 10 ** exponent);
        const reach = rowsOf(matrix, columns).map((row) => row.reduce((sum, value, at) => sum + value * (x[at] ?? 0), 0));
        const right = reach.map((value, row) => value * (weights[row] ?? 0));
        const found = weightedLeastSquares(matrix, weights, right, columns, exactRank(matrix, columns));
        // Every row's own difference is small against that row, however light it is beside the others.
        rowsOf(matrix, columns).forEach((row, i) => {
          const fitted = row.reduce((sum, value, at) => sum + value * (found.solution[at] ?? 0), 0);
          expect(Math.abs(fitted - (reach[i] ?? NaN))).toBeLessThan(1e-9);
        });
      }),
    );
  });

  it("sees a light row next to a heavy one, where singular values would not", () => {
    const matrix = [1, 0, 0, 1];
    const weights = [1e10, 1e-10];
    const found = weightedLeastSquares(matrix, weights, [1e10 * 3, 1e-10 * 4], 2, 2);
    expect([...found.solution].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([3, 4]);
    expect(leastSquares([1e10, 0, 0, 1e-10], [1e10 * 3, 1e-10 * 4], 2, 2).rank).toBe(1);
  });

  it("refuses sizes that do not fit and values that are not finite", () => {
    expect(() => weightedLeastSquares([1, 2], [1], [1], 1, 1)).toThrow(/\[rows, 1\]/);
    expect(() => weightedLeastSquares([1], [Number.NaN], [1], 1, 1)).toThrow(/not finite/);
  });
});
