import type { Place, Term, Tree } from "./pack-tree.ts";
import { placeOf } from "./pack-pair.ts";
import type { Value } from "./program.ts";

/** What a tree looks like without its places, and its places in order, as numbers. */
export interface Shape {
  readonly shape: number;
  readonly places: readonly number[];
}

/**
 * Puts the terms and factors of trees in an order of their own, by shape and then by where their leaves stand, so that trees
 * of one shape over neighbouring places have neighbouring leaves at the same points.
 */
export function orderer(): (tree: Tree) => Shape {
  const shapes = new Map<string, number>();
  const values = new Map<Value, number>();
  const shapeOf = (text: string): number => {
    const known = shapes.get(text) ?? shapes.size;
    shapes.set(text, known);
    return known;
  };
  const valueId = (value: Value): number => {
    const known = values.get(value) ?? values.size;
    values.set(value, known);
    return known;
  };
  const leaf = shapeOf("place");
  const order = (tree: Tree): Shape => {
    const place = placeOf(tree);
    if (place) return { shape: leaf, places: [baseNumber(place), place.offset] };
    switch (tree.kind) {
      case "constant":
        return { shape: shapeOf(`constant ${Object.is(tree.value, -0) ? "-0" : tree.value}`), places: [] };
      case "value":
        return { shape: shapeOf(`value ${valueId(tree.value)}`), places: [] };
      case "sum": {
        const terms = tree.terms.map((term) => ({ item: term, ...order(term.tree) }));
        terms.sort((a, b) => Number(a.item.negative) - Number(b.item.negative) || compareShapes(a, b));
        replaceAll<Term>(tree.terms, terms);
        return { shape: shapeOf(`sum ${runs(terms.map(({ item, shape }) => (item.negative ? `-${shape}` : `+${shape}`)))}`), places: terms.flatMap(({ places }) => places) };
      }
      case "product": {
        const factors = tree.factors.map((factor) => ({ item: factor, ...order(factor) }));
        factors.sort(compareShapes);
        replaceAll<Tree>(tree.factors, factors);
        return { shape: shapeOf(`product ${runs(factors.map(({ shape }) => `${shape}`))}`), places: factors.flatMap(({ places }) => places) };
      }
      case "other": {
        const operands = tree.operands.map(order);
        return { shape: shapeOf(`${tree.operation} ${operands.map(({ shape }) => shape).join(" ")}`), places: operands.flatMap(({ places }) => places) };
      }
      case "place":
      case "root":
        throw new Error("pack: a value is read before it has a place");
    }
  };
  return order;
}

/** By shape, then by the first place that differs. */
export function compareShapes(one: Shape, other: Shape): number {
  if (one.shape !== other.shape) return one.shape - other.shape;
  for (const [index, place] of one.places.entries()) {
    const difference = place - (other.places[index] ?? place);
    if (difference !== 0) return difference;
  }
  return 0;
}

const baseNumber = ({ base }: Place): number => (base === null ? -1 : base === "slots" ? -2 : base.index);

function replaceAll<Item>(list: Item[], sorted: readonly { readonly item: Item }[]): void {
  sorted.forEach(({ item }, index) => {
    list[index] = item;
  });
}

/** A list of words with repetitions counted. */
function runs(words: readonly string[]): string {
  const parts: string[] = [];
  for (let from = 0; from < words.length; ) {
    let to = from + 1;
    while (to < words.length && words[to] === words[from]) to++;
    parts.push(`${to - from}*${words[from]}`);
    from = to;
  }
  return parts.join(" ");
}
