import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Eigenvalues of a real matrix, real parts falling; a complex pair stands together, positive imaginary part first. */
export interface Eigenvalues {
  /** Real parts [n]. */
  readonly re: Float64Array;
  /** Imaginary parts [n]. */
  readonly im: Float64Array;
}

/**
 * Eigenvalues of a real matrix, row-major [n, n], by the QR algorithm after balancing: each is off by a small multiple of
 * epsilon times the norm of the balanced matrix.
 *
 * @source Golub & Van Loan 2013, Matrix Computations 4th ed., algorithm 7.5.2; balancing: Parlett & Reinsch 1969, doi:10.1007/BF02165404.
 * @throws RangeError when the matrix is not square or not finite.
 */
export function eigenvalues(matrix: ArrayLike<number>, n: number): Eigenvalues {
  if (!Number.isInteger(n) || n < 0 || matrix.length !== n * n) throw new RangeError(`eigenvalues: a ${n} x ${n} matrix has ${n * n} entries, not ${matrix.length}`);
  const a = balance(Float64Array.from(matrix), n);
  if (!a.every(Number.isFinite)) throw new RangeError("eigenvalues: the matrix has an entry that is not finite");
  if (n === 0) return { re: new Float64Array(0), im: new Float64Array(0) };
  const { realEigenvalues: re, imaginaryEigenvalues: im } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, Array.from(a)));
  const order = Array.from({ length: n }, (_, k) => k).toSorted((p, q) => (re[q] ?? 0) - (re[p] ?? 0) || Math.abs(im[p] ?? 0) - Math.abs(im[q] ?? 0) || (im[q] ?? 0) - (im[p] ?? 0));
  return { re: Float64Array.from(order, (k) => re[k] ?? 0), im: Float64Array.from(order, (k) => im[k] ?? 0) };
}

/** Makes rows and columns of like norm by a diagonal similarity in powers of two, which change no digit; in place. */
function balance(a: Float64Array, n: number): Float64Array {
  const norm = (entry: (j: number) => number, skip: number): number => {
    let total = 0;
    for (let j = 0; j < n; j++) if (j !== skip) total += Math.abs(entry(j));
    return total;
  };
  for (let changed = true, sweep = 0; changed && sweep < 100; sweep++) {
    changed = false;
    for (let i = 0; i < n; i++) {
      const column = norm((j) => a[j * n + i] ?? 0, i);
      const row = norm((j) => a[i * n + j] ?? 0, i);
      if (!(column > 0 && row > 0 && column < Infinity && row < Infinity)) continue;
      const factor = 2 ** Math.round(Math.log2(row / column) / 2);
      // Less than 5 % to win is not worth a change, and would let the sweeps go on for ever.
      if (column * factor + row / factor >= 0.95 * (column + row)) continue;
      changed = true;
      for (let j = 0; j < n; j++) a[i * n + j] = (a[i * n + j] ?? 0) / factor;
      for (let j = 0; j < n; j++) a[j * n + i] = (a[j * n + i] ?? 0) * factor;
    }
  }
  return a;
}
