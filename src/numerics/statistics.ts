type Numbers = ArrayLike<number>;

/**
 * Sum with a running correction for what rounding loses; exact for values of very different size.
 *
 * @source Neumaier 1974, doi:10.1002/zamm.19740540106.
 */
export function sum(values: Numbers): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  // An infinite total leaves NaN as its correction.
  return Number.isFinite(total) ? total + lost : total;
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: Numbers): number {
  return sum(values) / values.length;
}

/** Sample variance, divisor n - 1; NaN for fewer than two values. */
export function variance(values: Numbers): number {
  if (values.length < 2) return Number.NaN;
  return sumOfProducts(values, values) / (values.length - 1);
}

/** Sample standard deviation, divisor n - 1. */
export function standardDeviation(values: Numbers): number {
  return Math.sqrt(variance(values));
}

/** Pearson's correlation; NaN when a side is constant or has fewer than two values. @throws RangeError for unequal lengths. */
export function pearson(x: Numbers, y: Numbers): number {
  refuseUnequal(x, y);
  if (x.length < 2 || isConstant(x) || isConstant(y)) return Number.NaN;
  const correlation = sumOfProducts(x, y) / (Math.sqrt(sumOfProducts(x, x)) * Math.sqrt(sumOfProducts(y, y)));
  return Math.max(-1, Math.min(1, correlation));
}

/** Spearman's correlation: Pearson's of the ranks. */
export function spearman(x: Numbers, y: Numbers): number {
  return pearson(rank(x), rank(y));
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function rank(values: Numbers): Float64Array {
  const order = Array.from(values, (_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let at = from; at < to; at++) ranks[order[at] ?? 0] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/**
 * Quantile by linear interpolation between order statistics (type 7); NaN of nothing.
 *
 * @source Hyndman, Fan 1996, doi:10.1080/00031305.1996.10473566.
 * @throws RangeError unless the probability is in [0, 1].
 */
export function quantile(values: Numbers, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`quantile at probability ${probability}: give a number in [0, 1]`);
  const sorted = Float64Array.from(values).toSorted();
  const position = (sorted.length - 1) * probability;
  const lower = sorted[Math.floor(position)] ?? Number.NaN;
  const upper = sorted[Math.ceil(position)] ?? Number.NaN;
  return lower === upper ? lower : lower + (upper - lower) * (position - Math.floor(position));
}

/** The middle value, or the mean of the two middle values. */
export function median(values: Numbers): number {
  return quantile(values, 0.5);
}

/** Slope of the least-squares line of y on x; NaN when x is constant. @throws RangeError for unequal lengths. */
export function leastSquaresSlope(x: Numbers, y: Numbers): number {
  refuseUnequal(x, y);
  return isConstant(x) ? Number.NaN : sumOfProducts(x, y) / sumOfProducts(x, x);
}

/** The least-squares line of y on x. */
export function leastSquaresLine(x: Numbers, y: Numbers): { readonly slope: number; readonly intercept: number } {
  const slope = leastSquaresSlope(x, y);
  return { slope, intercept: mean(y) - slope * mean(x) };
}

/** Sum over i of (x_i - mean x)(y_i - mean y). */
function sumOfProducts(x: Numbers, y: Numbers): number {
  const centreX = mean(x);
  const centreY = mean(y);
  return sum(Array.from(x, (value, i) => (value - centreX) * ((y[i] ?? Number.NaN) - centreY)));
}

function isConstant(values: Numbers): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function refuseUnequal(x: Numbers, y: Numbers): void {
  if (x.length !== y.length) throw new RangeError(`${x.length} values cannot be paired with ${y.length}`);
}
