import type { Expression, Operation } from "../../kernel/expression.ts";
import { expressionGraph } from "../../kernel/expression.ts";
import { postorder } from "../../kernel/traverse.ts";
import type { ReactionRate, ReactionTerms } from "../../models/reaction-terms.ts";
import { reactionTermsOf, withReactionTerms } from "../../models/reaction-terms.ts";
import type { OdeSystem, SystemEvent } from "../../models/system.ts";

/** An expression by its place in a list. */
type Place = number;

interface NodeCopy {
  readonly operation: Operation;
  readonly operands: readonly Place[];
  readonly value: number;
  readonly name: string;
}

/** What reads expressions, with something in their place. */
interface Contents<Item> {
  readonly rhs: readonly Item[];
  readonly initialState: readonly Item[];
  readonly events: readonly (Omit<SystemEvent, "trigger" | "delay" | "priority" | "assignments"> & {
    readonly trigger: Item;
    readonly delay: Item | null;
    readonly priority: Item | null;
    readonly assignments: readonly { readonly target: string; readonly value: Item; readonly factor: Item | null; readonly divisor: Item | null }[];
  })[] | null;
  readonly reactions: readonly { readonly id: string; readonly rate: Item }[] | null;
  readonly terms: (Pick<ReactionTerms, "count" | "changeStart" | "changedState" | "change"> & {
    readonly rates: readonly { readonly expression: Item | null; readonly factors: readonly Item[] | null }[];
    readonly elementary: (Pick<NonNullable<ReactionTerms["elementary"]>, "count" | "constant" | "factors"> & { readonly constants: readonly (readonly Item[])[] }) | null;
    readonly divisors: readonly (Item | null)[];
    readonly ruled: readonly { readonly state: number; readonly derivative: Item }[];
  }) | null;
}

/** A system as plain data, for another thread: all that solvers read of it. */
export interface SystemCopy extends Pick<OdeSystem, "id" | "states" | "parameters" | "parameterValues"> {
  readonly nodes: readonly NodeCopy[];
  readonly contents: Contents<Place>;
}

/** The same with another thing in the place of each. */
function replaced<From, To>({ rhs, initialState, events, reactions, terms }: Contents<From>, change: (item: From) => To): Contents<To> {
  const optional = (item: From | null): To | null => (item === null ? null : change(item));
  return {
    rhs: rhs.map(change),
    initialState: initialState.map(change),
    events: events && events.map((event) => ({
      ...event,
      trigger: change(event.trigger),
      delay: optional(event.delay),
      priority: optional(event.priority),
      assignments: event.assignments.map(({ target, value, factor, divisor }) => ({ target, value: change(value), factor: optional(factor), divisor: optional(divisor) })),
    })),
    reactions: reactions && reactions.map(({ id, rate }) => ({ id, rate: change(rate) })),
    terms: terms && {
      count: terms.count,
      changeStart: terms.changeStart,
      changedState: terms.changedState,
      change: terms.change,
      rates: terms.rates.map(({ expression, factors }) => ({ expression: optional(expression), factors: factors && factors.map(change) })),
      elementary: terms.elementary && { count: terms.elementary.count, constant: terms.elementary.constant, factors: terms.elementary.factors, constants: terms.elementary.constants.map((factors) => factors.map(change)) },
      divisors: terms.divisors.map(optional),
      ruled: terms.ruled.map(({ state, derivative }) => ({ state, derivative: change(derivative) })),
    },
  };
}

function contentsOf(system: OdeSystem): Contents<Expression> {
  const { rhs, initialState, events = null, reactions = null } = system;
  const terms = reactionTermsOf(system);
  return { rhs, initialState, events, reactions, terms: terms && { ...terms, rates: terms.rates.map(({ expression = null, factors = null }) => ({ expression, factors })) } };
}

/** Writes a system down as plain data. */
export function copyOfSystem(system: OdeSystem): SystemCopy {
  const { id, states, parameters, parameterValues } = system;
  const contents = contentsOf(system);
  const roots: Expression[] = [];
  replaced(contents, (expression) => void roots.push(expression));
  // In the order they were made in, which decides the order of operands.
  const nodes = postorder(roots).toSorted((one, other) => one.id - other.id);
  const places = new Map(nodes.map((node, place) => [node.id, place]));
  const placeOf = (node: Expression): Place => places.get(node.id) ?? -1;
  return {
    id,
    states,
    parameters,
    parameterValues,
    nodes: nodes.map(({ operation, operands, value, name }) => ({ operation, operands: operands.map(placeOf), value, name })),
    contents: replaced(contents, placeOf),
  };
}

/** The system that a copy is of, without outputs, in a graph of its own; its programs give the same bits. */
export function systemOfCopy({ id, states, parameters, parameterValues, nodes, contents }: SystemCopy): OdeSystem {
  const graph = expressionGraph();
  const made: Expression[] = [];
  const at = (place: Place): Expression => made[place] ?? graph.constant(Number.NaN);
  for (const { operation, operands, value, name } of nodes) {
    made.push(operation === "constant" ? graph.constant(value) : operation === "symbol" ? graph.symbol(name) : graph.apply(operation, ...operands.map(at)));
  }
  const { rhs, initialState, events, reactions, terms } = replaced(contents, at);
  const system: OdeSystem = { id, graph, states, parameters, parameterValues, outputs: [], rhs, initialState, ...(events && { events }), ...(reactions && { reactions }) };
  return terms ? withReactionTerms(system, () => termsOf(terms, at(-1))) : system;
}

function termsOf({ rates, elementary, ...others }: NonNullable<Contents<Expression>["terms"]>, none: Expression): ReactionTerms {
  const read = rates.map(({ expression, factors }): ReactionRate => (factors ? { factors } : { expression: expression ?? none }));
  return { ...others, rates: read, elementary: elementary && { ...elementary, rate: (at) => read[at] ?? { expression: none } } };
}
