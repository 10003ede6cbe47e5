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

/** A row of a large, mostly empty matrix: its non-zero entries by column. */
type SparseRow = Map<number, bigint>;

interface Pivot {
  readonly column: number;
  readonly row: SparseRow;
}

/**
 * Elimination with the pivots taken where they are cheapest (shortest row, then a unit entry, then the emptiest column), so that
 * networks of a thousand reactions stay sparse and their numbers small. Each pivot's column is empty in all later pivot rows.
 */
function eliminateSparsely(matrix: IntegerMatrix): Pivot[] {
  const rows = matrix.map((row) => sparse(primitive(row)));
  const inColumn = new Map<number, Set<SparseRow>>();
  const enter = (row: SparseRow): void => {
    for (const column of row.keys()) {
      const known = inColumn.get(column);
      if (known) known.add(row);
      else inColumn.set(column, new Set([row]));
    }
  };
  const open = new Set(rows.filter((row) => row.size > 0));
  for (const row of open) enter(row);
  const pivots: Pivot[] = [];
  while (open.size > 0) {
    let chosen: SparseRow | null = null;
    for (const row of open) if (!chosen || row.size < chosen.size) chosen = row;
    if (!chosen) break;
    const column = cheapestColumn(chosen, inColumn);
    const pivot = chosen.get(column) ?? 1n;
    open.delete(chosen);
    for (const entry of chosen.keys()) inColumn.get(entry)?.delete(chosen);
    for (const row of inColumn.get(column) ?? []) {
      const value = row.get(column) ?? 0n;
      combineInto(row, pivot, chosen, value, inColumn);
      if (row.size === 0) open.delete(row);
    }
    pivots.push({ column, row: chosen });
  }
  return pivots;
}

const sparse = (row: readonly bigint[]): SparseRow => new Map(row.flatMap((value, column) => (value === 0n ? [] : [[column, value] as const])));

function cheapestColumn(row: SparseRow, inColumn: ReadonlyMap<number, ReadonlySet<SparseRow>>): number {
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const [column, value] of row) {
    const isUnit = value === 1n || value === -1n;
    const cost = (inColumn.get(column)?.size ?? 0) + (isUnit ? 0 : 1e9);
    if (cost < bestCost) {
      best = column;
      bestCost = cost;
    }
  }
  return best;
}

/** `target = target * pivot - source * value`, common factor taken out; the column index follows. */
function combineInto(target: SparseRow, pivot: bigint, source: SparseRow, value: bigint, inColumn: ReadonlyMap<number, Set<SparseRow>>): void {
  if (pivot !== 1n) for (const [column, entry] of target) target.set(column, entry * pivot);
  for (const [column, entry] of source) {
    const sum = (target.get(column) ?? 0n) - entry * value;
    if (sum === 0n) {
      target.delete(column);
      inColumn.get(column)?.delete(target);
    } else {
      target.set(column, sum);
      inColumn.get(column)?.add(target);
    }
  }
  let divisor = 0n;
  for (const entry of target.values()) {
    divisor = greatestCommonDivisor(divisor, entry);
    if (divisor === 1n) return;
  }
  if (divisor > 1n) for (const [column, entry] of target) target.set(column, entry / divisor);
}

/** Rank of a matrix. */
export const rankOf = (matrix: IntegerMatrix): number => eliminateSparsely(matrix).length;

/**
 * Canonical basis [nColumn - rank, nColumn] of `{ x : matrix x = 0 }`: reduced row echelon, primitive integer rows, first
 * non-zero entry positive. `columns` is needed where the matrix has no rows.
 */
export function integerKernel(matrix: IntegerMatrix, columns: number = matrix[0]?.length ?? 0): bigint[][] {
  const pivots = eliminateSparsely(matrix);
  const isPivot = new Set(pivots.map(({ column }) => column));
  const basis: bigint[][] = [];
  for (let free = 0; free < columns; free += 1) if (!isPivot.has(free)) basis.push(kernelVector(pivots, free, columns));
  return reducedRowEchelon(basis).rows;
}

/** The kernel vector with one free column set and the other free columns 0, by back substitution over a common scale. */
function kernelVector(pivots: readonly Pivot[], free: number, columns: number): bigint[] {
  const entries = new Map<number, bigint>([[free, 1n]]);
  for (const { column, row } of pivots.toReversed()) {
    let sum = 0n;
    for (const [at, coefficient] of row) if (at !== column) sum += coefficient * (entries.get(at) ?? 0n);
    if (sum === 0n) continue;
    const pivot = row.get(column) ?? 1n;
    const common = greatestCommonDivisor(sum, pivot);
    // Everything so far is scaled so that this entry is an integer as well.
    const scale = magnitude(pivot / common);
    if (scale !== 1n) for (const [at, value] of entries) entries.set(at, value * scale);
    entries.set(column, (-sum * scale) / pivot);
  }
  return Array.from({ length: columns }, (_, column) => entries.get(column) ?? 0n);
}

/** Canonical basis of `{ x : x matrix = 0 }`, the kernel of the transpose; `rows` is needed where the matrix has none. */
export function integerLeftKernel(matrix: IntegerMatrix): bigint[][] {
  const columns = matrix[0]?.length ?? 0;
  const transposed = Array.from({ length: columns }, (_, column) => matrix.map((row) => row[column] ?? 0n));
  return integerKernel(transposed, matrix.length);
}
