import type { Operation } from "./expression.ts";
import { isMath } from "./lower-operation.ts";
import type { Place, Term, Tree } from "./pack-tree.ts";
import type { Value } from "./program.ts";

export interface PairTerm {
  readonly negative: boolean;
  readonly pair: Pair;
}

/** Two trees of one shape, computed side by side. */
export type Pair =
  | { readonly kind: "constant"; readonly value: number }
  /** The same value in both lanes. */
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "splat"; readonly place: Place }
  /** Two f64 in a row. */
  | { readonly kind: "load"; readonly place: Place }
  | { readonly kind: "sum"; readonly terms: readonly PairTerm[] }
  | { readonly kind: "product"; readonly factors: readonly Pair[] }
  | { readonly kind: "other"; readonly operation: Operation; readonly operands: readonly Pair[] };

/** Operations that two lanes have beside sums and products. */
const paired: ReadonlySet<Operation> = new Set(["divide", "minimum", "maximum", "absolute", "squareRoot", "floor", "ceiling"] satisfies Operation[]);

/** Where a leaf stands in memory, or null. */
export function placeOf(tree: Tree): Place | null {
  if (tree.kind === "place") return tree.place;
  return tree.kind === "root" ? tree.root.place : null;
}

const follows = (one: Place, other: Place, bytes: number): boolean => one.base === other.base && other.offset === one.offset + bytes;

/** Both trees side by side; null when they differ in shape, or a leaf of one is neither that of the other nor right before it in memory. */
export function pairOf(one: Tree, other: Tree): Pair | null {
  const place = placeOf(one);
  const next = placeOf(other);
  if (place && next) {
    if (follows(place, next, 0)) return { kind: "splat", place };
    return follows(place, next, 8) ? { kind: "load", place } : null;
  }
  if (one.kind === "constant" && other.kind === "constant") return Object.is(one.value, other.value) ? { kind: "constant", value: one.value } : null;
  if (one.kind === "value" && other.kind === "value") return one.value === other.value ? { kind: "value", value: one.value } : null;
  if (one.kind === "sum" && other.kind === "sum") {
    const terms = pairAll(one.terms, other.terms, pairOfTerms);
    return terms && { kind: "sum", terms };
  }
  if (one.kind === "product" && other.kind === "product") {
    const factors = pairAll(one.factors, other.factors, pairOf);
    return factors && { kind: "product", factors };
  }
  if (one.kind === "other" && other.kind === "other" && one.operation === other.operation && (paired.has(one.operation) || isMath(one.operation))) {
    const operands = pairAll(one.operands, other.operands, pairOf);
    return operands && { kind: "other", operation: one.operation, operands };
  }
  return null;
}

/** The same of two terms of one sign. */
export function pairOfTerms(one: Term, other: Term): PairTerm | null {
  const pair = one.negative === other.negative ? pairOf(one.tree, other.tree) : null;
  return pair && { negative: one.negative, pair };
}

function pairAll<Item, Both>(ones: readonly Item[], others: readonly Item[], both: (one: Item, other: Item) => Both | null): Both[] | null {
  if (ones.length !== others.length) return null;
  const pairs: Both[] = [];
  for (const [index, one] of ones.entries()) {
    const other = others[index];
    const pair = other === undefined ? null : both(one, other);
    if (!pair) return null;
    pairs.push(pair);
  }
  return pairs;
}

/** Operations of a pair, and of a tree; elementary functions count as `mathCost`. */
export const mathCost = 15;
export function pairCost(pair: Pair): number {
  if (pair.kind === "sum") return pair.terms.reduce((total, { pair: term }) => total + pairCost(term), pair.terms.length - 1);
  if (pair.kind === "product") return pair.factors.reduce((total, factor) => total + pairCost(factor), pair.factors.length - 1);
  if (pair.kind === "other") return pair.operands.reduce((total, operand) => total + pairCost(operand), isMath(pair.operation) ? mathCost : 1);
  return 0;
}
export function treeCost(tree: Tree): number {
  if (tree.kind === "sum") return tree.terms.reduce((total, { tree: term }) => total + treeCost(term), tree.terms.length - 1);
  if (tree.kind === "product") return tree.factors.reduce((total, factor) => total + treeCost(factor), tree.factors.length - 1);
  if (tree.kind === "other") return tree.operands.reduce((total, operand) => total + treeCost(operand), isMath(tree.operation) ? mathCost : 1);
  return 0;
}
