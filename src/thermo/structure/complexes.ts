import type { Network, Participant } from "../../models/network.ts";
import { speciesIds } from "../../models/structure.ts";
import { strongClasses } from "./strong-classes.ts";

/** What stands on one side of a reaction, chemostats left out. */
export interface Complex {
  /** `2 A + B`, or `0`. */
  readonly name: string;
  /** By species id; only those that take part. */
  readonly composition: ReadonlyMap<string, number>;
}

/** A reaction between two different complexes, by their places in `complexes`. */
export interface ComplexEdge {
  readonly reaction: string;
  /** Place of the reaction in the network. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Complexes as nodes, reactions as edges. */
export interface ComplexGraph {
  readonly complexes: readonly Complex[];
  readonly edges: readonly ComplexEdge[];
  /** Reactions whose two sides differ in chemostats alone: to the internal species they are nothing. */
  readonly inert: readonly { readonly reaction: string; readonly index: number }[];
  /** Complexes of each linkage class: connected, whatever the directions. */
  readonly linkageClasses: readonly (readonly number[])[];
}

/** Which directions of a reaction run. */
export interface Direction {
  readonly forward: boolean;
  readonly reverse: boolean;
}

/** A class of complexes that all reach each other; terminal where no reaction leads out of it. */
export interface StrongLinkageClass {
  readonly complexes: readonly number[];
  readonly linkageClass: number;
  readonly isTerminal: boolean;
}

/**
 * The complexes of a network and the graph its reactions make of them, chemostats dropped first.
 * @source Horn & Jackson 1972, doi:10.1007/BF00251225; Feinberg 1987, doi:10.1016/0009-2509(87)80099-4
 */
export function complexGraph(network: Network): ComplexGraph {
  const internal = new Set(speciesIds(network, "internal"));
  const places = new Map<string, number>();
  const complexes: Complex[] = [];
  const edges: ComplexEdge[] = [];
  const inert: { reaction: string; index: number }[] = [];
  const placeOf = (complex: Complex): number => {
    const known = places.get(complex.name);
    if (known !== undefined) return known;
    places.set(complex.name, complexes.length);
    return complexes.push(complex) - 1;
  };
  network.reactions.forEach(({ id, reactants, products }, index) => {
    const [from, to] = [complexOf(reactants, internal), complexOf(products, internal)];
    if (from.name === to.name) inert.push({ reaction: id, index });
    else edges.push({ reaction: id, index, from: placeOf(from), to: placeOf(to) });
  });
  return { complexes, edges, inert, linkageClasses: linkageClassesOf(complexes.length, edges) };
}

const bothWays: Direction = { forward: true, reverse: true };
const runs = ({ forward, reverse }: Direction): boolean => forward || reverse;

/**
 * The graph of the reactions that run in at least one of the directions [nReaction] given, without the complexes that only the
 * others use: a reaction whose constants are 0 is no reaction of the theorems. The graph itself where all run.
 */
export function runningGraph(graph: ComplexGraph, directions: readonly Direction[]): ComplexGraph {
  const isRunning = ({ index }: { readonly index: number }): boolean => runs(directions[index] ?? bothWays);
  const [running, inert] = [graph.edges.filter(isRunning), graph.inert.filter(isRunning)];
  if (running.length === graph.edges.length && inert.length === graph.inert.length) return graph;
  const kept = [...new Set(running.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b);
  const places = new Map(kept.map((complex, place) => [complex, place]));
  const edges = running.map((edge) => ({ ...edge, from: places.get(edge.from) ?? 0, to: places.get(edge.to) ?? 0 }));
  return { complexes: graph.complexes.filter((_, complex) => places.has(complex)), edges, inert, linkageClasses: linkageClassesOf(kept.length, edges) };
}

function linkageClassesOf(count: number, edges: readonly ComplexEdge[]): number[][] {
  const arrows = edges.flatMap(({ from, to }) => [[from, to] as const, [to, from] as const]);
  return strongClasses(count, arrows).toSorted(([a = 0], [b = 0]) => a - b);
}

/** Strong linkage classes where each reaction runs in the directions [nReaction] given; complexes of reactions that do not run are in none. */
export function strongLinkageClasses(graph: ComplexGraph, directions: readonly Direction[]): StrongLinkageClass[] {
  const arrows = graph.edges.flatMap(({ index, from, to }) => {
    const { forward, reverse } = directions[index] ?? bothWays;
    return [...(forward ? [[from, to] as const] : []), ...(reverse ? [[to, from] as const] : [])];
  });
  const running = new Set(arrows.flat());
  const classOf = new Map(graph.linkageClasses.flatMap((members, index) => members.map((complex) => [complex, index] as const)));
  return strongClasses(graph.complexes.length, arrows)
    .filter(([first = 0]) => running.has(first))
    .map((members) => {
      const inside = new Set(members);
      return { complexes: members, linkageClass: classOf.get(members[0] ?? 0) ?? 0, isTerminal: !arrows.some(([from, to]) => inside.has(from) && !inside.has(to)) };
    });
}

function complexOf(side: readonly Participant[], internal: ReadonlySet<string>): Complex {
  const counts = new Map<string, number>();
  for (const { species, stoichiometry } of side) if (internal.has(species) && stoichiometry !== 0) counts.set(species, (counts.get(species) ?? 0) + stoichiometry);
  const composition = new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const name = [...composition].map(([id, count]) => (count === 1 ? id : `${count} ${id}`)).join(" + ");
  return { name: name === "" ? "0" : name, composition };
}
