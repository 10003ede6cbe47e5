import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import { eventFunctions } from "./event-program.ts";
import type { SwitchSchedule } from "./event-switches.ts";
import { switchSchedule } from "./event-switches.ts";

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
  readonly system: Pick<OdeSystem, "states" | "parameters">;
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
export const eventRun = (scene: EventScene, startTime: number, endTime: number, from?: EventState): EventRun => new RunEvents(scene, startTime, endTime, from);

/** How many events were executed at a time, and the last of them; or why that failed. */
interface Executed {
  readonly count: number;
  readonly last: number;
  readonly failure: Settled | null;
}

class RunEvents implements EventRun {
  readonly #scene: EventScene;
  readonly #startTime: number;
  readonly #hasPriorities: boolean;
  readonly #observe: (time: number) => void;
  readonly #switches: SwitchSchedule;
  /** Whether each trigger held when it was looked at last [nEvent]. */
  readonly #before: boolean[];
  #pending: PendingEvent[];
  #lastFound: number;
  #crowded: number;
  #lastId = "";

  constructor(scene: EventScene, startTime: number, endTime: number, from: EventState | undefined) {
    const { instance, events: { plan } } = scene;
    this.#scene = scene;
    this.#startTime = startTime;
    this.#hasPriorities = plan.events.some(({ priority }) => priority !== null);
    this.#observe = functionOf(instance, "observe");
    this.#switches = switchSchedule(plan, lookupIn(scene), startTime, endTime);
    this.#before = from ? [...from.triggers] : plan.events.map(({ initialValue }) => initialValue);
    this.#pending = from ? [...from.pending] : [];
    this.#lastFound = from?.lastFound ?? -Infinity;
    this.#crowded = from?.crowded ?? 0;
  }

  last(): string {
    return this.#lastId;
  }

  state(): EventState {
    return { triggers: [...this.#before], pending: [...this.#pending], lastFound: this.#lastFound, crowded: this.#crowded };
  }

  settle(writeOutputs: () => void): Settled {
    const time = this.#timeNow();
    const isKnown = this.#switches.next <= time || time === this.#startTime || this.#pending.some((one) => one.time <= time);
    const first = this.#settleAt(time);
    if (first.failure) return first.failure;
    writeOutputs();
    const { count, last, failure } = this.#settleJustAfter(first);
    if (failure) return failure;
    const crowd = count > 0 && !isKnown ? this.#crowdAt(time, last) : null;
    if (crowd) return crowd;
    if (count > 0) this.#lastId = this.#idOf(last);
    this.#prepareNext();
    return { isChanged: count > 0 };
  }

  /** Executes all that is due at a time, one after the other. */
  #settleAt(time: number): Executed {
    const { instance, events: { memory } } = this.#scene;
    let last = -1;
    for (let count = 0; ; count++) {
      const wrong = this.#trigger(time);
      if (wrong) return { count, last, failure: wrong };
      const due = this.#firstDue(time);
      if (!due) return { count, last, failure: null };
      last = due.event;
      if (count >= MOST_AT_ONE_TIME) {
        const hint = `more than ${MOST_AT_ONE_TIME} events at one time, the last of them "${this.#idOf(last)}"; events that trigger each other in a circle need a delay`;
        return { count, last, failure: this.#failed(last, hint, "too-many-steps") };
      }
      this.#pending.splice(this.#pending.indexOf(due), 1);
      if (due.values) instance.f64.set(due.values, memory.values / 8 + 1);
      else instance.functions[eventFunctions.evaluate(last)]?.(time);
      instance.functions[eventFunctions.assign(last)]?.(time);
    }
  }

  /** Notes which triggers have changed at a time; the first event whose delay is impossible fails. */
  #trigger(time: number): Settled | null {
    const { instance, events: { plan: { events }, memory } } = this.#scene;
    const triggers = memory.triggers / 8;
    const before = this.#before;
    this.#observe(time);
    for (let index = 0; index < events.length; index++) {
      const now = instance.f64[triggers + index] !== 0;
      if (now === before[index]) continue;
      before[index] = now;
      if (now) {
        const wrong = this.#wait(index, time);
        if (wrong) return wrong;
      } else if (!events[index]?.persistent) this.#pending = this.#pending.filter((one) => one.event !== index);
    }
    return null;
  }

  /** Lets an event that has triggered wait for its time; one with an impossible delay fails. */
  #wait(index: number, time: number): Settled | null {
    const { instance, events: { plan, memory } } = this.#scene;
    const event = plan.events[index];
    if (!event) return null;
    instance.functions[eventFunctions.evaluate(index)]?.(time);
    const start = memory.values / 8;
    const delay = instance.f64[start] ?? Number.NaN;
    if (!(delay >= 0 && delay < Infinity)) return this.#failed(index, `the delay of event "${event.id}" is ${delay} when it triggers; it must be finite and at least 0`);
    const values = event.valuesFromTriggerTime ? instance.f64.slice(start + 1, start + 1 + event.assignments.length) : null;
    this.#pending.push({ event: index, time: time + delay, values });
    return null;
  }

