import { subtract } from "../../kernel/arithmetic.ts";
import { differentiate } from "../../kernel/derivative.ts";
import type { Expression } from "../../kernel/expression.ts";
import { printExpression } from "../../kernel/print.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { comparisonsIn } from "../../models/event.ts";
import { reactionTermsOf } from "../../models/reaction-terms.ts";
import type { OdeSystem, SystemEvent } from "../../models/system.ts";
import type { Breakpoints } from "./breakpoint.ts";
import { switchesOf } from "./breakpoint.ts";
import type { AnyOdeMethod } from "./method.ts";
import { isOneStep } from "./method.ts";

/** How the events of a system are found: by watching comparisons along each step, or ahead of time. */
export interface EventPlan {
  readonly events: readonly SystemEvent[];
  /** Comparisons in triggers that the course of the states decides. */
  readonly watched: readonly Expression[];
  /** Indices of the states that those read. */
  readonly needed: readonly number[];
  /** When comparisons change because of time alone, over parameters and states at rest. */
  readonly switches: Breakpoints;
  /** Whether those are over states, so that events may move them. */
  readonly switchesMove: boolean;
}

const oneStepNext = "use a one-step method such as tsit5 or rodas5p";

/** Why a method cannot solve a system with events; null = it can, or there are none. */
export function eventObstacle(system: OdeSystem, method: AnyOdeMethod): string | null {
  return isOneStep(method) || method.facts.events ? null : obstacle(system, `method "${method.facts.id}"`, oneStepNext);
}

/** Refuses a system with events by name. @throws Error that says what cannot follow them and what to do. */
export function refuseEvents(system: OdeSystem, what: string, next = oneStepNext): void {
  const message = obstacle(system, what, next);
  if (message !== null) throw new Error(message);
}

function obstacle(system: OdeSystem, what: string, next: string): string | null {
  if (!system.events || system.events.length === 0) return null;
  return `"${system.id}" has events (${system.events.map(({ id }) => id).join(", ")}), which ${what} does not follow yet; ${next}`;
}

/**
 * Plans how the events of a system are found; null = there are none.
 *
 * A comparison that reads nothing but time, parameters and states at rest (which events alone change) switches at times
 * that are known ahead where it is linear in time; every other one is watched.
 * @throws Error when a trigger asks whether something that moves equals something: that holds for an instant only.
 */
export function eventPlan(system: OdeSystem): EventPlan | null {
  const { graph, events = [], states } = system;
  if (events.length === 0) return null;
  const zero = graph.constant(0);
  const moving = movingStates(system);
  const triggers = events.map(({ trigger }) => trigger);
  const watched = comparisonsIn(triggers).filter((comparison) => {
    const [a = zero, b = zero] = comparison.operands;
    const difference = subtract(graph, a, b);
    const isMoved = [...symbolsOf([comparison])].some((name) => moving.has(name));
    if (!isMoved && !symbolsOf([differentiate(graph, difference, "time")]).has("time")) return false;
    if (comparison.operation === "equal" || comparison.operation === "notEqual") {
      const event = events.find(({ trigger }) => comparisonsIn([trigger]).includes(comparison));
      throw new Error(`"${system.id}": the trigger of event "${event?.id}" asks for "${printExpression(comparison)}", which changes for an instant only; compare with ">=" or "<="`);
    }
    return true;
  });
  const read = symbolsOf(watched);
  const switches = switchesOf(graph, triggers, moving);
  const over = symbolsOf([...switches.times, ...switches.periodic.flatMap(({ offset, slope }) => [offset, slope])]);
  return { events, watched, needed: states.flatMap((id, index) => (read.has(id) ? [index] : [])), switches, switchesMove: states.some((id) => over.has(id)) };
}

/** Ids of the states that move between events. */
function movingStates(system: OdeSystem): Set<string> {
  const { states } = system;
  const zero = system.graph.constant(0);
  const terms = reactionTermsOf(system);
  if (!terms) return new Set(states.filter((_, index) => system.rhs[index] !== zero));
  // Read off the terms: the sums of a large network take longer to write out than to run.
  const moving = new Set<string>();
  const add = (state: number): void => void moving.add(states[state] ?? "");
  terms.rates.forEach(({ expression, factors }, reaction) => {
    if ((factors ?? [expression]).includes(zero)) return;
    for (let change = terms.changeStart[reaction] ?? 0; change < (terms.changeStart[reaction + 1] ?? 0); change++) add(terms.changedState[change] ?? 0);
  });
  for (const { state, derivative } of terms.ruled) if (derivative !== zero) add(state);
  return moving;
}
