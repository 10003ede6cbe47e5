import type { Expression } from "../../kernel/expression.ts";
import { type ReactionRate, reactionTermsOf } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type MonomialReader, termsOf } from "./monomials.ts";

/** Told of something that happens at a rate, and by how much it changes which states; the lists are used again for the next. */
export type VisitChange = (rate: ReactionRate, states: readonly number[], changes: readonly number[]) => void;

/**
 * Visits the reactions and rules of a network, or for a system of another origin the terms of its right-hand side, equal ones taken together.
 * What each state's sum is to be divided by, over parameters alone [nState]; null = 1.
 */
export function eachChange(system: OdeSystem, reader: MonomialReader, visit: VisitChange): readonly (Expression | null)[] {
  const terms = reactionTermsOf(system);
  // A volume that is no constant is never a concentration's; were it one, the sums are right as they are written out.
  if (!terms || terms.divisors.some((divisor) => divisor && !reader.isFixed(divisor))) return fromSums(system, reader, visit);
  const { rates, changeStart, changedState, change, ruled, divisors } = terms;
  const states: number[] = [];
  const changes: number[] = [];
  rates.forEach((rate, reaction) => {
    states.length = 0;
    changes.length = 0;
    for (let at = changeStart[reaction] ?? 0; at < (changeStart[reaction + 1] ?? 0); at++) {
      states.push(changedState[at] ?? 0);
      changes.push(change[at] ?? 0);
    }
    visit(rate, states, changes);
  });
  for (const { state, derivative } of ruled) visit({ expression: derivative }, [state], [1]);
  return divisors;
}

function fromSums(system: OdeSystem, reader: MonomialReader, visit: VisitChange): readonly (Expression | null)[] {
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
