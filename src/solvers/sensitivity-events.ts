import { absolute, add, and, divide, equal, floor, less, lessOrEqual, multiply, negate, not, select, subtract, sum } from "../kernel/arithmetic.ts";
import { differentiator } from "../kernel/derivative.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import { substitution, symbolsOf } from "../kernel/substitute.ts";
import { postorder } from "../kernel/traverse.ts";
import { comparisonsIn } from "../models/event.ts";
import type { OdeSystem, SystemEvent } from "../models/system.ts";
import { sensitivityName } from "./sensitivity-name.ts";

/** What events need beside the sensitivities themselves. */
export interface EventSensitivities {
  /** States at rest between events: the derivative of the last event's time by each name; then that time, where it is needed. */
  readonly states: readonly string[];
  readonly initialState: readonly Expression[];
  readonly events: readonly SystemEvent[] | null;
}

/** How near 0, relative to its sides, a comparison is where it has just changed: far above rounding, far below chance. */
const nearZero = 1e-9;
/** Before any time: a solver's states must be finite. */
const neverYet = -1e300;
const lastTime = "time(last event)";

/** Total derivatives along the solution: by time, and by each name. */
interface Totals {
  byTime(expression: Expression): Expression;
  byName(expression: Expression, index: number): Expression;
}

/**
 * Makes the sensitivities jump where events happen. An event at time τ that takes the state to h(τ, y) changes them to
 * ∂h/∂y S + ∂h/∂p + (∂h/∂t + ∂h/∂y f - f after it) dτ/dp, with dτ/dp = -(∂g/∂y S + ∂g/∂p) / (∂g/∂t + ∂g/∂y f) where g crosses
 * 0 in the trigger. An event that another one sets off shares its time; one at the start of a run has that time, which does
 * not move.
 *
 * An event that takes its values from the time of its trigger must not happen at the same time as one that changes what they
 * read: its sensitivities become NaN there, so that the run ends and says so.
 * @throws Error when an event is delayed: naming it
 * @source Rozenvasser 1967, general sensitivity equations of discontinuous systems; Galán, Feehery & Barton 1999, doi:10.1016/S0168-9274(98)00125-1, section 3
 */
export function eventSensitivities(system: OdeSystem, wrt: readonly string[]): EventSensitivities {
  const { graph, events = [] } = system;
  if (events.length === 0) return { states: [], initialState: [], events: null };
  const zero = graph.constant(0);
  refuseDelays(system, "a forward sensitivity");
  const totals = totalsOf(system, wrt);
  const needsTime = events.some((event) => readsOthers(event, events));
  const shifts = wrt.map((id) => sensitivityName(lastTime, id));
  return {
    states: needsTime ? [...shifts, lastTime] : shifts,
    initialState: [...shifts.map(() => zero), ...(needsTime ? [graph.constant(neverYet)] : [])],
    events: events.map((event) => withJumps(system, wrt, event, totals, shifts, needsTime)),
  };
}

/** Refuses delayed events by name. @throws Error that says what does not follow them. */
export function refuseDelays({ id: system, graph, events = [] }: OdeSystem, what: string): void {
  const delayed = events.filter(({ delay }) => delay && delay !== graph.constant(0));
  if (delayed.length > 0) throw new Error(`"${system}" has delayed events (${delayed.map(({ id }) => id).join(", ")}), which ${what} does not follow yet; remove the delay, or take differences of two runs`);
}

function totalsOf({ graph, states, parameters, rhs }: OdeSystem, wrt: readonly string[]): Totals {
  const zero = graph.constant(0);
  const byState = states.map((id) => differentiator(graph, id));
  const time = differentiator(graph, "time");
  const own = wrt.map((id) => (parameters.includes(id) ? differentiator(graph, id) : null));
  const along = (expression: Expression, direct: Expression, motion: (state: number) => Expression): Expression => {
    const read = symbolsOf([expression]);
    const terms = states.flatMap((id, index) => (read.has(id) ? [multiply(graph, byState[index]?.(expression) ?? zero, motion(index))] : []));
    return sum(graph, [direct, ...terms].filter((term) => term !== zero));
  };
  return {
    byTime: (expression) => along(expression, time(expression), (index) => rhs[index] ?? zero),
    byName: (expression, at) => along(expression, own[at]?.(expression) ?? zero, (index) => graph.symbol(sensitivityName(states[index] ?? "", wrt[at] ?? ""))),
  };
}

