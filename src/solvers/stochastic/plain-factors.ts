import { power } from "../../kernel/arithmetic.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import type { Participant, Reaction } from "../../models/network.ts";

/**
 * What stands beside the reactants in a rate that is a product of numbers and symbols with every reactant to the power of its
 * stoichiometry; null for any other rate. It says what `massAction` would, at a cost that does not grow with the network, where no
 * rule sets a species or a compartment: a symbol of the rate is then the network's own.
 */
export function plainFactors(reaction: Reaction, rate: Expression, graph: Graph): Expression[] | null {
  const exponents = new Map<Expression, number>();
  const open: { readonly node: Expression; readonly exponent: number }[] = [{ node: rate, exponent: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, exponent } = next;
    const [first, second] = node.operands;
    if (node.operation === "symbol" || (node.operation === "constant" && node.value > 0)) exponents.set(node, (exponents.get(node) ?? 0) + exponent);
    else if (node.operation === "multiply" && first && second) open.push({ node: second, exponent }, { node: first, exponent });
    else if (node.operation === "divide" && first && second) open.push({ node: second, exponent: -exponent }, { node: first, exponent });
    else if (node.operation === "power" && first && second?.operation === "constant") open.push({ node: first, exponent: exponent * second.value });
    else return null;
  }
  for (const { species, stoichiometry } of merged(reaction.reactants)) {
    const symbol = graph.symbol(species);
    if (exponents.get(symbol) !== stoichiometry) return null;
    exponents.delete(symbol);
  }
  return [...exponents].flatMap(([base, exponent]) => {
    if (exponent === 0) return [];
    return exponent === 1 ? [base] : [power(graph, base, graph.constant(exponent))];
  });
}

/** Whether an expression is a product of powers of symbols and positive numbers. */
export const isMonomial = ({ operation, operands, value }: Expression): boolean => {
  const [first, second] = operands;
  if (operation === "symbol" || (operation === "constant" && value > 0)) return true;
  if (!first || !second) return false;
  if (operation === "power") return isMonomial(first) && second.operation === "constant";
  return (operation === "multiply" || operation === "divide") && isMonomial(first) && isMonomial(second);
};

/** What `plainFactors` gives for a product of symbols and fixed factors of which none stands twice but as a reactant, in the list given; null for any other, plain or not. */
export function singleFactors({ reactants }: Reaction, factors: readonly Expression[], isFixed: (factor: Expression) => boolean, left: Expression[]): Expression[] | null {
  left.length = 0;
  for (const factor of factors) {
    if (factor.operation !== "symbol" && !isFixed(factor)) return null;
    left.push(factor);
  }
  for (const { species, stoichiometry } of merged(reactants)) {
    let taken = 0;
    for (let index = left.length - 1; index >= 0; index--) {
      const factor = left[index];
      if (factor?.operation !== "symbol" || factor.name !== species) continue;
      left.copyWithin(index, index + 1);
      left.length -= 1;
      taken += 1;
    }
    if (taken !== stoichiometry) return null;
  }
  return left.length < 2 || left.every((factor, index) => left.indexOf(factor) === index) ? left : null;
}

/** A side with each species once. */
export function merged(side: readonly Participant[]): readonly Participant[] {
  if (side.length < 2 || (side.length === 2 && side[0]?.species !== side[1]?.species)) return side;
  const counts = new Map<string, number>();
  for (const { species, stoichiometry } of side) counts.set(species, (counts.get(species) ?? 0) + stoichiometry);
  return [...counts].map(([species, stoichiometry]) => ({ species, stoichiometry }));
}
