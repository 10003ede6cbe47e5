import type { Expression } from "./expression.ts";
import { constantPower } from "./power.ts";
import { operationValue } from "./semantics.ts";
import { postorder } from "./traverse.ts";

/** Values of several expressions [n] at one point; gives the bits that lowered code gives. */
export function evaluateAll(expressions: readonly Expression[], lookup: (name: string) => number): number[] {
  const values = new Map<number, number>();
  const valueOf = (node: Expression | undefined): number => (node ? (values.get(node.id) ?? Number.NaN) : 0);
  for (const node of postorder(expressions)) {
    const [a, b, c] = node.operands;
    let value: number;
    if (node.operation === "constant") value = node.value;
    else if (node.operation === "symbol") value = lookup(node.name);
    else if (node.operation === "power" && b?.operation === "constant") value = constantPower(valueOf(a), b.value);
    else value = operationValue(node.operation, valueOf(a), valueOf(b), valueOf(c));
    values.set(node.id, value);
  }
  return expressions.map(valueOf);
}

/** Value of one expression at one point; for many points, lower it into a program. */
export function evaluate(expression: Expression, lookup: (name: string) => number): number {
  return evaluateAll([expression], lookup)[0] as number;
}
