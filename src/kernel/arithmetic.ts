import type { Expression, Graph, Operation } from "./expression.ts";

type Unary = (graph: Graph, a: Expression) => Expression;
type Binary = (graph: Graph, a: Expression, b: Expression) => Expression;

const unary =
  (operation: Operation): Unary =>
  (graph, a) =>
    graph.apply(operation, a);
const binary =
  (operation: Operation): Binary =>
  (graph, a, b) =>
    graph.apply(operation, a, b);

/** `a + b`. */
export const add = binary("add");
/** `a - b`. */
export const subtract = binary("subtract");
/** `a*b`. */
export const multiply = binary("multiply");
/** `a/b`. */
export const divide = binary("divide");
/** `a^b`. */
export const power = binary("power");
/** The smaller of two; NaN when one is. */
export const minimum = binary("minimum");
/** The larger of two; NaN when one is. */
export const maximum = binary("maximum");
/** `-a`. */
export const negate = unary("negate");
/** `|a|`. */
export const absolute = unary("absolute");
/** Largest integer not above `a`. */
export const floor = unary("floor");
/** Smallest integer not below `a`. */
export const ceiling = unary("ceiling");
/** `√a`. */
export const squareRoot = unary("squareRoot");
/** `e^a`. */
export const exponential = unary("exponential");
/** Natural logarithm. */
export const logarithm = unary("logarithm");
/** Logarithm to base 10. */
export const logarithm10 = unary("logarithm10");
/** Sine; the argument in radians, as in all circular functions. */
export const sine = unary("sine");
/** Cosine. */
export const cosine = unary("cosine");
/** Tangent. */
export const tangent = unary("tangent");
/** Inverse sine in [-π/2, π/2]. */
export const arcsine = unary("arcsine");
/** Inverse cosine in [0, π]. */
export const arccosine = unary("arccosine");
/** Inverse tangent in (-π/2, π/2). */
export const arctangent = unary("arctangent");
/** Hyperbolic sine. */
export const hyperbolicSine = unary("hyperbolicSine");
/** Hyperbolic cosine. */
export const hyperbolicCosine = unary("hyperbolicCosine");
/** Hyperbolic tangent. */
export const hyperbolicTangent = unary("hyperbolicTangent");
/** 1 where `a < b`, else 0. */
export const less = binary("less");
/** 1 where `a <= b`, else 0. */
export const lessOrEqual = binary("lessOrEqual");
/** 1 where `a == b`, else 0. */
export const equal = binary("equal");
/** 1 where `a != b`, else 0. */
export const notEqual = binary("notEqual");
/** 1 where neither is 0, else 0. */
export const and = binary("and");
/** 1 where one is not 0, else 0. */
export const or = binary("or");
/** 1 where `a` is 0, else 0. */
export const not = unary("not");

/** `a > b`. */
export const greater: Binary = (graph, a, b) => less(graph, b, a);
/** `a >= b`. */
export const greaterOrEqual: Binary = (graph, a, b) => lessOrEqual(graph, b, a);
/** `then` where the condition is not 0, else `otherwise`. */
export const select = (graph: Graph, condition: Expression, then: Expression, otherwise: Expression): Expression =>
  graph.apply("select", condition, then, otherwise);

/** Up to this many terms are chained left to right (which prints without parentheses); longer lists are halved. */
const chainLength = 8;

function fold(operation: "add" | "multiply", graph: Graph, terms: readonly Expression[], from: number, to: number): Expression {
  if (to - from <= chainLength) {
    let result = terms[from] as Expression;
    for (let i = from + 1; i < to; i++) result = graph.apply(operation, result, terms[i] as Expression);
    return result;
  }
  const middle = from + chainLength * Math.ceil((to - from) / chainLength / 2);
  return graph.apply(operation, fold(operation, graph, terms, from, middle), fold(operation, graph, terms, middle, to));
}

/** Sum of a list in a fixed, balanced order (depth grows with the logarithm of its length); 0 for an empty list. */
export const sum = (graph: Graph, terms: readonly Expression[]): Expression =>
  terms.length === 0 ? graph.constant(0) : fold("add", graph, terms, 0, terms.length);

/** Product of a list in a fixed, balanced order; 1 for an empty list. */
export const product = (graph: Graph, factors: readonly Expression[]): Expression =>
  factors.length === 0 ? graph.constant(1) : fold("multiply", graph, factors, 0, factors.length);
