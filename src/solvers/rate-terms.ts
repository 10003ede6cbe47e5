import { multiply } from "../kernel/arithmetic.ts";
import type { Expression } from "../kernel/expression.ts";
import { substitution } from "../kernel/substitute.ts";
import { type ReactionRate, type ReactionTerms, reactionTermsOf } from "../models/reaction-terms.ts";
import type { OdeSystem } from "../models/system.ts";
import { type LinearTerm, linearTerms, productOf } from "./linear-terms.ts";

/** A term in the rate of a state, so many times; states that one reaction changes share the term. */
export interface RateTerm {
  readonly times: number;
  readonly term: LinearTerm;
}

/**
 * The terms of each state's rate [nState], as `linearTerms` gives them, without those that a parameter of exactly 0 stands in front of;
 * `parameters` [nParameter]. Of a network each reaction is read once, and the right-hand side is not written out.
 */
export function rateTerms(system: OdeSystem, parameters: ArrayLike<number>): RateTerm[][] {
  const zero = system.graph.constant(0);
  const folded = substitution(system.graph, new Map(system.parameters.flatMap((id, index) => (parameters[index] === 0 ? [[id, zero] as const] : []))));
  const network = reactionTermsOf(system);
  return network ? termsOfNetwork(system, network, folded) : system.rhs.map((rate) => once(linearTerms(folded(rate))));
}

const once = (terms: readonly LinearTerm[]): RateTerm[] => terms.map((term) => ({ times: 1, term }));

type Fold = (expression: Expression) => Expression;

function termsOfNetwork(system: OdeSystem, network: ReactionTerms, folded: Fold): RateTerm[][] {
  const { changeStart, changedState, change } = network;
  const over = new Map<Expression | null, Over>();
  for (const divisor of network.divisors) if (divisor && !over.has(divisor)) over.set(divisor, dividing(folded(divisor)));
  const termsOfReaction = reactionReader(system, network, folded);
  const rows: RateTerm[][] = system.states.map(() => []);
  for (let reaction = 0; reaction < network.count; reaction++) {
    const from = changeStart[reaction] ?? 0;
    const to = changeStart[reaction + 1] ?? 0;
    if (from === to) continue;
    const terms = termsOfReaction(reaction);
    let dividedBy: Expression | null = null;
    let divided = terms;
    for (let at = from; at < to; at++) {
      const state = changedState[at] ?? -1;
      const divisor = network.divisors[state] ?? null;
      // What reacts is mostly in one compartment.
      if (divisor !== dividedBy) divided = terms.map(over.get(divisor) ?? unchanged);
      dividedBy = divisor;
      for (const term of divided) rows[state]?.push({ times: change[at] ?? 0, term });
    }
  }
  for (const { state, derivative } of network.ruled) rows[state] = once(linearTerms(folded(derivative)));
  return rows;
}

type Over = (term: LinearTerm) => LinearTerm;

const unchanged: Over = (term) => term;

/** Terms of what is divided as a whole. */
function dividing(divisor: Expression): Over {
  if (divisor.operation === "constant") return ({ coefficient, factors, divisors }) => ({ coefficient: coefficient / divisor.value, factors, divisors });
  const below = productOf([], [divisor]);
  const alone = [divisor];
  return ({ coefficient, factors, divisors }) => ({
    coefficient: coefficient * below.number,
    factors: [...factors, ...below.factors].toSorted(),
    divisors: divisors.length === 0 ? alone : [divisor, ...divisors],
  });
}

/** Reads the rate of one reaction: constants that many share are taken apart once. */
function reactionReader({ graph, states }: OdeSystem, network: ReactionTerms, folded: Fold): (reaction: number) => readonly LinearTerm[] {
  const read = ({ expression, factors = [] }: ReactionRate): LinearTerm[] => linearTerms(folded(expression ?? factors.reduce((product, factor) => multiply(graph, product, factor))));
  const { elementary } = network;
  if (!elementary) return (reaction) => (network.rates[reaction] ? read(network.rates[reaction]) : []);
  const symbols = states.map((id) => String(graph.symbol(id).id));
  const constants: ReturnType<typeof productOf>[] = [];
  return (reaction) => {
    const which = elementary.constant[reaction] ?? -1;
    const first = symbols[elementary.factors[2 * reaction] ?? -1];
    const second = symbols[elementary.factors[2 * reaction + 1] ?? -1];
    // A constant alone may be a sum, and is opened as one.
    if (which < 0 || (first === undefined && second === undefined)) return read(elementary.rate(reaction));
    const { number, factors } = (constants[which] ??= productOf((elementary.constants[which] ?? []).map(folded), []));
    if (number === 0) return [];
    const all = [...factors];
    if (first !== undefined) all.push(first);
    if (second !== undefined) all.push(second);
    return [{ coefficient: number, factors: all.toSorted(), divisors: [] }];
  };
}
