import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import { switchTimes } from "./breakpoint.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import { eventFunctions } from "./event-program.ts";

/** Events executed at one time before they count as endless. */
const MOST_AT_ONE_TIME = 10_000;
/**
 * Events found one after the other this close, relative to the time, this many times, happen for ever. Fewer do where
 * their gaps shrink so fast that rounding ends them.
 */
const CROWDED_GAP = 2 ** -40;
const CROWDED_COUNT = 100;
/** How far after a known time of change triggers are looked at, relative: rounding may put the change there. */
const ROUNDING = 4 * 2 ** -52;

/** Where the events of a run live. */
export interface EventScene {
  readonly system: OdeSystem;
  readonly instance: Instance;
  /** Byte addresses of the time and the state where the run stands, of the time to halt at, and of the parameters. */
  readonly memory: { readonly real: { readonly time: number; readonly stopTime: number }; readonly state: number; readonly parameters: number };
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory };
}

/** What happened where a run halted. */
export type Settled =
  | { readonly isChanged: boolean; readonly failure?: undefined }
  | { readonly failure: Status; readonly isChanged?: undefined };

/** The events of one run: what has triggered and is not yet due, and when to halt next. */
export interface EventRun {
  /** Does all that is due where the run stands; `writeOutputs` writes the requested times up to there. */
  settle(writeOutputs: () => void): Settled;
  /** Id of the event executed last. */
  last(): string;
  /** Where the events stand now. */
  state(): EventState;
}

/** An event that has triggered and is not yet due. */
export interface PendingEvent {
  readonly event: number;
  readonly time: number;
  /** Values of the trigger time; null = those of the execution are wanted. */
  readonly values: Float64Array | null;
}

/** Where the events of a run stand between two steps: what another run needs to go on from there. */
export interface EventState {
  /** Whether each trigger held when it was looked at last [nEvent]. */
  readonly triggers: readonly boolean[];
  readonly pending: readonly PendingEvent[];
  /** When an event was found last, and how many followed each other closely before. */
  readonly lastFound: number;
  readonly crowded: number;
}

/**
 * Starts the events of a run that stands at its start. Of what is due at one time the highest priority goes first, then
 * the order of the model; after each execution triggers are looked at again. Before the start, whatever its time, the
 * trigger of an event counts as `initialValue`, and nothing waits; a run that goes on `from` another takes both over from it.
 *
 * @source Hucka et al. 2019, SBML Level 3 Version 2 Core, section 4.11.6, doi:10.1515/jib-2019-0021
 */
