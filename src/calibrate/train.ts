import { optimisers } from "./fit/index.ts";
import type { OptimiserState } from "./fit/optimiser.ts";
import type { FitHooks } from "./hooks.ts";
import type { Objective } from "./objective.ts";
import { type FitCondition, type FitProblem, coordinateOf, valueOf } from "./problem.ts";
import type { Recipe, Stage } from "./recipe.ts";
import { compileTrajectoryObjective } from "./trajectory-objective.ts";

/** One line of a training's history. */
export interface TrainingPoint {
  readonly iteration: number;
  readonly loss: number;
  readonly validation: number | null;
}

/** Where a training stands; plain JSON. */
export interface TrainingState {
  readonly stage: number;
  /** Null before the stage's first step. */
  readonly optimiser: OptimiserState | null;
  /** Values of all free parameters at the end of the last finished stage. */
  readonly values: Readonly<Record<string, number>>;
  /** Best of the running stage by validation, else by loss. */
  readonly best: { readonly score: number; readonly values: Readonly<Record<string, number>> } | null;
  readonly history: readonly TrainingPoint[];
}

export interface TrainingResult {
  readonly status: "done" | "stopped" | "failed";
  readonly values: Readonly<Record<string, number>>;
  /** What `values` were kept for: the last stage's validation value where there are validation conditions, else its loss. */
  readonly loss: number;
  readonly validation: number | null;
  readonly history: readonly TrainingPoint[];
  readonly state: TrainingState;
}

/** How often a training looks at its validation conditions and keeps the best · iterations. */
const validationEvery = 20;
const checkpointEverySeconds = 2;

/**
 * Runs a recipe on a problem. Every stage starts from the best point of the one before; within a stage, its start included, the
 * point with the lowest validation value is kept (the lowest loss when there are no validation conditions). A validation value is
 * the misfit of the validation data alone: priors and penalties shape the fit, they do not judge it.
 */
export async function train(
  problem: FitProblem,
  validation: readonly FitCondition[],
  recipe: Recipe,
  hooks: FitHooks,
  resume: TrainingState | null,
): Promise<TrainingResult> {
  let state: TrainingState = resume ?? { stage: 0, optimiser: null, values: startValues(problem), best: null, history: [] };
  const total = recipe.reduce((sum, stage) => sum + iterationsOf(stage), 0);
  let loss = Number.NaN;
  while (state.stage < recipe.length) {
    const stage = recipe[state.stage];
    if (!stage) break;
    const outcome = await runStage(problem, validation, stage, state, { recipe, total, hooks });
    state = outcome.state;
    loss = outcome.loss;
    if (outcome.stopped) {
      hooks.checkpoint(state);
      return { status: "stopped", values: state.best?.values ?? state.values, loss, validation: null, history: state.history, state };
    }
  }
  const last = recipe.at(-1);
  const value = validation.length > 0 && last ? (await compileStage(asValidation(problem, validation), last, state.values, false)).value(state.values) : null;
  return { status: Number.isFinite(loss) ? "done" : "failed", values: state.values, loss, validation: value, history: state.history, state };
}

const asValidation = (problem: FitProblem, conditions: readonly FitCondition[]): FitProblem => ({
  ...problem,
  conditions,
  free: problem.free.map((parameter) => ({ ...parameter, prior: null })),
});

/** The better of what was kept and a new point; a point without a score is none. */
function bestOf(best: TrainingState["best"], score: number | null, values: Readonly<Record<string, number>>): TrainingState["best"] {
  return score !== null && Number.isFinite(score) && score < (best?.score ?? Number.MAX_VALUE) ? { score, values } : best;
}

const iterationsOf = (stage: Stage): number => stage.optimiser.options.iterations ?? optimisers[stage.optimiser.id].defaults.iterations;

const startValues = (problem: FitProblem): Record<string, number> => Object.fromEntries(problem.free.map((parameter) => [parameter.id, parameter.start]));

/** A stage's objective over named values: free parameters that do not move are fixed where they are. */
interface StageObjective {
  readonly objective: Objective;
  coordinates(values: Readonly<Record<string, number>>): number[];
  values(x: readonly number[]): Record<string, number>;
  value(values: Readonly<Record<string, number>>): number;
}

