import type { Network } from "../../models/network.ts";
import { conservationLaws, cycles, speciesIds } from "../../models/structure.ts";
import type { IntegerRow } from "../../models/structure.ts";
import { reducedRowEchelon } from "../../numerics/rational.ts";

/** What chemostats make of a network's conservation laws and cycles; `emergentCycles` and `broken` together are as many as `chemostats`. */
export interface OpenStructure {
  /** Boundary species and species that a rule sets, in declaration order. */
  readonly chemostats: readonly string[];
  /** Laws l S = 0 over all species, as if no chemostat were fed. */
  readonly conservationLaws: readonly IntegerRow[];
  /** Laws over the internal species alone: they hold along every trajectory. */
  readonly unbroken: readonly IntegerRow[];
  /** Laws that the feeding of chemostats breaks; they complete `unbroken` to all laws. Laws without negative numbers come first. */
  readonly broken: readonly IntegerRow[];
  /** Cycles S w = 0 over all species: they change nothing at all. */
  readonly cycles: readonly IntegerRow[];
  /** Cycles that leave the internal species alone but move matter between chemostats; they complete `cycles` to all internal cycles. */
  readonly emergentCycles: readonly IntegerRow[];
}

/**
 * Conservation laws, cycles, and what chemostats break and open, in exact arithmetic.
 * @source Polettini & Esposito 2014, doi:10.1063/1.4886396; Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064
 */
export function openStructure(network: Network): OpenStructure {
  const all = conservationLaws(network, "all");
  const unbroken = conservationLaws(network, "internal");
  const overall = cycles(network, "all");
  // Moieties read as amounts; differences such as E - S - P do not, and span the same laws.
  const moietiesFirst = all.toSorted((one, other) => Number(hasNegative(one)) - Number(hasNegative(other)));
  return {
    chemostats: speciesIds(network, "boundary"),
    conservationLaws: all,
    unbroken,
    broken: completion(unbroken, moietiesFirst, speciesIds(network)),
    cycles: overall,
    emergentCycles: emergentCycles(network, overall),
  };
}

const hasNegative = (row: IntegerRow): boolean => Object.values(row).some((value) => value < 0);

/** Cycles of the internal species that complete `overall`, the cycles over all species. */
export function emergentCycles(network: Network, overall: readonly IntegerRow[] = cycles(network, "all")): IntegerRow[] {
  return completion(overall, cycles(network, "internal"), network.reactions.map(({ id }) => id));
}

/** The first candidates, in their order, that together with the independent rows of `span` stay independent. */
function completion(span: readonly IntegerRow[], candidates: readonly IntegerRow[], ids: readonly string[]): IntegerRow[] {
  const rows = [...span, ...candidates];
  // With the rows as columns, elimination takes its pivots in the first columns that add something.
  const columns = ids.map((id) => rows.map((row) => BigInt(row[id] ?? 0)));
  const added = new Set(reducedRowEchelon(columns).pivots.map((column) => column - span.length));
  return candidates.filter((_, index) => added.has(index));
}
