import type { Instance } from "../../kernel/instance.ts";
import type { ProgramBuilder } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Local } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import type { StochasticScene } from "./scene.ts";

/** What a method can do; loops and tables read this and never ask for the name. */
export interface StochasticFacts {
  readonly id: string;
  readonly title: string;
  /** Whether paths have exactly the law of the chemical master equation. */
  readonly exact: boolean;
  /** What an event costs, and where the method is the right one. */
  readonly use: string;
  readonly source: string;
}

/** Propensities in locals [nChannel]. */
export type Propensities = readonly Local[];

/** What a method writes with. */
export interface StochasticStep {
  readonly program: ProgramBuilder;
  readonly layout: MemoryLayout;
  readonly scene: StochasticScene;
}

/** What a written method does with its instance besides running it. */
export interface StochasticProgram {
  /** Fills what stays the same from run to run. */
  prepare(instance: Instance): void;
  /** Puts a run's coefficients [nChannel] where the program reads them; molecules are in place. */
  begin(instance: Instance, coefficients: Float64Array): void;
}

/** A stochastic method: facts, and a writer of the whole event loop, `advance(budget: i32): i32`. */
export interface StochasticMethod {
  readonly facts: StochasticFacts;
  /** The method that does the work, where this one only chooses; a solver names that one. */
  choose?(channels: readonly Channel[], system: OdeSystem): StochasticMethod;
  write(step: StochasticStep): StochasticProgram;
}
