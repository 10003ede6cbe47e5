import { product, transpose } from "../../numerics/linear.ts";
import { symmetricEigen } from "../../numerics/symmetric-eigen.ts";

/** Penalties tried by default: 21 from 10^-3 to 10^2, evenly on the logarithm. */
export const ridgePenalties: readonly number[] = Array.from({ length: 21 }, (_, step) => 10 ** (-3 + step / 4));

/** Rows to regress: x row-major [rows, columns], y row-major [rows, targets]; NaN in y = not measured. */
export interface RegressionRows {
  readonly rows: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface RidgeOptions {
  /** An unpenalised constant per target; without it a row of zeros is predicted as zero. */
  readonly intercept: boolean;
  readonly penalties?: readonly number[];
}

export interface RidgeFit {
  /** Row-major [columns, targets]. */
  readonly coefficients: Float64Array;
  /** [targets] */
  readonly intercept: Float64Array;
  readonly penalty: number;
  /** Mean squared error on the rows that chose the penalty. */
  readonly error: number;
}

/**
 * Ridge regression min |y - x b|² + penalty |b|² of all targets at once. The penalty is the one with the least error on the
 * validation rows, or by leave-one-out where there are none; nothing is fitted again. One eigendecomposition serves all
 * penalties and targets. A target with a missing training value gets NaN coefficients.
 * @source Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634; leave-one-out by Allen 1974, doi:10.1080/00401706.1974.10489157
 */
export function fitRidge(train: RegressionRows, validation: RegressionRows, columns: number, targets: number, options: RidgeOptions): RidgeFit {
  const centreX = options.intercept ? columnMeans(train.x, train.rows, columns) : new Float64Array(columns);
  const centreY = options.intercept ? columnMeans(train.y, train.rows, targets) : new Float64Array(targets);
  const x = shifted(train.x, train.rows, columns, centreX);
  const y = shifted(train.y, train.rows, targets, centreY);
  const basis = basisOf(x, train.rows, columns);
  const scores = product(transpose(basis.vectors, train.rows, basis.rank), y, basis.rank, train.rows, targets);
  const chosen = validation.rows > 0 ? shifted(validation.x, validation.rows, columns, centreX) : x;
  const projected = product(chosen, basis.loadings, validation.rows > 0 ? validation.rows : train.rows, columns, basis.rank);
  const errorAt =
    validation.rows > 0
      ? validationErrors(projected, scores, basis, validation, centreY)
      : (penalty: number) => leaveOneOutError(projected, scores, basis, penalty, { rows: train.rows, x, y }, options.intercept);
  let best = { penalty: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (const penalty of options.penalties ?? ridgePenalties) {
    const error = errorAt(penalty);
    if (error < best.error || Number.isNaN(best.penalty)) best = { penalty, error };
  }
  const shrunk = scores.map((value, place) => value / ((basis.values[Math.floor(place / targets)] ?? 0) + best.penalty));
  const coefficients = product(basis.loadings, shrunk, columns, basis.rank, targets);
  const constant = product(centreX, coefficients, 1, columns, targets);
  return { ...best, coefficients, intercept: centreY.map((mean, target) => mean - (constant[target] ?? 0)) };
}

/** Predictions for rows of x, row-major [rows, targets]. */
export function predictRidge(fit: RidgeFit, x: Float64Array, rows: number): Float64Array {
  const targets = fit.intercept.length;
  const columns = fit.coefficients.length / targets;
  const predicted = product(x, fit.coefficients, rows, columns, targets);
  return predicted.map((value, place) => value + (fit.intercept[place % targets] ?? 0));
}

/**
 * x b for the penalty c is (x loadings) diag(1 / (values + c)) (vectors' y): with x'x = V D V', loadings V and vectors x V;
 * with fewer rows than columns, from xx' = Q D Q' instead, loadings x'Q and vectors Q.
 */
interface Basis {
  readonly rank: number;
  readonly values: Float64Array;
  /** Row-major [columns, rank]. */
  readonly loadings: Float64Array;
  /** Row-major [rows, rank]. */
  readonly vectors: Float64Array;
}

function basisOf(x: Float64Array, rows: number, columns: number): Basis {
  if (columns <= rows) {
    const { values, vectors } = symmetricEigen(product(transpose(x, rows, columns), x, columns, rows, columns), columns);
    return { rank: columns, values: clipped(values), loadings: vectors, vectors: product(x, vectors, rows, columns, columns) };
  }
  const across = transpose(x, rows, columns);
  const { values, vectors } = symmetricEigen(product(x, across, rows, columns, rows), rows);
  return { rank: rows, values: clipped(values), loadings: product(across, vectors, columns, rows, rows), vectors };
}

/** A Gram matrix has no negative eigenvalue but by rounding. */
const clipped = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value));

