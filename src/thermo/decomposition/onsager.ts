import { leastSquares } from "../../numerics/least-squares.ts";
import { weightedLeastSquares } from "../../numerics/weighted-least-squares.ts";
import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import type { Dissipation, Undecomposed } from "./dissipation.ts";
import { internalStoichiometry, undecomposed } from "./internal-stoichiometry.ts";
import { logMean } from "./log-mean.ts";

/** The split by the force that a potential explains best. */
export interface OnsagerDecomposition extends Dissipation {
  /** Ids of the species that are no chemostats [nInternal]. */
  readonly species: readonly string[];
  /** Potential φ [nInternal], dimensionless, up to conservation laws; null where a one-way reaction has no finite force to fit. */
  readonly potential: Float64Array | null;
}

/**
 * Splits entropy production by projecting the forces on potential differences in the metric of the logarithmic means L:
 * φ = argmin Σ L (F - Sᵀφ)², excess = Σ L (Sᵀφ)² = ẋᵀ (S diag(L) Sᵀ)⁺ ẋ, housekeeping = Σ L (F - Sᵀφ)². Needs no steady state;
 * housekeeping is 0 exactly where the forces are conservative, excess where the state stands still.
 * @status problem: reactions without entropy production, concentrations without a logarithm.
 * @source Yoshimura, Kolchinsky, Dechant & Ito 2023, doi:10.1103/PhysRevResearch.5.013017
 */
export function onsagerDecomposition(fluxes: Fluxes, point: FluxPoint): OnsagerDecomposition | Undecomposed {
  const wrong = undecomposed(fluxes, point);
  if (wrong) return wrong;
  const stoichiometry = internalStoichiometry(fluxes.network);
  const { species, perReaction } = stoichiometry;
  const count = fluxes.reactions.length;
  const weights = Float64Array.from({ length: count }, (_, reaction) => Math.sqrt(logMean(point.net[reaction] ?? 0, point.activity[reaction] ?? 0, point.force[reaction] ?? 0)));
  const runs = (reaction: number): boolean => (weights[reaction] ?? 0) > 0;
  const rank = stoichiometry.rankOf(runs);
  const total = totalEntropyProduction(fluxes, point);
  if (total < Infinity) {
    const right = weights.map((weight, reaction) => (weight === 0 ? 0 : weight * (point.force[reaction] ?? 0)));
    const { solution, explained, unexplained } = weightedLeastSquares(perReaction, weights, right, species.length, rank);
    return { total, housekeeping: unexplained, excess: explained, species, potential: solution };
  }
  const through = equivalentFluxes(perReaction, species.length, point.net, runs);
  if (!through) return { total, housekeeping: null, excess: Infinity, species, potential: null };
  const right = weights.map((weight, reaction) => (weight === 0 ? 0 : (through[reaction] ?? 0) / weight));
  const { explained } = weightedLeastSquares(perReaction, weights, right, species.length, rank);
  return { total, housekeeping: Infinity, excess: explained, species, potential: null };
}

/** What the fluxes' own rounding leaves of a balance that is exact, relative to the gross fluxes. */
const balanced = 1e-12;

/**
 * Fluxes of the reversible reactions alone that change the state as all reactions do; null where the others drive it where
 * these cannot. A one-way reaction is no path for a potential: its L is 0.
 */
function equivalentFluxes(perReaction: Float64Array, columns: number, net: Float64Array, runs: (reaction: number) => boolean): Float64Array | null {
  const paths = Array.from(net, (_, reaction) => reaction).filter(runs);
  const change = new Float64Array(columns);
  let gross = 0;
  net.forEach((flux, reaction) => {
    if (runs(reaction)) return;
    for (let at = 0; at < columns; at++) {
      const part = (perReaction[reaction * columns + at] ?? 0) * flux;
      change[at] = (change[at] ?? 0) + part;
      gross = Math.max(gross, Math.abs(part));
    }
  });
  const matrix = Float64Array.from({ length: columns * paths.length }, (_, at) => perReaction[(paths[at % paths.length] ?? 0) * columns + Math.floor(at / paths.length)] ?? 0);
  const { solution, residualNorm } = leastSquares(matrix, change, columns, paths.length);
  if (residualNorm > balanced * gross) return null;
  const through = new Float64Array(net.length);
  paths.forEach((reaction, at) => {
    through[reaction] = (net[reaction] ?? 0) + (solution[at] ?? 0);
  });
  return through;
}
