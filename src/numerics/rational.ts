/**
 * Exact linear algebra over the rationals, for what must not depend on rounding: conservation laws, cycles, ranks.
 * A row is kept as integers (its common denominator taken out), so nothing grows faster than it must.
 */

/** Rows of equal length. */
export type IntegerMatrix = readonly (readonly bigint[])[];

/** A decimal number as an exact fraction of integers: 0.1 is 1/10, not the binary number next to it. */
export function fractionOf(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
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
export function integerRows(matrix: readonly (readonly number[])[]): bigint[][] {
  return matrix.map((row) => {
    const fractions = row.map(fractionOf);
    const common = fractions.reduce((least, { denominator }) => (least / greatestCommonDivisor(least, denominator)) * denominator, 1n);
    return fractions.map(({ numerator, denominator }) => numerator * (common / denominator));
  });
}

/** Greatest common divisor, not negative; 0 only of zeros. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The row divided by its greatest common divisor, first non-zero entry positive. */
function primitive(row: readonly bigint[]): bigint[] {
  let divisor = 0n;
  for (const value of row) {
    divisor = greatestCommonDivisor(divisor, value);
    if (divisor === 1n) break;
  }
  const first = row.find((value) => value !== 0n) ?? 0n;
  if (divisor === 0n) return [...row];
  const scale = first < 0n ? -divisor : divisor;
  return scale === 1n ? [...row] : row.map((value) => value / scale);
}

/**
 * Reduced row echelon form [rank, nColumn] with primitive integer rows: every pivot is positive and alone in its column.
 * It is the same for every matrix with the same row space, so equal spaces print equal rows.
 */
export function reducedRowEchelon(matrix: IntegerMatrix): { readonly rows: bigint[][]; readonly pivots: number[] } {
  const columns = matrix[0]?.length ?? 0;
  let open = matrix.map(primitive).filter((row) => row.some((value) => value !== 0n));
  const rows: bigint[][] = [];
  const pivots: number[] = [];
  for (let column = 0; column < columns && open.length > 0; column += 1) {
    let chosen = -1;
    open.forEach((row, index) => {
      const size = magnitude(row[column] ?? 0n);
      const best = chosen < 0 ? 0n : magnitude(open[chosen]?.[column] ?? 0n);
      // The smallest pivot keeps the other rows' numbers small.
      if (size !== 0n && (chosen < 0 || size < best)) chosen = index;
    });
    const pivotRow = open[chosen];
    if (!pivotRow) continue;
    const eliminate = (row: bigint[]): bigint[] => {
      const value = row[column] ?? 0n;
      const pivot = pivotRow[column] ?? 1n;
      if (value === 0n) return row;
      return primitive(row.map((entry, index) => entry * pivot - (pivotRow[index] ?? 0n) * value));
    };
    open = open
      .filter((_, index) => index !== chosen)
      .map(eliminate)
      .filter((row) => row.some((value) => value !== 0n));
    rows.forEach((row, index) => {
      rows[index] = eliminate(row);
    });
    rows.push(primitive(pivotRow));
    pivots.push(column);
  }
  return { rows, pivots };
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Rank of a matrix. */
export const rankOf = (matrix: IntegerMatrix): number => reducedRowEchelon(matrix).rows.length;

/**
 * Canonical basis [nColumn - rank, nColumn] of `{ x : matrix x = 0 }`: reduced row echelon, primitive integer rows, first
 * non-zero entry positive. `columns` is needed where the matrix has no rows.
 */
export function integerKernel(matrix: IntegerMatrix, columns: number = matrix[0]?.length ?? 0): bigint[][] {
  const { rows, pivots } = reducedRowEchelon(matrix);
  const isPivot = new Set(pivots);
  const basis: bigint[][] = [];
  for (let free = 0; free < columns; free += 1) {
    if (isPivot.has(free)) continue;
    // x_free = product of the pivots involved makes every other entry an integer.
    let scale = 1n;
    rows.forEach((row, index) => {
      const pivot = row[pivots[index] ?? 0] ?? 1n;
      if ((row[free] ?? 0n) !== 0n) scale = (scale / greatestCommonDivisor(scale, pivot)) * pivot;
    });
    const vector = Array.from({ length: columns }, () => 0n);
    vector[free] = scale;
    rows.forEach((row, index) => {
      const column = pivots[index] ?? 0;
      vector[column] = (-(row[free] ?? 0n) * scale) / (row[column] ?? 1n);
    });
    basis.push(vector);
  }
  return reducedRowEchelon(basis).rows;
}

/** Canonical basis of `{ x : x matrix = 0 }`, the kernel of the transpose; `rows` is needed where the matrix has none. */
export function integerLeftKernel(matrix: IntegerMatrix): bigint[][] {
  const columns = matrix[0]?.length ?? 0;
  const transposed = Array.from({ length: columns }, (_, column) => matrix.map((row) => row[column] ?? 0n));
  return integerKernel(transposed, matrix.length);
}
