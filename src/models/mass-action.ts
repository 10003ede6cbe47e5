import { multiply, power } from "../kernel/arithmetic.ts";
import { expressionGraph } from "../kernel/expression.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { printExpression } from "../kernel/print.ts";
import { substitute, symbolsOf } from "../kernel/substitute.ts";
import type { Network, Participant, Reaction } from "./network.ts";
import { apartFromExponentials, differenceIn, isPositive, monomialOf } from "./monomial.ts";
import type { Monomial } from "./monomial.ts";
import { resolverOf } from "./resolve.ts";

/**
 * What a rate says about its one-way fluxes · amount per time. Expressions are in the symbols of `odeSystem` on the same graph.
 *
 * `forward = factor * kPlus * prod x^nu+` and `reverse = factor * kMinus * prod x^nu-` with positive `factor`, so that
 * `ln(forward / reverse) = ln kPlus - ln kMinus - sum S ln x` can be evaluated without cancellation. They are constants but where
 * there is an `excess`: exponentials of the state that differ between the directions, as activity coefficients do.
 */
export type MassAction =
  | {
      readonly kind: "reversible";
      readonly forward: Expression;
      readonly reverse: Expression;
      readonly kPlus: Expression;
      readonly kMinus: Expression;
      /** Common positive factor: compartments, enzymes, denominators; the constant 1 where there is none. */
      readonly factor: Expression;
      /** False where the factor holds species: the law is no elementary step, and forward + reverse is not the diffusion. */
      readonly elementary: boolean;
      /**
       * Activity coefficients of the reactants and of the products, contained in `kPlus` and `kMinus`; null in an ideal solution.
       * That they derive from one free energy is not read off a single reaction.
       */
      readonly excess: { readonly forward: Expression; readonly reverse: Expression } | null;
    }
  | {
      readonly kind: "one-way";
      readonly forward: Expression;
      /** Null where the rate is no constant times the reactants to their stoichiometries; `reason` then says what differs. */
      readonly kPlus: Expression | null;
      readonly factor: Expression;
      readonly elementary: boolean;
      readonly reason: string | null;
    }
  | { readonly kind: "not mass action"; readonly reason: string };

/**
 * Recognises mass action in a reaction's rate; the arrow is not read. Recognised: `a*X - b*Y`, `k*(X - Y/Keq)`, either times
 * common positive factors, either direction times exponentials of its own. The orders must be the stoichiometries `nu+` and `nu-`,
 * up to powers common to both directions.
 * @param graph the graph of the system the expressions are to be used with.
 */
export function massAction(network: Network, reaction: Reaction | string, graph: Graph = expressionGraph()): MassAction {
  const found = typeof reaction === "string" ? network.reactions.find(({ id }) => id === reaction) : reaction;
  if (!found) return { kind: "not mass action", reason: `there is no reaction "${String(reaction)}"` };
  const rate = structuralRate(network, found, graph);
  if (!rate) return { kind: "not mass action", reason: `the rate "${found.rate}" cannot be read` };
  const resolver = resolverOf(network, graph);
  return recognise(network, found, rate, graph, (expression) => resolver.expression(expression, `reaction:${found.id}`));
}

/** A reversible reaction's two directions as formula text of the network: the rate is `forward - reverse`. */
export interface DirectionFormulas {
  readonly forward: string;
  readonly reverse: string;
  readonly kPlus: string;
  readonly kMinus: string;
  /** Whether `kPlus` and `kMinus` are constants. */
  readonly isIdeal: boolean;
}

/** The two directions of a reaction as text, so that each can be changed by itself; the reason where `massAction` does not find it reversible. */
export function directionFormulas(network: Network, reaction: Reaction): DirectionFormulas | { readonly reason: string; readonly kind: "one-way" | "not mass action" } {
  const graph = expressionGraph();
  const rate = structuralRate(network, reaction, graph);
  if (!rate) return { kind: "not mass action", reason: `the rate "${reaction.rate}" cannot be read` };
  const law = recognise(network, reaction, rate, graph, (expression) => expression);
  if (law.kind !== "reversible") return { kind: law.kind, reason: law.reason ?? "its rate has no reverse term" };
  const [forward, reverse, kPlus, kMinus] = [law.forward, law.reverse, law.kPlus, law.kMinus].map(printExpression);
  return { forward: forward ?? "", reverse: reverse ?? "", kPlus: kPlus ?? "", kMinus: kMinus ?? "", isIdeal: law.excess === null };
}

/** The rate with assignment rules of parameters and reaction ids written out, species left as symbols. */
function structuralRate(network: Network, reaction: Reaction, graph: Graph): Expression | null {
  const formulas = new Map<string, string>();
  for (const { id, rate } of network.reactions) if (id !== reaction.id) formulas.set(id, rate);
  for (const { kind, target, formula } of network.rules) if (kind === "assignment") formulas.set(target, formula);
  for (const { id } of network.species) formulas.delete(id);
  const first = parseExpression(graph, reaction.rate);
  if (!first.expression) return null;
  let expression: Expression = first.expression;
  // Each round writes out one layer of rules; more layers than rules means a circle, which odeSystem reports.
  for (let layer = 0; layer <= formulas.size; layer += 1) {
    const replacements = new Map<string, Expression>();
    for (const name of symbolsOf([expression])) {
      const formula = formulas.get(name);
      if (formula === undefined) continue;
      const parsed = parseExpression(graph, formula);
      if (!parsed.expression) return null;
      replacements.set(name, parsed.expression);
    }
    if (replacements.size === 0) return expression;
    expression = substitute(graph, expression, replacements);
  }
  return null;
}

