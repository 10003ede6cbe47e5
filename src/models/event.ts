import { multiply } from "../kernel/arithmetic.ts";
import type { Expression, Operation } from "../kernel/expression.ts";
import { printExpression } from "../kernel/print.ts";
import { logical } from "../kernel/semantics.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import { postorder } from "../kernel/traverse.ts";
import type { NetworkProblem } from "./check.ts";
import type { Network, NetworkEvent } from "./network.ts";
import type { Resolver } from "./resolve.ts";
import type { SystemEvent } from "./system.ts";

/** One problem per event, for what cannot follow events yet. `what` is a plural: "stochastic methods". */
export const refusedEvents = (network: Pick<Network, "events">, what: string): NetworkProblem[] =>
  (network.events ?? []).map(({ id }) => ({ where: `event:${id}`, message: `${what} do not follow events yet; remove event "${id}", or simulate with an ODE method or exactly, with --method ssa` }));

/**
 * The events of a network over the states of its system. Where a compartment is assigned, amounts stay: a species whose
 * state is an amount keeps it, and one whose concentration follows a rate rule is diluted. A concentration that the same
 * event assigns is one in the volume before it.
 * Problems go to the resolver: undefined symbols, triggers that are no conditions or hold for an instant only.
 */
export function systemEvents(network: Network, resolver: Resolver): SystemEvent[] {
  const isMoved = movedBy(network);
  return (network.events ?? []).map((event) => {
    const where = `event:${event.id}`;
    const optional = (text: string | null): Expression | null => (text === null ? null : resolver.formula(text, where));
    const trigger = resolver.formula(event.trigger, where);
    if (!isCondition(trigger)) resolver.refuse(where, `the trigger of event "${event.id}", "${event.trigger}", is a number, not a condition; compare it, e.g. '${event.trigger} > 0'`);
    for (const comparison of comparisonsIn([trigger])) {
      if (comparison.operation !== "equal" && comparison.operation !== "notEqual") continue;
      const moved = [...symbolsOf([comparison])].find(isMoved);
      if (moved === undefined) continue;
      const text = printExpression(comparison);
      resolver.refuse(where, `the trigger of event "${event.id}" asks for "${text}", but "${moved}" changes continuously, so that changes for an instant only; compare with ">=" or "<="`);
    }
    return {
      id: event.id,
      trigger,
      initialValue: event.initialValue,
      persistent: event.persistent,
      delay: optional(event.delay),
      valuesFromTriggerTime: event.valuesFromTriggerTime,
      priority: optional(event.priority),
      assignments: assignmentsOf(network, resolver, event, where),
    };
  });
}

function assignmentsOf(network: Network, resolver: Resolver, event: NetworkEvent, where: string): SystemEvent["assignments"] {
  const { graph } = resolver;
  const assigned = new Set(event.assignments.map(({ target }) => target));
  const given = event.assignments.map(({ target, formula }) => {
    const species = network.species.find(({ id }) => id === target);
    const value = resolver.formula(formula, where);
    if (!species || species.substanceOnly) return { target, value, factor: null, divisor: null };
    const volume = resolver.volume(species.compartment, where);
    if (resolver.role(species) === "amount state") return { target, value, factor: volume, divisor: null };
    return assigned.has(species.compartment) ? { target, value, factor: volume, divisor: volume } : { target, value, factor: null, divisor: null };
  });
  const diluted = network.species
    .filter((species) => assigned.has(species.compartment) && !assigned.has(species.id) && !species.substanceOnly && resolver.role(species) === "symbol state")
    .map(({ id, compartment }) => {
      const volume = resolver.volume(compartment, where);
      return { target: id, value: graph.constant(1), factor: multiply(graph, resolver.symbol(id, where), volume), divisor: volume };
    });
  return [...given, ...diluted];
}

/** Whether reactions or rate rules move what a name stands for. */
function movedBy({ reactions, rules, species, events }: Network): (name: string) => boolean {
  if (!events) return () => false;
  const boundary = new Set(species.flatMap(({ id, boundary: isBoundary }) => (isBoundary ? [id] : [])));
  const moved = new Set(rules.flatMap(({ kind, target }) => (kind === "rate" ? [target] : [])));
  for (const { reactants, products } of reactions) {
    for (const { species: id, stoichiometry } of [...reactants, ...products]) {
      const isCatalyst = [reactants, products].every((side) => side.some((one) => one.species === id && one.stoichiometry === stoichiometry));
      if (!boundary.has(id) && !isCatalyst) moved.add(id);
    }
  }
  return (name) => moved.has(name);
}

const comparisons: ReadonlySet<Operation> = new Set(["less", "lessOrEqual", "equal", "notEqual"]);

/** Comparisons of numbers anywhere in some expressions; what compares conditions changes only with them. */
export const comparisonsIn = (expressions: readonly Expression[]): Expression[] =>
  postorder(expressions).filter(({ operation, operands }) => comparisons.has(operation) && !operands.every((operand) => logical.has(operand.operation) || operand.operation === "constant"));

/** Whether an expression is true or false wherever it is read. */
function isCondition(expression: Expression): boolean {
  if (expression.operation === "constant") return true;
  if (expression.operation === "select") return expression.operands.slice(1).every(isCondition);
  if (expression.operation === "and" || expression.operation === "or" || expression.operation === "not") return expression.operands.every(isCondition);
  return logical.has(expression.operation);
}
