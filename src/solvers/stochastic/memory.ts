import type { MemoryLayout } from "../../kernel/layout.ts";

/** Byte addresses of everything a stochastic run keeps in its program's static memory. */
export interface StochasticMemory {
  /** [nParameter]. */
  readonly parameters: number;
  /** Molecule numbers [nState]. */
  readonly molecules: number;
  /** Parameter-only factors, propensities (used where there are many channels) and events so far [nChannel]. */
  readonly coefficients: number;
  readonly propensities: number;
  readonly firings: number;
  /** Random stream. */
  readonly stream: number;
  /** f64: where the run stands, events so far and at most. */
  readonly time: number;
  readonly events: number;
  readonly maxEvents: number;
  /** i32: requested times, how many, where, how many are written, and where to. */
  readonly timeCount: number;
  readonly timesAddress: number;
  readonly reached: number;
  readonly outputsAddress: number;
  /** i32: the channel that cannot go on, else -1; 1 = it would use up more molecules than there are. */
  readonly wrongChannel: number;
  readonly isUsedUp: number;
}

/** Lays out the memory of a stochastic solver; `stream` is where `writeRandom` keeps its state. */
export function stochasticMemory(layout: MemoryLayout, size: { readonly parameters: number; readonly states: number; readonly channels: number }, stream: number): StochasticMemory {
  const vector = (count: number): number => layout.f64(Math.max(1, count));
  return {
    parameters: vector(size.parameters),
    molecules: vector(size.states),
    coefficients: vector(size.channels),
    propensities: vector(size.channels),
    firings: vector(size.channels),
    stream,
    time: layout.f64(1),
    events: layout.f64(1),
    maxEvents: layout.f64(1),
    timeCount: layout.i32(1),
    timesAddress: layout.i32(1),
    reached: layout.i32(1),
    outputsAddress: layout.i32(1),
    wrongChannel: layout.i32(1),
    isUsedUp: layout.i32(1),
  };
}
