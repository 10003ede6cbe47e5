import { solveLinear } from "./linear.ts";

/** The eigenvalue of largest real part of a matrix with off-diagonals of at least 0, enclosed. */
export interface PerronRoot {
  readonly value: number;
  /** Positive right eigenvector [n], sums to 1. */
  readonly vector: Float64Array;
  /** Bounds on the value from the last vector, rounding left out. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * The top eigenvalue of an irreducible matrix, row-major [n, n], whose off-diagonals are at least 0, by inverse iteration
 * shifted to the upper bound of its own vector: bounds close in from both sides, in the end quadratically.
 * @source Noda 1971, Numerische Mathematik 17, 382; bounds Collatz 1942, doi:10.1007/BF01180013
 * @status problem: the matrix is reducible, or the iteration stands still before the bounds meet.
 * @throws RangeError for a negative off-diagonal.
 */
export function perronRoot(matrix: Float64Array, n: number): PerronRoot | { readonly problem: string } {
  let scale = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = matrix[i * n + j];
      if (i !== j && !(value >= 0)) throw new RangeError(`perron root: the entry at (${i}, ${j}) is ${value}; off-diagonals must be at least 0`);
      scale = Math.max(scale, Math.abs(value));
    }
  }
  let vector = new Float64Array(n).fill(1 / n);
  let lower = -Infinity;
  let upper = Infinity;
  for (let step = 0; step < 200; step++) {
    [lower, upper] = bounds(matrix, vector, n);
    // Rounding of the products leaves about this much between the bounds.
    if (upper - lower <= 4 * n * Number.EPSILON * scale) break;
    const shifted = matrix.map((value) => -value);
    for (let i = 0; i < n; i++) shifted[i * n + i] += upper;
    const solved = solveLinear(shifted, vector, n);
    // A singular matrix: the shift is the eigenvalue itself.
    if ("problem" in solved) break;
    const total = solved.solution.reduce((sum, value) => sum + Math.abs(value), 0);
    const next = solved.solution.map((value) => Math.abs(value) / total);
    if (!next.every((value) => value > 0 && value < Infinity)) break;
    const [nextLower, nextUpper] = bounds(matrix, next, n);
    // Where rounding makes the bounds drift apart again, the last ones were as good as it gets.
    if (nextUpper - nextLower >= upper - lower) break;
    vector = next;
  }
  if (!(upper - lower <= 1e-9 * scale)) return { problem: `the top eigenvalue is only known to lie between ${lower} and ${upper}; is the matrix irreducible?` };
  return { value: (lower + upper) / 2, vector, lower, upper };
}

/** Smallest and largest ratio of (matrix vector) to vector. */
function bounds(matrix: Float64Array, vector: Float64Array, n: number): [lower: number, upper: number] {
  let [lower, upper] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let j = 0; j < n; j++) total += matrix[i * n + j] * vector[j];
    lower = Math.min(lower, total / vector[i]);
    upper = Math.max(upper, total / vector[i]);
  }
  return [lower, upper];
}
