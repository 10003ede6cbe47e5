import type { Instance } from "../../kernel/instance.ts";
import type { OdeControl } from "../ode/control.ts";
import type { Status } from "../status.ts";
import { laneHalts } from "./events.ts";
import { lanesCode } from "./loop.ts";
import { laneFlag } from "./memory.ts";
import type { LanePlan } from "./program.ts";
import type { ResultTables } from "./results.ts";

/** Error scales are at least this, so that a state that stays 0 does not give 0 / 0; by the bytes of a number. */
export const smallestScale = { 8: 1e-290, 4: 1e-30 } as const;

/** Runs to do in one go; plain data, which a block only reads. */
export interface Block {
  readonly runs: number;
  /** [nRun, nParameter], or one row that all runs share. */
  readonly parameters: Float64Array;
  /** [nRun, nState], or one row that all runs share. */
  readonly states: Float64Array;
  /** [nTime] */
  readonly times: Float64Array;
  readonly startTime: number;
  /** Null where the system has no breakpoints. */
  readonly breakpoints: BlockBreakpoints | null;
}

/** Breakpoints of each run, one after another. */
export interface BlockBreakpoints {
  /** Each run's ascend and end in Infinity. */
  readonly times: Float64Array;
  /** Where each run's begin in `times` [nRun]. */
  readonly first: Int32Array;
}

/** A run that failed in a lane, as it stood: what a diagnosis needs. */
export interface StoppedLane {
  /** Row in the results. */
  readonly run: number;
  /** A `loopCode`, or `startFailed`. */
  readonly code: number;
  readonly time: number;
  /** Size of the step tried last. */
  readonly attempted: number;
  readonly refused: number;
  /** The next breakpoint in time; Infinity where there is none. */
  readonly breakpoint: number;
  /** [nState] */
  readonly state: Float64Array;
  /** Id of the event after which no step could begin; null = it was none. */
  readonly event: string | null;
}

/** A run that failed: as it stood, or with the status that says why. */
export type Failure = StoppedLane | { readonly run: number; readonly status: Status };

/** A block under way in an engine; it is over when the engine begins another. */
export interface BlockRun {
  /** Attempts up to `steps` further steps, of all lanes at once where there are some; returns how many of them are left. */
  advance(steps: number): number;
  readonly isDone: boolean;
  /** Runs begun so far. */
  readonly begun: number;
  /** Copies what there is so far into rows from `row`, and tells which runs have failed. */
  collect(tables: ResultTables, row: number): readonly Failure[];
}

/** What does blocks of an ensemble in one thread, one after another. */
export interface BlockEngine {
  /** Fewest runs worth a block of their own. */
  readonly fewest: number;
  /** Most runs in one block that are not slower than in two. */
  most(timeCount: number): number;
  /** Puts a block of runs into the engine. */
  begin(block: Block): BlockRun;
}

/** Runs in the smallest block that keeps lanes busy. */
const FEWEST_IN_LANES = 32;

/** Lanes of an instance as an engine. */
export const laneEngine = (instance: Instance, plan: LanePlan, control: OdeControl): BlockEngine => ({
  fewest: FEWEST_IN_LANES,
  most: (timeCount) => runsInCache(plan, timeCount),
  begin: (block) => beginBlock(instance, plan, control, block),
});

/** Tables of one block take up to about this much memory, so that a processor's own holds them · bytes. */
const BLOCK_BYTES = 2 ** 19;

/** Bytes that one run takes in an instance while its block is under way. */
const bytesPerRun = ({ stateCount, parameterCount }: LanePlan, timeCount: number): number => 8 * (parameterCount + stateCount * (1 + timeCount)) + 16;

/** Runs whose tables a processor's own memory holds. */
export const runsInCache = (plan: LanePlan, timeCount: number): number => Math.floor(BLOCK_BYTES / bytesPerRun(plan, timeCount));