function recognise(network: Network, reaction: Reaction, rate: Expression, graph: Graph, look: (expression: Expression) => Expression): MassAction {
  const species = new Set(network.species.map(({ id }) => id));
  const compartments = new Set(network.compartments.map(({ id }) => id));
  const split = differenceIn(graph, rate, species);
  if ("reason" in split) return no(split.reason);
  const { plus, minus, common } = split;
  if (!minus) {
    if (!isPositive(plus.expression)) return no("the rate is not recognisably positive: it is a difference that is not of the form a*X - b*Y, or a function that can be negative");
    const term = monomialOf(graph, plus.expression, species, compartments);
    const reactants = new Set(reaction.reactants.map((participant) => participant.species));
    const mismatch = orderMismatch("rate", { ...term, orders: new Map([...term.orders].filter(([id]) => reactants.has(id))) }, reaction.reactants);
    const modifiers = [...term.orders].filter(([id]) => !reactants.has(id));
    const factor = timesPowers(graph, term.factor, modifiers);
    return {
      kind: "one-way",
      forward: look(rate),
      kPlus: mismatch === null ? look(term.constant) : null,
      factor: look(mismatch === null ? factor : graph.constant(1)),
      elementary: mismatch === null && !hasSpecies(factor, species),
      reason: mismatch,
    };
  }
  if (!plus.isPresent) return no(`the rate is never positive; write the reaction the other way round`);
  for (const part of [plus.expression, minus.expression, common]) {
    if (!isPositive(part)) return no("a factor of the rate is not recognisably positive");
  }
  const plusRate = multiply(graph, common, plus.expression);
  const minusRate = multiply(graph, common, minus.expression);
  const forward = monomialOf(graph, plusRate, species, compartments);
  const reverse = monomialOf(graph, minusRate, species, compartments);
  const apart = apartFromExponentials(graph, forward.factor, reverse.factor);
  if (!apart) return no("the two directions have different factors that are no powers of species; write them as common*(a*X - b*Y)");
  const shared = excessOrders(forward, reaction.reactants);
  const fromProducts = excessOrders(reverse, reaction.products);
  for (const id of new Set([...shared.keys(), ...fromProducts.keys()])) {
    if ((shared.get(id) ?? 0) === (fromProducts.get(id) ?? 0)) continue;
    const forwardMismatch = orderMismatch("forward term", forward, reaction.reactants);
    const reverseMismatch = orderMismatch("reverse term", reverse, reaction.products);
    return no([forwardMismatch, reverseMismatch].filter((one) => one !== null).join("; "));
  }
  const isIdeal = forward.factor === reverse.factor;
  const factor = timesPowers(graph, isIdeal ? forward.factor : apart.shared, [...shared]);
  return {
    kind: "reversible",
    forward: look(plusRate),
    reverse: look(minusRate),
    kPlus: look(isIdeal ? forward.constant : multiply(graph, forward.constant, apart.one)),
    kMinus: look(isIdeal ? reverse.constant : multiply(graph, reverse.constant, apart.other)),
    factor: look(factor),
    elementary: isIdeal && !hasSpecies(factor, species),
    excess: isIdeal ? null : { forward: look(apart.one), reverse: look(apart.other) },
  };
}

const no = (reason: string): MassAction => ({ kind: "not mass action", reason });

const timesPowers = (graph: Graph, factor: Expression, orders: readonly (readonly [string, number])[]): Expression =>
  orders.reduce((total, [id, order]) => multiply(graph, total, power(graph, graph.symbol(id), graph.constant(order))), factor);

const hasSpecies = (expression: Expression, species: ReadonlySet<string>): boolean => [...symbolsOf([expression])].some((name) => species.has(name));

/** Orders beyond the stoichiometry, by species; only those that differ from 0. */
function excessOrders(term: Monomial, side: readonly Participant[]): Map<string, number> {
  const excess = new Map(term.orders);
  for (const { species, stoichiometry } of side) excess.set(species, (excess.get(species) ?? 0) - stoichiometry);
  for (const [id, order] of excess) if (order === 0) excess.delete(id);
  return excess;
}

function orderMismatch(what: string, term: Monomial, side: readonly Participant[]): string | null {
  const differences: string[] = [];
  for (const [id] of excessOrders(term, side)) {
    const stoichiometry = side.find(({ species }) => species === id)?.stoichiometry ?? 0;
    differences.push(`order ${term.orders.get(id) ?? 0} in "${id}", stoichiometry ${stoichiometry}`);
  }
  return differences.length === 0 ? null : `the ${what} does not follow the stoichiometry: ${differences.join(", ")}`;
}

/** Reactions written with `->` whose rate has no reverse term: a note, since kinetics and thermodynamics read the rate. */
export function oneWayNotes(network: Network): { readonly reaction: string; readonly message: string }[] {
  return network.reactions.flatMap((reaction) => {
    if (!reaction.reversible || massAction(network, reaction).kind !== "one-way") return [];
    return [{ reaction: reaction.id, message: `reaction "${reaction.id}" is written with '->' but its rate has no reverse term; it is read as one-way ('=>')` }];
  });
}
