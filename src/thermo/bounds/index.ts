import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import { absoluteWeights } from "./absolute-weights.ts";
import { allForce } from "./all-force.ts";
import { bestObservable } from "./best-observable.ts";
import type { Bound } from "./bound.ts";
import { localSums } from "./local-sums.ts";
import { pseudoEntropy } from "./pseudo-entropy-production.ts";
import { kinetic, thermokinetic } from "./thermokinetic.ts";
import { localUncertainty, uncertainty } from "./uncertainty-relation.ts";

/**
 * Every bound at one state for an observable with weights g [nReaction] (an observable's `perReaction`, or any others): the least
 * entropy production it allows, the largest precision, the least activity. Bounds that do not depend on the observable come first.
 */
export function boundsAt(fluxes: Fluxes, point: FluxPoint, weights: ArrayLike<number>): Bound[] {
  const sums = localSums(point, weights);
  return [
    pseudoEntropy(fluxes, point),
    bestObservable(fluxes, point),
    uncertainty(sums, totalEntropyProduction(fluxes, point)),
    localUncertainty(sums),
    allForce(sums),
    absoluteWeights(sums),
    thermokinetic(sums),
    kinetic(sums),
  ];
}

export { absoluteWeights, absoluteWeightsBound } from "./absolute-weights.ts";
export { allForce, allForceBound } from "./all-force.ts";
export { bestObservable, bestObservableOf } from "./best-observable.ts";
export type { BestObservable } from "./best-observable.ts";
export { boundOf } from "./bound.ts";
export type { Bound, BoundedQuantity, BoundFacts } from "./bound.ts";
export { localSums, precisionOf } from "./local-sums.ts";
export type { LocalReaction, LocalSums } from "./local-sums.ts";
export { pseudoEntropy, pseudoEntropyProduction } from "./pseudo-entropy-production.ts";
export { kinetic, thermokinetic, thermokineticCeiling } from "./thermokinetic.ts";
export { localUncertainty, uncertainty } from "./uncertainty-relation.ts";
