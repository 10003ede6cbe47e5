import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integerKernel, sparseIntegers } from "../../src/numerics/rational.ts";
import { sparseEchelon, sparseKernel, sparseRank } from "../../src/numerics/sparse-elimination.ts";
import { denseEchelon, denseKernel } from "./dense-kernel.ts";

/** Mostly empty rows, as a stoichiometry has them, some with entries that elimination makes large. */
const matrices = fc
  .record({ rows: fc.integer({ min: 0, max: 14 }), columns: fc.integer({ min: 1, max: 12 }), large: fc.boolean() })
  .chain(({ rows, columns, large }) => {
    const size = large ? 10n ** 20n : 3n;
    const entry = fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: fc.bigInt({ min: -size, max: size }) });
    return fc.record({ columns: fc.constant(columns), matrix: fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }) });
  });

const sparse = (row: readonly bigint[]): Map<number, bigint> => new Map(row.map((value, column): [number, bigint] => [column, value]).toReversed());
const dense = (row: ReadonlyMap<number, bigint>, columns: number): bigint[] => Array.from({ length: columns }, (_, column) => row.get(column) ?? 0n);
const isAscending = (row: ReadonlyMap<number, bigint>): boolean => [...row.keys()].every((column, index, all) => index === 0 || column > (all[index - 1] ?? 0));

describe("sparse elimination", () => {
  it("gives the kernel, the echelon form and the rank that dense elimination gives", () => {
    fc.assert(
      fc.property(matrices, ({ matrix, columns }) => {
        const rows = matrix.map(sparse);
        const expected = denseEchelon(matrix, columns);
        const kernel = sparseKernel(rows, columns);
        const echelon = sparseEchelon(rows);
        expect(kernel.map((row) => dense(row, columns))).toEqual(denseKernel(matrix, columns));
        expect(echelon.rows.map((row) => dense(row, columns))).toEqual(expected.rows);
        expect(echelon.pivots).toEqual(expected.pivots);
        expect(sparseRank(rows)).toBe(expected.pivots.length);
        // Only what is not 0 is listed, in order; what was given is as it was.
        for (const row of [...kernel, ...echelon.rows]) expect(isAscending(row) && [...row.values()].every((value) => value !== 0n)).toBe(true);
        expect(rows).toEqual(matrix.map(sparse));
        if (matrix.length > 0) expect(integerKernel(matrix)).toEqual(denseKernel(matrix, columns));
      }),
      { numRuns: 200 },
    );
  });

  it("solves a band of a thousand rows whose numbers grow, to the last digit", () => {
    // x[i+1] = 2 x[i] + x[i-1] from x = (1, 0) and (0, 1): Pell numbers of 383 digits.
    const count = 1000;
    const rows = Array.from({ length: count }, (_, row) => new Map([[row, 1n], [row + 1, 2n], [row + 2, -1n]]));
    const [first, second, ...others] = sparseKernel(rows, count + 2);
    const pell = [0n, 1n];
    while (pell.length < count + 2) pell.push(2n * (pell.at(-1) ?? 0n) + (pell.at(-2) ?? 0n));
    expect(others).toEqual([]);
    expect([...(second?.values() ?? [])]).toEqual(pell.slice(1));
    expect([...(first?.values() ?? [])]).toEqual([1n, ...pell.slice(1, -1)]);
  });

  it("takes decimal entries by their columns", () => {
    expect(sparseIntegers([4, 1], [0.5, -1 / 4])).toEqual(new Map([[4, 2n], [1, -1n]]));
    expect(sparseIntegers([], [])).toEqual(new Map());
  });
});
