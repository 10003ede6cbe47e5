import type { Expression } from "../kernel/expression.ts";

/** A part of a rate that is no sum itself. */
export interface LinearTerm {
  /** The number in front, taken out of products and quotients; not 0. */
  readonly coefficient: number;
  /** What it stands in front of: factors, and divisors after a slash, by node id, sorted; equal for equal terms. */
  readonly factors: readonly string[];
  /** Divisors of the whole term. */
  readonly divisors: readonly Expression[];
}

/**
 * Writes an expression as a sum of terms: sums, differences and sums over a common divisor are opened; products of sums stay
 * as they are. Equal terms are listed as often as they occur.
 */
export function linearTerms(expression: Expression): LinearTerm[] {
  const terms: LinearTerm[] = [];
  const visit = (node: Expression, scale: number, divisors: readonly Expression[]): void => {
    const [a, b] = node.operands;
    if (a && node.operation === "negate") return visit(a, -scale, divisors);
    if (a && b) {
      if (node.operation === "add" || node.operation === "subtract") {
        visit(a, scale, divisors);
        return visit(b, node.operation === "add" ? scale : -scale, divisors);
      }
      if (node.operation === "multiply" && a.operation === "constant") return visit(b, scale * a.value, divisors);
      if (node.operation === "multiply" && b.operation === "constant") return visit(a, scale * b.value, divisors);
      if (node.operation === "divide" && b.operation === "constant") return visit(a, scale / b.value, divisors);
      if (node.operation === "divide") return visit(a, scale, [...divisors, b]);
    }
    const { number, factors } = productOf([node], divisors);
    if (scale * number !== 0) terms.push({ coefficient: scale * number, factors, divisors });
  };
  visit(expression, 1, []);
  return terms;
}

/** The number in a product of expressions over divisors, and its other factors, sorted. */
export function productOf(nodes: readonly Expression[], divisors: readonly Expression[]): { readonly number: number; readonly factors: string[] } {
  let number = 1;
  const factors: string[] = [];
  const visit = (part: Expression, above: boolean): void => {
    const [a, b] = part.operands;
    if (part.operation === "constant") number = above ? number * part.value : number / part.value;
    else if (part.operation === "negate" && a) {
      number = -number;
      visit(a, above);
    } else if (part.operation === "multiply" && a && b) {
      visit(a, above);
      visit(b, above);
    } else if (part.operation === "divide" && a && b) {
      visit(a, above);
      visit(b, !above);
    } else factors.push(`${above ? "" : "/"}${part.id}`);
  };
  for (const node of nodes) visit(node, true);
  for (const divisor of divisors) visit(divisor, false);
  return { number, factors: factors.toSorted() };
}
