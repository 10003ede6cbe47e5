import type { MemoryLayout } from "../../kernel/layout.ts";
import { HIGHEST_ORDER } from "./bdf-coefficients.ts";
import { type ControlBlock, controlBlock } from "./control-block.ts";

/** f64 fields of the control block, in order. */
const realFields = [
  /** Where the run stands, the step its differences are of, and the one it tried last. */
  "time",
  "step",
  "attempted",
  "rtol",
  "atol",
  "safety",
  "grow",
  "shrink",
  "retreat",
  /** c of the factors in use. */
  "factored",
  /** How much one correction leaves of the error before it, as last seen. */
  "rate",
  /** What the linear solver may leave of a correction. */
  "tolerance",
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
  /** Error tests failed one after another. */
  "failures",
  /** Where the next breakpoint in time stands; the last one is Infinity. */
  "breakpointAddress",
  /** Order in use, and steps taken since it or the step size changed. */
  "order",
  "equalSteps",
  /** 1 when the factors have to be made anew before the next step. */
  "stale",
  "rhsEvaluations",
  "factorizations",
  /** Newton corrections, and products with J that their linear systems took. */
  "corrections",
  "products",
  /** 1 while no step has been taken since steps last began afresh. */
  "afresh",
  /** Recorded steps: where, how many fit, how many there are; only with a record. */
  "tapeAddress",
  "tapeCapacity",
  "tapeCount",
  /** Given steps to take without error control, sizes and then orders; none = 0. Only with a record. */
  "stepsAddress",
  "stepsCount",
] as const;

type RealField = (typeof realFields)[number];
type IntegerField = (typeof integerFields)[number];

/** Byte addresses of everything a multistep run keeps in its program's static memory. */
export interface BdfMemory extends ControlBlock<RealField, IntegerField> {
  readonly size: number;
  /** ∇^j y is at differences + 8 size j, j = 0 … 7; the state where the run stands is j = 0. */
  readonly differences: number;
  /** Extrapolated state at the step's end, and the state there after its corrections. */
  readonly predicted: number;
  readonly state: number;
  /** Σ γ_j ∇^j y / α_k. */
  readonly history: number;
  /** state - predicted. */
  readonly change: number;
  readonly rate: number;
  readonly residual: number;
  /** 1 / (atol + rtol |y|) for the step being attempted. */
  readonly scale: number;
  /** Values of the Jacobian in the order of its pattern. */
  readonly jacobian: number;
}

/** One row of the tape: an accepted step as it was taken, its order as f64, 0 of one that begins afresh. */
export const bdfTapeRow = {
  time: 0,
  step: 8,
  order: 16,
  state: 24,
  /** Bytes of a row. */
  bytes: (size: number): number => 24 + 8 * size,
} as const;

/** Lays out a multistep solver's memory. */
export function bdfMemory(layout: MemoryLayout, size: number, entries: number): BdfMemory {
  const vector = (): number => layout.f64(Math.max(1, size));
  const block = controlBlock(layout, realFields, integerFields);
  return {
    size,
    ...block,
    differences: layout.f64(Math.max(1, size * (HIGHEST_ORDER + 3))),
    predicted: vector(),
    state: vector(),
    history: vector(),
    change: vector(),
    rate: vector(),
    residual: vector(),
    scale: vector(),
    jacobian: layout.f64(Math.max(1, entries)),
  };
}

/** Address of ∇^j y. */
export const difference = (memory: BdfMemory, j: number): number => memory.differences + 8 * memory.size * j;
