import { eigenvalues } from "./eigenvalues.ts";
import { product, solveLinear, transpose } from "./linear.ts";

/** A solved Lyapunov equation, or why it has no single solution. Row-major [n, n]. */
export type LyapunovResult =
  | {
      readonly solution: Float64Array;
      /** Largest |A X + X Aᵀ + D| over the largest sum of absolute terms of an entry; dimensionless. */
      readonly residual: number;
      readonly problem?: undefined;
    }
  | { readonly problem: string; readonly solution?: undefined };

/** Up to this size the equations are written out; beyond it their number, n²/2, costs too much. */
const largestWritten = 24;

/**
 * Solves A X + X Aᵀ + D = 0 for symmetric D, in variables scaled by `scale` [n] (default 1: none), each roughly the size of
 * the square root of the diagonal of X. Small systems as linear equations in the entries of X, refined once; larger ones by
 * the matrix sign function, which needs eigenvalues with negative real parts.
 * @status problem: two eigenvalues of A add up to 0, or a large A that is not stable.
 * @source Bartels & Stewart 1972, doi:10.1145/361573.361582 (solvability); Roberts 1980, doi:10.1080/00207178008922881 (sign function).
 * @throws RangeError when sizes do not fit or an entry is not finite.
 */
export function solveLyapunov(matrix: Float64Array, diffusion: Float64Array, n: number, scale?: ArrayLike<number>): LyapunovResult {
  if (matrix.length !== n * n || diffusion.length !== n * n) throw new RangeError(`Lyapunov equation: matrices of ${matrix.length} and ${diffusion.length} numbers are not [${n}, ${n}]`);
  if (!matrix.every(Number.isFinite) || !diffusion.every(Number.isFinite)) throw new RangeError("Lyapunov equation: a matrix has an entry that is not finite");
  if (n === 0) return { solution: new Float64Array(0), residual: 0 };
  // Powers of two: scaling back and forth then changes no digit.
  const sizes = Float64Array.from({ length: n }, (_, i) => {
    const wanted = scale?.[i] ?? 1;
    return wanted > 0 && wanted < Infinity ? 2 ** Math.round(Math.log2(wanted)) : 1;
  });
  const size = (at: number): number => sizes[at] ?? 1;
  const a = matrix.map((value, at) => (value / size(Math.floor(at / n))) * size(at % n));
  const d = diffusion.map((value, at) => value / size(Math.floor(at / n)) / size(at % n));
  const { re, im } = eigenvalues(a, n);
  const radius = re.reduce((largest, value, k) => Math.max(largest, Math.hypot(value, im[k] ?? 0)), 0);
  const clash = closestPair(re, im);
  if (!(clash.sum > n * Number.EPSILON * radius)) {
    return { problem: `the Lyapunov equation has no unique solution: the eigenvalues ${named(re, im, clash.first)} and ${named(re, im, clash.second)} add up to 0` };
  }
  const isStable = (re[0] ?? 0) < 0;
  if (n > largestWritten && !isStable) return { problem: `the Lyapunov equation of ${n} variables is solved for stable matrices only; here an eigenvalue is ${named(re, im, 0)}` };
  const solved = n > largestWritten ? bySignFunction(a, d, n) : byEquations(a, d, n);
  if ("problem" in solved) return solved;
  const solution = solved.solution.map((value, at) => value * size(Math.floor(at / n)) * size(at % n));
  return { solution, residual: relativeResidual(a, d, solved.solution, n) };
}

function closestPair(re: Float64Array, im: Float64Array): { readonly first: number; readonly second: number; readonly sum: number } {
  let found = { first: 0, second: 0, sum: Infinity };
  for (let first = 0; first < re.length; first++) {
    for (let second = first; second < re.length; second++) {
      const sum = Math.hypot((re[first] ?? 0) + (re[second] ?? 0), (im[first] ?? 0) + (im[second] ?? 0));
      if (sum < found.sum) found = { first, second, sum };
    }
  }
  return found;
}

