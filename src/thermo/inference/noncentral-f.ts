import { logPoisson } from "../../numerics/distributions.ts";

/** Lanczos coefficients for g = 7. */
const lanczos = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

/** ln Gamma(x) for x >= 1/2, to about 1e-14. @source Lanczos 1964, doi:10.1137/0701008 (g = 7, nine terms) */
function logGamma(x: number): number {
  const shifted = x - 1;
  const sum = lanczos.reduce((total, coefficient, index) => (index === 0 ? coefficient : total + coefficient / (shifted + index)), 0);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ln of x^a (1 - x)^b / (a B(a, b)). */
const logEdge = (x: number, a: number, b: number): number => a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a + 1) - logGamma(b);

/**
 * Regularised incomplete beta function I_x(a, b) for a, b >= 1/2, dimensionless, to about 1e-13.
 * @source Olver et al. 2010, NIST Handbook of Mathematical Functions, 8.17.22 (continued fraction), 8.17.4 (reflection)
 */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < Number.EPSILON) break;
  }
  return Math.exp(logEdge(x, a, b)) * fraction;
}

/**
 * Distribution function of F with `d1`, `d2` degrees of freedom and noncentrality `lambda`, at `f` >= 0: a Poisson mixture of
 * incomplete beta functions, summed from the far end down, where each follows from the next by adding a positive term.
 * @source Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions 2, 30.10
 */
export function noncentralF(f: number, d1: number, d2: number, lambda: number): number {
  if (!(f > 0)) return 0;
  if (f === Infinity) return 1;
  const x = (d1 * f) / (d1 * f + d2);
  const [half, b] = [lambda / 2, d2 / 2];
  if (half === 0) return regularisedBeta(x, d1 / 2, b);
  // Poisson weights beyond ten standard deviations are below 1e-20.
  const reach = 10 * Math.sqrt(half) + 60;
  const [first, last] = [Math.max(0, Math.floor(half - reach)), Math.ceil(half + reach)];
  let beta = regularisedBeta(x, d1 / 2 + last, b);
  let total = 0;
  for (let j = last; j >= first; j--) {
    total += Math.exp(logPoisson(j, half)) * beta;
    if (j > first) beta += Math.exp(logEdge(x, d1 / 2 + j - 1, b));
  }
  return Math.min(1, total);
}

/**
 * The noncentrality below which an F as large as `f` has a chance of at most 1 - `level`: a one-sided lower confidence bound,
 * 0 where even no noncentrality at all explains `f`.
 */
export function noncentralityBound(f: number, d1: number, d2: number, level: number): number {
  if (f === Infinity) return Infinity;
  if (!(noncentralF(f, d1, d2, 0) > level)) return 0;
  // The distribution function falls as the noncentrality grows.
  let [low, high] = [0, Math.max(1, d1 * f)];
  while (noncentralF(f, d1, d2, high) > level) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (noncentralF(f, d1, d2, middle) > level) low = middle;
    else high = middle;
  }
  return low;
}
