import type { Expression } from "./expression.ts";

/**
 * Every node below the roots once, operands before the nodes that use them, in the order a left-to-right depth-first
 * walk finishes them. Needs no call stack, so chains of any depth are fine.
 *
 * `seen` holds the ids that are left out; the ids that are visited are added to it.
 */
export function postorder(roots: readonly Expression[], seen: Set<number> = new Set()): Expression[] {
  const order: Expression[] = [];
  const open: Expression[] = [];
  const next: number[] = [];
  for (const root of roots) {
    if (seen.has(root.id)) continue;
    seen.add(root.id);
    open.push(root);
    next.push(0);
    while (open.length > 0) {
      const top = open.length - 1;
      const node = open[top] as Expression;
      const index = next[top] as number;
      const operand = node.operands[index];
      if (operand === undefined) {
        order.push(node);
        open.pop();
        next.pop();
        continue;
      }
      next[top] = index + 1;
      if (seen.has(operand.id)) continue;
      seen.add(operand.id);
      open.push(operand);
      next.push(0);
    }
  }
  return order;
}
