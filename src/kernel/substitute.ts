import type { Expression, Graph } from "./expression.ts";
import { postorder } from "./traverse.ts";

/** A function that replaces symbols by expressions, all at once (replacements are not searched again), and remembers shared parts between calls. */
export function substitution(graph: Graph, replacements: ReadonlyMap<string, Expression>): (expression: Expression) => Expression {
  const done = new Map<number, Expression>();
  const seen = new Set<number>();
  return (expression) => {
    for (const node of postorder([expression], seen)) {
      let result = node;
      if (node.operation === "symbol") result = replacements.get(node.name) ?? node;
      else if (node.operands.length > 0) {
        const operands = node.operands.map((operand) => done.get(operand.id) ?? operand);
        if (operands.some((operand, index) => operand !== node.operands[index])) result = graph.apply(node.operation, ...operands);
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
