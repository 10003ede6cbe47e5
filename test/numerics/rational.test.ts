import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fractionOf, greatestCommonDivisor, integerKernel, integerLeftKernel, integerRows, rankOf, reducedRowEchelon } from "../../src/numerics/rational.ts";

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, columns]) => fc.array(fc.array(fc.bigInt({ min: -3n, max: 3n }), { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }));

const times = (matrix: readonly (readonly bigint[])[], vector: readonly bigint[]): bigint[] =>
  matrix.map((row) => row.reduce((total, value, index) => total + value * (vector[index] ?? 0n), 0n));

const isCanonical = (rows: readonly (readonly bigint[])[]): boolean => {
  let last = -1;
  return rows.every((row, index) => {
    const pivot = row.findIndex((value) => value !== 0n);
    const isStaircase = pivot > last;
    last = pivot;
    const divisor = row.reduce((a, b) => greatestCommonDivisor(a, b), 0n);
    return isStaircase && (row[pivot] ?? 0n) > 0n && divisor === 1n && rows.every((other, at) => at === index || other[pivot] === 0n);
  });
};

describe("exact kernels", () => {
  test("the kernel is annihilated, canonical, and as large as rank and columns say", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const kernel = integerKernel(matrix);
        for (const vector of kernel) expect(times(matrix, vector).every((value) => value === 0n)).toBe(true);
        expect(isCanonical(kernel)).toBe(true);
        expect(isCanonical(reducedRowEchelon(matrix).rows)).toBe(true);
        expect(kernel.length + rankOf(matrix)).toBe(matrix[0]?.length);
      }),
    );
  });

  test("row operations do not change the kernel; the left kernel annihilates from the left", () => {
    fc.assert(
      fc.property(matrices, fc.bigInt({ min: -4n, max: 4n }), (matrix, factor) => {
        const [first, ...others] = matrix;
        const mixed = first ? [...others.map((row) => row.map((value, index) => value + factor * (first[index] ?? 0n))), first.map((value) => value * -7n)] : [];
        expect(integerKernel(mixed)).toEqual(integerKernel(matrix));
        const columns = matrix[0]?.map((_, column) => matrix.map((row) => row[column] ?? 0n)) ?? [];
        for (const law of integerLeftKernel(matrix)) expect(times(columns, law).every((value) => value === 0n)).toBe(true);
      }),
    );
  });

  test("large entries stay exact", () => {
    expect(integerKernel([[10n ** 30n + 1n, 10n ** 30n]])).toEqual([[10n ** 30n, -(10n ** 30n) - 1n]]);
    expect(integerKernel([[2n, -1n, 0n, 0n], [0n, 1n, -2n, 0n]])).toEqual([[1n, 2n, 1n, 0n], [0n, 0n, 0n, 1n]]);
    expect(integerKernel([], 2)).toEqual([[1n, 0n], [0n, 1n]]);
  });

  test("decimal numbers become the fractions they are written as", () => {
    expect(fractionOf(0.1)).toEqual({ numerator: 1n, denominator: 10n });
    expect(fractionOf(-2.5e-7)).toEqual({ numerator: -1n, denominator: 4000000n });
    expect(fractionOf(3e21)).toEqual({ numerator: 3n * 10n ** 21n, denominator: 1n });
    expect(integerRows([[0.5, -1 / 4, 0]])).toEqual([[2n, -1n, 0n]]);
    expect(() => fractionOf(Number.NaN)).toThrow("not a finite number");
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 1e-100, max: 1e100 }), (value) => {
        const { numerator, denominator } = fractionOf(value);
        // The fraction read back as a decimal is the number itself: one rounding in each conversion and in the quotient.
        const roundings = 3 * Number.EPSILON;
        expect(Math.abs(Number(numerator) / Number(denominator) - value)).toBeLessThanOrEqual(roundings * Math.abs(value));
      }),
    );
  });
});