export function eventRun({ system, instance, memory, events: { plan, memory: at } }: EventScene, startTime: number, endTime: number, from?: EventState): EventRun {
  const { events } = plan;
  const call = (name: string, ...operands: readonly number[]): void => void instance.functions[name]?.(...operands);
  const timeNow = (): number => instance.f64[memory.real.time / 8] ?? Number.NaN;
  const setTime = (time: number): void => void (instance.f64[memory.real.time / 8] = time);
  const holds = (event: number): boolean => instance.f64[at.triggers / 8 + event] !== 0;
  const hasPriorities = events.some(({ priority }) => priority !== null);
  const places = new Map([...system.states.map((id, index) => [id, memory.state / 8 + index] as const), ...system.parameters.map((id, index) => [id, memory.parameters / 8 + index] as const)]);
  const lookup = (name: string): number => instance.f64[places.get(name) ?? -1] ?? Number.NaN;

  const before = from ? [...from.triggers] : events.map(({ initialValue }) => initialValue);
  let pending: PendingEvent[] = from ? [...from.pending] : [];
  let switches = switchTimes(plan.switches, lookup, startTime, endTime);
  let nextSwitch = 0;
  let lastFound = from?.lastFound ?? -Infinity;
  let crowded = from?.crowded ?? 0;

  const failed = (event: number, hint: string, status: "non-finite" | "too-many-steps" = "non-finite"): Settled => ({ failure: { status, time: timeNow(), worst: events[event]?.id ?? "", hint } });

  /** Notes which triggers have changed at a time; the first event whose delay is impossible fails. */
  const trigger = (time: number): Settled | null => {
    call("observe", time);
    for (const [index, event] of events.entries()) {
      const now = holds(index);
      if (now && !before[index]) {
        call(eventFunctions.evaluate(index), time);
        const start = at.values / 8;
        const delay = instance.f64[start] ?? Number.NaN;
        if (!(delay >= 0 && delay < Infinity)) return failed(index, `the delay of event "${event.id}" is ${delay} when it triggers; it must be finite and at least 0`);
        const values = event.valuesFromTriggerTime ? instance.f64.slice(start + 1, start + 1 + event.assignments.length) : null;
        pending.push({ event: index, time: time + delay, values });
      } else if (!now && before[index] && !event.persistent) pending = pending.filter((one) => one.event !== index);
      before[index] = now;
    }
    return null;
  };

  /** The first of what is due: highest priority, then the model's order, then what triggered first. */
  const firstDue = (time: number): PendingEvent | null => {
    let first: PendingEvent | null = null;
    if (hasPriorities) call("prioritise", time);
    const priority = ({ event }: PendingEvent): number => (hasPriorities ? (instance.f64[at.priorities / 8 + event] ?? 0) : 0);
    for (const one of pending) {
      if (one.time > time) continue;
      if (!first || priority(one) > priority(first) || (priority(one) === priority(first) && one.event < first.event)) first = one;
    }
    return first;
  };

  const settleAt = (time: number): { readonly count: number; readonly last: number; readonly failure?: Settled } => {
    let last = -1;
    for (let count = 0; ; count++) {
      const wrong = trigger(time);
      if (wrong) return { count, last, failure: wrong };
      const due = firstDue(time);
      if (!due) return { count, last };
      last = due.event;
      const id = events[last]?.id ?? "";
      if (count >= MOST_AT_ONE_TIME) {
        return { count, last, failure: failed(last, `more than ${MOST_AT_ONE_TIME} events at one time, the last of them "${id}"; events that trigger each other in a circle need a delay`, "too-many-steps") };
      }
      pending.splice(pending.indexOf(due), 1);
      if (due.values) instance.f64.set(due.values, at.values / 8 + 1);
      else call(eventFunctions.evaluate(last), time);
      call(eventFunctions.assign(last), time);
    }
  };

  const updateSwitches = (): void => {
    switches = switchTimes(plan.switches, lookup, timeNow(), endTime);
    nextSwitch = 0;
  };
  const prepareNext = (): void => {
    const time = timeNow();
    while ((switches[nextSwitch] ?? Infinity) <= time) nextSwitch += 1;
    instance.f64[memory.real.stopTime / 8] = pending.reduce((least, one) => Math.min(least, one.time), switches[nextSwitch] ?? Infinity);
  };

  let lastId = "";
  return {
    last: () => lastId,
    state: () => ({ triggers: [...before], pending: [...pending], lastFound, crowded }),
    settle(writeOutputs) {
      const time = timeNow();
      const isKnown = (switches[nextSwitch] ?? Infinity) <= time || time === startTime || pending.some((one) => one.time <= time);
      const first = settleAt(time);
      if (first.failure) return first.failure;
      let { count, last } = first;
      writeOutputs();
      // `time > 5` is true after 5, and rounding may put what is due at a known time just after it.
      for (let isMore = true, round = 0; isMore; round++) {
        if (count > 0) updateSwitches();
        isMore = false;
        if (!((switches[nextSwitch] ?? Infinity) <= timeNow())) break;
        if (round > MOST_AT_ONE_TIME) return failed(last, `event "${events[last]?.id}" triggers itself again at once; it needs a delay`, "too-many-steps");
        for (const later of [justAfter(timeNow()), timeNow() + Math.max(ROUNDING * Math.abs(time), Number.MIN_VALUE)]) {
          call("observe", later);
          if (events.every((_, event) => holds(event) === before[event])) continue;
          setTime(later);
          const more = settleAt(later);
          if (more.failure) return more.failure;
          count += more.count;
          if (more.count > 0) [last, isMore] = [more.last, true];
        }
        call("observe", timeNow());
      }
      if (count > 0 && !isKnown) {
        crowded = time - lastFound <= CROWDED_GAP * Math.abs(time) ? crowded + 1 : 0;
        lastFound = time;
        if (crowded >= CROWDED_COUNT) {
          const id = events[last]?.id ?? "";
          return failed(last, `event "${id}" happens again and again within ${CROWDED_GAP * Math.abs(time)} of time: its times gather at a point, or it undoes its own trigger; let it move the state further than to the edge of the trigger, or end earlier`, "too-many-steps");
        }
      }
      if (count > 0) lastId = events[last]?.id ?? "";
      prepareNext();
      return { isChanged: count > 0 };
    },
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** The next number above one. */
function justAfter(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
