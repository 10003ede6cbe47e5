import type { AdamOptions, LevenbergMarquardtOptions } from "./fit/index.ts";

/** Which optimiser a stage runs, and how. */
export type StageOptimiser =
  | { readonly id: "adam"; readonly options: Partial<AdamOptions> }
  | { readonly id: "levenberg-marquardt"; readonly options: Partial<LevenbergMarquardtOptions> };

/** One stage of a training: what moves, by which optimiser, under which output penalty. */
export interface Stage {
  readonly title: string;
  readonly move: readonly ("mechanism" | "residual")[];
  readonly optimiser: StageOptimiser;
  /** Weight λ of every output penalty ∫ v² dt of the problem during this stage. */
  readonly penalty: number;
}

/** A training as a list of stages. */
export type Recipe = readonly Stage[];

/** Mechanism alone, by least squares with forward sensitivities. */
export const mechanismFirst = (iterations: number): Stage => ({
  title: "mechanism",
  move: ["mechanism"],
  optimiser: { id: "levenberg-marquardt", options: { iterations } },
  penalty: 0,
});

/** The residual alone while the mechanism rests, by the adjoint gradient. */
export const residualAlone = (iterations: number, learningRate: number, penalty: number): Stage => ({
  title: "residual",
  move: ["residual"],
  optimiser: { id: "adam", options: { iterations, learningRate } },
  penalty,
});

/** Both together, by the adjoint gradient. */
export const together = (iterations: number, learningRate: number, penalty: number): Stage => ({
  title: "together",
  move: ["mechanism", "residual"],
  optimiser: { id: "adam", options: { iterations, learningRate } },
  penalty,
});
