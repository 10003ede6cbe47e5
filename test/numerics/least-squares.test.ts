import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastSquares } from "../../src/numerics/least-squares.ts";
import { product, transpose } from "../../src/numerics/linear.ts";
import { integerRows, rankOf } from "../../src/numerics/rational.ts";

const numbers = (length: number) => fc.array(fc.integer({ min: -3, max: 3 }), { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
/** Integer matrices of rank at most 3, at most 7 x 7, entries within 27, as products; their exact rank comes from rational arithmetic. */
const problems = fc
  .record({ rows: fc.integer({ min: 1, max: 7 }), columns: fc.integer({ min: 1, max: 7 }), inner: fc.integer({ min: 1, max: 3 }) })
  .chain(({ rows, columns, inner }) => {
    return fc.record({ rows: fc.constant(rows), columns: fc.constant(columns), inner: fc.constant(inner), left: numbers(rows * inner), right: numbers(inner * columns), b: numbers(rows) });
  })
  .map(({ left, right, inner, ...rest }) => ({ ...rest, inner, matrix: product(left, right, rest.rows, inner, rest.columns) }));

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
/**
 * The squared non-zero singular values multiply to an integer, and each is at most 7 · 27 = 189, so the smallest is at least
 * 189^-2 = 3e-5: condition number below 7e6, so that what is left beside exact zeros is below 7e6 times a few dozen epsilon.
 */
const slack = 7e6 * 40 * Number.EPSILON;

describe("least squares", () => {
  it("meets the normal equations, lies in the row space, and tells its rank and residual", () => {
    fc.assert(
      fc.property(problems, ({ rows, columns, matrix, b }) => {
        const found = leastSquares(matrix, b, rows, columns);
        expect(found.rank).toBe(rankOf(integerRows(Array.from({ length: rows }, (_, i) => Array.from(matrix.subarray(i * columns, (i + 1) * columns))))));
        const across = transpose(matrix, rows, columns);
        const residual = product(matrix, found.solution, rows, columns, 1).map((value, i) => (b[i] ?? 0) - value);
        expect(norm(product(across, residual, columns, rows, 1))).toBeLessThan(slack * (1 + norm(matrix) * norm(b)));
        expect(Math.abs(norm(residual) - found.residualNorm)).toBeLessThan(slack * (1 + norm(b)));
        // In the row space: x = A' y has an exact solution y.
        expect(leastSquares(across, found.solution, columns, rows).residualNorm).toBeLessThan(slack * (1 + norm(found.solution)));
        const squares = found.singularValues.reduce((sum, value) => sum + value * value, 0);
        expect(Math.abs(squares - norm(matrix) ** 2)).toBeLessThan(slack * (1 + squares));
      }),
    );
  });

  it("knows a line through three points, and the least solution of one equation", () => {
    const line = leastSquares([1, 0, 1, 1, 1, 2], [1, 3, 5], 3, 2);
    expect(line.solution[0]).toBeCloseTo(1, 12);
    expect(line.solution[1]).toBeCloseTo(2, 12);
    expect(line.residualNorm).toBeLessThan(1e-13);
    const plane = leastSquares([3, 4], [25], 1, 2);
    expect(plane.rank).toBe(1);
    expect([...plane.solution].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([3, 4]);
  });

  it("does not mind the scale, the zero matrix or nothing at all", () => {
    for (const scale of [1e-200, 1e200]) expect((leastSquares([2 * scale, 0, 0, 4 * scale], [scale, scale], 2, 2).solution[0] ?? 0) - 0.5).toBeCloseTo(0, 12);
    expect(leastSquares([0, 0], [3, 4], 2, 1)).toMatchObject({ rank: 0, residualNorm: 5 });
    expect(leastSquares([], [3, 4], 2, 0)).toMatchObject({ rank: 0, residualNorm: 5 });
  });

  it("takes the tolerance it is given", () => {
    expect(leastSquares([1, 0, 0, 1e-6], [1, 1], 2, 2).rank).toBe(2);
    expect(leastSquares([1, 0, 0, 1e-6], [1, 1], 2, 2, 1e-5).rank).toBe(1);
  });

  it("refuses other sizes and entries that are not finite", () => {
    expect(() => leastSquares([1, 2], [1], 1, 1)).toThrow(/\[1, 1\]/);
    expect(() => leastSquares([Number.NaN], [1], 1, 1)).toThrow(/not finite/);
  });
});
