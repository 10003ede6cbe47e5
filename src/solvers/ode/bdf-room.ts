import type { BdfMemory } from "./bdf-memory.ts";
import { bdfTapeRow, difference } from "./bdf-memory.ts";
import type { CompiledBdf } from "./bdf-scene.ts";
import { breakpointTimes } from "./breakpoint.ts";
import type { OdeControl } from "./control.ts";
import { SMALLEST_SCALE } from "./controller.ts";
import type { OdeProblem } from "./solver.ts";

/** Rows of the tape that the first recorded run reserves. */
const FIRST_TAPE_ROWS = 256;

/** Where a multistep run keeps what its program's static memory does not hold; byte addresses. */
export interface BdfRoom {
  readonly times: number;
  /** States at the requested times [nTime, nState]. */
  readonly outputs: number;
  readonly breakpoints: number;
  readonly tape: number;
  /** Rows that fit there. */
  readonly tapeCapacity: number;
  /** Sizes of given steps, then their orders. */
  readonly steps: number;
}

/** Puts a problem into a multistep solver's memory. Its run takes over the room of the one before. */
export function layOutProblem(compiled: CompiledBdf, problem: OdeProblem, control: OdeControl): BdfRoom {
  const { system, instance, memory, rates, record } = compiled;
  const { times, steps, orders, parameters, startTime = 0 } = problem;
  // What the run before needed and a quarter more: fitting runs repeat, and every reserved row has to be cleared.
  const tapeCapacity = record ? Math.max(FIRST_TAPE_ROWS, Math.ceil(1.25 * (instance.i32[memory.integer.tapeCount / 4] ?? 0))) : 0;
  const breakpoints = breakpointTimes(system, compiled.breakpoints, parameters, startTime, times.at(-1) ?? startTime);
  instance.release();
  const room = {
    times: instance.reserve(8 * Math.max(1, times.length)),
    outputs: instance.reserve(8 * Math.max(1, times.length * memory.size)),
    breakpoints: instance.reserve(8 * breakpoints.length),
    tape: instance.reserve(tapeCapacity * bdfTapeRow.bytes(memory.size)),
    tapeCapacity,
    steps: instance.reserve(16 * (steps?.length ?? 0)),
  };
  instance.f64.set(times, room.times / 8);
  instance.f64.set(breakpoints, room.breakpoints / 8);
  if (steps && orders) {
    instance.f64.set(steps, room.steps / 8);
    instance.f64.set(orders, room.steps / 8 + steps.length);
  }
  instance.f64.set(problem.state, difference(memory, 0) / 8);
  rates.setParameters(instance, parameters);
  writeReals(instance.f64, memory, control, startTime);
  writeIntegers(instance.i32, memory, room, { timeCount: times.length, maxSteps: control.maxSteps, stepsCount: steps?.length ?? 0 });
  return room;
}

function writeReals(f64: Float64Array, { real }: BdfMemory, control: OdeControl, startTime: number): void {
  const values: Record<keyof typeof real, number> = {
    time: startTime,
    step: 0,
    attempted: 0,
    rtol: control.rtol,
    // A state that stays 0 would have no scale at all.
    atol: Math.max(control.atol, SMALLEST_SCALE),
    safety: control.safety,
    grow: control.grow,
    shrink: control.shrink,
    retreat: control.retreat,
    factored: 0,
    rate: 1,
    tolerance: 0,
    stopTime: Infinity,
  };
  for (const name of Object.keys(values) as (keyof typeof real)[]) f64[real[name] / 8] = values[name];
}

function writeIntegers(i32: Int32Array, { integer }: BdfMemory, room: BdfRoom, counts: { readonly timeCount: number; readonly maxSteps: number; readonly stepsCount: number }): void {
  for (const address of Object.values(integer)) i32[address / 4] = 0;
  i32[integer.timeCount / 4] = counts.timeCount;
  i32[integer.timesAddress / 4] = room.times;
  i32[integer.outputsAddress / 4] = room.outputs;
  i32[integer.maxSteps / 4] = counts.maxSteps;
  i32[integer.breakpointAddress / 4] = room.breakpoints;
  i32[integer.tapeAddress / 4] = room.tape;
  i32[integer.tapeCapacity / 4] = room.tapeCapacity;
  i32[integer.stepsAddress / 4] = room.steps;
  i32[integer.stepsCount / 4] = counts.stepsCount;
}
