import { weightedLeastSquares } from "../../numerics/weighted-least-squares.ts";
import { internalStoichiometry } from "../decomposition/internal-stoichiometry.ts";
import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";

const facts: BoundFacts = {
  name: "best-observable",
  quantity: "entropy production",
  sense: "at least",
  equation: "sigma >= 2 xdot^T D^+ xdot = max over c of 2 f^2/D_c",
  source: "after Dechant 2019, doi:10.1088/1751-8121/aaf3ff: its deterministic analogue",
};

/** The observable of the internal species that bounds the entropy production best at one state. */
export interface BestObservable {
  /** c with D c = xdot, per species [nSpecies], 0 for chemostats and for species that a conservation law leaves free. */
  readonly weights: Float64Array;
  /** xdotᵀ D⁺ xdot = f²/D_c at c · concentration per time; NaN where one-way fluxes are not known. */
  readonly precision: number;
}

/**
 * Makes the search for the best observable of a network: least squares with the rows of Sᵀ, internal species alone, weighted by √a.
 * @source after Dechant 2019, doi:10.1088/1751-8121/aaf3ff (the optimal observable of a multidimensional uncertainty relation)
 */
export function bestObservableOf(fluxes: Fluxes): (point: FluxPoint) => BestObservable {
  const { species: internal, perReaction, rankOf } = internalStoichiometry(fluxes.network);
  const columns = internal.map((id) => fluxes.species.indexOf(id));
  const changes = fluxes.reactions.map((_, reaction) => perReaction.subarray(reaction * columns.length, (reaction + 1) * columns.length).some((change) => change !== 0));

  return (point) => {
    const weights = new Float64Array(fluxes.species.length);
    if (changes.some((isChange, reaction) => isChange && !Number.isFinite(point.activity[reaction]))) return { weights: weights.fill(Number.NaN), precision: Number.NaN };
    const runs = (reaction: number): boolean => (changes[reaction] ?? false) && (point.activity[reaction] ?? 0) > 0;
    const roots = Float64Array.from(changes, (_, reaction) => (runs(reaction) ? Math.sqrt(point.activity[reaction] ?? 0) : 0));
    const scaled = roots.map((root, reaction) => (root === 0 ? 0 : (point.net[reaction] ?? 0) / root));
    const found = weightedLeastSquares(perReaction, roots, scaled, columns.length, rankOf(runs));
    columns.forEach((species, column) => (weights[species] = found.solution[column] ?? 0));
    // Currents of rounding size explain at most rounding² sum a.
    const rounding = (point.rounding ?? 0) ** 2 * roots.reduce((total, root) => total + root * root, 0);
    if (found.explained <= rounding) return { weights: weights.fill(0), precision: 0 };
    return { weights, precision: found.explained };
  };
}

/** Entropy production bounded by the observable of the internal species that does it best. */
export const bestObservable = (fluxes: Fluxes, point: FluxPoint): Bound => boundOf(facts, 2 * bestObservableOf(fluxes)(point).precision, totalEntropyProduction(fluxes, point));
