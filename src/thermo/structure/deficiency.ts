import type { Network } from "../../models/network.ts";
import { integerRows, rankOf } from "../../numerics/rational.ts";
import { complexGraph, runningGraph, strongLinkageClasses } from "./complexes.ts";
import type { ComplexGraph, Direction } from "./complexes.ts";

/** One linkage class by its numbers. */
export interface LinkageClass {
  /** Names of its complexes. */
  readonly complexes: readonly string[];
  /** Rank of its own reactions. */
  readonly rank: number;
  /** Complexes - 1 - rank. */
  readonly deficiency: number;
  readonly terminalStrongClasses: number;
}

/** The numbers of the deficiency theorems. */
export interface Deficiency {
  /** n, chemostats dropped from the complexes. */
  readonly complexes: number;
  /** l by its members. */
  readonly linkageClasses: readonly LinkageClass[];
  /** s, of the internal species' stoichiometry. */
  readonly rank: number;
  /** n - l - s; at least the sum over the linkage classes. */
  readonly deficiency: number;
  /** Whether every complex that reaches another is reached back. */
  readonly isWeaklyReversible: boolean;
}

/**
 * Deficiency of a network and of its linkage classes; `directions` [nReaction] say which ways the reactions run, all of them
 * by default; those that run no way do not count, nor complexes that only they use.
 * @source Feinberg 1987, doi:10.1016/0009-2509(87)80099-4
 */
export function deficiencyOf(network: Network, directions: readonly Direction[] = [], drawn: ComplexGraph = complexGraph(network)): Deficiency {
  const graph = runningGraph(drawn, directions);
  const strong = strongLinkageClasses(graph, directions);
  const linkageClasses = graph.linkageClasses.map((members, index): LinkageClass => {
    const inside = new Set(members);
    const rank = rankOfChanges(graph, graph.edges.filter(({ from }) => inside.has(from)));
    return {
      complexes: members.map((complex) => graph.complexes[complex]?.name ?? ""),
      rank,
      deficiency: members.length - 1 - rank,
      terminalStrongClasses: strong.filter(({ linkageClass, isTerminal }) => isTerminal && linkageClass === index).length,
    };
  });
  const rank = rankOfChanges(graph, graph.edges);
  return {
    complexes: graph.complexes.length,
    linkageClasses,
    rank,
    deficiency: graph.complexes.length - linkageClasses.length - rank,
    // A strong class that is not a whole linkage class leads into another that does not lead back.
    isWeaklyReversible: strong.length === linkageClasses.length,
  };
}

/** Complexes - linkage classes - rank of the stoichiometry, over the species that are no chemostats. */
export const deficiency = (network: Network): number => deficiencyOf(network).deficiency;

function rankOfChanges({ complexes }: ComplexGraph, edges: ComplexGraph["edges"]): number {
  const changes = edges.map(({ from, to }) => {
    const [taken, made] = [complexes[from]?.composition, complexes[to]?.composition];
    return new Map([...(taken?.keys() ?? []), ...(made?.keys() ?? [])].map((id) => [id, (made?.get(id) ?? 0) - (taken?.get(id) ?? 0)]));
  });
  const species = [...new Set(changes.flatMap((change) => [...change.keys()]))];
  return rankOf(integerRows(changes.map((change) => species.map((id) => change.get(id) ?? 0))));
}
