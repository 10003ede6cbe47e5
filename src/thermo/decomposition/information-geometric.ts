import { weightedLeastSquares } from "../../numerics/weighted-least-squares.ts";
import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import type { Dissipation, Undecomposed } from "./dissipation.ts";
import { internalStoichiometry, undecomposed } from "./internal-stoichiometry.ts";

/** The split by the Kullback-Leibler divergence between fluxes. */
export interface InformationGeometricDecomposition extends Dissipation {
  /** Ids of the species that are no chemostats [nInternal]. */
  readonly species: readonly string[];
  /** The maximiser θ [nInternal], dimensionless, up to conservation laws. */
  readonly potential: Float64Array;
  readonly iterations: number;
}

/** Newton's method; numbers, dimensionless. */
export const informationGeometricDefaults = {
  maxIterations: 500,
  /** Newton's estimate of what is still to be won, relative to what is won. */
  tolerance: 1e-13,
  /** The same estimate relative to entropy production, accepted where rounding lets the value climb no further. */
  rest: 1e-14,
} as const;

/**
 * Splits entropy production by information geometry: excess = max over θ of -ẋ·θ - Σ J_e (exp(θ·S_e) - 1) over directed
 * reactions e. Never above the excess of `onsagerDecomposition`.
 * @status problem: reactions without entropy production, concentrations without a logarithm, or an excess that is infinite or not found.
 * @source Kolchinsky, Dechant, Yoshimura & Ito 2024, arXiv:2412.08432
 */
export function informationGeometricDecomposition(fluxes: Fluxes, point: FluxPoint): InformationGeometricDecomposition | Undecomposed {
  const wrong = undecomposed(fluxes, point);
  if (wrong) return wrong;
  const stoichiometry = internalStoichiometry(fluxes.network);
  const { species, perReaction } = stoichiometry;
  const columns = species.length;
  const pairs = oneWayPairs(point);
  const rank = stoichiometry.rankOf((reaction) => (point.activity[reaction] ?? 0) > 0);
  const total = totalEntropyProduction(fluxes, point);

  let potential: Float64Array = new Float64Array(columns);
  let along: Float64Array = new Float64Array(pairs.length);
  let value = objective(pairs, along);
  for (let iteration = 0; iteration < informationGeometricDefaults.maxIterations; iteration++) {
    const weights = Float64Array.from(pairs, ({ forward, reverse }, at) => Math.sqrt(forward * Math.exp(along[at] ?? 0) + reverse * Math.exp(-(along[at] ?? 0))));
    const right = Float64Array.from(pairs, ({ net, forward, reverse }, at) => {
      const weight = weights[at] ?? 0;
      const u = along[at] ?? 0;
      return weight === 0 ? 0 : -(2 * net + forward * Math.expm1(u) - reverse * Math.expm1(-u)) / weight;
    });
    if (!weights.every(Number.isFinite) || !right.every(Number.isFinite)) break;
    const step = weightedLeastSquares(perReaction, weights, right, columns, rank);
    // Newton's decrement: half of it is what a quadratic would still win, so a step this small is the last.
    const isSmall = step.explained <= informationGeometricDefaults.tolerance * value.total;
    const taken = isSmall ? 1 : lineSearch(pairs, perReaction, columns, along, value, step.solution, step.explained);
    if (taken > 0) {
      potential = potential.map((theta, at) => theta + taken * (step.solution[at] ?? 0));
      along = alongReactions(perReaction, columns, pairs.length, potential);
    }
    const before = value.total;
    value = objective(pairs, along);
    // Next to rest the fluxes' rounding leaves nothing to climb; what is still promised then has to be nothing beside the whole.
    const isStalled = value.total - before < 0.1 * taken * step.explained || taken === 0;
    const isLast = isSmall || (isStalled && step.explained <= informationGeometricDefaults.rest * (total < Infinity ? total : 0));
    if (taken === 0 && !isLast) break;
    if (isLast) {
      const excess = Math.max(0, value.total);
      return { total, housekeeping: Math.max(0, total - excess), excess, species, potential, iterations: iteration + 1 };
    }
  }
  const why = total === Infinity ? "; a reaction runs one way, and then it can be infinite: give each reaction a reverse rate" : "";
  return { problem: `information-geometric excess: no maximum found at time ${point.time} in ${informationGeometricDefaults.maxIterations} steps of Newton's method (best value ${value.total})${why}` };
}

interface OneWayPair {
  readonly net: number;
  readonly forward: number;
  readonly reverse: number;
}

/** One-way fluxes from activity and force, since (a - j)/2 loses the digits of the smaller one. */
function oneWayPairs(point: FluxPoint): OneWayPair[] {
  return Array.from(point.net, (net, reaction) => {
    const activity = point.activity[reaction] ?? 0;
    const force = point.force[reaction] ?? 0;
    return { net, forward: activity / (1 + Math.exp(-force)), reverse: activity / (1 + Math.exp(force)) };
  });
}

function alongReactions(perReaction: Float64Array, columns: number, count: number, potential: Float64Array): Float64Array {
  return Float64Array.from({ length: count }, (_, reaction) => {
    let total = 0;
    for (let at = 0; at < columns; at++) total += (perReaction[reaction * columns + at] ?? 0) * (potential[at] ?? 0);
    return total;
  });
}

/** -Σ [2 j u + J+ (e^u - 1 - u) + J- (e^-u - 1 + u)], and the sum of its terms' sizes, which bounds its rounding. */
function objective(pairs: readonly OneWayPair[], along: ArrayLike<number>): { readonly total: number; readonly gross: number } {
  let [total, gross] = [0, 0];
  pairs.forEach(({ net, forward, reverse }, at) => {
    const u = along[at] ?? 0;
    // A flux that stands still has no part, however far θ goes; 0 times Infinity would be NaN.
    const convex = (forward === 0 ? 0 : forward * exponentialRest(u)) + (reverse === 0 ? 0 : reverse * exponentialRest(-u));
    total -= 2 * net * u + convex;
    gross += Math.abs(2 * net * u) + convex;
  });
  return { total, gross };
}

/** The largest of 1, 1/2, 1/4, ... that wins a tenth of what the slope promises (Armijo); 0 where none does. */
function lineSearch(pairs: readonly OneWayPair[], perReaction: Float64Array, columns: number, along: Float64Array, start: { readonly total: number; readonly gross: number }, step: Float64Array, slope: number): number {
  const stepAlong = alongReactions(perReaction, columns, pairs.length, step);
  for (let factor = 1; factor > 1e-12; factor /= 2) {
    const next = objective(
      pairs,
      along.map((u, at) => u + factor * (stepAlong[at] ?? 0)),
    );
    const rounding = 8 * Number.EPSILON * (start.gross + next.gross);
    if (next.total - start.total >= 0.1 * factor * slope - rounding && Number.isFinite(next.gross)) return factor;
  }
  return 0;
}

/** e^u - 1 - u without cancellation. */
export function exponentialRest(u: number): number {
  if (Math.abs(u) > 0.5) return Math.expm1(u) - u;
  // Fifteen terms: the next is below 0.5^16/18!, far under half an epsilon of u²/2.
  let [term, total] = [(u * u) / 2, 0];
  for (let power = 3; power < 18; power++) {
    total += term;
    term *= u / power;
  }
  return total;
}
