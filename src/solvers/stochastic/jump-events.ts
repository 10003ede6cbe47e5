import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { Status } from "../status.ts";
import { switchesOf, switchTimes } from "../ode/breakpoint.ts";
import { countSymbol } from "./channel.ts";
import { isWhole } from "./initial-molecules.ts";
import type { TimedModel } from "./timed-model.ts";
import type { TimedProgram } from "./timed-program.ts";

/** Events executed at one time before they count as endless. */
const MOST_AT_ONE_TIME = 10_000;
/** How far after a known time of change triggers are looked at, relative: rounding may put the change there. */
const ROUNDING = 4 * 2 ** -52;

interface Pending {
  readonly event: number;
  readonly time: number;
  /** Values of the trigger time; null = those of the execution are wanted. */
  readonly values: readonly number[] | null;
}

/** The events of one run between jumps, where every state stands still. */
export interface JumpEvents {
  /** When something is due or a trigger changes because of time, where that is known: after the time given to `settle` last. */
  next(): number;
  /** Does all that is due at a time; whether something was executed. `before` is called with the time before anything happens just after it. */
  settle(time: number, before: (time: number) => void): { readonly isChanged: boolean; readonly time: number; readonly failure: Status | null };
  /** To be called where parameters or molecules have changed by other means. */
  forget(): void;
}

/**
 * Starts the events of a run, in the order that `eventRun` of the ODE solvers keeps: of what is due at one time the highest priority
 * first, then the model's order, then what triggered first; after each execution triggers are looked at again.
 * @source Hucka et al. 2019, SBML Level 3 Version 2 Core, section 4.11.6, doi:10.1515/jib-2019-0021
 */
