import type { Expression } from "../../kernel/expression.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { drawMemory } from "./draws.ts";
import type { DrawMemory } from "./draws.ts";

/** What `advance` returns. */
export const stochasticCode = { done: 0, paused: 1, wrongPropensity: 2, usedUp: 3, tooManyEvents: 4 } as const;

/** Above this a sum of propensities could overflow; 1/time. */
export const largestPropensity = 1e300;

/** What a program is written from. */
export interface StochasticScene {
  readonly system: OdeSystem;
  readonly channels: readonly Channel[];
  /** What is recorded at requested times, over molecule numbers, parameters and `time` [nOutput]. */
  readonly outputs: readonly Expression[];
  readonly memory: StochasticMemory;
  /** Channels up to which the direct method is unrolled into locals. */
  readonly unrolledChannels: number;
}

/** Byte addresses of what every stochastic program keeps in its static memory. */
export interface StochasticMemory {
  /** [nParameter]. */
  readonly parameters: number;
  /** Molecule numbers [nState], and behind them a 1 that stands in for a missing reactant. */
  readonly molecules: number;
  /** Parameter-only factors, where the program is unrolled, and events so far [nChannel]. */
  readonly coefficients: number;
  readonly firings: number;
  readonly draws: DrawMemory;
  /** f64: where the run stands, events so far and at most. */
  readonly time: number;
  readonly events: number;
  readonly maxEvents: number;
  /** i32: requested times, how many, where, how many are written, and where to. */
  readonly timeCount: number;
  readonly timesAddress: number;
  readonly reached: number;
  readonly outputsAddress: number;
  /** i32: 1 = some propensity is no finite number at least 0. */
  readonly isWrong: number;
  /** i32: the channel that would use up more molecules than there are. */
  readonly usedUpChannel: number;
}

/** Lays out the memory of a stochastic solver. */
export function stochasticMemory(layout: MemoryLayout, size: { readonly parameters: number; readonly states: number; readonly channels: number }): StochasticMemory {
  const vector = (count: number): number => layout.f64(Math.max(1, count));
  return {
    parameters: vector(size.parameters),
    molecules: vector(size.states + 1),
    coefficients: vector(size.channels),
    firings: vector(size.channels),
    draws: drawMemory(layout),
    time: layout.f64(1),
    events: layout.f64(1),
    maxEvents: layout.f64(1),
    timeCount: layout.i32(1),
    timesAddress: layout.i32(1),
    reached: layout.i32(1),
    outputsAddress: layout.i32(1),
    isWrong: layout.i32(1),
    usedUpChannel: layout.i32(1),
  };
}

/** Bytes of one recorded row: molecule numbers, then outputs. */
export const rowBytes = ({ system, outputs }: Pick<StochasticScene, "system" | "outputs">): number => 8 * (system.states.length + outputs.length);
