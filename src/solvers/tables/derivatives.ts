import { ProductList, type Products } from "./product-list.ts";
import type { Positions } from "./row-pattern.ts";

/** Whether a factor stands before this place in its product, so that its derivative is taken already. */
function isRepeated(factors: Int32Array, from: number, at: number): boolean {
  for (let other = from; other < at; other++) if (factors[other] === factors[at]) return true;
  return false;
}

/** Where the derivatives of sums of products stand: in states, which are the factors below `size`, and in functions, which are all others. */
export function derivativePositions(products: Products, size: number, hasFunctions: boolean): { readonly direct: Positions; readonly uses: Positions } {
  const none = { rows: new Int32Array(0), columns: new Int32Array(0) };
  return { direct: positionsIn(products, 0, size), uses: hasFunctions ? positionsIn(products, size, Infinity) : none };
}

/** The positions of the derivatives in the factors from `low` up to, not including, `high`, which is column 0 and those after it. */
function positionsIn({ count, factors, factorStart, minus, minusStart, plus, plusStart }: Products, low: number, high: number): Positions {
  let most = 0;
  for (let product = 0; product < count; product++) {
    const entries = (minusStart[product + 1] ?? 0) - (minusStart[product] ?? 0) + (plusStart[product + 1] ?? 0) - (plusStart[product] ?? 0);
    most += entries * ((factorStart[product + 1] ?? 0) - (factorStart[product] ?? 0));
  }
  const rows = new Int32Array(most);
  const columns = new Int32Array(most);
  let next = 0;
  for (let product = 0; product < count; product++) {
    const from = factorStart[product] ?? 0;
    const to = factorStart[product + 1] ?? 0;
    for (let at = from; at < to; at++) {
      const factor = factors[at] ?? 0;
      if (factor < low || factor >= high || (at > from && isRepeated(factors, from, at))) continue;
      const first = next;
      const lessEnd = minusStart[product + 1] ?? 0;
      for (let entry = minusStart[product] ?? 0; entry < lessEnd; entry++) rows[next++] = minus[entry] ?? 0;
      const moreEnd = plusStart[product + 1] ?? 0;
      for (let entry = plusStart[product] ?? 0; entry < moreEnd; entry++) rows[next++] = plus[entry] ?? 0;
      for (let entry = first; entry < next; entry++) columns[entry] = factor - low;
    }
  }
  return { rows: rows.subarray(0, next), columns: columns.subarray(0, next) };
}

/**
 * The derivatives themselves, as products that are added to entries: those in states to the entries of `slot`, those in functions to the
 * entries of `useSlot` from `useEntry` on; both in the order of `derivativePositions`. `powered` gives a coefficient times a power.
 */
export function derivativeProducts(
  products: Products,
  size: number,
  powered: (coefficient: number, by: number) => number,
  slot: Int32Array,
  useSlot: Int32Array,
  useEntry: number,
): { readonly inStates: ProductList; readonly inFunctions: ProductList } {
  const inStates = new ProductList();
  const inFunctions = new ProductList();
  addDerivatives(inStates, products, 0, size, powered, slot, 0);
  if (useSlot.length > 0) addDerivatives(inFunctions, products, size, Infinity, powered, useSlot, useEntry);
  return { inStates, inFunctions };
}

/** Adds the derivatives in the factors from `low` up to, not including, `high`, to the entries that stand `shift` behind those of `slot`. */
function addDerivatives(list: ProductList, { count, coefficient, factors, factorStart, minusStart, plusStart }: Products, low: number, high: number, powered: (coefficient: number, by: number) => number, slot: Int32Array, shift: number): void {
  let mostFactors = 0;
  for (let product = 0; product < count; product++) {
    const length = (factorStart[product + 1] ?? 0) - (factorStart[product] ?? 0);
    mostFactors += length * length;
  }
  list.reserve(factorStart[count] ?? 0, mostFactors, slot.length, slot.length);
  const { coefficient: own, factors: others, factorStart: otherStart, minus, minusStart: lessStart, plus, plusStart: moreStart } = list;
  let [row, next, place, less, more] = [0, 0, 0, 0, 0];
  for (let product = 0; product < count; product++) {
    const from = factorStart[product] ?? 0;
    const to = factorStart[product + 1] ?? 0;
    for (let at = from; at < to; at++) {
      const factor = factors[at] ?? 0;
      if (factor < low || factor >= high || (at > from && isRepeated(factors, from, at))) continue;
      let power = 1;
      for (let other = from; other < to; other++) {
        if (other === at) continue;
        const beside = factors[other] ?? 0;
        if (beside === factor) power += 1;
        others[place++] = beside;
      }
      const given = coefficient[product] ?? 0;
      own[row] = power === 1 ? given : powered(given, power);
      const middle = next + (minusStart[product + 1] ?? 0) - (minusStart[product] ?? 0);
      const end = middle + (plusStart[product + 1] ?? 0) - (plusStart[product] ?? 0);
      for (; next < middle; next++) minus[less++] = shift + (slot[next] ?? 0);
      for (; next < end; next++) plus[more++] = shift + (slot[next] ?? 0);
      row += 1;
      otherStart[row] = place;
      lessStart[row] = less;
      moreStart[row] = more;
    }
  }
  list.count = row;
}
