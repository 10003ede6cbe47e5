import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lower, lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { EventPlan } from "./event.ts";
import type { StepInterpolant } from "./event-interpolant.ts";
import { writeSearch } from "./event-search.ts";
import type { Resolve } from "./linear.ts";

/** Byte addresses of what events keep in a solver's static memory; every entry is an f64. */
export interface EventMemory {
  /** Whether each watched comparison holds where the run stands: 1 or 0 [nWatched]. */
  readonly holds: number;
  /** Whether each trigger holds: 0 = no [nEvent]. */
  readonly triggers: number;
  /** [nEvent] */
  readonly priorities: number;
  /** Delay of the event evaluated last, then its values, in the order of its assignments [1 + nAssignment]. */
  readonly values: number;
}

/** Names of the functions that belong to one event. */
export const eventFunctions = { evaluate: (index: number): string => `evaluateEvent${index}`, assign: (index: number): string => `assignEvent${index}` } as const;

/**
 * Writes what events need around the loop: `observe(time)` notes what holds where the run stands; `prioritise(time)`;
 * for each event `evaluateEventN(time)`, its delay and values, and `assignEventN(time)`, which puts the values into the
 * state; and `searchEvent`, which finds the next change along a step.
 */
export function writeEvents(program: ProgramBuilder, layout: MemoryLayout, system: OdeSystem, plan: EventPlan, interpolant: StepInterpolant, resolve: (time: Value, state: (index: number) => Value) => Resolve): EventMemory {
  const { events, watched } = plan;
  // Events look at, and change, the state where the next step begins.
  const { start } = interpolant;
  const at: EventMemory = {
    holds: layout.f64(Math.max(1, watched.length)),
    triggers: layout.f64(events.length),
    priorities: layout.f64(events.length),
    values: layout.f64(1 + Math.max(...events.map(({ assignments }) => assignments.length))),
  };
  const signature = { parameters: { time: "f64" } } as const;
  const here = (time: Value): Resolve => resolve(time, (index) => f64.load(start + 8 * index));
  const zero = system.graph.constant(0);
  const stateOf = new Map(system.states.map((id, index) => [id, start + 8 * index]));
  const addressOf = (target: string): number => {
    const address = stateOf.get(target);
    if (address === undefined) throw new Error(`"${system.id}": an event assigns "${target}", which is no state; declare it in the model`);
    return address;
  };

  program.function("observe", signature, (b, { time }) => {
    if (!time) return;
    const wanted = [...watched, ...events.map(({ trigger }) => trigger)];
    lowerEach(b, wanted, here(time), (which, value) => b.store(which < watched.length ? at.holds + 8 * which : at.triggers + 8 * (which - watched.length), value));
  });
  program.function("prioritise", signature, (b, { time }) => {
    if (!time) return;
    lowerEach(b, events.map(({ priority }) => priority ?? zero), here(time), (which, value) => b.store(at.priorities + 8 * which, value));
  });
  events.forEach(({ delay, assignments }, index) => {
    program.function(eventFunctions.evaluate(index), signature, (b, { time }) => {
      if (!time) return;
      lowerEach(b, [delay ?? zero, ...assignments.map(({ value }) => value)], here(time), (which, value) => b.store(at.values + 8 * which, value));
    });
    program.function(eventFunctions.assign(index), signature, (b, { time }) => {
      if (!time) return;
      const one = system.graph.constant(1);
      const factors = pinned(b, lower(b, assignments.map(({ factor }) => factor ?? one), here(time)));
      const given = assignments.map((_, which) => f64.load(at.values + 8 * (which + 1)));
      const amounts = pinned(b, assignments.map(({ factor }, which) => f64.mul(given[which] ?? NaN, factor ? (factors[which] ?? NaN) : 1)));
      assignments.forEach(({ target, divisor }, which) => {
        if (!divisor) b.store(addressOf(target), amounts[which] ?? f64.const(NaN));
      });
      const divided = assignments.flatMap(({ target, divisor }, which) => (divisor ? [{ target, divisor, which }] : []));
      const divisors = pinned(b, lower(b, divided.map(({ divisor }) => divisor), here(time)));
      divided.forEach(({ target, which }, position) => b.store(addressOf(target), f64.div(amounts[which] ?? NaN, divisors[position] ?? 1)));
    });
  });
  writeSearch(program, layout, system.graph, interpolant, plan, at.holds, resolve);
  return at;
}

/** Values in locals of their own, so that a store cannot change them. */
const pinned = (b: FunctionBuilder, values: readonly Value[]): Value[] => values.map((value) => b.local("f64", "factor", value));

/** Calls `searchEvent`: the first time in (t, end] after which a watched comparison has changed, Infinity = none. */
export const searchEvent = (t: Value, h: Value, end: Value): Value => f64.call("searchEvent", t, h, end);

/** Puts the state found by the search, at a time inside the step, into a vector. */
export function writeStateAt(b: FunctionBuilder, target: number, time: Value, t: Value, h: Value): void {
  b.call("interpolate", i32.const(target), f64.div(f64.sub(time, t), h), h);
}
