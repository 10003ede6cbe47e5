import { Matrix, SingularValueDecomposition } from "ml-matrix";

/** What `leastSquares` finds. */
export interface LeastSquares {
  /** The minimiser of least norm [columns]. */
  readonly solution: Float64Array;
  /** Singular values above the tolerance. */
  readonly rank: number;
  /** Falling [min(rows, columns)]. */
  readonly singularValues: Float64Array;
  /** Euclidean norm of `right - matrix solution`. */
  readonly residualNorm: number;
}

/**
 * Minimises |A x - b|, and |x| among the minimisers, by the singular value decomposition: `matrix` A row-major
 * [rows, columns], `right` b [rows]. Singular values of at most `relativeTolerance` times the largest count as 0; the default,
 * max(rows, columns) epsilon, is what rounding of A alone brings. Rows of very different scale lose the small ones: where the
 * rank is known otherwise, see `weightedLeastSquares`.
 *
 * @source Golub & Van Loan 2013, Matrix Computations 4th ed., section 5.5.2.
 * @throws RangeError when the sizes do not fit or an entry is not finite.
 */
export function leastSquares(matrix: ArrayLike<number>, right: ArrayLike<number>, rows: number, columns: number, relativeTolerance?: number): LeastSquares {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 0 || columns < 0 || matrix.length !== rows * columns || right.length !== rows) {
    throw new RangeError(`least squares: a matrix of ${matrix.length} numbers and a right side of ${right.length} are not [${rows}, ${columns}] and [${rows}]`);
  }
  const a = Float64Array.from(matrix);
  const b = Float64Array.from(right);
  if (!a.every(Number.isFinite) || !b.every(Number.isFinite)) throw new RangeError("least squares: the matrix or the right side has an entry that is not finite");
  const solution = new Float64Array(columns);
  if (rows === 0 || columns === 0) return { solution, rank: 0, singularValues: new Float64Array(0), residualNorm: Math.hypot(...b) };

  // A power of two, so that squares of tiny or huge entries neither vanish nor overflow and no digit changes.
  const scale = powerOfTwo(a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
  const svd = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, Array.from(a, (value) => value / scale)), { autoTranspose: true });
  const singularValues = Float64Array.from(svd.diagonal.slice(0, Math.min(rows, columns)));
  const tolerance = (relativeTolerance ?? Math.max(rows, columns) * Number.EPSILON) * (singularValues[0] ?? 0);
  const kept = singularValues.reduce((count, value) => (value > tolerance ? count + 1 : count), 0);
  const { leftSingularVectors: left, rightSingularVectors: across } = svd;
  for (let k = 0; k < kept; k++) {
    let along = 0;
    for (let i = 0; i < rows; i++) along += left.get(i, k) * (b[i] ?? 0);
    along /= singularValues[k] ?? 1;
    for (let j = 0; j < columns; j++) solution[j] = (solution[j] ?? 0) + along * across.get(j, k);
  }
  for (let j = 0; j < columns; j++) solution[j] = (solution[j] ?? 0) / scale;
  const residual = Array.from(b, (value, i) => solution.reduce((rest, x, j) => rest - (a[i * columns + j] ?? 0) * x, value));
  return { solution, rank: kept, singularValues: singularValues.map((value) => value * scale), residualNorm: Math.hypot(...residual) };
}

const powerOfTwo = (value: number): number => (value > 0 ? 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(value)))) : 1);
