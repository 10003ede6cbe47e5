import type { Expression, Graph, Operation } from "./expression.ts";
import { constantPower, powerPlan } from "./power.ts";
import { exact, logical, operationValue } from "./semantics.ts";

type Rule = (graph: Graph, a: Expression, b: Expression, c: Expression) => Expression | null;

const is = (node: Expression, value: number): boolean => node.operation === "constant" && node.value === value;
const isConstant = (node: Expression): boolean => node.operation === "constant";
const isNegated = (node: Expression): boolean => node.operation === "negate";
const inner = (node: Expression): Expression => node.operands[0] as Expression;
/** `node` as 1 or 0. */
const truth = (graph: Graph, node: Expression): Expression =>
  logical.has(node.operation) ? node : graph.apply("notEqual", graph.constant(0), node);

const rules: Partial<Readonly<Record<Operation, Rule>>> = {
  add(graph, a, b) {
    if (is(a, 0)) return b;
    if (isConstant(a) && a.value < 0) return graph.apply("subtract", b, graph.constant(-a.value));
    if (isNegated(a) && isNegated(b)) return graph.apply("negate", graph.apply("add", inner(a), inner(b)));
    if (isNegated(a)) return graph.apply("subtract", b, inner(a));
    if (isNegated(b)) return graph.apply("subtract", a, inner(b));
    return null;
  },
  subtract(graph, a, b) {
    if (is(b, 0)) return a;
    if (is(a, 0)) return graph.apply("negate", b);
    if (a === b) return graph.constant(0);
    if (isConstant(b) && b.value < 0) return graph.apply("add", graph.constant(-b.value), a);
    if (isNegated(b)) return graph.apply("add", a, inner(b));
    if (isNegated(a)) return graph.apply("negate", graph.apply("add", inner(a), b));
    return null;
  },
  negate(graph, a) {
    if (isNegated(a)) return inner(a);
    const [first, second] = a.operands;
    if ((a.operation === "multiply" || a.operation === "divide") && first && second && isConstant(first))
      return graph.apply(a.operation, graph.constant(-first.value), second);
    return null;
  },
  multiply(graph, a, b) {
    if (is(a, 0)) return graph.constant(0);
    if (is(a, 1)) return b;
    if (is(a, -1)) return graph.apply("negate", b);
    if (isNegated(b)) return graph.apply("negate", graph.apply("multiply", a, inner(b)));
    if (isNegated(a)) return graph.apply("negate", graph.apply("multiply", inner(a), b));
    return null;
  },
  divide(graph, a, b) {
    if (is(b, 1)) return a;
    if (is(a, 0)) return graph.constant(0);
    if (isConstant(b) && b.value < 0) return graph.apply("negate", graph.apply("divide", a, graph.constant(-b.value)));
    if (isNegated(b)) return graph.apply("negate", graph.apply("divide", a, inner(b)));
    if (isNegated(a)) return graph.apply("negate", graph.apply("divide", inner(a), b));
    return null;
  },
  power(graph, a, b) {
    if (is(b, 1)) return a;
    if (is(b, 0)) return graph.constant(1);
    if (is(b, 0.5)) return graph.apply("squareRoot", a);
    if (is(b, -1)) return graph.apply("divide", graph.constant(1), a);
    if (isConstant(a) && isConstant(b) && powerPlan(b.value)) return graph.constant(constantPower(a.value, b.value));
    return null;
  },
  minimum: (_, a, b) => (a === b ? a : null),
  maximum: (_, a, b) => (a === b ? a : null),
  absolute(graph, a) {
    if (a.operation === "absolute") return a;
    return isNegated(a) ? graph.apply("absolute", inner(a)) : null;
  },
  less: (graph, a, b) => (a === b ? graph.constant(0) : null),
  notEqual: (_, a, b) => (is(a, 0) && logical.has(b.operation) ? b : null),
  and(graph, a, b) {
    if (isConstant(a)) return a.value === 0 ? graph.constant(0) : truth(graph, b);
    return a === b ? truth(graph, a) : null;
  },
  or(graph, a, b) {
    if (isConstant(a)) return a.value === 0 ? truth(graph, b) : graph.constant(1);
    return a === b ? truth(graph, a) : null;
  },
  not(graph, a) {
    if (a.operation === "not") return truth(graph, inner(a));
    if (a.operation === "equal") return graph.apply("notEqual", ...a.operands);
    if (a.operation === "notEqual") return graph.apply("equal", ...a.operands);
    return null;
  },
  select(graph, condition, then, otherwise) {
    if (isConstant(condition)) return condition.value === 0 ? otherwise : then;
    if (then === otherwise) return then;
    return condition.operation === "not" ? graph.apply("select", inner(condition), otherwise, then) : null;
  },
};

/**
 * The simpler node an application stands for, or null when it stands for itself. Operands of commutative operations
 * come sorted, constants first.
 *
 * Every rule gives the bits the unsimplified node would give, but for: `0*x`, `0/x` and `x-x` are 0 whatever x is
 * (structural zeros: derivatives live on them), and the sign of a zero (`x+0`, `0-x`). Only correctly rounded
 * operations on constants are folded, so canonical text does not depend on the machine; `lower` folds the rest.
 */
export function simplify(graph: Graph, operation: Operation, operands: readonly Expression[]): Expression | null {
  if (exact.has(operation) && operands.every(isConstant)) {
    const [a, b, c] = operands;
    return graph.constant(operationValue(operation, a?.value ?? 0, b?.value, c?.value));
  }
  const [a, b, c] = operands;
  const rule = rules[operation];
  return rule && a ? rule(graph, a, b ?? a, c ?? a) : null;
}
