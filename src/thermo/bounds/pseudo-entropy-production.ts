import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { isThermodynamic } from "../reaction-flux.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import type { Bound, BoundFacts } from "./bound.ts";
import { boundOf } from "./bound.ts";

const facts: BoundFacts = {
  name: "pseudo-entropy-production",
  quantity: "entropy production",
  sense: "at least",
  equation: "sigma >= Pi = 2 sum j^2/a",
  source: "Shiraishi 2021, doi:10.1007/s10955-021-02829-8",
};

/** Entropy production bounded by its quadratic form in the fluxes. */
export const pseudoEntropy = (fluxes: Fluxes, point: FluxPoint): Bound => boundOf(facts, pseudoEntropyProduction(fluxes, point), totalEntropyProduction(fluxes, point));

/** Π = 2 Σ j²/a over the reactions with a force · R per volume and time; what short-time currents can tell of the entropy production. */
export function pseudoEntropyProduction(fluxes: Fluxes, point: FluxPoint): number {
  let total = 0;
  fluxes.reactions.forEach((reaction, index) => {
    const net = point.net[index] ?? Number.NaN;
    // j²/a in the order that cannot underflow; 0/0 is a reaction at rest.
    if (isThermodynamic(reaction) && net !== 0) total += 2 * net * (net / (point.activity[index] ?? Number.NaN));
  });
  return total;
}
