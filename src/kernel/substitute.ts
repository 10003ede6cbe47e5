import type { Expression, Graph } from "./expression.ts";
import { postorder } from "./traverse.ts";

/** A function that replaces nodes by expressions, all at once (replacements are not searched again), and remembers shared parts between calls. */
export function replacement(graph: Graph, replacements: ReadonlyMap<Expression, Expression>): (expression: Expression) => Expression {
  return rebuilding(graph, (node) => replacements.get(node) ?? null);
}

/** A function that replaces symbols by expressions, all at once (replacements are not searched again), and remembers shared parts between calls. */
export function substitution(graph: Graph, replacements: ReadonlyMap<string, Expression>): (expression: Expression) => Expression {
  return rebuilding(graph, (node) => (node.operation === "symbol" ? (replacements.get(node.name) ?? null) : null));
}

function rebuilding(graph: Graph, replace: (node: Expression) => Expression | null): (expression: Expression) => Expression {
  const done = new Map<number, Expression>();
  const seen = new Set<number>();
  return (expression) => {
    for (const node of postorder([expression], seen)) {
      let result = replace(node);
      if (!result) {
        const operands = node.operands.map((operand) => done.get(operand.id) ?? operand);
        result = operands.some((operand, index) => operand !== node.operands[index]) ? graph.apply(node.operation, ...operands) : node;
      }
      done.set(node.id, result);
    }
    return done.get(expression.id) ?? expression;
  };
}

/** The expression with each named symbol replaced, all at once; unnamed symbols stay. */
export function substitute(graph: Graph, expression: Expression, replacements: ReadonlyMap<string, Expression>): Expression {
  return substitution(graph, replacements)(expression);
}

/** Names of all symbols in the expressions, in the order a reader meets them. */
export function symbolsOf(expressions: readonly Expression[]): Set<string> {
  const names = new Set<string>();
  for (const node of postorder(expressions)) if (node.operation === "symbol") names.add(node.name);
  return names;
}
