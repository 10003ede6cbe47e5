import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { product, transpose } from "../../src/numerics/linear.ts";
import { symmetricEigen } from "../../src/numerics/symmetric-eigen.ts";

/** Jacobi's error is a small multiple of n times the unit roundoff times the norm; n is at most 12 and the sweeps are few. */
const backward = 1e-13;

const matrices = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((entries) => {
    const half = Float64Array.from(entries);
    const across = transpose(half, n, n);
    return { n, matrix: half.map((value, place) => value + (across[place] ?? 0)) };
  }),
);

describe("symmetric eigenvalues", () => {
  it("A = V diag(values) V', V orthonormal, values falling", () => {
    fc.assert(
      fc.property(matrices, ({ n, matrix }) => {
        const { values, vectors } = symmetricEigen(matrix, n);
        const norm = 1 + Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
        const scaled = vectors.map((value, place) => value * (values[place % n] ?? Number.NaN));
        product(scaled, transpose(vectors, n, n), n, n, n).forEach((value, place) => expect(Math.abs(value - (matrix[place] ?? 0))).toBeLessThan(backward * norm));
        product(transpose(vectors, n, n), vectors, n, n, n).forEach((value, place) => {
          expect(Math.abs(value - (Math.floor(place / n) === place % n ? 1 : 0))).toBeLessThan(backward);
        });
        for (let k = 1; k < n; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1] ?? Number.NaN);
      }),
    );
  });

  it("knows 2 1; 1 2 and a matrix that is diagonal already", () => {
    expect([...symmetricEigen(Float64Array.of(2, 1, 1, 2), 2).values].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([3, 1]);
    expect([...symmetricEigen(Float64Array.of(1, 0, 0, 5), 2).values]).toEqual([5, 1]);
  });

  it("refuses another shape and entries that are not finite", () => {
    expect(() => symmetricEigen(Float64Array.of(1, 2), 2)).toThrow(/2 x 2/);
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, 0, 1), 2)).toThrow(/not finite/);
  });
});
