import type { Expression, Graph } from "../../kernel/expression.ts";
import { postorder } from "../../kernel/traverse.ts";

/** A weighted sum of states. */
export interface StateSum {
  /** Stands for the sum in expressions; a colon cannot be in an id. */
  readonly symbol: string;
  /** Each state once, in the order met. */
  readonly members: readonly { readonly state: number; readonly weight: number }[];
}

/** Sums of fewer states stay in their expressions; so do those that shared parts blow up beyond all bounds. */
const FEWEST_MEMBERS = 8;
const MOST_TERMS = 1e6;

/** Expressions with the large weighted sums of states in them (observables of a network, say) taken out and named. */
export function withoutStateSums(graph: Graph, expressions: readonly Expression[], states: readonly string[]): { readonly expressions: readonly Expression[]; readonly sums: readonly StateSum[] } {
  const stateOf = new Map(states.map((id, index) => [id, index]));
  /** How many states a node is a weighted sum of; 0 = it is something else. */
  const terms = new Map<Expression, number>();
  const replaced = new Map<Expression, Expression>();
  const sums = new Map<Expression, StateSum>();

  const count = (node: Expression | undefined): number => (node ? (terms.get(node) ?? 0) : 0);
  const termsIn = (node: Expression): number => {
    const [a, b] = node.operands;
    if (node.operation === "symbol") return stateOf.has(node.name) ? 1 : 0;
    if (node.operation === "negate") return count(a);
    if (node.operation === "multiply" && a?.operation === "constant") return count(b);
    if (node.operation === "divide" && b?.operation === "constant") return count(a);
    if (node.operation !== "add" && node.operation !== "subtract") return 0;
    const both = count(a) > 0 && count(b) > 0 ? count(a) + count(b) : 0;
    return both > MOST_TERMS ? 0 : both;
  };
  /** A node as it is read by one that is no sum of states itself. */
  const outside = (node: Expression): Expression => {
    if (count(node) < FEWEST_MEMBERS) return replaced.get(node) ?? node;
    let sum = sums.get(node);
    if (!sum) {
      sum = { symbol: `sum:${node.id}`, members: membersOf(node, stateOf) };
      sums.set(node, sum);
    }
    return graph.symbol(sum.symbol);
  };
  for (const node of postorder(expressions)) {
    const found = termsIn(node);
    terms.set(node, found);
    if (found >= FEWEST_MEMBERS || node.operands.length === 0) continue;
    const operands = node.operands.map(outside);
    if (operands.some((operand, index) => operand !== node.operands[index])) replaced.set(node, graph.apply(node.operation, ...operands));
  }
  return { expressions: expressions.map(outside), sums: [...sums.values()] };
}

function membersOf(sum: Expression, stateOf: ReadonlyMap<string, number>): { state: number; weight: number }[] {
  const weights = new Map<number, number>();
  const open: { readonly node: Expression; readonly weight: number }[] = [{ node: sum, weight: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, weight } = next;
    const [a, b] = node.operands;
    if (node.operation === "symbol") {
      const state = stateOf.get(node.name);
      if (state !== undefined) weights.set(state, (weights.get(state) ?? 0) + weight);
    } else if (node.operation === "negate" && a) open.push({ node: a, weight: -weight });
    else if (node.operation === "multiply" && a && b) open.push({ node: b, weight: weight * a.value });
    else if (node.operation === "divide" && a && b) open.push({ node: a, weight: weight / b.value });
    else if (a && b) open.push({ node: b, weight: node.operation === "subtract" ? -weight : weight }, { node: a, weight });
  }
  return [...weights].map(([state, weight]) => ({ state, weight }));
}