/** The event with assignments to the sensitivities, read as it is executed, before it assigns anything. */
function withJumps(system: OdeSystem, wrt: readonly string[], event: SystemEvent, totals: Totals, shifts: readonly string[], needsTime: boolean): SystemEvent {
  const { graph, states, rhs } = system;
  const one = graph.constant(1);
  const after = stateAfter(graph, event);
  const substituted = substitution(graph, after);
  const { isCrossing, shiftBy } = crossing(graph, event.trigger, totals);
  const isMixed = readsOthers(event, system.events ?? []) ? and(graph, isCrossing, equal(graph, graph.symbol(lastTime), graph.symbol("time"))) : null;
  const jumps = wrt.flatMap((id, index) => {
    const shift = select(graph, isCrossing, shiftBy(index), graph.symbol(shifts[index] ?? ""));
    const moved = states.flatMap((state, row) => {
      const assigned = after.get(state);
      const target = sensitivityName(state, id);
      const [rate, rateAfter] = [rhs[row], rhs[row] && substituted(rhs[row])];
      if (!rate || !rateAfter || (!assigned && rate === rateAfter)) return [];
      const kept = assigned ? totals.byName(assigned, index) : graph.symbol(target);
      const value = add(graph, kept, multiply(graph, subtract(graph, assigned ? totals.byTime(assigned) : rate, rateAfter), shift));
      return [{ target, value: isMixed ? select(graph, isMixed, graph.constant(Number.NaN), value) : value }];
    });
    return [...moved, { target: shifts[index] ?? "", value: shift }];
  });
  const all = needsTime ? [...jumps, { target: lastTime, value: graph.symbol("time") }] : jumps;
  return { ...event, assignments: [...event.assignments, ...all.map(({ target, value }) => ({ target, value: one, factor: value, divisor: null }))] };
}

/** What an event makes of each state that it assigns, over the state before it. */
export function stateAfter(graph: Graph, { assignments }: SystemEvent): Map<string, Expression> {
  const product = ({ value, factor }: SystemEvent["assignments"][number]): Expression => (factor ? multiply(graph, value, factor) : value);
  const plain = new Map(assignments.flatMap((one) => (one.divisor ? [] : [[one.target, product(one)] as const])));
  const inPlace = substitution(graph, plain);
  return new Map([...plain, ...assignments.flatMap((one) => (one.divisor ? [[one.target, divide(graph, product(one), inPlace(one.divisor))] as const] : []))]);
}

/** Whether another event changes what an event's values, taken as it triggers, read. */
export function readsOthers(event: SystemEvent, events: readonly SystemEvent[]): boolean {
  if (!event.valuesFromTriggerTime) return false;
  const read = symbolsOf(event.assignments.map(({ value }) => value));
  return events.some((other) => other !== event && other.assignments.some(({ target }) => read.has(target)));
}

/** Something that crosses 0 where a trigger may change: what is 0 then, what that moves as, and the size of its parts. */
export interface CrossingSide {
  readonly residual: Expression;
  readonly moving: Expression;
  readonly size: Expression;
}

/** Everything in a trigger that may cross 0. */
export function crossingSides(graph: Graph, trigger: Expression): CrossingSide[] {
  const zero = graph.constant(0);
  return [
    ...comparisonsIn([trigger]).map(({ operands: [a = zero, b = zero] }) => ({ residual: subtract(graph, a, b), moving: subtract(graph, a, b), size: add(graph, absolute(graph, a), absolute(graph, b)) })),
    // Where a whole number is passed, `floor` jumps and comparisons with it.
    ...postorder([trigger]).flatMap(({ operation, operands: [a] }) => {
      if (!a || (operation !== "floor" && operation !== "ceiling")) return [];
      return [{ residual: subtract(graph, a, floor(graph, add(graph, a, graph.constant(0.5)))), moving: a, size: absolute(graph, a) }];
    }),
  ];
}

/** What of a trigger crosses 0 where it changes, and how that moment moves. */
function crossing(graph: Graph, trigger: Expression, totals: Totals): { readonly isCrossing: Expression; shiftBy(index: number): Expression } {
  const zero = graph.constant(0);
  const sides = crossingSides(graph, trigger).flatMap((side) => {
    const pace = totals.byTime(side.moving);
    return pace === zero ? [] : [{ ...side, pace }];
  });
  const [first, ...others] = sides;
  if (!first) return { isCrossing: zero, shiftBy: () => zero };
  /** The nearest: |g/ġ| is the time to its crossing. */
  let nearest: { readonly residual: Expression; readonly pace: Expression; readonly size: Expression } = first;
  const choices = others.map((side) => {
    const closer = less(graph, absolute(graph, multiply(graph, side.residual, nearest.pace)), absolute(graph, multiply(graph, nearest.residual, side.pace)));
    const of = (key: "residual" | "pace" | "size"): Expression => select(graph, closer, side[key], nearest[key]);
    nearest = { residual: of("residual"), pace: of("pace"), size: of("size") };
    return { side, closer };
  });
  const { residual, pace, size } = nearest;
  const doubt = multiply(graph, graph.constant(nearZero), add(graph, size, absolute(graph, multiply(graph, pace, graph.symbol("time")))));
  const moves = not(graph, equal(graph, pace, zero));
  return {
    isCrossing: and(graph, moves, lessOrEqual(graph, absolute(graph, residual), doubt)),
    shiftBy: (index) => {
      let push = totals.byName(first.moving, index);
      for (const { side, closer } of choices) push = select(graph, closer, totals.byName(side.moving, index), push);
      return negate(graph, divide(graph, push, pace));
    },
  };
}
