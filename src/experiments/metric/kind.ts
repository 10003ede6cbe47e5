/**
 * Sums over scored cells (a condition times a feature), o observed and p predicted after the metric's own shift and scale.
 * Every metric is a function of them, so a bootstrap over conditions only adds them up again.
 */
export interface MetricSums {
  readonly count: number;
  readonly observed: number;
  readonly predicted: number;
  readonly observedSquared: number;
  readonly predictedSquared: number;
  readonly product: number;
  readonly errorSquared: number;
}

export interface MetricFacts {
  readonly id: string;
  readonly title: string;
  /** Which way is better; `one` = nearer to 1. */
  readonly better: "lower" | "higher" | "one";
  /** What is taken off observed and predicted values before they are summed. */
  readonly about: "zero" | "training centroid";
  /** What they are divided by; `feature` = the standard deviation of the feature's scored values. */
  readonly scale: "one" | "feature";
  readonly source: string;
}

export interface MetricKind {
  readonly facts: MetricFacts;
  /** The metric's value; NaN where it is not defined (no cell, no spread). */
  value(sums: MetricSums): number;
}

/** Σ(o - ō)², Σ(p - p̄)², Σ(o - ō)(p - p̄). */
export function centredSums(sums: MetricSums): { readonly observed: number; readonly predicted: number; readonly product: number } {
  const { count } = sums;
  return {
    observed: Math.max(0, sums.observedSquared - (sums.observed * sums.observed) / count),
    predicted: Math.max(0, sums.predictedSquared - (sums.predicted * sums.predicted) / count),
    product: sums.product - (sums.observed * sums.predicted) / count,
  };
}

/** Pearson's r from sums; NaN when either side has no spread beyond the rounding of its sums. */
export function correlation(sums: MetricSums): number {
  const { observed, predicted, product } = centredSums(sums);
  // Differences of sums of squares carry a rounding error of about count times the unit roundoff, relative to the squares.
  const rounding = 4 * sums.count * Number.EPSILON;
  if (!(observed > rounding * sums.observedSquared) || !(predicted > rounding * sums.predictedSquared)) return Number.NaN;
  return Math.min(1, Math.max(-1, product / Math.sqrt(observed * predicted)));
}
