import type { Expression } from "../../kernel/expression.ts";
import { type ReactionRate, type ReactionTerms, reactionTermsOf } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type MonomialReader, termsOf } from "./monomials.ts";

/** Told of something that happens at a rate, and by how much it changes which states. */
export type VisitChange = (rate: ReactionRate, states: readonly number[], changes: readonly number[]) => void;

/** The terms that a system's changes are read from; null where they are read from its right-hand side. */
export function termsInUse(system: OdeSystem, reader: MonomialReader): ReactionTerms | null {
  const terms = reactionTermsOf(system);
  // A volume that is no constant is never a concentration's; were it one, the sums are right as they are written out.
  return terms && terms.divisors.some((divisor) => divisor && !reader.isFixed(divisor)) ? null : terms;
}

/** Visits one reaction of a network. */
export function visitReaction(terms: ReactionTerms, reaction: number, visit: VisitChange): void {
  const from = terms.changeStart[reaction];
  const to = terms.changeStart[reaction + 1];
  // The list of all rates is put together when it is read: one of them need not be read from it.
  const rate = terms.elementary ? terms.elementary.rate(reaction) : terms.rates[reaction];
  if (rate) visit(rate, Array.from(terms.changedState.subarray(from, to)), Array.from(terms.change.subarray(from, to)));
}

/**
 * Visits the terms of a right-hand side, equal ones taken together. What each state's sum is to be divided by, over parameters alone
 * [nState]; null = 1.
 */
export function fromSums(system: OdeSystem, reader: MonomialReader, visit: VisitChange): readonly (Expression | null)[] {
  const changed = new Map<Expression, { readonly states: number[]; readonly changes: number[] }>();
  const divisors = system.rhs.map((rate, state) => {
    const [above, below] = rate.operands;
    const isOver = rate.operation === "divide" && above !== undefined && below !== undefined && reader.isFixed(below) && !reader.isFixed(above);
    for (const { expression, sign } of termsOf(isOver ? above : rate) ?? []) {
      const [number, scaled] = expression.operands;
      const isScaled = expression.operation === "multiply" && number?.operation === "constant" && scaled !== undefined;
      const key = isScaled ? scaled : expression;
      const by = isScaled ? sign * number.value : sign;
      let known = changed.get(key);
      if (!known) changed.set(key, (known = { states: [], changes: [] }));
      const { states, changes } = known;
      if (states.at(-1) === state) changes.push((changes.pop() ?? 0) + by);
      else {
        states.push(state);
        changes.push(by);
      }
    }
    return isOver ? below : null;
  });
  for (const [expression, { states, changes }] of changed) visit({ expression }, states, changes);
  return divisors;
}
