import { stream } from "../../numerics/random.ts";
import { quantile } from "../../numerics/statistics.ts";
import { symmetricEigen } from "../../numerics/symmetric-eigen.ts";
import { noncentralityBound } from "./noncentral-f.ts";

/** Means and covariance of currents summed over an observation time, such as net numbers of events. */
export interface RepeatedCurrents {
  /** [nCurrent] */
  readonly mean: ArrayLike<number>;
  /** Covariance between repetitions, divisor n - 1, row-major [nCurrent, nCurrent]. */
  readonly covariance: ArrayLike<number>;
  /** Observation time of one repetition. */
  readonly duration: number;
  /** Independent repetitions the moments are of; null = not known, or the moments are exact. */
  readonly samples: number | null;
}

/** The entropy production that currents cannot do without · k_B per time, in a steady state. */
export interface CurrentBound {
  /** max over c of 2 <c·J>² / (tau Var(c·J)) = 2 <J>ᵀ Xi⁻¹ <J> / tau from the moments as they are; too large on average, Infinity where a combination flows and does not vary. */
  readonly rate: number;
  /** With the average excess of finite samples taken off, so it may be negative; null where there are no more than nCurrent + 2 repetitions. */
  readonly unbiased: number | null;
  /** Average excess of `rate`, as it is estimated; null as `unbiased`. */
  readonly bias: number | null;
  /** One-sided lower confidence bound; null where repetitions are unknown or too few, or `rate` is infinite: a sample that does not vary shows no certainty. */
  readonly lower: number | null;
  /** Confidence of `lower`. */
  readonly level: number;
  /** The combination of currents that attains `rate` [nCurrent], of length 1 in units of each current's standard deviation. */
  readonly weights: readonly number[];
  /** Combinations of currents that vary: linearly dependent currents count once. */
  readonly rank: number;
}

/** Defaults of bounds from currents, in one place. */
export const currentBoundDefaults = { level: 0.95, replicates: 1000 } as const;

/** Below this an eigenvalue of the correlation matrix is rounding: the combination does not vary; dimensionless. */
const rankTolerance = 1e-10;

/**
 * The least steady entropy production that explains currents: the uncertainty relation of the best linear combination.
 *
 * For n normal repetitions of d currents, n <J>ᵀ S⁻¹ <J> (n - d) / (d (n - 1)) has the F distribution with d and n - d degrees
 * of freedom and noncentrality n <J>ᵀ Xi⁻¹ <J>. Its mean gives the bias: E<J>ᵀ S⁻¹ <J> = (n - 1)/(n - d - 2) (true + d/n), an
 * excess even where nothing flows. Its quantiles give the confidence bound.
 * @source Dechant 2019, doi:10.1088/1751-8121/aaf3ff (multidimensional uncertainty relation); Hotelling 1931, doi:10.1214/aoms/1177732979
 * @throws RangeError when the moments do not fit each other, are not finite, or the covariance is no covariance.
 */
export function boundFromCurrents(moments: RepeatedCurrents, level: number = currentBoundDefaults.level): CurrentBound {
  if (!(level > 0 && level < 1)) throw new RangeError(`bound from currents: level is ${level}; it must lie between 0 and 1`);
  const { duration, samples } = moments;
  const { value, rank, weights } = squaredPrecision(moments);
  const scale = 2 / duration;
  if (rank === 0 && value === 0) return { rate: 0, unbiased: null, bias: null, lower: 0, level, weights, rank };
  if (value === Infinity) return { rate: Infinity, unbiased: null, bias: null, lower: null, level, weights, rank };
  const n = samples ?? 0;
  const unbiased = n > rank + 2 ? scale * withoutBias(value, rank, n) : null;
  const lower = n > rank ? (scale * noncentralityBound((value * n * (n - rank)) / (rank * (n - 1)), rank, n - rank, level)) / n : null;
  return { rate: scale * value, unbiased, bias: unbiased === null ? null : scale * value - unbiased, lower, level, weights, rank };
}

/** What n repetitions of `rank` currents show of <J>ᵀ Xi⁻¹ <J> on average, taken back. */
const withoutBias = (value: number, rank: number, n: number): number => ((n - rank - 2) / (n - 1)) * value - rank / n;

function refuse(message: string): never {
  throw new RangeError(`bound from currents: ${message}`);
}

