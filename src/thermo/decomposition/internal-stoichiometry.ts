import type { Network } from "../../models/network.ts";
import { speciesIds, stoichiometryMatrix } from "../../models/structure.ts";
import { integerRows, rankOf } from "../../numerics/rational.ts";
import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { rateRuled } from "../rate-ruled.ts";
import { isThermodynamic } from "../reaction-flux.ts";
import { hasEntropyProduction } from "../uncertainty.ts";
import type { Undecomposed } from "./dissipation.ts";

/** The rows of S that the dynamics has: species that are no chemostats. */
export interface InternalStoichiometry {
  /** Ids [nInternal]. */
  readonly species: readonly string[];
  /** Sᵀ, row-major [nReaction, nInternal]. */
  readonly perReaction: Float64Array;
  /** Exact rank of the reactions for which `runs` holds. */
  rankOf(runs: (reaction: number) => boolean): number;
}

const known = new WeakMap<Network, InternalStoichiometry>();

/** Internal stoichiometry of a network; made once per network, ranks once per set of reactions. */
export function internalStoichiometry(network: Network): InternalStoichiometry {
  const found = known.get(network);
  if (found) return found;
  const species = speciesIds(network, "internal");
  const matrix = stoichiometryMatrix(network, "internal");
  const columns = network.reactions.map((_, reaction) => matrix.map((row) => row[reaction] ?? 0));
  const ranks = new Map<string, number>();
  const made: InternalStoichiometry = {
    species,
    perReaction: Float64Array.from(columns.flat()),
    rankOf(runs) {
      const running = columns.flatMap((column, reaction) => (runs(reaction) ? [{ column, reaction }] : []));
      const key = running.map(({ reaction }) => reaction).join(" ");
      const rank = ranks.get(key) ?? rankOf(integerRows(running.map(({ column }) => column)));
      ranks.set(key, rank);
      return rank;
    },
  };
  known.set(network, made);
  return made;
}

/** What keeps entropy production from being known at this point; null where nothing does. */
export function undecomposed(fluxes: Fluxes, point: FluxPoint): Undecomposed | null {
  const without = fluxes.reactions.filter((reaction) => !isThermodynamic(reaction));
  if (without.length > 0) {
    const list = without.map(({ id, reason }) => `"${id}" (${reason ?? "no one-way fluxes"})`).join(", ");
    return { problem: `entropy production cannot be split: it is not defined for reaction ${list}; write these rates as reversible mass action` };
  }
  if (!hasEntropyProduction(fluxes)) return { problem: `entropy production cannot be split: rate rules, which have no one-way fluxes, move ${rateRuled(fluxes.network).map((id) => `"${id}"`).join(", ")}; write reactions instead` };
  if (point.outOfDomain.length === 0) return null;
  const list = point.outOfDomain.map(({ what, reaction, value }) => `${what} = ${value} in reaction "${reaction}"`).join(", ");
  return { problem: `entropy production cannot be split at time ${point.time}: no logarithm of ${list}; start from positive concentrations` };
}

/** S j over the internal species [nInternal] · concentration per time. */
export function changeOf(stoichiometry: InternalStoichiometry, net: ArrayLike<number>): Float64Array {
  const columns = stoichiometry.species.length;
  return Float64Array.from({ length: columns }, (_, species) => {
    let total = 0;
    for (let reaction = 0; reaction < net.length; reaction++) total += (stoichiometry.perReaction[reaction * columns + species] ?? 0) * (net[reaction] ?? 0);
    return total;
  });
}
