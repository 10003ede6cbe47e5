import type { WeightPenalty } from "./interaction-parameters.ts";

/** One stage of an interaction network's training. */
export interface InteractionStage extends WeightPenalty {
  /** Steps of Heun's method to the answer. */
  readonly steps: number;
  readonly learningRate: number;
  /** The stage ends after more than so many iterations in a row without a better validation loss. */
  readonly patience: number;
  /** Most iterations of the stage. */
  readonly iterations: number;
}

/** A training as a list of values. */
export interface InteractionRecipe {
  readonly stages: readonly InteractionStage[];
  /** Conditions of one gradient, and of one validation loss. */
  readonly batch: number;
  /** Validation losses in the moving average that decides. */
  readonly window: number;
}

/** Before any validation loss is known, the moving average and the best stand here. */
export const firstLoss = 1000;
