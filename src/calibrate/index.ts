/** Fitting: problem, objective, optimisers, training recipes, multistart. */
export * from "./fit/index.ts";
export { type Checkpoint, type FitHooks, silentHooks } from "./hooks.ts";
export type { InteractionRecipe, InteractionStage } from "./interaction-recipe.ts";
export { type InteractionProblem, type InteractionState, type InteractionTraining, trainInteractionNetwork } from "./interaction-training.ts";
export { type MultistartResult, type MultistartState, multistart } from "./multistart.ts";
export type { LeastSquares, Objective } from "./objective.ts";
export { type PredictedPath, parametersWith, predictPath } from "./predict.ts";
export { type ControlSegment, type FitCondition, type FitProblem, type FreeParameter, type Observation, fitMethod } from "./problem.ts";
export { mechanismFirst, type Recipe, residualAlone, type Stage, together } from "./recipe.ts";
export { type TrainingPoint, type TrainingResult, type TrainingState, train } from "./train.ts";
export { compileTrajectoryObjective } from "./trajectory-objective.ts";
