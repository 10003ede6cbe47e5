import { programBuilder } from "../../kernel/builder.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { LaneType, Program } from "../../kernel/program.ts";
import { scalarise } from "../../kernel/scalarise.ts";
import { widen } from "../../kernel/widen.ts";
import type { OdeSystem } from "../../models/system.ts";
import { resolverFor, writeAttempt, writeRhs } from "../ode/attempt.ts";
import type { EventPlan } from "../ode/event.ts";
import { tableauInterpolant } from "../ode/event-interpolant.ts";
import { writeEvents } from "../ode/event-program.ts";
import { writeInterpolate } from "../ode/interpolate.ts";
import type { OdeMemory } from "../ode/memory.ts";
import { odeMemory } from "../ode/memory.ts";
import type { OdeMethod } from "../ode/method.ts";
import { writeBegin } from "../ode/start.ts";
import type { LaneEvents } from "./events.ts";
import { writeLaneLoop } from "./loop.ts";
import type { LaneMemory } from "./memory.ts";
import { laneMemory } from "./memory.ts";
import { laneInterpolations } from "./output.ts";
import { writeTrial } from "./trial.ts";

/** Steps stay below this so that t + h stays finite on systems at rest. */
const LARGEST_STEP: Readonly<Record<LaneType, number>> = { f64x2: 1e300, f32x4: 1e30 };

/** Everything that runs an ensemble: a program and where things are in it. Plain data, which a worker can be sent. */
export interface LanePlan {
  readonly program: Program;
  readonly lanes: LaneMemory;
  /** Addresses of the scalar memory. */
  readonly scalar: Omit<OdeMemory, "vector">;
  /** Address of the time of the run's next breakpoint. */
  readonly breakpoint: number;
  /** Null where there are none. */
  readonly events: LaneEvents | null;
  readonly stateCount: number;
  readonly parameterCount: number;
}

/** Name of the lane version of a function. */
const wide = (name: string): string => `${name} in lanes`;

/**
 * Writes the program of one method for several runs at once: the scalar functions of a single run, their lane versions, and
 * the loop over lanes.
 *
 * @param eventsAhead a plan that watches nothing: all its events are at times known ahead
 * @throws Error when a step of the method, or a rate, has no meaning lane by lane.
 */
export function lanePlan(system: OdeSystem, method: OdeMethod, lanes: LaneType, errorStates: number, hasBreakpoints: boolean, eventsAhead: EventPlan | null): { readonly plan: LanePlan; readonly memory: OdeMemory } {
  const layout = memoryLayout();
  const memory = odeMemory(layout, system.states.length, system.parameters.length, method.tableau.nodes.length);
  const refused = layout.f64(1);
  const breakpoint = layout.f64(1);
  const single = programBuilder();
  const resolve = resolverFor(system, memory);
  writeRhs(single, system, resolve, layout);
  writeAttempt(single, layout, system, method, memory, errorStates);
  writeInterpolate(single, method.tableau, memory);
  writeBegin(single, method, memory, errorStates);
  const events = eventsAhead && {
    system: { states: system.states, parameters: system.parameters },
    plan: eventsAhead,
    memory: writeEvents(single, layout, system, eventsAhead, tableauInterpolant(method.tableau, memory), resolve),
  };
  const trial = programBuilder();
  writeTrial(trial, method, memory, refused, LARGEST_STEP[lanes]);
  const parts = [single.finish(layout.bytes), trial.finish(layout.bytes)] as const;
  // Loops over pairs of states become loops over states again, with the same bits, before each number becomes a vector.
  const scalar = scalarise({ functions: parts.flatMap((part) => part.functions), memoryBytes: layout.bytes }, "a lane");

  const origin = Math.ceil(scalar.memoryBytes / 16) * 16;
  // A step asks where the next breakpoint stands; each lane has its own.
  const pointed = new Map([[memory.integer.breakpointAddress, breakpoint]]);
  const fields = memoryLayout();
  const laneFields = laneMemory(fields, origin + 2 * origin, lanes, origin);
  const loop = programBuilder();
  writeLaneLoop(loop, { method, scalar: memory, parameterCount: system.parameters.length, refused, breakpoint, memory: laneFields, hasBreakpoints, hasEvents: events !== null, wide });
  const memoryBytes = 3 * origin + fields.bytes;
  const interpolate = method.tableau.extra ? null : scalar.functions.find(({ name }) => name === "interpolate");
  const functions = [...parts[0].functions, ...widen(scalar.functions, ["trial", "commit"], { lanes, origin, pointed, name: wide }), ...(interpolate ? laneInterpolations(interpolate, laneFields) : []), ...loop.finish(memoryBytes).functions];
  const { vector: _vector, ...addresses } = memory;
  const plan: LanePlan = { program: { functions, memoryBytes }, lanes: laneFields, scalar: addresses, breakpoint, events, stateCount: system.states.length, parameterCount: system.parameters.length };
  return { plan, memory };
}
