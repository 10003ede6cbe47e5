import type { Network, Participant } from "../models/network.ts";
import { conservationLaws, cycles, speciesIds, stoichiometryMatrix } from "../models/structure.ts";
import type { IntegerRow } from "../models/structure.ts";
import { integerRows, rankOf } from "../numerics/rational.ts";

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

function emergentCycles(network: Network, overall: readonly IntegerRow[]): IntegerRow[] {
  const ids = network.reactions.map(({ id }) => id);
  const asRow = (row: IntegerRow): bigint[] => ids.map((id) => BigInt(row[id] ?? 0));
  const span = overall.map(asRow);
  return cycles(network, "internal").filter((row) => {
    const candidate = asRow(row);
    if (rankOf([...span, candidate]) === span.length) return false;
    span.push(candidate);
    return true;
  });
}

/** Complexes - linkage classes - rank of the stoichiometry, over the species that are no chemostats. */
export function deficiency(network: Network): number {
  const internal = new Set(speciesIds(network, "internal"));
  const classes = new Map<string, string>();
  const root = (complex: string): string => {
    let at = complex;
    for (let parent = classes.get(at); parent !== undefined && parent !== at; parent = classes.get(at)) at = parent;
    return at;
  };
  for (const { reactants, products } of network.reactions) {
    const [from, to] = [complexOf(reactants, internal), complexOf(products, internal)];
    for (const complex of [from, to]) if (!classes.has(complex)) classes.set(complex, complex);
    classes.set(root(from), root(to));
  }
  const linkageClasses = [...classes.keys()].filter((complex) => root(complex) === complex).length;
  return classes.size - linkageClasses - rankOf(integerRows(stoichiometryMatrix(network, "internal")));
}

/** A complex by name: its species in a fixed order with their numbers. */
function complexOf(side: readonly Participant[], internal: ReadonlySet<string>): string {
  const counts = new Map<string, number>();
  for (const { species, stoichiometry } of side) if (internal.has(species)) counts.set(species, (counts.get(species) ?? 0) + stoichiometry);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, count]) => `${count} ${id}`).join(" + ");
}

/**
 * The affinity of each cycle from the rate constants alone: `logEquilibrium` is ln k+ - ln k- of each reaction in the network's order.
 * @source Wegscheider 1901, doi:10.1007/BF01517498
 */
export function cycleAffinities(network: Network, overall: readonly IntegerRow[], logEquilibrium: readonly number[]): CycleAffinity[] {
  return overall.map((cycle) => {
    const affinity = network.reactions.reduce((total, { id }, index) => {
      const weight = cycle[id] ?? 0;
      return weight === 0 ? total : total + weight * (logEquilibrium[index] ?? Number.NaN);
    }, 0);
    return { cycle, affinity: Number.isNaN(affinity) ? null : affinity };
  });
}
