/** What `weightedLeastSquares` finds. */
export interface WeightedLeastSquares {
  /** A minimiser [columns], 0 in the columns that the rank leaves out. */
  readonly solution: Float64Array;
  /** |W A x|²: the part of the right side that the matrix explains. */
  readonly explained: number;
  /** |b - W A x|²: the part that it does not. */
  readonly unexplained: number;
}

/**
 * Minimises |b - W A x| with W = diag(weights): `matrix` A row-major [rows, columns], `weights` [rows], 0 or more, `right` b
 * [rows] with the weights already in it. `rank` is the exact rank of the rows of A with positive weight, which rounding cannot
 * tell where weights span many decades. Householder reflections of rows sorted by size, with column pivoting: errors are small
 * against each row, so heavy rows do not drown light ones.
 *
 * @source Cox & Higham 1998, doi:10.1090/S0025-5718-98-00931-2 ("Stability of Householder QR factorization for weighted least squares problems").
 * @throws RangeError when the sizes do not fit or an entry is not finite.
 */
export function weightedLeastSquares(matrix: ArrayLike<number>, weights: ArrayLike<number>, right: ArrayLike<number>, columns: number, rank: number): WeightedLeastSquares {
  const rows = weights.length;
  if (matrix.length !== rows * columns || right.length !== rows) {
    throw new RangeError(`weighted least squares: a matrix of ${matrix.length} numbers, ${rows} weights and a right side of ${right.length} are not [rows, ${columns}], [rows] and [rows]`);
  }
  const size = Float64Array.from(weights, (weight, i) => {
    let largest = 0;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(matrix[i * columns + j] ?? 0));
    return weight * largest;
  });
  const order = Array.from({ length: rows }, (_, i) => i).toSorted((p, q) => (size[q] ?? 0) - (size[p] ?? 0));
  const a = order.map((row) => Float64Array.from({ length: columns }, (_, j) => (weights[row] ?? 0) * (matrix[row * columns + j] ?? 0)));
  const b = Float64Array.from(order, (row) => right[row] ?? 0);
  if (!b.every(Number.isFinite) || !a.every((row) => row.every(Number.isFinite))) throw new RangeError("weighted least squares: a weight, an entry or the right side is not finite");
  const columnOrder = Array.from({ length: columns }, (_, j) => j);
  const at = (i: number, k: number): number => a[i]?.[columnOrder[k] ?? 0] ?? 0;

  let steps = 0;
  for (; steps < Math.min(rank, rows, columns); steps++) {
    const norms = columnOrder.map((_, k) => (k < steps ? -1 : normBelow(at, k, steps, rows)));
    const pivot = norms.indexOf(Math.max(...norms));
    const norm = norms[pivot] ?? 0;
    if (norm === 0) break;
    [columnOrder[steps], columnOrder[pivot]] = [columnOrder[pivot] ?? 0, columnOrder[steps] ?? 0];
    reflect(a, b, columnOrder, steps, norm);
  }

  const solution = new Float64Array(columns);
  for (let k = steps - 1; k >= 0; k--) {
    let rest = b[k] ?? 0;
    for (let later = k + 1; later < steps; later++) rest -= at(k, later) * (solution[columnOrder[later] ?? 0] ?? 0);
    solution[columnOrder[k] ?? 0] = rest / at(k, k);
  }
  return { solution, explained: squares(b.subarray(0, steps)), unexplained: squares(b.subarray(steps)) };
}

const squares = (values: Float64Array): number => values.reduce((total, value) => total + value * value, 0);

/** Length of column `k` from row `from` on. */
function normBelow(at: (i: number, k: number) => number, k: number, from: number, rows: number): number {
  let largest = 0;
  for (let i = from; i < rows; i++) largest = Math.max(largest, Math.abs(at(i, k)));
  if (largest === 0) return 0;
  let total = 0;
  for (let i = from; i < rows; i++) total += (at(i, k) / largest) ** 2;
  return largest * Math.sqrt(total);
}

/** Turns column `step` of length `norm` onto its diagonal, in the rows from there on, and the later columns and `b` with it. */
function reflect(a: readonly Float64Array[], b: Float64Array, columnOrder: readonly number[], step: number, norm: number): void {
  const column = columnOrder[step] ?? 0;
  const head = a[step]?.[column] ?? 0;
  // The sign that adds up keeps the light rows' digits.
  const diagonal = head > 0 ? -norm : norm;
  const v = a.map((row, i) => (i < step ? 0 : i === step ? (head - diagonal) / norm : (row[column] ?? 0) / norm));
  const scale = -norm / diagonal / (v[step] ?? 1);
  const apply = (read: (i: number) => number, write: (i: number, value: number) => void): void => {
    let along = 0;
    for (let i = step; i < a.length; i++) along += (v[i] ?? 0) * read(i);
    along *= scale;
    for (let i = step; i < a.length; i++) write(i, read(i) - along * (v[i] ?? 0));
  };
  for (let later = step + 1; later < columnOrder.length; later++) {
    const j = columnOrder[later] ?? 0;
    apply(
      (i) => a[i]?.[j] ?? 0,
      (i, value) => {
        const row = a[i];
        if (row) row[j] = value;
      },
    );
  }
  apply(
    (i) => b[i] ?? 0,
    (i, value) => {
      b[i] = value;
    },
  );
  a.forEach((row, i) => {
    if (i >= step) row[column] = i === step ? diagonal : 0;
  });
}
