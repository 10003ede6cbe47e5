import { symmetricEigen } from "../../numerics/symmetric-eigen.ts";

/** What several currents together bound entropy production by. */
export interface MultidimensionalUncertainty {
  readonly id: "multidimensional";
  /** Sigma / 2 */
  readonly left: number;
  /** <J>^T Xi^-1 <J>, over the directions that fluctuate. */
  readonly right: number;
  readonly holds: boolean;
  readonly tightness: number | null;
  /** Directions of the covariance that were left out, since they fluctuate by no more than rounding: the bound is weaker for it, not wrong. */
  readonly leftOut: number;
  readonly equation: string;
  readonly needs: string;
  readonly source: string;
}

/** Variances below this part of the largest, after scaling each current by its own, are not told from rounding of the moments. */
const rounding = 1e-11;

/**
 * Currents with means [nCurrent] and covariance [nCurrent, nCurrent] in a stationary process against its entropy production (k_B).
 * @source Dechant 2019, doi:10.1088/1751-8121/aaf3ff
 */
export function multidimensionalUncertainty(mean: ArrayLike<number>, covariance: ArrayLike<number>, entropyProduction: number): MultidimensionalUncertainty {
  const all = mean.length;
  // Currents that do not fluctuate at all have nothing to be scaled by.
  const kept = Array.from({ length: all }, (_, k) => k).filter((k) => covariance[k * all + k] > 0);
  const n = kept.length;
  const sd = kept.map((k) => Math.sqrt(covariance[k * all + k]));
  const correlation = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return (covariance[kept[i] * all + kept[j]] + covariance[kept[j] * all + kept[i]]) / (2 * sd[i] * sd[j]);
  });
  const scaled = kept.map((k, i) => mean[k] / sd[i]);
  const { values, vectors } = symmetricEigen(correlation, n);
  let right = 0;
  let leftOut = all - n;
  values.forEach((value, k) => {
    if (!(value > rounding * values[0])) {
      leftOut += 1;
      return;
    }
    const along = scaled.reduce((total, one, i) => total + one * vectors[i * n + k], 0);
    right += along ** 2 / value;
  });
  const left = entropyProduction / 2;
  return {
    id: "multidimensional",
    left,
    right,
    holds: left === Infinity || right - left <= 1e-9 * (left + right),
    tightness: right === 0 ? (left === 0 ? null : Infinity) : left / right,
    leftOut,
    equation: "Sigma / 2 >= <J>^T Xi^-1 <J>",
    needs: "currents, a stationary start, constant rates",
    source: "Dechant 2019, doi:10.1088/1751-8121/aaf3ff",
  };
}
