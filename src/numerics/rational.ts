import { greatestCommonDivisor } from "./greatest-common-divisor.ts";
import type { SparseIntegers } from "./sparse-elimination.ts";
import { sparseEchelon, sparseKernel, sparseRank } from "./sparse-elimination.ts";

export { greatestCommonDivisor } from "./greatest-common-divisor.ts";

/**
 * Exact linear algebra over the rationals, for what must not depend on rounding: conservation laws, cycles, ranks.
 * A row is kept as integers (its common denominator taken out), so nothing grows faster than it must.
 */

/** Rows of equal length. */
export type IntegerMatrix = readonly (readonly bigint[])[];

/** A decimal number as an exact fraction of integers: 0.1 is 1/10, not the binary number next to it. */
export function fractionOf(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  if (Number.isSafeInteger(value)) return { numerator: BigInt(value), denominator: 1n };
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!match) throw new Error(`fraction: ${value} is not a finite number`);
  const [, sign = "", whole = "0", decimals = "", exponentText = "0"] = match;
  const exponent = Number(exponentText) - decimals.length;
  const digits = BigInt(whole + decimals) * (sign === "-" ? -1n : 1n);
  const scale = 10n ** BigInt(Math.abs(exponent));
  if (exponent >= 0) return { numerator: digits * scale, denominator: 1n };
  const divisor = greatestCommonDivisor(digits, scale);
  return { numerator: digits / divisor, denominator: scale / divisor };
}

/** A matrix of decimal numbers with each row multiplied by its common denominator: same kernel, same rank, integers. */
export const integerRows = (matrix: readonly (readonly number[])[]): bigint[][] => matrix.map(integersOf);

/** The same for a row given by its columns and the numbers in them. */
export function sparseIntegers(columns: readonly number[], values: readonly number[]): Map<number, bigint> {
  const integers = integersOf(values);
  return new Map(columns.map((column, index) => [column, integers[index] ?? 0n]));
}

function integersOf(row: readonly number[]): bigint[] {
  const fractions = row.map(fractionOf);
  const common = fractions.reduce((least, { denominator }) => (denominator === 1n ? least : (least / greatestCommonDivisor(least, denominator)) * denominator), 1n);
  return fractions.map(({ numerator, denominator }) => (common === 1n ? numerator : numerator * (common / denominator)));
}

const sparse = (row: readonly bigint[]): Map<number, bigint> => new Map(row.flatMap((value, column) => (value === 0n ? [] : [[column, value] as const])));

function dense(row: SparseIntegers, columns: number): bigint[] {
  const values = Array.from({ length: columns }, () => 0n);
  for (const [column, value] of row) values[column] = value;
  return values;
}

/**
 * Reduced row echelon form [rank, nColumn] with primitive integer rows: every pivot is positive and alone in its column.
 * It is the same for every matrix with the same row space, so equal spaces print equal rows.
 */
export function reducedRowEchelon(matrix: IntegerMatrix): { readonly rows: bigint[][]; readonly pivots: number[] } {
  const { rows, pivots } = sparseEchelon(matrix.map(sparse));
  return { rows: rows.map((row) => dense(row, matrix[0]?.length ?? 0)), pivots };
}

/** Rank of a matrix. */
export const rankOf = (matrix: IntegerMatrix): number => sparseRank(matrix.map(sparse));

/**
 * Canonical basis [nColumn - rank, nColumn] of `{ x : matrix x = 0 }`: reduced row echelon, primitive integer rows, first
 * non-zero entry positive. `columns` is needed where the matrix has no rows.
 */
export function integerKernel(matrix: IntegerMatrix, columns: number = matrix[0]?.length ?? 0): bigint[][] {
  return sparseKernel(matrix.map(sparse), columns).map((row) => dense(row, columns));
}

/** Canonical basis of `{ x : x matrix = 0 }`, the kernel of the transpose; `rows` is needed where the matrix has none. */
export function integerLeftKernel(matrix: IntegerMatrix): bigint[][] {
  const columns = matrix[0]?.length ?? 0;
  const transposed = Array.from({ length: columns }, (_, column) => matrix.map((row) => row[column] ?? 0n));
  return integerKernel(transposed, matrix.length);
}
