/** A function to be made small over free parameters x, with what optimisers may ask of it. */
export interface Objective {
  /** Ids of the free parameters [nFree], in the order of x. */
  readonly names: readonly string[];
  /** Value at x; NaN or Infinity where the model cannot be solved. */
  value(x: Float64Array): number;
  /** Value at x; fills `gradient` [nFree]. */
  gradientInto(gradient: Float64Array, x: Float64Array): number;
  /** Residuals r with value = ½ Σ r²; absent where the objective is no sum of squares. */
  readonly leastSquares: LeastSquares | null;
}

export interface LeastSquares {
  readonly nResidual: number;
  /** Fills `residuals` [nResidual] and `jacobian` [nResidual, nFree] row-major; false where the model cannot be solved. */
  jacobianInto(residuals: Float64Array, jacobian: Float64Array, x: Float64Array): boolean;
  /** Fills `residuals` alone; false where the model cannot be solved. */
  residualsInto(residuals: Float64Array, x: Float64Array): boolean;
}
