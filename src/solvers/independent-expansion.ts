import type { IndependentStates } from "./independent-states.ts";

/** How all states follow from those that are left, in flat arrays for tight loops. */
export interface Expansion {
  /** States of the whole system. */
  readonly size: number;
  /** Where each state that is left stands in the whole system [nLeft]. */
  readonly kept: Int32Array;
  /** The state that each law gives [nLaw]. */
  readonly dependent: Int32Array;
  /** The weight of that state in its law [nLaw]. */
  readonly divisor: Float64Array;
  /** Where the terms of each law begin, and where the last ends [nLaw + 1]. */
  readonly first: Int32Array;
  /** State of each term, ascending within a law, the dependent one left out [nTerm]. */
  readonly state: Int32Array;
  /** Weight of each term [nTerm]. */
  readonly weight: Float64Array;
}

/** The expansion of a system of some size. */
export function expansionOf({ kept, laws }: IndependentStates, size: number): Expansion {
  const terms = laws.map(({ weights, dependent }) => [...weights.keys()].filter((state) => weights[state] !== 0 && state !== dependent));
  const first = new Int32Array(laws.length + 1);
  terms.forEach((each, law) => void (first[law + 1] = (first[law] ?? 0) + each.length));
  return {
    size,
    kept: Int32Array.from(kept),
    dependent: Int32Array.from(laws, ({ dependent }) => dependent),
    divisor: Float64Array.from(laws, ({ weights, dependent }) => weights[dependent] ?? 1),
    first,
    state: Int32Array.from(terms.flat()),
    weight: Float64Array.from(terms.flatMap((each, law) => each.map((state) => laws[law]?.weights[state] ?? 0))),
  };
}

/** The conserved totals of a state [nState]. */
export function totalsInto(totals: Float64Array, { dependent, divisor, first, state, weight }: Expansion, whole: Float64Array): void {
  for (let law = 0; law < dependent.length; law++) {
    const own = dependent[law];
    let total = divisor[law] * whole[own];
    for (let term = first[law]; term < first[law + 1]; term++) total += weight[term] * whole[state[term]];
    totals[law] = total;
  }
}

/** The states that are left [nLeft] of all [nState]. */
export function reduceInto(left: Float64Array, { kept }: Expansion, whole: Float64Array): void {
  for (let column = 0; column < kept.length; column++) left[column] = whole[kept[column]];
}

/** All states of each row [nRow, nState] from those that are left [nRow, nLeft]. */
export function expandInto(whole: Float64Array, { size, kept, dependent, divisor, first, state, weight }: Expansion, left: Float64Array, totals: Float64Array): void {
  const count = kept.length;
  const laws = dependent.length;
  for (let from = 0, row = 0; from < left.length; from += count, row += size) {
    for (let column = 0; column < count; column++) whole[row + kept[column]] = left[from + column];
    for (let law = 0; law < laws; law++) {
      let rest = totals[law];
      for (let term = first[law]; term < first[law + 1]; term++) rest -= weight[term] * whole[row + state[term]];
      whole[row + dependent[law]] = rest / divisor[law];
    }
  }
}
