import type { Network } from "../models/network.ts";
import { conservationLaws, cycles } from "../models/structure.ts";
import type { IntegerRow } from "../models/structure.ts";
import { affinityOf } from "./structure/cycle-currents.ts";
import { deficiency } from "./structure/deficiency.ts";
import { emergentCycles } from "./structure/laws.ts";

export { deficiency };

/** A cycle over all species and the force that its rate constants put around it. */
export interface CycleAffinity {
  readonly cycle: IntegerRow;
  /** sum w ln(k+/k-), dimensionless; null where a reaction of the cycle has no two constants to compare. */
  readonly affinity: number | null;
}

/** What the stoichiometry alone says. Chemostats are boundary species and species that a rule sets. */
export interface NetworkStructure {
  /** Over the species that are no chemostats. */
  readonly conservationLaws: readonly IntegerRow[];
  /** Over all species. */
  readonly cycles: readonly IntegerRow[];
  /** Cycles that close only because chemostats do not count; they complete `cycles` to all cycles of the other species. */
  readonly emergentCycles: readonly IntegerRow[];
  /** Complexes - linkage classes - rank, chemostats left out of the complexes. */
  readonly deficiency: number;
}

/**
 * Conservation laws, cycles, emergent cycles and deficiency, in exact arithmetic.
 * @source Polettini & Esposito 2014, doi:10.1063/1.4886396 (emergent cycles); Feinberg 1987, doi:10.1016/0009-2509(87)80099-4 (deficiency)
 */
export function structureOf(network: Network): NetworkStructure {
  const overall = cycles(network, "all");
  return { conservationLaws: conservationLaws(network, "internal"), cycles: overall, emergentCycles: emergentCycles(network, overall), deficiency: deficiency(network) };
}

/**
 * The affinity of each cycle from the rate constants alone: `logEquilibrium` is ln k+ - ln k- of each reaction in the network's order.
 * @source Wegscheider 1901, doi:10.1007/BF01517498
 */
export function cycleAffinities(network: Network, overall: readonly IntegerRow[], logEquilibrium: readonly number[]): CycleAffinity[] {
  const ids = network.reactions.map(({ id }) => id);
  return overall.map((cycle) => {
    const affinity = affinityOf(cycle, ids, logEquilibrium);
    return { cycle, affinity: Number.isNaN(affinity) ? null : affinity };
  });
}