/**
 * Mean square of y - centre - Σ_k projected_k scores_k / (values_k + c) over the validation rows, as a function of the penalty c.
 * Multiplied out, every penalty costs only rank² instead of rows x rank x targets; that needs every cell, so with missing
 * cells the residuals are added up one by one.
 */
function validationErrors(projected: Float64Array, scores: Float64Array, basis: Basis, rows: RegressionRows, centre: Float64Array): (penalty: number) => number {
  const { rank, values } = basis;
  const targets = centre.length;
  const y = shifted(rows.y, rows.rows, targets, centre);
  if (![y, scores].every((matrix) => matrix.every(Number.isFinite))) {
    return (penalty) => meanSquare(projected, scores, basis, penalty, rows, centre, () => 1);
  }
  const across = transpose(scores, rank, targets);
  const overlap = product(scores, across, rank, targets, rank);
  const moments = product(transpose(projected, rows.rows, rank), projected, rank, rows.rows, rank);
  const answers = product(y, across, rows.rows, targets, rank);
  const linear = new Float64Array(rank);
  answers.forEach((value, place) => (linear[place % rank] = (linear[place % rank] ?? 0) + value * (projected[place] ?? 0)));
  const whole = y.reduce((sum, value) => sum + value * value, 0);
  return (penalty) => {
    const weights = values.map((value) => 1 / (value + penalty));
    let total = whole;
    for (let k = 0; k < rank; k++) {
      const weight = weights[k] ?? 0;
      total -= 2 * weight * (linear[k] ?? 0);
      for (let l = 0; l < rank; l++) total += weight * (weights[l] ?? 0) * (overlap[k * rank + l] ?? 0) * (moments[k * rank + l] ?? 0);
    }
    return total / y.length;
  };
}

/** Residuals of the rows fitted on, each as if its own row had been left out: e / (1 - h). */
function leaveOneOutError(projected: Float64Array, scores: Float64Array, basis: Basis, penalty: number, rows: RegressionRows, intercept: boolean): number {
  const leverage = (row: number): number => {
    let sum = intercept ? 1 / rows.rows : 0;
    for (let k = 0; k < basis.rank; k++) {
      const place = row * basis.rank + k;
      sum += ((projected[place] ?? 0) * (basis.vectors[place] ?? 0)) / ((basis.values[k] ?? 0) + penalty);
    }
    return sum;
  };
  return meanSquare(projected, scores, basis, penalty, rows, new Float64Array(scores.length / basis.rank), (row) => 1 / (1 - leverage(row)));
}

function meanSquare(
  projected: Float64Array,
  scores: Float64Array,
  { rank, values }: Basis,
  penalty: number,
  { rows, y }: RegressionRows,
  centre: Float64Array,
  inflate: (row: number) => number,
): number {
  const targets = centre.length;
  const predicted = new Float64Array(targets);
  let total = 0;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    predicted.set(centre);
    for (let k = 0; k < rank; k++) {
      const weight = (projected[row * rank + k] ?? 0) / ((values[k] ?? 0) + penalty);
      if (weight === 0) continue;
      for (let target = 0; target < targets; target++) predicted[target] = (predicted[target] ?? 0) + weight * (scores[k * targets + target] ?? 0);
    }
    const factor = inflate(row);
    for (let target = 0; target < targets; target++) {
      const error = factor * ((predicted[target] ?? 0) - (y[row * targets + target] ?? 0));
      if (Number.isNaN(error)) continue;
      total += error * error;
      count += 1;
    }
  }
  return count === 0 ? Number.NaN : total / count;
}

function columnMeans(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let place = 0; place < rows * columns; place++) means[place % columns] = (means[place % columns] ?? 0) + (matrix[place] ?? 0) / rows;
  return means;
}

function shifted(matrix: Float64Array, rows: number, columns: number, by: Float64Array): Float64Array {
  return matrix.slice(0, rows * columns).map((value, place) => value - (by[place % columns] ?? 0));
}
