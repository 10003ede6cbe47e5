import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eigenvalues } from "../../src/numerics/eigenvalues.ts";
import { product } from "../../src/numerics/linear.ts";
import { symmetricEigen } from "../../src/numerics/symmetric-eigen.ts";

const matrices = fc
  .integer({ min: 1, max: 7 })
  .chain((n) => fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((entries) => ({ n, matrix: Float64Array.from(entries) })));

const trace = (matrix: Float64Array, n: number): number => Array.from({ length: n }, (_, i) => matrix[i * n + i] ?? 0).reduce((sum, value) => sum + value, 0);

describe("eigenvalues", () => {
  it("have the matrix's power sums: tr A, tr A^2, tr A^3", () => {
    fc.assert(
      fc.property(matrices, ({ n, matrix }) => {
        const { re, im } = eigenvalues(matrix, n);
        const norm = 1 + Math.hypot(...matrix);
        const squared = product(matrix, matrix, n, n, n);
        const sums = [trace(matrix, n), trace(squared, n), trace(product(squared, matrix, n, n, n), n)];
        let [first, second, third, odd] = [0, 0, 0, 0];
        re.forEach((a, k) => {
          const b = im[k] ?? 0;
          first += a;
          second += a * a - b * b;
          third += a ** 3 - 3 * a * b * b;
          odd += b;
        });
        // Backward stability: eigenvalues of A + E with |E| a small multiple of epsilon |A|; power sums are smooth in E.
        [first, second, third].forEach((sum, power) => expect(Math.abs(sum - (sums[power] ?? 0))).toBeLessThan(1e-12 * n * norm ** (power + 1)));
        expect(Math.abs(odd)).toBeLessThan(1e-12 * norm);
        for (let k = 1; k < n; k++) expect(re[k]).toBeLessThanOrEqual(re[k - 1] ?? Number.NaN);
      }),
    );
  });

  it("agree with Jacobi's for symmetric matrices", () => {
    fc.assert(
      fc.property(matrices, ({ n, matrix }) => {
        const even = matrix.map((value, at) => value + (matrix[(at % n) * n + Math.floor(at / n)] ?? 0));
        const { re, im } = eigenvalues(even, n);
        symmetricEigen(even, n).values.forEach((value, k) => expect(Math.abs(value - (re[k] ?? Number.NaN))).toBeLessThan(1e-12 * (1 + Math.hypot(...even))));
        expect(im.every((value) => value === 0)).toBe(true);
      }),
    );
  });

  it("puts a rotation's pair together, positive imaginary part first", () => {
    const { re, im } = eigenvalues([0, -2, 0, 2, 0, 0, 0, 0, -1], 3);
    expect([...re].map((value) => Math.round(value * 1e12) / 1e12 + 0)).toEqual([0, 0, -1]);
    expect([...im].map((value) => Math.round(value * 1e12) / 1e12 + 0)).toEqual([2, -2, 0]);
  });

  it("keeps small eigenvalues of a badly scaled matrix, which unbalanced QR would lose", () => {
    // D^-1 M D with M = 1 2; 3 4 and D = diag(1, 2^30): the eigenvalues are those of M.
    const { re } = eigenvalues([1, 2 * 2 ** 30, 3 / 2 ** 30, 4], 2);
    const root = Math.sqrt(33);
    expect(Math.abs((re[0] ?? 0) - (5 + root) / 2)).toBeLessThan(1e-14 * 8);
    expect(Math.abs((re[1] ?? 0) - (5 - root) / 2)).toBeLessThan(1e-14 * 8);
  });

  it("refuses another shape and entries that are not finite", () => {
    expect(() => eigenvalues([1, 2], 2)).toThrow(/2 x 2/);
    expect(() => eigenvalues([Number.NaN], 1)).toThrow(/not finite/);
  });
});
