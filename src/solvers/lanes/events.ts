import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { EventPlan } from "../ode/event.ts";
import type { EventMemory } from "../ode/event-program.ts";
import type { EventRun } from "../ode/event-run.ts";
import { eventRun } from "../ode/event-run.ts";
import type { OdeMemory } from "../ode/memory.ts";
import type { Failure } from "./block.ts";
import { startFailed } from "./memory.ts";

/** Events at times known ahead, as every thread needs them; plain data. */
export interface LaneEvents {
  readonly system: Pick<OdeSystem, "states" | "parameters">;
  readonly plan: EventPlan;
  readonly memory: EventMemory;
}

/** Lets events happen to runs that halt, by the code of a single run, in the scalar memory. */
export interface LaneHalts {
  /**
   * Does what is due to the run in a lane, which stands in the scalar memory, and makes it ready for its next step; returns how it failed,
   * or null. `outputs` is the byte address of its outputs.
   */
  pass(halted: { readonly lane: number; readonly run: number; readonly isAtStart: boolean; readonly outputs: number }): Failure | null;
}

/** The halts of a block's runs, each with events of its own. */
export function laneHalts(instance: Instance, { system, plan, memory: at }: LaneEvents, memory: Omit<OdeMemory, "vector">, { times, startTime }: { readonly times: Float64Array; readonly startTime: number }): LaneHalts {
  const { real, integer, stateCount } = memory;
  const endTime = times.at(-1) ?? startTime;
  /** Of the run in each lane. */
  const under: EventRun[] = [];
  const timeNow = (): number => instance.f64[real.time / 8] ?? Number.NaN;
  const setReached = (count: number): void => void (instance.i32[integer.reached / 4] = count);
  return {
    pass({ lane, run, isAtStart, outputs }) {
      if (isAtStart) setReached(0);
      const events = isAtStart ? eventRun({ system, instance, memory, events: { plan, memory: at } }, startTime, endTime) : under[lane];
      if (!events) throw new Error(`lane ${lane} halts with no events begun in it; this is a defect: please report it`);
      under[lane] = events;
      const before = instance.i32[integer.reached / 4] ?? 0;
      // What is due after the last requested time is no part of the run.
      if (!isAtStart && before === times.length) return null;
      const { isChanged, failure } = events.settle(() => {
        for (let row = instance.i32[integer.reached / 4] ?? 0; row < times.length && (times[row] ?? Infinity) <= timeNow(); row++) {
          instance.f64.copyWithin(outputs / 8 + row * stateCount, memory.state / 8, memory.state / 8 + stateCount);
          setReached(row + 1);
        }
      });
      if (failure) {
        if (isAtStart) setReached(0);
        return { run, status: failure };
      }
      if (!isChanged && !isAtStart) {
        // The state goes on smoothly; only the rate that a step begins with has to be taken anew.
        instance.functions["rhs"]?.(memory.stages, timeNow(), memory.state);
        return null;
      }
      instance.f64[real.previousPower / 8] = 1;
      instance.i32[integer.refused / 4] = 0;
      if (instance.functions["restart"]?.() === 1) return null;
      // What an event left in ruins is no result.
      setReached(isAtStart ? 0 : before);
      const state = instance.f64.slice(memory.state / 8, memory.state / 8 + stateCount);
      return { run, code: startFailed, time: timeNow(), attempted: 0, refused: 0, breakpoint: Infinity, state, event: isChanged ? events.last() : null };
    },
  };
}