const named = (re: Float64Array, im: Float64Array, at: number): string => {
  const [real, imaginary] = [(re[at] ?? 0).toPrecision(3), im[at] ?? 0];
  return imaginary === 0 ? real : `${real}${imaginary > 0 ? " + " : " - "}${Math.abs(imaginary).toPrecision(3)}i`;
};

type Solved = { readonly solution: Float64Array } | { readonly problem: string };

/** One equation per entry of the upper triangle, X symmetric. */
function byEquations(a: Float64Array, d: Float64Array, n: number): Solved {
  const place = (i: number, j: number): number => (i <= j ? (i * (2 * n - i - 1)) / 2 + j : (j * (2 * n - j - 1)) / 2 + i);
  const count = (n * (n + 1)) / 2;
  const equations = new Float64Array(count * count);
  const add = (row: number, column: number, value: number): void => {
    equations[row * count + column] = (equations[row * count + column] ?? 0) + value;
  };
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      for (let k = 0; k < n; k++) {
        add(place(i, j), place(k, j), a[i * n + k] ?? 0);
        add(place(i, j), place(i, k), a[j * n + k] ?? 0);
      }
    }
  }
  const rowSizes = Float64Array.from({ length: count }, (_, row) => equations.subarray(row * count, (row + 1) * count).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1);
  const scaled = equations.map((value, at) => value / (rowSizes[Math.floor(at / count)] ?? 1));
  let x: Float64Array = new Float64Array(n * n);
  // The second round solves for what the first left over.
  for (let round = 0; round < 2; round++) {
    const rest = leftOver(a, d, x, n);
    const right = new Float64Array(count);
    for (let i = 0; i < n; i++) for (let j = i; j < n; j++) right[place(i, j)] = -(rest[i * n + j] ?? 0) / (rowSizes[place(i, j)] ?? 1);
    const solved = solveLinear(scaled, right, count);
    if ("problem" in solved) return { problem: `the Lyapunov equation has no unique solution: ${solved.problem}` };
    x = x.map((value, at) => value + (solved.solution[place(Math.floor(at / n), at % n)] ?? 0));
  }
  return { solution: x };
}

/** Newton's iteration for the sign of [A D; 0 -Aᵀ], whose corner tends to 2 X; for A with eigenvalues left of 0. */
function bySignFunction(start: Float64Array, d: Float64Array, n: number): Solved {
  let a = start;
  let x = d;
  const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  for (let iteration = 0; iteration < 100; iteration++) {
    const inverted = solveLinear(a, identity, n);
    if ("problem" in inverted) return { problem: `the Lyapunov equation has no unique solution: ${inverted.problem}` };
    const inverse = inverted.solution;
    // Byers' norm scaling keeps early steps from halving what should shrink by decades.
    const c = Math.sqrt(Math.hypot(...inverse) / Math.hypot(...a));
    const across = product(product(inverse, x, n, n, n), transpose(inverse, n, n), n, n, n);
    const next = a.map((value, at) => (c * value + (inverse[at] ?? 0) / c) / 2);
    x = x.map((value, at) => (c * value + (across[at] ?? 0) / c) / 2);
    const moved = Math.hypot(...next.map((value, at) => value - (a[at] ?? 0)));
    a = next;
    if (moved <= 1e-13 * n) break;
  }
  return { solution: x.map((value, at) => (value + (x[(at % n) * n + Math.floor(at / n)] ?? 0)) / 4) };
}

/** A X + X Aᵀ + D. */
function leftOver(a: Float64Array, d: Float64Array, x: Float64Array, n: number): Float64Array {
  const half = product(a, x, n, n, n);
  return d.map((value, at) => value + (half[at] ?? 0) + (half[(at % n) * n + Math.floor(at / n)] ?? 0));
}

function relativeResidual(a: Float64Array, d: Float64Array, x: Float64Array, n: number): number {
  const rest = leftOver(a, d, x, n).map(Math.abs);
  const gross = leftOver(a.map(Math.abs), d.map(Math.abs), x.map(Math.abs), n);
  const largest = gross.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? 0 : rest.reduce((most, value) => Math.max(most, value), 0) / largest;
}
