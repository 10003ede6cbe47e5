import { matrixExponential } from "../../numerics/matrix-exponential.ts";
import { uniformise } from "../../numerics/uniformisation.ts";
import type { Chain } from "./chain.ts";
import { generatorOf, ratesOf } from "./chain.ts";
import type { Counter } from "./counter.ts";
import { carried, growthOf, jumpProduct } from "./counter.ts";
import { stationaryOf } from "./entropy-production.ts";

/** Exact moments of counters over [0, duration]. */
export interface CountingMoments {
  /** [nCounter] */
  readonly mean: Float64Array;
  /** Row-major [nCounter, nCounter]. */
  readonly covariance: Float64Array;
  /** Growth rate of the means at the end [nCounter] · 1/time. */
  readonly finalRate: Float64Array;
  /** Law at the end [n]. */
  readonly law: Float64Array;
}

/**
 * Mean and covariance of counters over [0, duration] from any initial law, exact: through the augmented generator, with the
 * mean growth of each counter taken out first, so that long times do not cancel. Dense: meant for up to some hundred states.
 *
 * For counter b, with A = A1 - (mean rate), the block matrix [[W, 0, 0], [A_b, W, 0], [0, R, 0]] carries (law, first moment by
 * state, time integral of every counter's growth against it) along; the covariance adds both orders and the jumps' own squares.
 * @source Lebowitz & Spohn 1999, doi:10.1023/A:1004589714161 (tilted generators, of which these are the derivatives)
 */
export function countingMoments(chain: Chain, counters: readonly Counter[], initial: Float64Array, duration: number): CountingMoments {
  const n = chain.states;
  const count = counters.length;
  const { law, occupation } = uniformise(ratesOf(chain), initial, duration);
  const growth = counters.map((counter) => growthOf(chain, counter));
  const mean = Float64Array.from(growth, (rates) => dot(rates, occupation));
  const finalRate = Float64Array.from(growth, (rates) => dot(rates, law));
  const covariance = new Float64Array(count * count);
  if (!(duration > 0)) return { mean, covariance, finalRate, law };

  const w = generatorOf(chain);
  const size = 2 * n + count;
  const cross = counters.map((counter, b): Float64Array => {
    const block = new Float64Array(size * size);
    const drift = mean[b] / duration;
    for (let j = 0; j < n; j++) {
      const unit = new Float64Array(n);
      unit[j] = 1;
      const column = carried(chain, counter, unit);
      for (let i = 0; i < n; i++) {
        block[i * size + j] = w[i * n + j];
        block[(n + i) * size + n + j] = w[i * n + j];
        block[(n + i) * size + j] = column[i] - (i === j ? drift : 0);
      }
      for (let a = 0; a < count; a++) block[(2 * n + a) * size + n + j] = growth[a][j] - mean[a] / duration;
    }
    const moved = matrixExponential(block.map((value) => value * duration), size);
    return Float64Array.from({ length: count }, (_, a) => dot(moved.subarray((2 * n + a) * size, (2 * n + a) * size + n), initial));
  });
  fillSymmetric(covariance, count, (a, b) => jumpProduct(chain, counters[a], counters[b], occupation) + cross[a][b] + cross[b][a]);
  return { mean, covariance, finalRate, law };
}

/** Growth of the moments of counters in the long run · 1/time. */
export interface LongTimeMoments {
  /** [nCounter] */
  readonly mean: Float64Array;
  /** Row-major [nCounter, nCounter]. */
  readonly covariance: Float64Array;
  /** Stationary law [n]. */
  readonly law: Float64Array;
}

/**
 * Rates at which means and covariances of counters grow in the long run, by one solution of the chain's equations for each
 * counter: the first two derivatives of the tilted generator's top eigenvalue, without differences. Sparse: 10^4 states in a narrow band are quick.
 * @source Koza 1999, doi:10.1088/0305-4470/32/44/303
 * @status problem: several closed classes.
 */
export function longTimeMoments(chain: Chain, counters: readonly Counter[]): LongTimeMoments | { readonly problem: string } {
  const found = stationaryOf(chain);
  if ("problem" in found) return found;
  const { law, solve } = found;
  const count = counters.length;
  const growth = counters.map((counter) => growthOf(chain, counter));
  const mean = Float64Array.from(growth, (rates) => dot(rates, law));
  const response = counters.map((counter, b) => solve(carried(chain, counter, law).map((value, state) => mean[b] * law[state] - value)));
  const covariance = new Float64Array(count * count);
  fillSymmetric(covariance, count, (a, b) => jumpProduct(chain, counters[a], counters[b], law) + dot(growth[a], response[b]) + dot(growth[b], response[a]));
  return { mean, covariance, law };
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k] * b[k];
  return total;
}

function fillSymmetric(matrix: Float64Array, size: number, entry: (row: number, column: number) => number): void {
  for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) matrix[a * size + b] = matrix[b * size + a] = entry(a, b);
}
