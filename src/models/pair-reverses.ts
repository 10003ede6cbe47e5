import { expressionGraph } from "../kernel/expression.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import { canonicalFormula } from "./formula.ts";
import { massAction } from "./mass-action.ts";
import type { Network, Participant, Reaction } from "./network.ts";

/** Two one-way reactions that are each other's reverse. */
export interface ReversePair {
  /** The one that comes first; its id is kept. */
  readonly reaction: string;
  readonly reverse: string;
}

export interface PairedReverses {
  readonly network: Network;
  readonly pairs: readonly ReversePair[];
}

const known = new WeakMap<Network, PairedReverses>();

/**
 * Joins one-way mass-action reactions whose sides are swapped into one reversible reaction each, in the place of the first: its
 * rate is `(first) - (second)`. The trajectory stays the same, and a force is defined. Where several could be the reverse, the
 * first unmatched one is taken. Left apart: reactions whose rate another formula reads, those that change nothing, and those
 * whose joined rate would be no mass action. The network itself where nothing is joined; remembered per network.
 */
export function pairReverses(network: Network): PairedReverses {
  const found = known.get(network);
  if (found) return found;
  const made = pair(network);
  known.set(network, made);
  return made;
}

function pair(network: Network): PairedReverses {
  const { reactions } = network;
  const graph = expressionGraph();
  const sides = reactions.map(({ reactants, products }) => ({ reactants: sideOf(reactants), products: sideOf(products) }));
  const bySides = new Map<string, number[]>();
  sides.forEach(({ reactants, products }, index) => {
    const key = `${reactants}->${products}`;
    bySides.set(key, [...(bySides.get(key) ?? []), index]);
  });
  const read = symbolsReadIn(network);
  const canJoin = reactions.map((reaction, index) => {
    const { reactants, products } = sides[index] ?? { reactants: "", products: "" };
    if (reactants === products || read.has(reaction.id) || !bySides.has(`${products}->${reactants}`)) return false;
    const law = massAction(network, reaction, graph);
    return law.kind === "one-way" && law.kPlus !== null;
  });
  const joined = new Map<number, Reaction>();
  const taken = new Set<number>();
  const pairs: ReversePair[] = [];
  reactions.forEach((first, index) => {
    if (!canJoin[index] || taken.has(index)) return;
    const { reactants, products } = sides[index] ?? { reactants: "", products: "" };
    for (const other of bySides.get(`${products}->${reactants}`) ?? []) {
      const second = reactions[other];
      if (other < index || !second || !canJoin[other] || taken.has(other)) continue;
      const rate = canonicalFormula(`(${first.rate}) - (${second.rate})`).text;
      const both = rate === undefined ? null : { ...first, rate, reversible: true };
      if (!both || massAction(network, both, graph).kind !== "reversible") continue;
      joined.set(index, both);
      taken.add(other);
      pairs.push({ reaction: first.id, reverse: second.id });
      break;
    }
  });
  if (pairs.length === 0) return { network, pairs };
  return { network: { ...network, reactions: reactions.flatMap((reaction, index) => (taken.has(index) ? [] : [joined.get(index) ?? reaction])) }, pairs };
}

/** A side as text: each species with its whole count, sorted. */
function sideOf(side: readonly Participant[]): string {
  const counts = new Map<string, number>();
  for (const { species, stoichiometry } of side) counts.set(species, (counts.get(species) ?? 0) + stoichiometry);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([species, count]) => `${count} ${species}`)
    .toSorted()
    .join(" + ");
}

/** Every name that a formula of the network reads. */
function symbolsReadIn({ reactions, rules, initialAssignments }: Network): Set<string> {
  const graph = expressionGraph();
  const formulas = [...reactions.map(({ rate }) => rate), ...[...rules, ...initialAssignments].map(({ formula }) => formula)];
  return symbolsOf(formulas.flatMap((formula) => parseExpression(graph, formula).expression ?? []));
}
