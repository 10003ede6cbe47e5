import { multiply } from "../../kernel/arithmetic.ts";
import type { ElementaryRates, ReactionTerms } from "../../models/reaction-terms.ts";
import type { MonomialReader } from "./monomials.ts";
import type { ProductList } from "./product-list.ts";
import type { CoefficientList } from "./rate-tables.ts";

/**
 * Adds the rates of a network's reactions, each to the states that it changes, in the order of the reactions. What is no parameter times states,
 * or changes a state by more than two, is left to `other`.
 */
export function addElementary(list: ProductList, terms: ReactionTerms, elementary: ElementaryRates, reader: MonomialReader, coefficients: CoefficientList, other: (reaction: number) => void): void {
  const { changeStart } = terms;
  const { count, constants } = elementary;
  /** Coefficient of each constant; -1 = it does not hold parameters alone. */
  const coefficientOf = Int32Array.from(constants, (parts) => {
    if (parts.length === 0 || !parts.every(reader.isFixed)) return -1;
    return coefficients.index(parts.reduce((product, part) => multiply(reader.graph, product, part)), 1);
  });
  const mostEntries = 2 * terms.change.length;
  list.reserve(count, 2 * count, mostEntries, mostEntries);
  for (let reaction = 0; reaction < count; ) {
    reaction = addRun(list, terms, elementary, coefficientOf, reaction);
    if (reaction === count) break;
    if (changeStart[reaction] !== changeStart[reaction + 1]) {
      other(reaction);
      // What that added has taken room.
      list.reserve(count - reaction, 2 * (count - reaction), mostEntries, mostEntries);
    }
    reaction += 1;
  }
}

/** Adds reactions up to one that changes nothing or is left to others, where it gives back its place. */
function addRun(list: ProductList, { changeStart, changedState, change }: ReactionTerms, { count, constant, factors }: ElementaryRates, coefficientOf: Int32Array, start: number): number {
  const { coefficient, factors: multiplied, factorStart, minus, minusStart, plus, plusStart } = list;
  let row = list.count;
  let place = factorStart[row] ?? 0;
  let less = minusStart[row] ?? 0;
  let more = plusStart[row] ?? 0;
  let reaction = start;
  let from = changeStart[reaction] ?? 0;
  for (; reaction < count; reaction++) {
    const to = changeStart[reaction + 1] ?? 0;
    const own = coefficientOf[constant[reaction] ?? -1] ?? -1;
    if (own < 0 || from === to) break;
    for (; from < to; from++) {
      const state = changedState[from] ?? 0;
      const by = change[from] ?? 0;
      if (by === -1) minus[less++] = state;
      else if (by === 1) plus[more++] = state;
      else if (by === 2) {
        plus[more++] = state;
        plus[more++] = state;
      } else if (by === -2) {
        minus[less++] = state;
        minus[less++] = state;
      } else break;
    }
    if (from < to) break;
    const first = factors[2 * reaction] ?? -1;
    const second = factors[2 * reaction + 1] ?? -1;
    if (first >= 0) multiplied[place++] = first;
    if (second >= 0) multiplied[place++] = second;
    coefficient[row] = own;
    row += 1;
    factorStart[row] = place;
    minusStart[row] = less;
    plusStart[row] = more;
  }
  list.count = row;
  return reaction;
}