/** <J>ᵀ Xi⁻¹ <J> over the combinations that vary, in units of each current's standard deviation. */
function squaredPrecision({ mean, covariance, duration }: RepeatedCurrents): { readonly value: number; readonly rank: number; readonly weights: number[] } {
  const d = mean.length;
  if (covariance.length !== d * d) refuse(`${covariance.length} covariances for ${d} currents; give ${d * d}`);
  if (!(duration > 0 && duration < Infinity)) refuse(`duration is ${duration}; it must be finite and above 0`);
  const at = (row: number, column: number): number => covariance[row * d + column] ?? Number.NaN;
  const spread = Array.from({ length: d }, (_, index) => Math.sqrt(at(index, index)));
  spread.forEach((one, index) => {
    if (!Number.isFinite(one) || !Number.isFinite(mean[index] ?? Number.NaN)) refuse(`current ${index + 1} has mean ${mean[index]} and variance ${at(index, index)}; give finite numbers, the variance at least 0`);
  });
  const none = { value: 0, rank: 0, weights: Array.from({ length: d }, () => 0) };
  const still = spread.findIndex((one, index) => one === 0 && (mean[index] ?? 0) !== 0);
  if (still >= 0) return { ...none, value: Infinity, weights: spread.map((_, index) => (index === still ? 1 : 0)) };
  const live = spread.flatMap((one, index) => (one > 0 ? [index] : []));
  const size = live.length;
  if (size === 0) return none;
  const unit = live.map((index) => (mean[index] ?? 0) / (spread[index] ?? 1));
  const correlation = Float64Array.from({ length: size * size }, (_, place) => {
    const [row = 0, column = 0] = [live[Math.floor(place / size)], live[place % size]];
    const [there, back] = [at(row, column), at(column, row)];
    const one = (there + back) / 2 / ((spread[row] ?? 1) * (spread[column] ?? 1));
    if (!(Math.abs(one) <= 1 + 1e-9) || Math.abs(there - back) > 1e-9 * (spread[row] ?? 1) * (spread[column] ?? 1)) refuse(`the covariance of currents ${row + 1} and ${column + 1} is ${there} and ${back}; no covariance matrix has that`);
    return one;
  });
  const { values, vectors } = symmetricEigen(correlation, size);
  if ((values[size - 1] ?? 0) < -1e-9) refuse(`the covariance matrix has a combination of negative variance (eigenvalue ${values[size - 1]} of the correlations)`);
  const length = Math.hypot(...unit);
  const combination = Array.from({ length: size }, () => 0);
  let [value, rank] = [0, 0];
  for (let k = 0; k < size; k++) {
    const eigenvalue = values[k] ?? 0;
    const along = unit.reduce((total, one, row) => total + one * (vectors[row * size + k] ?? 0), 0);
    if (eigenvalue > rankTolerance) {
      rank += 1;
      value += along ** 2 / eigenvalue;
      combination.forEach((one, row) => (combination[row] = one + ((vectors[row * size + k] ?? 0) * along) / eigenvalue));
    } else if (Math.abs(along) > Math.sqrt(rankTolerance) * length) {
      const weights = spread.map((_, index) => (live.includes(index) ? (vectors[live.indexOf(index) * size + k] ?? 0) : 0));
      return { value: Infinity, rank, weights };
    }
  }
  const norm = Math.hypot(...combination);
  return { value, rank, weights: spread.map((_, index) => (live.includes(index) && norm > 0 ? (combination[live.indexOf(index)] ?? 0) / norm : 0)) };
}

/** Sample mean and covariance of repetitions, each [nCurrent]. @throws RangeError for fewer than two. */
export function momentsOf(repetitions: readonly ArrayLike<number>[], duration: number): RepeatedCurrents {
  const n = repetitions.length;
  if (n < 2) throw new RangeError(`moments of currents: ${n} repetitions; a covariance needs at least 2`);
  const d = repetitions[0]?.length ?? 0;
  const mean = Array.from({ length: d }, (_, index) => repetitions.reduce((total, one) => total + (one[index] ?? Number.NaN), 0) / n);
  const covariance = new Float64Array(d * d);
  for (const one of repetitions) {
    for (let row = 0; row < d; row++) {
      for (let column = 0; column < d; column++) covariance[row * d + column] = (covariance[row * d + column] ?? 0) + (((one[row] ?? 0) - (mean[row] ?? 0)) * ((one[column] ?? 0) - (mean[column] ?? 0))) / (n - 1);
    }
  }
  return { mean, covariance, duration, samples: n };
}

/**
 * Lower confidence bound without normal repetitions: the (1 - level) quantile of the bias-corrected estimate over resampled
 * repetitions, at least 0. It tends to be a little high for few repetitions; `boundFromCurrents` is exact for normal ones.
 * @source Efron & Tibshirani 1993, An Introduction to the Bootstrap, 13.3 (percentile interval)
 * @throws RangeError for no more than nCurrent + 2 repetitions.
 */
export function bootstrapBound(repetitions: readonly ArrayLike<number>[], duration: number, options: { readonly seed: bigint; readonly level?: number; readonly replicates?: number }): number {
  const { seed, level = currentBoundDefaults.level, replicates = currentBoundDefaults.replicates } = options;
  const n = repetitions.length;
  if (!(level > 0 && level < 1)) throw new RangeError(`bootstrap bound: level is ${level}; it must lie between 0 and 1`);
  if (n <= (repetitions[0]?.length ?? 0) + 2) throw new RangeError(`bootstrap bound: ${n} repetitions of ${repetitions[0]?.length ?? 0} currents; give at least three more than currents`);
  const random = stream(seed, "bootstrap of currents", 0);
  const estimates = Array.from({ length: replicates }, () => {
    const drawn = Array.from({ length: n }, () => repetitions[random.integer(n)] ?? []);
    const { value, rank } = squaredPrecision(momentsOf(drawn, duration));
    // A resample differs from its sample as the sample from the truth, so it carries the bias twice.
    return (2 / duration) * withoutBias(withoutBias(value, rank, n), rank, n);
  });
  return Math.max(0, quantile(estimates, 1 - level));
}
