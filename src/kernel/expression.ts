/**
 * The expression graph: every formula of a model, interned, so that equal sub-expressions are one node.
 *
 * Nodes are immutable and belong to one graph; identity (`===`) is structural equality inside that graph.
 */

/** What a node computes. Comparisons and logic give 1 or 0; `select` is `(condition, then, otherwise)`. */
export type Operation =
  | "constant"
  | "symbol"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "negate"
  | "power"
  | "minimum"
  | "maximum"
  | "absolute"
  | "floor"
  | "ceiling"
  | "squareRoot"
  | "exponential"
  | "logarithm"
  | "logarithm10"
  | "sine"
  | "cosine"
  | "tangent"
  | "arcsine"
  | "arccosine"
  | "arctangent"
  | "hyperbolicSine"
  | "hyperbolicCosine"
  | "hyperbolicTangent"
  | "less"
  | "lessOrEqual"
  | "equal"
  | "notEqual"
  | "and"
  | "or"
  | "not"
  | "select";

/** One interned node. `value` is meaningful for `constant` only, `name` for `symbol` only. */
export interface Expression {
  readonly id: number;
  readonly operation: Operation;
  readonly operands: readonly Expression[];
  readonly value: number;
  readonly name: string;
}

/** Makes nodes; the only way to obtain one. `apply` simplifies before it interns. */
export interface Graph {
  readonly size: number;
  constant(value: number): Expression;
  symbol(name: string): Expression;
  apply(operation: Operation, ...operands: readonly Expression[]): Expression;
}

/** An empty expression graph. */
export function expressionGraph(): Graph {
  const nodes = new Map<string, Expression>();
  const intern = (operation: Operation, operands: readonly Expression[], value: number, name: string): Expression => {
    const key = `${operation}|${Object.is(value, -0) ? "-0" : value}|${name}|${operands.map((operand) => operand.id).join(",")}`;
    const known = nodes.get(key);
    if (known) return known;
    const node: Expression = { id: nodes.size, operation, operands, value, name };
    nodes.set(key, node);
    return node;
  };
  return {
    get size() {
      return nodes.size;
    },
    constant: (value) => intern("constant", [], value, ""),
    symbol: (name) => intern("symbol", [], 0, name),
    apply: (operation, ...operands) => intern(operation, operands, 0, ""),
  };
}
