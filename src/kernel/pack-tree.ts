import type { Operation } from "./expression.ts";
import type { PlannedNode, PlannedNodes } from "./lowering-plan.ts";
import type { Local, Value } from "./program.ts";

/** Where an f64 stands: bytes from a base, which is a local, the start of memory (null), or that of the pack's own slots. */
export interface Place {
  readonly base: Local | "slots" | null;
  readonly offset: number;
}

export interface Term {
  readonly negative: boolean;
  readonly tree: Tree;
}

/** A value as it is computed in place: sums and products of any length, in no order yet. */
export type Tree =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "place"; readonly place: Place }
  /** A value that is no place in memory. */
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "root"; readonly root: Root }
  | { readonly kind: "sum"; readonly terms: Term[] }
  | { readonly kind: "product"; readonly factors: Tree[] }
  | { readonly kind: "other"; readonly operation: Operation; readonly operands: readonly Tree[] };

/** A value that stands in memory once it is computed: its readers find it at `place`. */
export interface Root {
  readonly tree: Tree;
  /** Roots it reads, and those they read, come before it. */
  readonly level: number;
  /** The output it is stored as, or null. */
  output: number | null;
  place: Place | null;
}

export interface Forest {
  /** Operands first. */
  readonly roots: readonly Root[];
  /** Per output: its tree, or the root it is. */
  readonly outputs: readonly { readonly tree: Tree; readonly level: number }[];
}

/** Sums of this many terms inside a larger value are computed by themselves, so that many of them can be computed alike. */
export const longSum = 4;
/** Deeper trees are cut by a root: emitters recurse over them. */
const deepest = 20;

interface Grown {
  readonly tree: Tree;
  readonly level: number;
  readonly depth: number;
}

/** Grows trees from planned nodes: a root where a value has several readers, or is a long sum inside something else. */
export function growTrees({ nodes, outputs }: PlannedNodes, symbol: (name: string) => Value): Forest {
  const roots: Root[] = [];
  const grown = new Map<PlannedNode, Grown>();
  const outputOf = new Map(outputs.map((node, index) => [node, index]));
  const rooted = ({ tree, level }: Grown, output: number | null): Grown => {
    const root: Root = { tree, level, output, place: null };
    roots.push(root);
    return { tree: { kind: "root", root }, level: level + 1, depth: 0 };
  };
  const whole = (node: PlannedNode): Grown => {
    const found = grown.get(node);
    if (!found) throw new Error(`pack: "${node.operation}" is read before it is grown`);
    return found;
  };
  /** As an operand of something that is no sum. */
  const inner = (node: PlannedNode): Grown => {
    const found = whole(node);
    return found.tree.kind === "sum" && found.tree.terms.length >= longSum ? rooted(found, null) : found;
  };
  for (const node of nodes) {
    if (node.uses === 0) continue;
    const made = grow(node, whole, inner, symbol);
    const isRoot = node.operands.length > 0 && (node.uses > 1 || made.depth > deepest);
    grown.set(node, isRoot ? rooted(made, outputOf.get(node) ?? null) : made);
  }
  return { roots, outputs: outputs.map(whole) };
}

function grow(node: PlannedNode, whole: (node: PlannedNode) => Grown, inner: (node: PlannedNode) => Grown, symbol: (name: string) => Value): Grown {
  const { operation } = node;
  if (operation === "constant") return { tree: { kind: "constant", value: node.value }, level: 0, depth: 0 };
  if (operation === "symbol") return { tree: leafOf(symbol(node.name)), level: 0, depth: 0 };
  const isSum = operation === "add" || operation === "subtract" || operation === "negate";
  const parts = node.operands.map(isSum ? whole : inner);
  const level = Math.max(...parts.map((part) => part.level));
  const kind = isSum ? "sum" : operation === "multiply" ? "product" : "other";
  // What is joined into a longer list of terms or factors nests no deeper.
  const depth = Math.max(...parts.map((part) => part.depth + (kind !== "other" && part.tree.kind === kind ? 0 : 1)));
  if (kind === "sum") {
    const lists = parts.map(({ tree }, index) => {
      const negative = operation === "negate" || (operation === "subtract" && index === 1);
      const terms = tree.kind === "sum" ? tree.terms : [{ negative: false, tree }];
      return negative ? terms.map((term) => ({ ...term, negative: !term.negative })) : terms;
    });
    return { tree: { kind: "sum", terms: joined(lists) }, level, depth };
  }
  if (kind === "product") return { tree: { kind: "product", factors: joined(parts.map(({ tree }) => (tree.kind === "product" ? tree.factors : [tree]))) }, level, depth };
  return { tree: { kind: "other", operation, operands: parts.map(({ tree }) => tree) }, level, depth };
}

/** All items of two lists that nothing else holds; the longer one is used up, so that a long chain costs no more than its length. */
function joined<Item>(lists: readonly Item[][]): Item[] {
  const [longer = [], shorter = []] = lists.toSorted((a, b) => b.length - a.length);
  for (const item of shorter) longer.push(item);
  return longer;
}

function leafOf(value: Value): Tree {
  if (value.kind !== "load" || value.type !== "f64" || value.splat || value.single) return { kind: "value", value };
  if (value.address.kind === "constant") return { kind: "place", place: { base: null, offset: value.address.value + value.offset } };
  if (value.address.kind === "local") return { kind: "place", place: { base: value.address, offset: value.offset } };
  return { kind: "value", value };
}
