import { divide, multiply, subtract } from "../kernel/arithmetic.ts";
import type { Expression } from "../kernel/expression.ts";
import { substitution } from "../kernel/substitute.ts";
import { initialState } from "../models/initial-state.ts";
import type { OdeSystem } from "../models/system.ts";
import type { LinearInvariant } from "./linear-invariants.ts";
import { linearInvariants } from "./linear-invariants.ts";
import { pivotedLaws } from "./pivoted-laws.ts";

/** A system whose conservation laws have taken the place of some of its states. */
export interface IndependentStates {
  /** The states that are left; behind the parameters stand the conserved totals, in the laws' order. */
  readonly system: OdeSystem;
  /** Where each state that is left stands in the whole system [nLeft]. */
  readonly kept: readonly number[];
  /** Each law with the state that it gives. */
  readonly laws: readonly LinearInvariant[];
}

/** Laws over more states than this are left alone: their dependent state would bring all others into every rate it enters. */
export const longestLaw = 16;

/**
 * The system without one state for each conservation law; null where no law can be used.
 *
 * Used are laws that hold at all parameter values and that no event breaks. Of a law's states the one goes that holds the largest part of
 * the total at the start: it comes back as a difference, with the absolute error of all others, and loses its last digits where it gets small.
 */
export function independentStates(system: OdeSystem, { longest = longestLaw }: { readonly longest?: number } = {}): IndependentStates | null {
  const laws = pivotedLaws(lawsAtAllParameters(system), initialState(system));
  const assigned = new Set(system.events?.flatMap(({ assignments }) => assignments.map(({ target }) => target)));
  const used = laws.filter(({ weights }) => {
    const members = system.states.filter((_, state) => weights[state] !== 0);
    return members.length <= longest && members.every((id) => !assigned.has(id));
  });
  if (used.length === 0) return null;
  const { graph } = system;
  const totals = used.map(({ dependent }) => `total with ${system.states[dependent]}`);
  const given = new Map(used.map((law, index) => [system.states[law.dependent] ?? "", restOf(system, law, totals[index] ?? "")]));
  const replace = substitution(graph, given);
  const optional = (expression: Expression | null): Expression | null => expression && replace(expression);
  const kept = system.states.flatMap((id, state) => (given.has(id) ? [] : [state]));
  const pick = <Item>(items: readonly Item[]): Item[] => kept.flatMap((state) => items.slice(state, state + 1));
  return {
    kept,
    laws: used,
    system: {
      ...system,
      states: pick(system.states),
      parameters: [...system.parameters, ...totals],
      rhs: pick(system.rhs).map(replace),
      outputs: system.outputs.map((output) => ({ ...output, expression: replace(output.expression) })),
      parameterValues: [...system.parameterValues, ...totalsOf(used, initialState(system))],
      initialState: pick(system.initialState),
      ...(system.events && {
        events: system.events.map((event) => ({
          ...event,
          trigger: replace(event.trigger),
          delay: optional(event.delay),
          priority: optional(event.priority),
          assignments: event.assignments.map((assignment) => ({ ...assignment, value: replace(assignment.value), factor: optional(assignment.factor), divisor: optional(assignment.divisor) })),
        })),
      }),
      ...(system.reactions && { reactions: system.reactions.map(({ id, rate }) => ({ id, rate: replace(rate) })) }),
    },
  };
}

/** The conserved totals of a state [nLaw]. */
export function totalsOf(laws: readonly LinearInvariant[], state: ArrayLike<number>): Float64Array {
  return Float64Array.from(laws, ({ weights }) => weights.reduce((sum, weight, index) => (weight === 0 ? sum : sum + weight * (state[index] ?? Number.NaN)), 0));
}

/** Laws that do not depend on the values of parameters: none is 0, and no compartment's size is a weight. */
function lawsAtAllParameters(system: OdeSystem): LinearInvariant[] {
  // No product of these is whole: whole weights have no parameter in them.
  const laws = linearInvariants(system, system.parameters.map((_, index) => Math.PI + index / Math.E));
  if (laws.every(({ weights }) => weights.every(Number.isInteger))) return laws;
  const ones = linearInvariants(system, system.parameters.map(() => 1));
  return laws.filter(({ weights }, index) => weights.every((weight, state) => weight === ones[index]?.weights[state]));
}

/** (total - Σ of the others) / weight. */
function restOf({ graph, states }: OdeSystem, { weights, dependent }: LinearInvariant, total: string): Expression {
  let rest = graph.symbol(total);
  weights.forEach((weight, state) => {
    if (weight === 0 || state === dependent) return;
    const other = graph.symbol(states[state] ?? "");
    rest = subtract(graph, rest, weight === 1 ? other : multiply(graph, graph.constant(weight), other));
  });
  return weights[dependent] === 1 ? rest : divide(graph, rest, graph.constant(weights[dependent] ?? 1));
}