async function compileStage(problem: FitProblem, stage: Stage, values: Readonly<Record<string, number>>, penalised: boolean): Promise<StageObjective> {
  const moving = problem.free.filter((parameter) => stage.move.includes(parameter.group));
  const resting = problem.free.filter((parameter) => !stage.move.includes(parameter.group));
  const parameterValues = [...problem.system.parameterValues];
  for (const parameter of resting) parameterValues[problem.system.parameters.indexOf(parameter.id)] = values[parameter.id] ?? parameter.start;
  const penalties = Object.fromEntries(
    Object.entries(problem.penalties)
      .map(([id, weight]): [string, number] => [id, weight * stage.penalty])
      .filter(([, weight]) => penalised && weight > 0),
  );
  const leastSquares = penalised && optimisers[stage.optimiser.id].facts.needs === "least squares";
  const objective = await compileTrajectoryObjective({ ...problem, system: { ...problem.system, parameterValues }, free: moving, penalties }, { leastSquares });
  const coordinates = (named: Readonly<Record<string, number>>): number[] => moving.map((parameter) => coordinateOf(parameter, named[parameter.id] ?? parameter.start));
  return {
    objective,
    coordinates,
    values: (x) => Object.fromEntries(moving.map((parameter, index) => [parameter.id, valueOf(parameter, x[index] ?? 0)])),
    value: (named) => objective.value(Float64Array.from(coordinates(named))),
  };
}

async function runStage(
  problem: FitProblem,
  validation: readonly FitCondition[],
  stage: Stage,
  from: TrainingState,
  run: { recipe: Recipe; total: number; hooks: FitHooks },
): Promise<{ state: TrainingState; loss: number; stopped: boolean }> {
  const { hooks } = run;
  const fitted = await compileStage(problem, stage, from.values, true);
  const held = validation.length > 0 ? await compileStage(asValidation(problem, validation), stage, from.values, false) : null;
  const before = run.recipe.slice(0, from.stage).reduce((sum, earlier) => sum + iterationsOf(earlier), 0);
  const step = stepper(stage, fitted.objective);
  let optimiser = from.optimiser ?? step.begin(fitted.coordinates(from.values));
  let { best } = from;
  if (held && best === null) best = bestOf(null, held.value(from.values), from.values);
  const history = [...from.history];
  const snapshot = (): TrainingState => ({ stage: from.stage, optimiser, values: from.values, best, history: [...history] });
  let lastCheckpoint = Date.now();
  let lastBreath = Date.now();

  while (!optimiser.converged && optimiser.iteration < iterationsOf(stage)) {
    if (hooks.stop()) return { state: snapshot(), loss: best?.score ?? Number.NaN, stopped: true };
    // Adam's value belongs to the point it stepped from, so that is the point to keep.
    const evaluatedAt = step.reportsStart ? optimiser.x : null;
    optimiser = step.next(optimiser);
    const values = { ...from.values, ...fitted.values(evaluatedAt ?? optimiser.x) };
    const look = optimiser.iteration % validationEvery === 0 || optimiser.converged || optimiser.iteration === iterationsOf(stage);
    const heldValue = look && held ? held.value(values) : null;
    // A point where the model cannot be solved has no loss to show.
    const isSolved = optimiser.value < Number.MAX_VALUE;
    if (isSolved && (look || stage.optimiser.id !== "adam")) history.push({ iteration: before + optimiser.iteration, loss: optimiser.value, validation: heldValue });
    best = bestOf(best, held ? heldValue : optimiser.value, values);
    hooks.progress(before + optimiser.iteration, run.total, best?.score ?? optimiser.value);
    const now = Date.now();
    if (now - lastCheckpoint > 1000 * checkpointEverySeconds) {
      hooks.checkpoint(snapshot());
      lastCheckpoint = now;
    }
    if (now - lastBreath > 40) {
      await hooks.breathe();
      lastBreath = Date.now();
    }
  }
  return {
    state: { stage: from.stage + 1, optimiser: null, values: best?.values ?? from.values, best: null, history },
    loss: best?.score ?? Number.NaN,
    stopped: false,
  };
}

/** Binds a stage's optimiser to its objective. */
function stepper(
  stage: Stage,
  objective: Objective,
): { reportsStart: boolean; begin: (x: readonly number[]) => OptimiserState; next: (state: OptimiserState) => OptimiserState } {
  if (stage.optimiser.id === "adam") {
    const options = { ...optimisers.adam.defaults, ...stage.optimiser.options };
    return {
      reportsStart: true,
      begin: (x) => optimisers.adam.begin(x, objective, options),
      next: (state) => optimisers.adam.step(state, objective, options),
    };
  }
  const options = { ...optimisers["levenberg-marquardt"].defaults, ...stage.optimiser.options };
  return {
    reportsStart: false,
    begin: (x) => optimisers["levenberg-marquardt"].begin(x, objective, options),
    next: (state) => optimisers["levenberg-marquardt"].step(state, objective, options),
  };
}
