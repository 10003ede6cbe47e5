import { product, solveLinear } from "./linear.ts";

/** Coefficients of the diagonal Padé approximant of degree 13, constant term first. */
const pade13 = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;

/** The largest 1-norm for which degree 13 has a backward error below the unit roundoff 2^-53. */
const theta13 = 5.371920351148152;

/**
 * The exponential of a square matrix, row-major [n, n], by scaling and squaring of the Padé approximant of degree 13, after
 * the mean of the diagonal is taken out. Small in the norm, not entry by entry; for generators of large sparse chains see `uniformise`.
 * @source Higham 2005, doi:10.1137/04061101X, algorithm 2.3 (with degree 13 for every norm)
 * @throws RangeError when the matrix is not [n, n] or has an entry that is not finite.
 */
export function matrixExponential(matrix: Float64Array, n: number): Float64Array {
  if (matrix.length !== n * n) throw new RangeError(`a ${n} x ${n} matrix has ${n * n} entries, not ${matrix.length}`);
  if (!matrix.every(Number.isFinite)) throw new RangeError("the matrix has an entry that is not finite, so it has no exponential");
  if (n === 0) return new Float64Array(0);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix[i * n + i];
  const shift = trace / n;
  const shifted = matrix.slice();
  for (let i = 0; i < n; i++) shifted[i * n + i] -= shift;
  const norm = oneNorm(shifted, n);
  const squarings = norm > theta13 ? Math.ceil(Math.log2(norm / theta13)) : 0;
  // The shift goes back in before the squarings: afterwards its exponential alone could overflow or vanish.
  const scale = 2 ** -squarings;
  let result: Float64Array = approximant(shifted.map((value) => value * scale), n).map((value) => value * Math.exp(shift * scale));
  for (let k = 0; k < squarings; k++) result = product(result, result, n, n, n);
  return result;
}

function oneNorm(matrix: Float64Array, n: number): number {
  let largest = 0;
  for (let j = 0; j < n; j++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += Math.abs(matrix[i * n + j]);
    largest = Math.max(largest, total);
  }
  return largest;
}

const add = (left: Float64Array, right: Float64Array): Float64Array => left.map((value, k) => value + right[k]);

/** (V - U)^-1 (V + U), with the odd and even parts U and V of the numerator. */
function approximant(a: Float64Array, n: number): Float64Array {
  const times = (left: Float64Array, right: Float64Array): Float64Array => product(left, right, n, n, n);
  const a2 = times(a, a);
  const a4 = times(a2, a2);
  const a6 = times(a2, a4);
  const b = pade13;
  const combine = (of6: number, of4: number, of2: number, of0: number): Float64Array => {
    const sum = a6.map((value, k) => of6 * value + of4 * a4[k] + of2 * a2[k]);
    for (let i = 0; i < n; i++) sum[i * n + i] += of0;
    return sum;
  };
  const u = times(a, add(times(a6, combine(b[13], b[11], b[9], 0)), combine(b[7], b[5], b[3], b[1])));
  const v = add(times(a6, combine(b[12], b[10], b[8], 0)), combine(b[6], b[4], b[2], b[0]));
  const solved = solveLinear(v.map((value, k) => value - u[k]), add(v, u), n);
  // The denominator is well conditioned for norms up to theta13 (Higham 2005, section 2).
  if ("problem" in solved) throw new Error(`matrix exponential: ${solved.problem}`);
  return solved.solution;
}
