import { keptCounts, restoredCounts, valueCounts } from "./value-counts.ts";
import type { KeptCounts, ValueCounts } from "./value-counts.ts";
import type { QuantityMoments } from "./moments.ts";

/** A number with its standard error; the error is NaN where there are too few values to know. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** A quantile with the quantiles one standard error of the rank to either side. */
export interface QuantileEstimate {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** How far the three may be off by the way values are kept, relative. */
  readonly relativeError: number;
}

/** What a sample says about a law, as values come in one by one; merged in the same order, the same bits. */
export interface ValueStatistics {
  readonly count: number;
  readonly mean: Estimate;
  /** Sample variance, n - 1. */
  readonly variance: Estimate;
  readonly least: number;
  readonly greatest: number;
  readonly counts: ValueCounts;
  add(value: number): void;
  merge(other: ValueStatistics): void;
  quantile(probability: number): QuantileEstimate;
  /** Share of values in [edges[k], edges[k + 1]), the last one with its upper edge [edges - 1]. */
  histogram(edges: ArrayLike<number>): Estimate[];
  /** First moments about the mean: sums of powers 2 to 4 [3]. */
  powerSums(): readonly [number, number, number];
  /** How many more values bring the standard error of `of` down to a share `relativeError` of it, if the law is as it looks; 0 when it is there, Infinity where the value is 0. */
  more(of: "mean" | "variance" | { readonly quantile: number }, relativeError: number): number;
}

/**
 * Mean and variance with standard errors, quantiles and histograms of a stream of values.
 *
 * The error of the variance is sqrt((m4 - (n - 3)/(n - 1) s^4)/n), with m4 the fourth central moment of the sample.
 * @param from what has been seen already; its counts are taken over, not copied.
 * @source Pébay 2008, Sandia report SAND2008-6212, doi:10.2172/1028931 (one-pass moments and their merging); Mood, Graybill, Boes 1974, sec. VI.2 (variance of the sample variance)
 */
export function valueStatistics(options: Parameters<typeof valueCounts>[0] = {}, from?: { readonly moments: QuantityMoments; readonly counts: ValueCounts }): ValueStatistics {
  const counts = from?.counts ?? valueCounts(options);
  let [n, centre] = [from?.moments.count ?? 0, from?.moments.mean ?? 0];
  let [m2, m3, m4] = from?.moments.powerSums ?? [0, 0, 0];
  let [least, greatest] = [from?.moments.least ?? Infinity, from?.moments.greatest ?? -Infinity];
  /** Merges `k` values with mean `mean` and central power sums. */
  const combine = (k: number, mean: number, s2: number, s3: number, s4: number): void => {
    if (k === 0) return;
    const all = n + k;
    const d = mean - centre;
    const r = d / all;
    m4 += s4 + d * r * r * r * n * k * (n * n - n * k + k * k) + 6 * r * r * (n * n * s2 + k * k * m2) + 4 * r * (n * s3 - k * m3);
    m3 += s3 + d * r * r * n * k * (n - k) + 3 * r * (n * s2 - k * m2);
    m2 += s2 + d * r * n * k;
    centre += k * r;
    n = all;
  };
  const error = (): number => Math.sqrt(m2 / (n - 1) / n);
  const varianceError = (): number => {
    const variance = m2 / (n - 1);
    return n < 4 ? Number.NaN : Math.sqrt(Math.max(0, m4 / n - ((n - 3) / (n - 1)) * variance * variance) / n);
  };
  const self: ValueStatistics = {
    get count() {
      return n;
    },
    get mean() {
      return { value: n > 0 ? centre : Number.NaN, error: n > 1 ? error() : Number.NaN };
    },
    get variance() {
      return { value: n > 1 ? m2 / (n - 1) : Number.NaN, error: varianceError() };
    },
    get least() {
      return least;
    },
    get greatest() {
      return greatest;
    },
    counts,
    add(value) {
      combine(1, value, 0, 0, 0);
      counts.add(value);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    },
    merge(other) {
      combine(other.count, other.mean.value, ...other.powerSums());
      counts.merge(other.counts);
      least = Math.min(least, other.least);
      greatest = Math.max(greatest, other.greatest);
    },
    quantile(probability) {
      const spread = Math.sqrt((probability * (1 - probability)) / n);
      const at = (share: number): number => counts.quantile(Math.min(1, Math.max(0, share)));
      return { value: at(probability), lower: at(probability - spread), upper: at(probability + spread), relativeError: counts.relativeError };
    },
    histogram(edges) {
      const bins = Math.max(0, edges.length - 1);
      const seen = new Float64Array(bins);
      let bin = 0;
      for (const [value, times] of counts.entries()) {
        while (bin < bins && value >= edges[bin + 1] && !(bin === bins - 1 && value === edges[bins])) bin += 1;
        if (bin < bins && value >= edges[bin]) seen[bin] += times;
      }
      return Array.from(seen, (times) => ({ value: times / n, error: Math.sqrt((times / n) * (1 - times / n) / n) }));
    },
    powerSums: () => [m2, m3, m4],
    more(of, relativeError) {
      if (!(relativeError > 0)) throw new RangeError(`a relative error of ${relativeError} cannot be reached; give a number above 0`);
      const { value, error: now } = estimateOf(self, of);
      if (Number.isNaN(now)) return Number.NaN;
      if (now === 0) return 0;
      return Math.max(0, Math.ceil(n * (now / (relativeError * Math.abs(value))) ** 2) - n);
    },
  };
  return self;
}

/** Statistics as plain data, from which `restoredStatistics` goes on to the same bits. */
export interface KeptStatistics {
  readonly moments: QuantityMoments;
  readonly counts: KeptCounts;
}

export function keptStatistics(statistics: ValueStatistics): KeptStatistics {
  const { count, mean, least, greatest, counts } = statistics;
  return { moments: { count, mean: count > 0 ? mean.value : 0, powerSums: statistics.powerSums(), least, greatest }, counts: keptCounts(counts) };
}

export const restoredStatistics = ({ moments, counts }: KeptStatistics): ValueStatistics => valueStatistics({}, { moments, counts: restoredCounts(counts) });

function estimateOf(statistics: ValueStatistics, of: Parameters<ValueStatistics["more"]>[0]): Estimate {
  if (of === "mean") return statistics.mean;
  if (of === "variance") return statistics.variance;
  const { value, lower, upper } = statistics.quantile(of.quantile);
  return { value, error: (upper - lower) / 2 };
}
