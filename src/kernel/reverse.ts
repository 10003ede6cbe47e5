import { select, sum } from "./arithmetic.ts";
import { choiceOf, weightedPartial } from "./derivative.ts";
import type { Expression, Graph } from "./expression.ts";
import { postorder } from "./traverse.ts";

/** The branch a node stands in: an adjoint under a guard counts only where all its conditions hold. */
interface Guard {
  readonly parent: Guard | null;
  readonly depth: number;
  readonly condition: Expression | null;
  readonly holds: boolean;
  readonly inner: Map<string, Guard>;
}

interface Contribution {
  readonly guard: Guard;
  readonly value: Expression;
}

const guard = (parent: Guard | null, condition: Expression | null, holds: boolean): Guard => ({
  parent,
  depth: parent ? parent.depth + 1 : 0,
  condition,
  holds,
  inner: new Map(),
});

function within(parent: Guard, condition: Expression, holds: boolean): Guard {
  const key = `${condition.id} ${holds}`;
  const known = parent.inner.get(key);
  if (known) return known;
  const made = guard(parent, condition, holds);
  parent.inner.set(key, made);
  return made;
}

/** The innermost guard both stand in. */
function commonGuard(left: Guard, right: Guard): Guard {
  let a: Guard = left;
  let b: Guard = right;
  while (a !== b) {
    if (a.depth >= b.depth) a = a.parent ?? a;
    else b = b.parent ?? b;
  }
  return a;
}

/** The contribution seen from an outer guard: its value where the guards between hold, else exactly 0. */
function lift(graph: Graph, contribution: Contribution, outer: Guard): Expression {
  const zero = graph.constant(0);
  let { value } = contribution;
  for (let at: Guard | null = contribution.guard; at && at !== outer; at = at.parent)
    if (at.condition) value = at.holds ? select(graph, at.condition, value, zero) : select(graph, at.condition, zero, value);
  return value;
}

/**
 * Vector-Jacobian product by reverse mode over the graph: `sum_i cotangents[i] · ∂outputs[i]/∂wrt[j]` for each j [wrt].
 *
 * Shared sub-expressions are visited once; the cost is linear in the size of the graph below the outputs, whatever the
 * length of `wrt`. Adjoints inside a branch of a piecewise stay in that branch until they meet others, so that what a
 * branch not taken would give (0/0, the slope of a root at 0) never reaches the result.
 * @source Griewank & Walther, Evaluating Derivatives, 2nd ed. 2008, section 3.2, doi:10.1137/1.9780898717761
 * @throws when outputs and cotangents differ in number.
 */
export function vectorJacobian(
  graph: Graph,
  outputs: readonly Expression[],
  cotangents: readonly Expression[],
  wrt: readonly string[],
): Expression[] {
  if (outputs.length !== cotangents.length)
    throw new Error(`vectorJacobian: ${outputs.length} outputs, but ${cotangents.length} cotangents`);
  const zero = graph.constant(0);
  const wanted = new Set(wrt);
  const order = postorder(outputs);
  const active = new Set<number>();
  for (const node of order)
    if (node.operation === "symbol" ? wanted.has(node.name) : node.operands.some((operand) => active.has(operand.id))) active.add(node.id);

  const everywhere = guard(null, null, true);
  const pending = new Map<number, Contribution[]>();
  const contribute = (node: Expression | undefined, value: Expression | null, at: Guard): void => {
    if (!node || !value || value === zero || !active.has(node.id)) return;
    const list = pending.get(node.id);
    if (list) list.push({ guard: at, value });
    else pending.set(node.id, [{ guard: at, value }]);
  };
  for (const [index, output] of outputs.entries()) contribute(output, cotangents[index] as Expression, everywhere);

  const gradient = new Map<string, Expression>();
  for (let position = order.length - 1; position >= 0; position--) {
    const node = order[position] as Expression;
    const contributions = pending.get(node.id);
    if (!contributions) continue;
    pending.delete(node.id);
    const at = node.operation === "symbol" ? everywhere : contributions.map((one) => one.guard).reduce(commonGuard);
    const adjoint = sum(
      graph,
      contributions.map((one) => lift(graph, one, at)),
    );
    if (node.operation === "symbol") {
      gradient.set(node.name, adjoint);
      continue;
    }
    const choice = choiceOf(graph, node);
    if (choice) {
      contribute(node.operands[choice.then], adjoint, within(at, choice.condition, true));
      contribute(node.operands[choice.otherwise], adjoint, within(at, choice.condition, false));
      continue;
    }
    for (const [index, operand] of node.operands.entries())
      if (active.has(operand.id)) contribute(operand, weightedPartial(graph, node, index, adjoint), at);
  }
  return wrt.map((name) => gradient.get(name) ?? zero);
}
