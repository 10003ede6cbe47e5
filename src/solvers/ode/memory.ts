import type { MemoryLayout } from "../../kernel/layout.ts";
import { type ControlBlock, controlBlock } from "./control-block.ts";

/** f64 fields of the control block, in order. */
const realFields = [
  /** Where the run stands, the step it will try next and the one it tried last. */
  "time",
  "step",
  "attempted",
  /** The controller's memory: a power of the last accepted error. */
  "previousPower",
  "rtol",
  "atol",
  "safety",
  "grow",
  "shrink",
  "retreat",
  /** Time at which the run halts for its events; only with events. */
  "stopTime",
] as const;

/** i32 fields of the control block, in order. */
const integerFields = [
  /** Requested times: how many, where, and how many of them are written. */
  "timeCount",
  "timesAddress",
  "reached",
  "outputsAddress",
  "accepted",
  "rejected",
  "maxSteps",
  /** 1 when the last attempt was rejected; 2 when a rate in it was not finite. */
  "refused",
  /** Recorded steps: where, how many fit, how many there are. */
  "tapeAddress",
  "tapeCapacity",
  "tapeCount",
  /** Given step sizes to take without error control; none = 0. */
  "stepsAddress",
  "stepsCount",
  /** Where the next breakpoint in time stands; the last one is Infinity. */
  "breakpointAddress",
  /** Where the first one stands. */
  "firstBreakpoint",
] as const;

export type RealField = (typeof realFields)[number];
export type IntegerField = (typeof integerFields)[number];

/** Byte addresses of everything a solver keeps in its program's static memory. */
export interface OdeMemory extends ControlBlock<RealField, IntegerField> {
  readonly stateCount: number;
  readonly parameters: number;
  /** State at the start of the current step, and at its end. */
  readonly state: number;
  readonly next: number;
  /** Stage s is at stages + 8 nState s. */
  readonly stages: number;
  /** A spare vector that no solver function keeps anything in between calls. */
  readonly spare: number;
  /** Address of a named vector, made on first use. */
  vector(name: string): number;
}

/** One row of the tape: an accepted step as it was taken. */
export const tapeRow = {
  time: 0,
  step: 8,
  state: 16,
  /** Bytes of a row. */
  bytes: (stateCount: number): number => 16 + 8 * stateCount,
} as const;

/** Lays out a solver's memory. */
export function odeMemory(layout: MemoryLayout, stateCount: number, parameterCount: number, stageCount: number): OdeMemory {
  const size = Math.max(1, stateCount);
  const block = controlBlock(layout, realFields, integerFields);
  const named = new Map<string, number>();
  const vector = (name: string): number => {
    const known = named.get(name);
    if (known !== undefined) return known;
    const address = layout.f64(size);
    named.set(name, address);
    return address;
  };
  return {
    stateCount,
    parameters: layout.f64(Math.max(1, parameterCount)),
    state: vector("state"),
    next: vector("next"),
    stages: layout.f64(size * stageCount),
    spare: vector("spare"),
    ...block,
    vector,
  };
}