export function jumpEvents({ system, events, scales, isCounted, isMole }: TimedModel, program: TimedProgram, end: number): JumpEvents {
  const plan = switchesOf(system.graph, events.map(({ trigger }) => trigger), new Set());
  const readsState = [...symbolsOf([...plan.times, ...plan.periodic.flatMap(({ offset, slope }) => [offset, slope])])].some((name) => name.includes(":"));
  const stateOf = new Map(system.states.map((id, index) => [id, index]));
  const holdsNow = events.map(({ initialValue }) => initialValue);
  let pending: Pending[] = [];
  let now = 0;
  let switches: Float64Array | null = null;
  let nextSwitch = 0;

  const failed = (event: number, time: number, hint: string, status: "non-finite" | "too-many-steps" = "non-finite"): Status => ({ status, time, worst: events[event].id, hint });
  const valuesOf = (expressions: readonly Expression[], time: number): number[] => evaluateAll(expressions, program.lookup(time));

  const trigger = (time: number): Status | null => {
    program.readTriggers(time);
    for (const [index, event] of events.entries()) {
      const holds = program.triggers[index] !== 0;
      if (holds && !holdsNow[index]) {
        const [delay] = event.delay ? valuesOf([event.delay], time) : [0];
        if (!(delay >= 0 && delay < Infinity)) return failed(index, time, `the delay of event "${event.id}" is ${delay} when it triggers; it must be finite and at least 0`);
        pending.push({ event: index, time: time + delay, values: event.valuesFromTriggerTime ? valuesOf(event.assignments.map(({ value }) => value), time) : null });
      } else if (!holds && holdsNow[index] && !event.persistent) pending = pending.filter((one) => one.event !== index);
      holdsNow[index] = holds;
    }
    return null;
  };

  const firstDue = (time: number): Pending | null => {
    const due = pending.filter((one) => one.time <= time);
    if (due.length < 2) return due[0] ?? null;
    const zero = system.graph.constant(0);
    const priorities = valuesOf(events.map(({ priority }) => priority ?? zero), time);
    return due.reduce((first, one) => {
      const ahead = priorities[one.event] - priorities[first.event];
      return ahead > 0 || (ahead === 0 && one.event < first.event) ? one : first;
    });
  };

  /** Puts values into the state; what is counted must stay a whole number. */
  const assign = (event: number, values: readonly number[], time: number): Status | null => {
    const { assignments } = events[event];
    const one = system.graph.constant(1);
    const factors = valuesOf(assignments.map(({ factor }) => factor ?? one), time);
    for (const isLater of [false, true]) {
      const chosen = assignments.map((assignment, index) => ({ assignment, amount: values[index] * factors[index] })).filter(({ assignment }) => (assignment.divisor !== null) === isLater);
      const divisors = valuesOf(chosen.map(({ assignment }) => assignment.divisor ?? one), time);
      const given = chosen.map(({ assignment, amount }, index) => ({ state: stateOf.get(assignment.target) ?? -1, value: amount / divisors[index] }));
      const inAll = valuesOf(given.map(({ state }) => scales[state] ?? one), time);
      for (const [index, { state, value }] of given.entries()) {
        const molecules = value * inAll[index];
        if (!isCounted[state]) {
          program.molecules[state] = molecules;
          continue;
        }
        const what = `event "${events[event].id}" sets "${system.states[state]}" to ${molecules} molecules`;
        if (!(molecules >= 0 && molecules <= 2 ** 53)) return failed(event, time, `${what}; it must leave a number from 0 to 2^53`);
        if (!isMole && !isWhole(molecules)) return failed(event, time, `${what}, which is no whole number; round it in the assignment, e.g. with floor`);
        program.molecules[state] = Math.round(molecules);
      }
    }
    return null;
  };

  const settleAt = (time: number): { count: number; failure: Status | null } => {
    for (let count = 0; ; count++) {
      const wrong = trigger(time);
      const due = wrong ? null : firstDue(time);
      if (wrong || !due) return { count, failure: wrong };
      const { assignments, id } = events[due.event];
      if (count >= MOST_AT_ONE_TIME) return { count, failure: failed(due.event, time, `more than ${MOST_AT_ONE_TIME} events at one time, the last of them "${id}"; events that trigger each other in a circle need a delay`, "too-many-steps") };
      pending.splice(pending.indexOf(due), 1);
      const failure = assign(due.event, due.values ?? valuesOf(assignments.map(({ value }) => value), time), time);
      if (failure) return { count, failure };
    }
  };

  const prepare = (time: number): Float64Array => {
    switches ??= switchTimes(plan, program.lookup(time), time, end);
    while (switches[nextSwitch] < time) nextSwitch += 1;
    return switches;
  };
  const forget = (): void => {
    switches = null;
    nextSwitch = 0;
  };

  return {
    next() {
      const known = prepare(now);
      const at = known[nextSwitch] <= now ? nextSwitch + 1 : nextSwitch;
      return pending.reduce((least, one) => Math.min(least, one.time), known[at] ?? Infinity);
    },
    settle(time, before) {
      now = time;
      let { count, failure } = settleAt(time);
      if (readsState || count > 0) forget();
      // `time > 5` is true after 5, and rounding may put what is due at a known time just after it.
      for (const later of [justAfter(time), time + Math.max(ROUNDING * Math.abs(time), Number.MIN_VALUE)]) {
        if (failure || prepare(time)[nextSwitch] !== time) break;
        program.readTriggers(later);
        if (events.every((_, event) => (program.triggers[event] !== 0) === holdsNow[event])) continue;
        before(time);
        const more = settleAt(later);
        [count, failure] = [count + more.count, more.failure];
        if (readsState || more.count > 0) {
          forget();
          now = later;
          break;
        }
        now = later;
      }
      return { isChanged: count > 0, time: now, failure };
    },
    forget,
  };
}

/** Names that states have in the expressions of a model. */
export const statesNamed = (states: readonly string[]): ReadonlySet<string> => new Set(states.map(countSymbol));

const bits = new DataView(new ArrayBuffer(8));

/** The next number above one that is at least 0. */
function justAfter(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0);
}
