import type { Expression } from "../../kernel/expression.ts";

/** Operations of one function of straight-line code: V8 compiles long functions late. */
export const OPERATIONS_PER_FUNCTION = 2000;

/** Nodes of the graph below some expressions that compute something; with `seen`, only those not counted before. */
export function operationCount(expressions: readonly Expression[], seen: Set<Expression> = new Set()): number {
  const before = seen.size;
  const open = [...expressions];
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next) || next.operands.length === 0) continue;
    seen.add(next);
    open.push(...next.operands);
  }
  return seen.size - before;
}

/**
 * Groups items in order so that the operations of each group, shared ones counted once, stay near the limit. An item
 * that shares most of its operations with a full group still joins it: computing them twice would cost more.
 */
export function chunk<Item>(items: readonly Item[], expression: (item: Item) => Expression, limit: number): Item[][] {
  const groups: Item[][] = [];
  let seen = new Set<Expression>();
  for (const item of items) {
    const full = groups.length === 0 || seen.size >= limit;
    const fresh = operationCount([expression(item)], seen);
    if (full && 2 * fresh >= operationCount([expression(item)])) {
      groups.push([]);
      seen = new Set();
      operationCount([expression(item)], seen);
    }
    groups.at(-1)?.push(item);
  }
  return groups;
}

/** Groups items in order so that the weights of each group stay near the limit. */
export function chunkBy<Item>(items: readonly Item[], weight: (item: Item) => number, limit: number): Item[][] {
  const groups: Item[][] = [];
  let load = 0;
  for (const item of items) {
    if (groups.length === 0 || load >= limit) {
      groups.push([]);
      load = 0;
    }
    groups.at(-1)?.push(item);
    load += weight(item);
  }
  return groups;
}
