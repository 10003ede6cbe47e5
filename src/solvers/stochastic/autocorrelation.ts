import type { Estimate } from "./value-statistics.ts";

/** How a stationary series remembers itself, from values at equal distances. */
export interface Autocorrelation {
  readonly count: number;
  /** Mean of the series, with its error from the correlation time. */
  readonly mean: Estimate;
  readonly variance: number;
  /** Correlation at lags 0 to `lags` with Bartlett's standard error [lags + 1]. */
  readonly correlation: readonly Estimate[];
  /** Integrated correlation time in steps: 1/2 + the sum of correlations up to the window. */
  readonly time: number;
  /** Lags summed: the first W with W >= 5 times; null where `lags` is too short for that, and the time is then too small. */
  readonly window: number | null;
  /** Independent values that the series is worth for its mean. */
  readonly effectiveCount: number;
}

export interface AutocorrelationStream {
  add(value: number): void;
  result(): Autocorrelation;
}

/** Window in correlation times at which the sum is cut off. */
const windowTimes = 5;

/**
 * Autocorrelation of a stream of values, in memory that grows with `lags` alone.
 * @source Sokal 1997, doi:10.1007/978-1-4899-0319-8_6, sec. 3 (integrated time, automatic window); Bartlett 1946, doi:10.2307/2983611 (errors of correlations)
 */
export function autocorrelation(lags: number): AutocorrelationStream {
  if (!(Number.isInteger(lags) && lags >= 0)) throw new RangeError(`autocorrelation over ${lags} lags: give a whole number from 0 on`);
  const recent = new Float64Array(lags + 1);
  const opening = new Float64Array(lags + 1);
  const products = new Float64Array(lags + 1);
  let [count, sum, shift] = [0, 0, 0];
  return {
    add(value) {
      // Sums about the first value: products of values far from 0 would lose their digits.
      if (count === 0) shift = value;
      const x = value - shift;
      if (count <= lags) opening[count] = x;
      recent[count % (lags + 1)] = x;
      for (let lag = 0; lag <= Math.min(lags, count); lag++) products[lag] += x * recent[(count - lag) % (lags + 1)];
      sum += x;
      count += 1;
    },
    result() {
      const mean = sum / count;
      let [head, tail] = [0, 0];
      const covariance = Array.from(products, (total, lag) => {
        if (lag > 0 && lag <= count) {
          head += opening[lag - 1];
          tail += recent[(count - lag) % (lags + 1)];
        }
        // Sum of (x_t - m)(x_{t-lag} - m) over the pairs there are.
        return (total - mean * (2 * sum - head - tail) + (count - lag) * mean * mean) / count;
      });
      const rho = covariance.map((value) => value / covariance[0]);
      let time = 0.5;
      let window: number | null = null;
      for (let lag = 1; lag <= lags && window === null; lag++) {
        time += rho[lag];
        if (lag >= windowTimes * time) window = lag;
      }
      const effectiveCount = count / (2 * time);
      let squares = 0;
      const correlation = rho.map((value, lag): Estimate => {
        // The error at a lag holds what smaller lags show, as if the rest were 0.
        const error = lag === 0 ? 0 : Math.sqrt((1 + 2 * squares) / count);
        if (lag > 0) squares += value * value;
        return { value, error };
      });
      return { count, mean: { value: shift + mean, error: Math.sqrt(covariance[0] / effectiveCount) }, variance: covariance[0], correlation, time, window, effectiveCount };
    },
  };
}
