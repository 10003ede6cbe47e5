import { parseExpression } from "../../kernel/grammar.ts";
import { printExpression } from "../../kernel/print.ts";
import { expressionGraph } from "../../kernel/expression.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { canonicalFormula } from "../../models/formula.ts";
import type { Network, Reaction } from "../../models/network.ts";
import type { Edit } from "./kind.ts";

/** A formula of a network in a graph; a network's formulas are canonical text, so a failure is a programming error. */
export function formulaIn(graph: Graph, text: string): Expression {
  const parsed = parseExpression(graph, text);
  if (parsed.expression !== undefined) return parsed.expression;
  throw new Error(`formula "${text}" is not canonical text: ${parsed.problems.map((problem) => problem.message).join("; ")}`);
}

/** Canonical text of an expression, which does not depend on the graph it was built in. */
export function formulaText(expression: Expression): string {
  const printed = printExpression(expression);
  const canonical = canonicalFormula(printed);
  if (canonical.text !== undefined) return canonical.text;
  throw new Error(`expression "${printed}" cannot be read back: ${canonical.problems.map((problem) => problem.message).join("; ")}`);
}

/** Net stoichiometry of a species in a reaction, products minus reactants. */
export function netStoichiometry(reaction: Reaction, species: string): number {
  const total = (side: Reaction["reactants"]): number =>
    side.reduce((sum, participant) => (participant.species === species ? sum + participant.stoichiometry : sum), 0);
  return total(reaction.products) - total(reaction.reactants);
}

/** The network with the rates of some reactions replaced; formulas stay canonical text. */
export function rewriteRates(network: Network, reactions: readonly string[], rewrite: (graph: Graph, rate: Expression) => Expression): Network {
  const chosen = new Set(reactions);
  return {
    ...network,
    reactions: network.reactions.map((reaction) => {
      if (!chosen.has(reaction.id)) return reaction;
      const graph = expressionGraph();
      return { ...reaction, rate: formulaText(rewrite(graph, formulaIn(graph, reaction.rate))) };
    }),
  };
}

/** The network with the rates of some reactions multiplied by a parameter. */
export function scaleRates(network: Network, reactions: readonly string[], factor: string): Network {
  return rewriteRates(network, reactions, (graph, rate) => graph.apply("multiply", graph.symbol(factor), rate));
}

/** Ids of the reactions in which a species is a net product. */
export function producers(network: Network, species: string): readonly string[] {
  return network.reactions.filter((reaction) => netStoichiometry(reaction, species) > 0).map((reaction) => reaction.id);
}

/** The reactions that a species' production or a reaction's own id stands for, or why there are none. */
export function productionOf(network: Network, target: string): { readonly reactions: readonly string[] } | { readonly reason: string } {
  if (network.reactions.some((reaction) => reaction.id === target)) return { reactions: [target] };
  const changeable = reactingSpecies(network, target);
  if ("reason" in changeable) return changeable;
  const reactions = producers(network, target);
  return reactions.length > 0 ? { reactions } : { reason: `no reaction has "${target}" as a net product` };
}

/** Accepts a species that reactions change; else says what the target is instead. */
export function reactingSpecies(network: Network, target: string): { readonly compartment: string; readonly isAmount: boolean } | { readonly reason: string } {
  const species = network.species.find((candidate) => candidate.id === target);
  if (species === undefined) return { reason: `"${target}" is not a species of the network` };
  const rule = network.rules.find((candidate) => candidate.target === target);
  if (rule !== undefined) return { reason: `"${target}" follows a ${rule.kind} rule, so reactions do not make it` };
  if (species.boundary || species.constant) return { reason: `"${target}" is a boundary species, which reactions do not change; set it with a medium` };
  return { compartment: species.compartment, isAmount: species.substanceOnly };
}

/** The network with one more reaction, or why its id is taken. */
export function addReaction(network: Network, reaction: Reaction): Edit {
  if (namesOf(network).has(reaction.id)) return { reason: `the added reaction needs the name "${reaction.id}", which the network already uses` };
  const rate = formulaText(formulaIn(expressionGraph(), reaction.rate));
  return { network: { ...network, reactions: [...network.reactions, { ...reaction, rate }] } };
}

/** Every id that stands for something in a network. */
export function namesOf(network: Network): Set<string> {
  return new Set([...network.compartments, ...network.species, ...network.parameters, ...network.reactions].map((entity) => entity.id));
}
