import { arity, commutative } from "./semantics.ts";
import { simplify } from "./simplify.ts";

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

/** Makes nodes; the only way to obtain one. */
export interface Graph {
  /** Number of nodes made so far; an operand's id is always smaller than that of a node that uses it. */
  readonly size: number;
  constant(value: number): Expression;
  symbol(name: string): Expression;
  /**
   * The node for an operation: operands of commutative operations are sorted (constants first, then by id), then
   * simplified as `simplify` says, then interned. Constant time; never recurses into the operands.
   * @throws when the number of operands is wrong.
   */
  apply(operation: Operation, ...operands: readonly Expression[]): Expression;
}

/** An empty expression graph. */
export function expressionGraph(): Graph {
  const nodes = new Map<string, Expression>();
  let count = 0;
  const intern = (key: string, operation: Operation, operands: readonly Expression[], value: number, name: string): Expression => {
    const known = nodes.get(key);
    if (known) return known;
    const node: Expression = { id: count, operation, operands, value, name };
    count += 1;
    nodes.set(key, node);
    return node;
  };
  const graph: Graph = {
    get size() {
      return count;
    },
    constant: (value) => intern(`constant ${Object.is(value, -0) ? "-0" : value}`, "constant", [], value, ""),
    symbol: (name) => intern(`symbol ${name}`, "symbol", [], 0, name),
    apply(operation, ...given) {
      if (given.length !== arity[operation] || given.length === 0)
        throw new Error(`expression: "${operation}" takes ${arity[operation]} operands, got ${given.length}`);
      const operands = commutative.has(operation) ? sorted(given) : given;
      const simpler = simplify(graph, operation, operands);
      if (simpler) return simpler;
      let key: string = operation;
      for (const operand of operands) key += ` ${operand.id}`;
      return intern(key, operation, operands, 0, "");
    },
  };
  return graph;
}

function sorted(operands: readonly Expression[]): readonly Expression[] {
  const [a, b] = operands;
  if (!a || !b) return operands;
  const aFirst = a.operation === "constant" || (b.operation !== "constant" && a.id <= b.id);
  return aFirst ? operands : [b, a];
}