  /** The first of what is due: highest priority, then the model's order, then what triggered first. */
  #firstDue(time: number): PendingEvent | null {
    if (this.#pending.length === 0) return null;
    const { instance, events: { memory } } = this.#scene;
    if (this.#hasPriorities) instance.functions["prioritise"]?.(time);
    let first: PendingEvent | null = null;
    let highest = 0;
    for (const one of this.#pending) {
      if (one.time > time) continue;
      const priority = this.#hasPriorities ? (instance.f64[memory.priorities / 8 + one.event] ?? 0) : 0;
      if (first && !(priority > highest || (priority === highest && one.event < first.event))) continue;
      [first, highest] = [one, priority];
    }
    return first;
  }

  /** Goes on just after a known time: `time > 5` is true after 5, and rounding may put what is due at such a time just after it. */
  #settleJustAfter(first: Executed): Executed {
    const { instance, memory } = this.#scene;
    const start = this.#timeNow();
    let { count, last } = first;
    for (let isMore = true, round = 0; isMore; round++) {
      if (count > 0) this.#switches.renew(this.#timeNow());
      isMore = false;
      if (!(this.#switches.next <= this.#timeNow())) break;
      if (round > MOST_AT_ONE_TIME) return { count, last, failure: this.#failed(last, `event "${this.#idOf(last)}" triggers itself again at once; it needs a delay`, "too-many-steps") };
      for (const later of [justAfter(this.#timeNow()), this.#timeNow() + Math.max(ROUNDING * Math.abs(start), Number.MIN_VALUE)]) {
        this.#observe(later);
        if (!this.#hasTurned()) continue;
        instance.f64[memory.real.time / 8] = later;
        const more = this.#settleAt(later);
        if (more.failure) return more;
        count += more.count;
        if (more.count > 0) [last, isMore] = [more.last, true];
      }
      this.#observe(this.#timeNow());
    }
    return { count, last, failure: null };
  }

  /** Whether a trigger that was just looked at differs from what is noted of it. */
  #hasTurned(): boolean {
    const { instance, events: { memory } } = this.#scene;
    return this.#before.some((held, event) => (instance.f64[memory.triggers / 8 + event] !== 0) !== held);
  }

  /** Counts an event that was found along the path; the failure of a run whose events follow each other ever closer. */
  #crowdAt(time: number, last: number): Settled | null {
    const gap = CROWDED_GAP * Math.abs(time);
    this.#crowded = time - this.#lastFound <= gap ? this.#crowded + 1 : 0;
    this.#lastFound = time;
    if (this.#crowded < CROWDED_COUNT) return null;
    return this.#failed(last, `event "${this.#idOf(last)}" happens again and again within ${gap} of time: its times gather at a point, or it undoes its own trigger; let it move the state further than to the edge of the trigger, or end earlier`, "too-many-steps");
  }

  /** Tells the loop where to halt next. */
  #prepareNext(): void {
    const { instance, memory } = this.#scene;
    this.#switches.pass(this.#timeNow());
    let stop = this.#switches.next;
    for (const { time } of this.#pending) stop = Math.min(stop, time);
    instance.f64[memory.real.stopTime / 8] = stop;
  }

  #timeNow(): number {
    const { instance, memory } = this.#scene;
    return instance.f64[memory.real.time / 8] ?? Number.NaN;
  }

  #idOf(event: number): string {
    return this.#scene.events.plan.events[event]?.id ?? "";
  }

  #failed(event: number, hint: string, status: "non-finite" | "too-many-steps" = "non-finite"): Settled {
    return { failure: { status, time: this.#timeNow(), worst: this.#idOf(event), hint } };
  }
}

const functionOf = ({ functions }: Instance, name: string): ((time: number) => void) => functions[name] ?? (() => 0);

/** Reads values where the run keeps them. */
function lookupIn({ system, instance, memory }: EventScene): (name: string) => number {
  return (name) => {
    const state = system.states.indexOf(name);
    const address = state >= 0 ? memory.state / 8 + state : memory.parameters / 8 + system.parameters.indexOf(name);
    return instance.f64[address] ?? Number.NaN;
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
