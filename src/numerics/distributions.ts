import { logarithm } from "./logarithm.ts";

/** Draws from (0, 1). */
type Uniform = () => number;

/**
 * Standard normal from two uniforms, the cosine branch alone: a draw then leaves nothing behind to keep in a state.
 *
 * @source Box, Muller 1958, doi:10.1214/aoms/1177706645.
 */
export function drawNormal(uniform: Uniform): number {
  const radius = Math.sqrt(-2 * Math.log(uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}

/** Exponential with mean 1 by inversion, one uniform a draw. */
export function drawExponential(uniform: Uniform): number {
  return -logarithm(uniform());
}

/** Uniform whole number in [0, n); draws again where a remainder would favour small numbers. @throws RangeError for a bad n. */
export function drawInteger(nextUint32: () => number, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > 2 ** 53) throw new RangeError(`cannot draw a whole number below ${n}: give a whole number in [1, 2^53]`);
  const range = n <= 2 ** 32 ? 2 ** 32 : 2 ** 53;
  const limit = range - (range % n);
  for (;;) {
    const drawn = n <= 2 ** 32 ? nextUint32() : (nextUint32() >>> 5) * 67_108_864 + (nextUint32() >>> 6);
    if (drawn < limit) return drawn % n;
  }
}

/** Below this mean, multiplying uniforms is cheaper than rejection. */
const rejectionFrom = 10;

/**
 * Poisson: products of uniforms for small means, transformed rejection with squeeze (PTRS) from 10 on.
 *
 * @source Hörmann 1993, doi:10.1016/0167-6687(93)90997-4, algorithm PTRS. Deviation: (1) the probability in the acceptance
 * test is Loader's, which keeps full precision at large means where k·log(mean) - mean - log k! cancels.
 * @throws RangeError unless the mean is in [0, 2^53].
 */
export function drawPoisson(uniform: Uniform, mean: number): number {
  if (!(mean >= 0 && mean <= 2 ** 53)) throw new RangeError(`cannot draw a Poisson number of mean ${mean}: give a mean in [0, 2^53]`);
  if (mean < rejectionFrom) {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  }
  const root = Math.sqrt(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const centred = uniform() - 0.5;
    const height = uniform();
    const edge = 0.5 - Math.abs(centred);
    const count = Math.floor(((2 * a) / edge + b) * centred + mean + 0.43);
    if (edge >= 0.07 && height <= squeeze) return count;
    if (!(count >= 0) || (edge < 0.013 && height > edge)) continue;
    if (Math.log((height * inverseAlpha) / (a / (edge * edge) + b)) <= logPoisson(count, mean)) return count;
  }
}

/**
 * Natural logarithm of the Poisson probability of `count` at `mean` > 0, without cancellation.
 *
 * @source Loader 2000, "Fast and Accurate Computation of Binomial Probabilities" (saddle-point expansion).
 */
export function logPoisson(count: number, mean: number): number {
  if (count === 0) return -mean;
  return -0.5 * Math.log(2 * Math.PI * count) - stirlingError(count) - devianceOf(count, mean);
}

/** log n! - log(sqrt(2 pi n) (n/e)^n) for whole n >= 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0;
    for (let factor = 2; factor <= n; factor++) logFactorial += Math.log(factor);
    return logFactorial - (0.5 * Math.log(2 * Math.PI * n) + n * Math.log(n) - n);
  }
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}

/** x log(x / mean) + mean - x, by its series where the two are close. */
function devianceOf(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const ratio = difference / (x + mean);
  let sum = difference * ratio;
  let power = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= ratio * ratio;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}
