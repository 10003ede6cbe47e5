import type { Expression } from "../kernel/expression.ts";
import type { ElementaryReactions } from "./elementary-reactions.ts";
import type { Reaction, Species } from "./network.ts";
import type { ElementaryRates, ReactionRate } from "./reaction-terms.ts";

/** How a compiled network is read, whatever its reactions are. */
export interface RateReading {
  /** Index of each species' state [nSpecies]; -1 = its symbol is none. */
  readonly states: Int32Array;
  /** Reads a rate; what is wrong with it is noted with the reaction's id. */
  rate(reaction: Pick<Reaction, "id" | "rate">): ReactionRate;
  /** What a species' symbol means. */
  symbol(species: Species, reaction: string): Expression;
}

/** Reads the rates of reactions in numbers: each constant once, and what is no state as an expression. */
export function elementaryRates(elementary: ElementaryReactions, species: readonly Species[], { states, rate, symbol }: RateReading): ElementaryRates {
  const { count, participants } = elementary;
  const constant = elementary.constant.slice();
  const factors = new Int32Array(2 * count);
  const constants: (readonly Expression[])[] = [];
  const others = new Map<number, ReactionRate>();
  const symbolOf: (Expression | undefined)[] = [];
  /** Made in the order that rates name them: which of two operands stands first follows from it, and so do the last bits of what others compute. */
  const readSymbol = (reactant: number, at: number): void => {
    const one = species[reactant];
    if (one) symbolOf[reactant] ??= symbol(one, elementary.idOf(at));
  };
  /** The constant's factors and the reactants' symbols. */
  const product = (at: number, which: number): Expression[] => {
    const found = (constants[which] ?? []).slice();
    for (let place = 4 * at; place < 4 * at + 2; place++) {
      const reactant = symbolOf[participants[place] ?? -1];
      if (reactant) found.push(reactant);
    }
    return found;
  };
  for (let at = 0; at < count; at++) {
    const which = constant[at] ?? -1;
    if (which < 0) {
      others.set(at, rate(elementary.other(at)));
      continue;
    }
    if (!constants[which]) {
      const read = rate({ id: elementary.idOf(at), rate: elementary.constants[which] ?? "" });
      constants[which] = read.factors ?? [read.expression];
    }
    const first = participants[4 * at] ?? -1;
    const second = participants[4 * at + 1] ?? -1;
    readSymbol(first, at);
    readSymbol(second, at);
    const firstState = first < 0 ? -1 : (states[first] ?? -1);
    const secondState = second < 0 ? -1 : (states[second] ?? -1);
    factors[2 * at] = firstState;
    factors[2 * at + 1] = secondState;
    if ((firstState >= 0 || first < 0) && (secondState >= 0 || second < 0)) continue;
    others.set(at, { factors: product(at, which) });
    constant[at] = -1;
  }
  return { count, constant, constants, factors, rate: (at) => others.get(at) ?? { factors: product(at, constant[at] ?? -1) } };
}

/** By how much each reaction changes which states, as `ReactionTerms` has it. */
export interface NetChanges {
  readonly changeStart: Int32Array;
  readonly changedState: Int32Array;
  readonly change: Float64Array;
}

/** The changes of reactions in numbers; `states` are the indices of states that reactions change [nSpecies], -1 for what they do not. */
export function elementaryChanges(elementary: ElementaryReactions, states: Int32Array, stateOf: ReadonlyMap<string, number>): NetChanges {
  const { count, constant, participants } = elementary;
  let room = 0;
  for (let at = 0; at < count; at++) room += (constant[at] ?? -1) >= 0 ? 4 : elementary.other(at).reactants.length + elementary.other(at).products.length;
  const changeStart = new Int32Array(count + 1);
  const changedState = new Int32Array(room);
  const change = new Float64Array(room);
  let length = 0;
  for (let reaction = 0; reaction < count; reaction++) {
    const start = length;
    if ((constant[reaction] ?? -1) < 0) {
      for (const [state, by] of changesOf(elementary.other(reaction), stateOf)) {
        changedState[length] = state;
        change[length++] = by;
      }
      changeStart[reaction + 1] = length;
      continue;
    }
    let cancels = false;
    for (let side = 0; side < 4; side++) {
      const species = participants[4 * reaction + side] ?? -1;
      if (species < 0) continue;
      const state = states[species] ?? -1;
      if (state < 0) continue;
      // A reaction's states are kept in order: there are few.
      let at = length;
      while (at > start && (changedState[at - 1] ?? 0) > state) at--;
      if (at > start && changedState[at - 1] === state) {
        change[at - 1] = (change[at - 1] ?? 0) + (side < 2 ? -1 : 1);
        cancels ||= side >= 2;
        continue;
      }
      for (let after = length; after > at; after--) {
        changedState[after] = changedState[after - 1] ?? 0;
        change[after] = change[after - 1] ?? 0;
      }
      changedState[at] = state;
      change[at] = side < 2 ? -1 : 1;
      length += 1;
    }
    if (cancels) {
      // What a catalyst gives it takes.
      let kept = start;
      for (let at = start; at < length; at++) {
        if (change[at] === 0) continue;
        changedState[kept] = changedState[at] ?? 0;
        change[kept] = change[at] ?? 0;
        kept += 1;
      }
      length = kept;
    }
    changeStart[reaction + 1] = length;
  }
  return { changeStart, changedState: changedState.subarray(0, length), change: change.subarray(0, length) };
}

/** What one reaction changes by how much, states ascending, without what it gives back. */
function changesOf({ reactants, products }: Reaction, stateOf: ReadonlyMap<string, number>): [number, number][] {
  const net = new Map<number, number>();
  for (const [side, sign] of [[reactants, -1], [products, 1]] as const) {
    for (const { species, stoichiometry } of side) {
      const state = stateOf.get(species);
      if (state !== undefined) net.set(state, (net.get(state) ?? 0) + sign * stoichiometry);
    }
  }
  return [...net].filter(([, by]) => by !== 0).toSorted(([one], [other]) => one - other);
}
