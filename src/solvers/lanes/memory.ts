import type { LaneType } from "../../kernel/program.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";

/** Fields of one lane: i32 each. */
const laneFields = [
  /** Run in the lane; -1 when there are no more. */
  "run",
  /** What is to be done with the lane before the next step; see `laneFlag`. */
  "flag",
  "reached",
  "accepted",
  "rejected",
  /** Where the run's next breakpoint in time stands. */
  "breakpoint",
  /** 1 when the step to come, or just attempted, ends at the lane's stop; only with events. */
  "cut",
] as const;

/** i32 fields of the whole block of runs. */
const blockFields = [
  "runCount",
  "nextRun",
  /** Lanes with a run in them. */
  "active",
  /** 1 when some lane has a flag. */
  "attention",
  "timeCount",
  "timesAddress",
  "maxSteps",
  /** Tables with one row a run: f64 parameters, states and outputs; i32 counts. */
  "parametersAddress",
  "statesAddress",
  "outputsAddress",
  "acceptedAddress",
  "rejectedAddress",
  "reachedAddress",
  /** Address of each run's first breakpoint [nRun], i32. */
  "breakpointsAddress",
  /** Bytes from one run's parameters, or initial state, to the next; 0 where all runs share a row. */
  "parametersStride",
  "statesStride",
  /** Run that failed last, and how. */
  "failedRun",
  "failedCode",
  /** Lane and run that halted last for their events, and whether at the start of the run. */
  "haltedLane",
  "haltedRun",
  "haltedAtStart",
  /** Attempts left when it failed or halted, or all runs were done. */
  "budget",
] as const;

/** What is to be done with a lane: nothing, give it the next run, let events happen, or report that its run failed (a `loopCode`). */
export const laneFlag = { none: 0, refill: 1, halt: 2 } as const;

/** Runs that fail before their first step; the other codes are `loopCode`s. */
export const startFailed = -1;

/** Byte addresses of what the loop over lanes keeps, beside the lanes' own memory; plain data, the same in every worker. */
export interface LaneMemory {
  readonly lanes: LaneType;
  /** Runs side by side, and bytes from one lane's number to the next. */
  readonly width: number;
  readonly element: number;
  /** The number at address a of the scalar memory is at origin + 2a + lane element. */
  readonly origin: number;
  /** Time of each lane, f64 [width]. */
  readonly time: number;
  /** Time at which the run of each lane halts for its events, and the size of its step before the stop cut it, f64 [width]; only with events. */
  readonly stop: number;
  readonly wanted: number;
  /** Time at which every run starts, f64. */
  readonly startTime: number;
  /** i32 [width] each. */
  readonly lane: Readonly<Record<(typeof laneFields)[number], number>>;
  readonly block: Readonly<Record<(typeof blockFields)[number], number>>;
}

/** Lays the fields out in a layout that begins at `first`. */
export function laneMemory(layout: MemoryLayout, first: number, lanes: LaneType, origin: number): LaneMemory {
  const width = lanes === "f64x2" ? 2 : 4;
  const addresses = <Name extends string>(names: readonly Name[], count: number): Record<Name, number> =>
    Object.fromEntries(names.map((name) => [name, first + layout.i32(count)])) as Record<Name, number>;
  return {
    lanes,
    width,
    element: 16 / width,
    origin,
    time: first + layout.f64(width),
    stop: first + layout.f64(width),
    wanted: first + layout.f64(width),
    startTime: first + layout.f64(1),
    lane: addresses(laneFields, width),
    block: addresses(blockFields, 1),
  };
}
