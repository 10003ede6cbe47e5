import { greatestCommonDivisor } from "../../src/numerics/rational.ts";

/** Kernel of an integer matrix by Gauss-Jordan elimination of dense rows, column by column: slow, and too short to be wrong. Canonical as `integerKernel`. */
export function denseKernel(matrix: readonly (readonly bigint[])[], columns: number): bigint[][] {
  const { rows, pivots } = denseEchelon(matrix, columns);
  const free = Array.from({ length: columns }, (_, column) => column).filter((column) => !pivots.includes(column));
  const common = rows.reduce((least, row, index) => least * (row[pivots[index] ?? 0] ?? 1n), 1n);
  const basis = free.map((column) =>
    Array.from({ length: columns }, (_, at) => {
      const row = pivots.indexOf(at);
      return row < 0 ? (at === column ? common : 0n) : (-(rows[row]?.[column] ?? 0n) * common) / (rows[row]?.[at] ?? 1n);
    }),
  );
  return denseEchelon(basis, columns).rows;
}

/** Reduced row echelon form with primitive rows, pivots positive. */
export function denseEchelon(matrix: readonly (readonly bigint[])[], columns: number): { rows: bigint[][]; pivots: number[] } {
  let rows = matrix.map((row) => [...row]);
  const pivots: number[] = [];
  for (let column = 0; column < columns; column++) {
    const rank = pivots.length;
    const at = rows.findIndex((row, index) => index >= rank && row[column] !== 0n);
    const pivotRow = rows[at];
    if (!pivotRow) continue;
    rows.splice(at, 1);
    rows = rows.map((row) => primitive(row.map((value, index) => value * (pivotRow[column] ?? 0n) - (row[column] ?? 0n) * (pivotRow[index] ?? 0n))));
    rows.splice(rank, 0, pivotRow);
    pivots.push(column);
  }
  return { rows: rows.slice(0, pivots.length).map(primitive), pivots };
}

function primitive(row: readonly bigint[]): bigint[] {
  const divisor = row.reduce(greatestCommonDivisor, 0n);
  const first = row.find((value) => value !== 0n) ?? 1n;
  return divisor === 0n ? [...row] : row.map((value) => value / (first < 0n ? -divisor : divisor));
}
