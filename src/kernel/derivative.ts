import { add, cosine, divide, equal, hyperbolicCosine, hyperbolicSine, less, logarithm, multiply, negate, power, select, sine, squareRoot, subtract } from "./arithmetic.ts";
import type { Expression, Graph, Operation } from "./expression.ts";
import { postorder } from "./traverse.ts";

/** A node that hands one of two operands on: `condition ? operands[then] : operands[otherwise]`. */
export interface Choice {
  readonly condition: Expression;
  readonly then: number;
  readonly otherwise: number;
}

/** How `select`, `minimum` and `maximum` choose; null for other operations. Where both are equal, the first operand's derivative counts. */
export function choiceOf(graph: Graph, node: Expression): Choice | null {
  const [a, b] = node.operands;
  if (!a || !b) return null;
  if (node.operation === "select") return { condition: a, then: 1, otherwise: 2 };
  if (node.operation === "minimum") return { condition: less(graph, b, a), then: 1, otherwise: 0 };
  if (node.operation === "maximum") return { condition: less(graph, a, b), then: 1, otherwise: 0 };
  return null;
}

/**
 * `weight · ∂node/∂operands[index]` for every operation but the choices; null where that is 0 everywhere (steps,
 * comparisons, logic). Linear in `weight`, so it serves the tangents of forward and the adjoints of reverse mode.
 *
 * |x| has derivative 1 at 0. x^y has derivative 0 with respect to y at x = 0 (the limit for y > 0).
 */
export function weightedPartial(graph: Graph, node: Expression, index: number, weight: Expression): Expression | null {
  const one = graph.constant(1);
  const square = (x: Expression): Expression => power(graph, x, graph.constant(2));
  const a = node.operands[0] as Expression;
  const b = node.operands[1] ?? a;
  switch (node.operation) {
    case "add":
      return weight;
    case "subtract":
      return index === 0 ? weight : negate(graph, weight);
    case "multiply":
      return multiply(graph, weight, index === 0 ? b : a);
    case "divide":
      return index === 0 ? divide(graph, weight, b) : negate(graph, divide(graph, multiply(graph, weight, node), b));
    case "negate":
      return negate(graph, weight);
    case "power": {
      if (index === 0) return multiply(graph, weight, multiply(graph, b, power(graph, a, subtract(graph, b, one))));
      const slope = multiply(graph, multiply(graph, weight, node), logarithm(graph, a));
      return select(graph, equal(graph, a, graph.constant(0)), graph.constant(0), slope);
    }
    case "absolute":
      return select(graph, less(graph, a, graph.constant(0)), negate(graph, weight), weight);
    case "squareRoot":
      return divide(graph, weight, multiply(graph, graph.constant(2), node));
    case "exponential":
      return multiply(graph, weight, node);
    case "logarithm":
      return divide(graph, weight, a);
    case "logarithm10":
      return divide(graph, weight, multiply(graph, graph.constant(Math.LN10), a));
    case "sine":
      return multiply(graph, weight, cosine(graph, a));
    case "cosine":
      return negate(graph, multiply(graph, weight, sine(graph, a)));
    case "tangent":
      return multiply(graph, weight, add(graph, one, square(node)));
    case "arcsine":
      return divide(graph, weight, squareRoot(graph, subtract(graph, one, square(a))));
    case "arccosine":
      return negate(graph, divide(graph, weight, squareRoot(graph, subtract(graph, one, square(a)))));
    case "arctangent":
      return divide(graph, weight, add(graph, one, square(a)));
    case "hyperbolicSine":
      return multiply(graph, weight, hyperbolicCosine(graph, a));
    case "hyperbolicCosine":
      return multiply(graph, weight, hyperbolicSine(graph, a));
    case "hyperbolicTangent":
      return multiply(graph, weight, subtract(graph, one, square(node)));
    default:
      return null;
  }
}

/** Operations whose slope can be infinite or undefined where their value is finite. */
const singular: ReadonlySet<Operation> = new Set(["divide", "power", "squareRoot", "logarithm", "logarithm10", "arcsine", "arccosine"]);

/** Applies a linear map inside the branches of a piecewise weight that is 0 elsewhere, so that 0 times an infinite slope never arises where the branch is not taken. */
function insideBranch(graph: Graph, weight: Expression, apply: (weight: Expression) => Expression | null): Expression | null {
  const zero = graph.constant(0);
  const [condition, then, otherwise] = weight.operands;
  if (weight.operation !== "select" || !condition || !then || !otherwise || (then !== zero && otherwise !== zero)) return apply(weight);
  if (then === zero) return select(graph, condition, zero, insideBranch(graph, otherwise, apply) ?? zero);
  return select(graph, condition, insideBranch(graph, then, apply) ?? zero, zero);
}

/** A function that differentiates with respect to one symbol (forward mode) and remembers shared parts between calls. */
export function differentiator(graph: Graph, symbolName: string): (expression: Expression) => Expression {
  const zero = graph.constant(0);
  const tangents = new Map<number, Expression>();
  const seen = new Set<number>();
  const tangentOf = (node: Expression | undefined): Expression => (node ? (tangents.get(node.id) ?? zero) : zero);

  const tangent = (node: Expression): Expression => {
    if (node.operation === "symbol") return node.name === symbolName ? graph.constant(1) : zero;
    const parts = node.operands.map(tangentOf);
    if (parts.every((part) => part === zero)) return zero;
    const choice = choiceOf(graph, node);
    if (choice) return select(graph, choice.condition, parts[choice.then] ?? zero, parts[choice.otherwise] ?? zero);
    let total = zero;
    for (const [index, part] of parts.entries()) {
      if (part === zero) continue;
      const term = singular.has(node.operation) ? insideBranch(graph, part, (weight) => weightedPartial(graph, node, index, weight)) : weightedPartial(graph, node, index, part);
      if (term) total = add(graph, total, term);
    }
    return total;
  };
  return (expression) => {
    // Only what is not 0 is remembered; `seen` says what was looked at.
    for (const node of postorder([expression], seen)) {
      const derivative = tangent(node);
      if (derivative !== zero) tangents.set(node.id, derivative);
    }
    return tangentOf(expression);
  };
}

/** Derivative of an expression with respect to a symbol; 0 where it does not occur. Steps (`floor`, comparisons) have derivative 0. */
export function differentiate(graph: Graph, expression: Expression, symbolName: string): Expression {
  return differentiator(graph, symbolName)(expression);
}
