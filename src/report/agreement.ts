import { mean, pearson } from "../numerics/index.ts";

/** How well predictions follow observations, over the pairs where both are numbers. */
export interface Agreement {
  readonly n: number;
  /** Root of the mean squared difference, in the unit of the values; NaN without a pair. */
  readonly rmse: number;
  /** Pearson correlation; NaN when either side does not vary. */
  readonly correlation: number;
}

/** Agreement of two equally long series; pairs with a NaN or an infinity are left out. */
export function agreementOf(observed: readonly number[], predicted: readonly number[]): Agreement {
  const pairs = observed
    .map((value, index) => [value, predicted[index] ?? Number.NaN] as const)
    .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  return {
    n: pairs.length,
    rmse: Math.sqrt(mean(pairs.map(([a, b]) => (a - b) ** 2))),
    correlation: pearson(pairs.map(([a]) => a), pairs.map(([, b]) => b)),
  };
}
