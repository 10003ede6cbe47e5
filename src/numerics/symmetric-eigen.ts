/** Eigenvalues in falling order and their orthonormal vectors. */
export interface SymmetricEigen {
  /** [n] */
  readonly values: Float64Array;
  /** Row-major [n, n]; column k belongs to values[k]. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and vectors of a symmetric matrix, row-major [n, n], by cyclic Jacobi rotations; only meant for small n (tens),
 * where it is as accurate as anything and needs no special cases.
 * @source Golub & Van Loan 2013, Matrix Computations 4th ed., algorithm 8.5.3.
 * @throws RangeError when the matrix is not square or not finite.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  if (matrix.length !== n * n) throw new RangeError(`a ${n} x ${n} matrix has ${n * n} entries, not ${matrix.length}`);
  if (!matrix.every(Number.isFinite)) throw new RangeError("the matrix has an entry that is not finite");
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  // Convergence is quadratic: ten sweeps are far more than any matrix of this size needs; the bound only ends a broken loop.
  for (let sweep = 0; sweep < 50 && offDiagonal(a, n) > Number.EPSILON * scale; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).toSorted((left, right) => (a[right * n + right] ?? 0) - (a[left * n + left] ?? 0));
  const values = Float64Array.from(order, (i) => a[i * n + i] ?? 0);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors[row * n + to] = v[row * n + from] ?? 0;
  });
  return { values, vectors };
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) sum += (a[i * n + j] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** Turns the plane (p, q) so that a[p, q] becomes 0. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] ?? 0;
  if (apq === 0) return;
  const tau = ((a[q * n + q] ?? 0) - (a[p * n + p] ?? 0)) / (2 * apq);
  // The smaller root of t² + 2 tau t - 1 = 0 turns by at most 45 degrees, which is what makes the sweeps converge.
  const t = tau >= 0 ? 1 / (tau + Math.hypot(1, tau)) : -1 / (-tau + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p] ?? 0;
    const kq = a[k * n + q] ?? 0;
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = a[p * n + k] ?? 0;
    const qk = a[q * n + k] ?? 0;
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const vkp = v[k * n + p] ?? 0;
    const vkq = v[k * n + q] ?? 0;
    v[k * n + p] = c * vkp - s * vkq;
    v[k * n + q] = s * vkp + c * vkq;
  }
}
