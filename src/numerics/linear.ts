/** A solved system, or why it has no solution. Matrices are row-major. */
export type Solved = { readonly solution: Float64Array } | { readonly problem: string };

/**
 * Solves A X = B by LU with partial pivoting: `matrix` [n, n], `right` [n, columns], the solution [n, columns].
 * Nothing given is changed; the problem names the column without a pivot.
 *
 * @source Golub, Van Loan 2013, Matrix Computations, algorithm 3.4.1.
 */
export function solveLinear(matrix: Float64Array, right: Float64Array, size: number): Solved {
  checkSizes(matrix, right, size);
  const columns = right.length / size;
  const a = matrix.slice();
  const x = right.slice();
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(at(a, size, i, k)) > Math.abs(at(a, size, pivot, k))) pivot = i;
    const diagonal = at(a, size, pivot, k);
    if (diagonal === 0 || !Number.isFinite(diagonal)) return { problem: `the matrix is singular: no pivot in column ${k + 1} of ${size}` };
    swapRows(a, size, k, pivot);
    swapRows(x, columns, k, pivot);
    for (let i = k + 1; i < size; i++) {
      const factor = at(a, size, i, k) / diagonal;
      if (factor === 0) continue;
      for (let j = k + 1; j < size; j++) a[i * size + j] = at(a, size, i, j) - factor * at(a, size, k, j);
      for (let j = 0; j < columns; j++) x[i * columns + j] = at(x, columns, i, j) - factor * at(x, columns, k, j);
    }
  }
  substituteBack(x, columns, size, (i, k) => at(a, size, i, k));
  return { solution: x };
}

/**
 * Solves A X = B for a symmetric positive definite A, of which the lower triangle is read: `matrix` [n, n], `right`
 * [n, columns]. Nothing given is changed; the problem names the row that shows A is not positive definite.
 *
 * @source Golub, Van Loan 2013, Matrix Computations, algorithm 4.2.1.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array, size: number): Solved {
  checkSizes(matrix, right, size);
  const columns = right.length / size;
  const lower = new Float64Array(size * size);
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(matrix, size, i, j);
      for (let k = 0; k < j; k++) rest -= at(lower, size, i, k) * at(lower, size, j, k);
      if (i > j) lower[i * size + j] = rest / at(lower, size, j, j);
      else if (rest > 0 && rest < Infinity) lower[i * size + i] = Math.sqrt(rest);
      else return { problem: `the matrix is not positive definite: row ${i + 1} of ${size}` };
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < columns; j++) {
      let rest = at(x, columns, i, j);
      for (let k = 0; k < i; k++) rest -= at(lower, size, i, k) * at(x, columns, k, j);
      x[i * columns + j] = rest / at(lower, size, i, i);
    }
  }
  substituteBack(x, columns, size, (i, k) => at(lower, size, k, i));
  return { solution: x };
}

/** What `ridgeRegression` fits. */
export interface RidgeProblem {
  /** [samples, features] */
  readonly inputs: Float64Array;
  /** [samples, targets] */
  readonly outputs: Float64Array;
  readonly samples: number;
  /** Weight of the sum of squared weights, 0 or more; the intercept is free of it. */
  readonly penalty: number;
  /** With false the line goes through the origin. */
  readonly intercept: boolean;
}

export interface RidgeFit {
  /** [features, targets] */
  readonly weights: Float64Array;
  /** [targets] */
  readonly intercept: Float64Array;
}

/**
 * Minimises |Y - X W - 1 c|^2 + penalty |W|^2; through the samples' Gram matrix where there are fewer samples than
 * features, else through the features'.
 *
 * @source Hoerl, Kennard 1970, doi:10.1080/00401706.1970.10488634; dual form Saunders, Gammerman, Vovk 1998.
 */
export function ridgeRegression(problem: RidgeProblem): RidgeFit | { readonly problem: string } {
  const { inputs, outputs, samples, penalty } = problem;
  if (!(penalty >= 0)) throw new RangeError(`ridge regression: penalty ${penalty} must be 0 or more`);
  if (!Number.isInteger(samples) || samples < 1 || inputs.length % samples !== 0 || outputs.length % samples !== 0) {
    throw new RangeError(`ridge regression: ${inputs.length} inputs and ${outputs.length} outputs do not split into ${samples} samples`);
  }
  const features = inputs.length / samples;
  const targets = outputs.length / samples;
  const centreX = problem.intercept ? columnMeans(inputs, samples, features) : new Float64Array(features);
  const centreY = problem.intercept ? columnMeans(outputs, samples, targets) : new Float64Array(targets);
  const x = inputs.map((value, i) => value - at(centreX, features, 0, i % features));
  const y = outputs.map((value, i) => value - at(centreY, targets, 0, i % targets));
  const xTransposed = transpose(x, samples, features);

  let weights: Float64Array;
  if (samples < features && penalty > 0) {
    const solved = solveCholesky(addDiagonal(product(x, xTransposed, samples, features, samples), samples, penalty), y, samples);
    if ("problem" in solved) return solved;
    weights = product(xTransposed, solved.solution, features, samples, targets);
  } else {
    const gram = addDiagonal(product(xTransposed, x, features, samples, features), features, penalty);
    const solved = solveCholesky(gram, product(xTransposed, y, features, samples, targets), features);
    if ("problem" in solved) return solved;
    weights = solved.solution;
  }
  const shift = product(centreX, weights, 1, features, targets);
  return { weights, intercept: centreY.map((value, target) => value - at(shift, targets, 0, target)) };
}

/** Matrix product of [rows, inner] and [inner, columns]. */
export function product(left: Float64Array, right: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = at(left, inner, i, k);
      for (let j = 0; j < columns; j++) result[i * columns + j] = at(result, columns, i, j) + factor * at(right, columns, k, j);
    }
  }
  return result;
}

/** The transpose of [rows, columns]. */
export function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(matrix, (_, i) => at(matrix, columns, i % rows, Math.floor(i / rows)));
}

const at = (matrix: Float64Array, columns: number, row: number, column: number): number => matrix[row * columns + column] ?? 0;

function columnMeans(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j] = at(means, columns, 0, j) + at(matrix, columns, i, j) / rows;
  return means;
}

function addDiagonal(matrix: Float64Array, size: number, value: number): Float64Array {
  for (let i = 0; i < size; i++) matrix[i * size + i] = at(matrix, size, i, i) + value;
  return matrix;
}

/** Solves U X = X in place for the upper triangle `upper(row, column)`. */
function substituteBack(x: Float64Array, columns: number, size: number, upper: (row: number, column: number) => number): void {
  for (let i = size - 1; i >= 0; i--) {
    for (let j = 0; j < columns; j++) {
      let rest = at(x, columns, i, j);
      for (let k = i + 1; k < size; k++) rest -= upper(i, k) * at(x, columns, k, j);
      x[i * columns + j] = rest / upper(i, i);
    }
  }
}

function swapRows(matrix: Float64Array, columns: number, first: number, second: number): void {
  if (first === second) return;
  const kept = matrix.slice(first * columns, (first + 1) * columns);
  matrix.copyWithin(first * columns, second * columns, (second + 1) * columns);
  matrix.set(kept, second * columns);
}

function checkSizes(matrix: Float64Array, right: Float64Array, size: number): void {
  if (!Number.isInteger(size) || size < 1 || matrix.length !== size * size || right.length === 0 || right.length % size !== 0) {
    throw new RangeError(`a matrix of ${matrix.length} numbers and a right side of ${right.length} are not [${size}, ${size}] and [${size}, columns]`);
  }
}