/** Puts a block of runs into an instance's memory. */
export function beginBlock(instance: Instance, plan: LanePlan, control: OdeControl, block: Block): BlockRun {
  const { lanes, scalar, stateCount, parameterCount } = plan;
  const fields = lanes.block;
  const { runs } = block;
  const timeCount = block.times.length;
  instance.release();
  const table = (bytes: number): number => instance.reserve(Math.max(8, bytes));
  const at = {
    times: table(8 * timeCount),
    parameters: table(8 * block.parameters.length),
    states: table(8 * block.states.length),
    outputs: table(8 * runs * timeCount * stateCount),
    accepted: table(4 * runs),
    rejected: table(4 * runs),
    reached: table(4 * runs),
    breakpoints: table(4 * runs),
    breakpointTimes: table(8 * (block.breakpoints?.times.length ?? 0)),
  };

  const f = instance.f64;
  const i = instance.i32;
  i.fill(-1, at.reached / 4, at.reached / 4 + runs);
  f.set(block.times, at.times / 8);
  f.set(block.parameters, at.parameters / 8);
  f.set(block.states, at.states / 8);
  if (block.breakpoints) {
    f.set(block.breakpoints.times, at.breakpointTimes / 8);
    block.breakpoints.first.forEach((index, run) => void (i[at.breakpoints / 4 + run] = at.breakpointTimes + 8 * index));
  }
  // What stood in the lanes must not shape an idle one: not its numbers, which nobody reads, but how long they take.
  f.fill(0, lanes.origin / 8, lanes.origin / 8 + lanes.origin / 4);
  const single = new Float32Array(f.buffer);
  const steering = { rtol: control.rtol, atol: Math.max(control.atol, smallestScale[lanes.element === 8 ? 8 : 4]), safety: control.safety, grow: control.grow, shrink: control.shrink, retreat: control.retreat };
  for (const [name, value] of Object.entries(steering)) {
    const address = scalar.real[name as keyof typeof steering];
    f[address / 8] = name === "atol" ? Math.max(control.atol, smallestScale[8]) : value;
    for (let lane = 0; lane < lanes.width; lane++) {
      const index = (lanes.origin + 2 * address) / lanes.element + lane;
      if (lanes.element === 8) f[index] = value;
      else single[index] = value;
    }
  }
  f[scalar.real.previousPower / 8] = 1;
  i[scalar.integer.stepsCount / 4] = 0;
  i[scalar.integer.breakpointAddress / 4] = plan.breakpoint;
  f[plan.breakpoint / 8] = Infinity;
  f[lanes.startTime / 8] = block.startTime;
  const words: Readonly<Record<keyof typeof fields, number>> = {
    runCount: runs,
    nextRun: 0,
    active: lanes.width,
    attention: 1,
    timeCount,
    timesAddress: at.times,
    maxSteps: control.maxSteps,
    parametersAddress: at.parameters,
    parametersStride: block.parameters.length === parameterCount ? 0 : 8 * parameterCount,
    statesAddress: at.states,
    statesStride: block.states.length === stateCount ? 0 : 8 * stateCount,
    outputsAddress: at.outputs,
    acceptedAddress: at.accepted,
    rejectedAddress: at.rejected,
    reachedAddress: at.reached,
    breakpointsAddress: at.breakpoints,
    failedRun: -1,
    failedCode: 0,
    haltedLane: 0,
    haltedRun: 0,
    haltedAtStart: 0,
    budget: 0,
  };
  for (const [name, value] of Object.entries(words)) i[fields[name as keyof typeof fields] / 4] = value;
  for (let lane = 0; lane < lanes.width; lane++) {
    i[lanes.lane.run / 4 + lane] = -1;
    i[lanes.lane.flag / 4 + lane] = laneFlag.refill;
    i[lanes.lane.cut / 4 + lane] = 0;
  }

  const failures: Failure[] = [];
  let isDone = false;
  const halts = plan.events && laneHalts(instance, plan.events, scalar, block);
  const word = (name: keyof typeof fields): number => instance.i32[fields[name] / 4] ?? 0;
  const real = (name: keyof typeof scalar.real): number => instance.f64[scalar.real[name] / 8] ?? NaN;
  return {
    get begun() {
      return word("nextRun");
    },
    get isDone() {
      return isDone;
    },
    advance(steps) {
      for (let left = steps; ; left = word("budget")) {
        const code = instance.functions["advanceLanes"]?.(left);
        if (code === lanesCode.halted && halts) {
          const [lane, run] = [word("haltedLane"), word("haltedRun")];
          const failure = halts.pass({ lane, run, isAtStart: word("haltedAtStart") === 1, outputs: at.outputs + 8 * run * timeCount * stateCount });
          if (failure) failures.push(failure);
          instance.functions[failure ? "giveUp" : "resume"]?.(lane);
          continue;
        }
        if (code !== lanesCode.failed) {
          isDone = code === lanesCode.done;
          return isDone ? word("budget") : 0;
        }
        failures.push({
          run: word("failedRun"),
          code: word("failedCode"),
          time: real("time"),
          attempted: real("attempted"),
          refused: instance.i32[scalar.integer.refused / 4] ?? 0,
          breakpoint: instance.f64[plan.breakpoint / 8] ?? Infinity,
          state: instance.f64.slice(scalar.state / 8, scalar.state / 8 + stateCount),
          event: null,
        });
      }
    },
    collect(tables, row) {
      const rowSize = timeCount * stateCount;
      tables.values.set(instance.f64.subarray(at.outputs / 8, at.outputs / 8 + runs * rowSize), row * rowSize);
      for (const name of ["reached", "accepted", "rejected"] as const) tables[name].set(instance.i32.subarray(at[name] / 4, at[name] / 4 + runs), row);
      return failures.map((failure) => ({ ...failure, run: row + failure.run }));
    },
  };
}
