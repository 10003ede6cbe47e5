import type { Expression } from "../kernel/expression.ts";
import type { OdeSystem } from "./system.ts";

/** A rate · amount per time, over states, parameters and `time`: an expression, or a product by its factors. */
export type ReactionRate = { readonly expression: Expression; readonly factors?: undefined } | { readonly factors: readonly Expression[]; readonly expression?: undefined };

/** Rates that are constants times powers of up to two states, in numbers. */
export interface ElementaryRates {
  readonly count: number;
  /** Which of `constants` each rate begins with [nReaction]; -1 = a rate of another kind, which `rate` gives. */
  readonly constant: Int32Array;
  /** Constants by their factors, which no rate of this kind need hold alone: a rule may stand behind the name of one. */
  readonly constants: readonly (readonly Expression[])[];
  /** States that multiply it [nReaction, 2], -1 = none. */
  readonly factors: Int32Array;
  rate(at: number): ReactionRate;
}

/**
 * A right-hand side before its sums are written out: state i changes by `sum over reactions of change * rate`, over what divides
 * the state, or by a rule. Changes are net: a catalyst has none.
 */
export interface ReactionTerms {
  /** Number of reactions. */
  readonly count: number;
  /** Rates of all reactions [nReaction], put together when they are first read. */
  readonly rates: readonly ReactionRate[];
  /** The same in numbers, where the network came with them. */
  readonly elementary: ElementaryRates | null;
  /** Where each reaction's changes begin, and behind the last one's their number [nReaction + 1]. */
  readonly changeStart: Int32Array;
  /** Which state each change is of [nChange]; ascending within a reaction. */
  readonly changedState: Int32Array;
  /** By how much one event changes that state's amount [nChange]; never 0. */
  readonly change: Float64Array;
  /** What each state's sum is divided by, over parameters alone [nState]; null = 1. */
  readonly divisors: readonly (Expression | null)[];
  /** States that follow a rate rule. */
  readonly ruled: readonly { readonly state: number; readonly derivative: Expression }[];
}

// Kept beside the system, not in it: whoever copies a system to give it another right-hand side must not take the terms along.
const termsOfSystem = new WeakMap<OdeSystem, () => ReactionTerms>();

/** Notes how a system's terms are made, when they are first asked for; gives the system back. */
export function withReactionTerms(system: OdeSystem, make: () => ReactionTerms): OdeSystem {
  let made: ReactionTerms | null = null;
  termsOfSystem.set(system, () => (made ??= make()));
  return system;
}

/**
 * Expressions that every derivative of a system is put together from by products and sums alone: what is read off them (functions in
 * use, times at which a formula switches) holds for the right-hand side, which need not be written out for it.
 */
export function expressionsOfRates(system: OdeSystem): readonly Expression[] {
  const terms = reactionTermsOf(system);
  if (!terms) return system.rhs;
  const found = new Set<Expression>();
  const { elementary, changeStart } = terms;
  if (elementary) {
    const isState = new Uint8Array(system.states.length);
    const isRead = new Uint8Array(elementary.constants.length);
    for (let reaction = 0; reaction < terms.count; reaction++) {
      if (changeStart[reaction] === changeStart[reaction + 1]) continue;
      const which = elementary.constant[reaction] ?? -1;
      if (which < 0) addParts(found, elementary.rate(reaction));
      else {
        isRead[which] = 1;
        for (let place = 2 * reaction; place < 2 * reaction + 2; place++) if ((elementary.factors[place] ?? -1) >= 0) isState[elementary.factors[place] ?? 0] = 1;
      }
    }
    elementary.constants.forEach((factors, which) => void (isRead[which] === 1 && addParts(found, { factors })));
    system.states.forEach((id, state) => void (isState[state] === 1 && found.add(system.graph.symbol(id))));
  } else {
    terms.rates.forEach((rate, reaction) => {
      if (changeStart[reaction] !== changeStart[reaction + 1]) addParts(found, rate);
    });
  }
  for (const divisor of terms.divisors) if (divisor) found.add(divisor);
  for (const { derivative } of terms.ruled) found.add(derivative);
  return [...found];
}

function addParts(found: Set<Expression>, { expression, factors }: ReactionRate): void {
  for (const part of factors ?? [expression]) found.add(part);
}

/** The terms of a system as `odeSystem` and `reactionSystem` made it; null for any other, copies of such a system among them. */
export const reactionTermsOf = (system: OdeSystem): ReactionTerms | null => termsOfSystem.get(system)?.() ?? null;
