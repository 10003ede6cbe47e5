import type { InteractionNetwork, InteractionTable } from "../hybrid/interaction-network.ts";
import { stream } from "../numerics/random.ts";
import type { FitHooks } from "./hooks.ts";
import { adamStep, chainIntoValues, parametersInto, startValues, weightPenalty } from "./interaction-parameters.ts";
import { firstLoss, type InteractionRecipe, type InteractionStage } from "./interaction-recipe.ts";

/** What an interaction network is trained on. */
export interface InteractionProblem {
  readonly network: InteractionNetwork;
  readonly table: InteractionTable;
  /** Rows of the table. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly recipe: InteractionRecipe;
  readonly seed: bigint;
}

/** Means over the iterations since the last point. */
export interface InteractionPoint {
  /** Counted over all stages. */
  readonly iteration: number;
  /** Mean squared error of the training batches, without penalty. */
  readonly loss: number;
  readonly validation: number;
}

/** Where a training stands, as plain JSON; it goes on to the same bits. */
export interface InteractionState {
  readonly stage: number;
  /** Iterations of the running stage, and of the whole training. */
  readonly iteration: number;
  readonly total: number;
  readonly epoch: number;
  /** Batches of the epoch already used. */
  readonly position: number;
  readonly unchanged: number;
  /** Iterations of each finished stage. */
  readonly finished: readonly number[];
  readonly values: readonly number[];
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** Last validation losses of the stage. */
  readonly window: readonly number[];
  /** Best of the running stage, by the moving average of its validation losses. */
  readonly best: { readonly loss: number; readonly values: readonly number[] };
  readonly history: readonly InteractionPoint[];
  /** Sums since the last point of the history. */
  readonly pending: { readonly count: number; readonly loss: number; readonly validation: number };
}

export interface InteractionTraining {
  readonly status: "done" | "stopped" | "failed";
  readonly failure: string | null;
  /** ε, α and weights, packed as the network wants them: the best of the last stage begun. */
  readonly parameters: Float64Array;
  /** Its moving average of validation losses. */
  readonly loss: number;
  /** Iterations of each stage begun. */
  readonly iterations: readonly number[];
  readonly history: readonly InteractionPoint[];
}

/** Iterations between two points of the history. */
const historyEvery = 25;
/** Milliseconds of work between two looks at the host. */
const breatheEvery = 40;
const checkpointEvery = 2000;

/**
 * Trains by Adam in stages. Batches are cut once from the training rows and their order is drawn anew each epoch; after each
 * iteration a batch of validation rows is drawn, and the moving average of their losses (penalty included) decides when a
 * stage ends and which values are its best. A stage goes on from the last values, not from the best; the answer is the best
 * of the last stage.
 * @source Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013, STAR Methods, and the published code (github.com/sanderlab/CellBox)
 */
export async function trainInteractionNetwork(problem: InteractionProblem, hooks: FitHooks, resume: InteractionState | null): Promise<InteractionTraining> {
  const { recipe } = problem;
  const run = beginRun(problem, resume);
  let breathed = performance.now();
  let saved = breathed;
  const breathe = async (): Promise<void> => {
    if (performance.now() - breathed < breatheEvery) return;
    await hooks.breathe();
    breathed = performance.now();
  };
  for (let stage = recipe.stages[run.stage]; stage; stage = recipe.stages[run.stage]) {
    if (run.iteration > 0 && isOver(run, stage)) {
      if (run.stage + 1 === recipe.stages.length) break;
      nextStage(run);
      continue;
    }
    if (hooks.stop()) {
      hooks.checkpoint(stateOf(run));
      return answer(problem, run, "stopped", null);
    }
    const loss = await iterate(problem, run, stage, breathe);
    if (!Number.isFinite(loss)) return answer(problem, run, "failed", `the loss is ${loss} in iteration ${run.total}: a smaller learning rate or step keeps states finite`);
    if (performance.now() - saved > checkpointEvery) {
      hooks.checkpoint(stateOf(run));
      saved = performance.now();
    }
    const share = run.iteration / (run.iteration + 2 * stage.patience);
    hooks.progress(run.stage + share, recipe.stages.length, run.bestLoss);
  }
  return answer(problem, run, "done", null);
}

/** The state while it runs: the same numbers as `InteractionState`, in typed arrays. */
interface Run {
  stage: number;
  iteration: number;
  total: number;
  epoch: number;
  position: number;
  unchanged: number;
  bestLoss: number;
  window: number[];
  readonly finished: number[];
  readonly values: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly best: Float64Array;
  readonly history: InteractionPoint[];
  pending: { count: number; loss: number; validation: number };
  order: readonly (readonly number[])[];
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
}

function beginRun(problem: InteractionProblem, resume: InteractionState | null): Run {
  const values = resume ? Float64Array.from(resume.values) : startValues(problem.network.shape, problem.seed);
  const run: Run = {
    stage: resume?.stage ?? 0,
    iteration: resume?.iteration ?? 0,
    total: resume?.total ?? 0,
    epoch: resume?.epoch ?? 0,
    position: resume?.position ?? 0,
    unchanged: resume?.unchanged ?? 0,
    bestLoss: resume?.best.loss ?? firstLoss,
    window: [...(resume?.window ?? [firstLoss])],
    finished: [...(resume?.finished ?? [])],
    values,
    first: resume ? Float64Array.from(resume.first) : new Float64Array(values.length),
    second: resume ? Float64Array.from(resume.second) : new Float64Array(values.length),
    best: resume ? Float64Array.from(resume.best.values) : values.slice(),
    history: [...(resume?.history ?? [])],
    pending: { ...(resume?.pending ?? { count: 0, loss: 0, validation: 0 }) },
    order: [],
    parameters: new Float64Array(values.length),
    gradient: new Float64Array(values.length),
  };
  run.order = orderOf(problem, run.epoch);
  return run;
}

function stateOf(run: Run): InteractionState {
  const { stage, iteration, total, epoch, position, unchanged, finished, window, history, pending } = run;
  return {
    stage,
    iteration,
    total,
    epoch,
    position,
    unchanged,
    finished: [...finished],
    values: [...run.values],
    first: [...run.first],
    second: [...run.second],
    window: [...window],
    best: { loss: run.bestLoss, values: [...run.best] },
    history: [...history],
    pending: { ...pending },
  };
}

const isOver = (run: Run, stage: InteractionStage): boolean => run.unchanged > stage.patience || run.iteration >= stage.iterations;

function nextStage(run: Run): void {
  run.finished.push(run.iteration);
  run.stage += 1;
  run.iteration = 0;
  run.unchanged = 0;
  run.bestLoss = firstLoss;
  run.window = [firstLoss];
}

/** Batches of an epoch: always the same ones, in an order of its own. */
function orderOf({ train, recipe, seed }: InteractionProblem, epoch: number): readonly (readonly number[])[] {
  const batches = Array.from({ length: Math.ceil(train.length / recipe.batch) }, (_, index) => train.slice(index * recipe.batch, (index + 1) * recipe.batch));
  return stream(seed, "interaction batches", epoch).shuffle(batches);
}

/** One step of Adam and one look at the validation rows; gives the batch's loss with the penalty. */
async function iterate(problem: InteractionProblem, run: Run, stage: InteractionStage, breathe: () => Promise<void>): Promise<number> {
  const { network, table, recipe } = problem;
  const nWeight = network.shape.edges.length;
  const nNode = network.shape.roles.length;
  if (run.position === run.order.length) {
    run.epoch += 1;
    run.position = 0;
    run.order = orderOf(problem, run.epoch);
  }
  const batch = run.order[run.position] ?? [];
  run.position += 1;

  parametersInto(run.parameters, run.values, nWeight);
  network.setParameters(run.parameters);
  run.gradient.fill(0);
  const cells = batch.length * nNode;
  let sum = 0;
  for (const rows of groupsOf(batch, network.lanes)) {
    sum += network.addGradient(run.gradient, table, rows, stage.steps, 1 / cells);
    await breathe();
  }
  chainIntoValues(run.gradient, run.values, nWeight);
  const loss = sum / cells + weightPenalty(run.values, nWeight, stage, run.gradient);
  run.total += 1;
  run.iteration += 1;
  adamStep(run.values, run.gradient, run, run.total, stage.learningRate);

  const error = await validationError(problem, run, stage, breathe);
  run.window.push(error + weightPenalty(run.values, nWeight, stage, null));
  if (run.window.length > recipe.window) run.window.shift();
  const average = run.window.reduce((total, each) => total + each, 0) / run.window.length;
  if (average < run.bestLoss) {
    run.bestLoss = average;
    run.best.set(run.values);
    run.unchanged = 0;
  } else run.unchanged += 1;

  const { pending } = run;
  run.pending = { count: pending.count + 1, loss: pending.loss + sum / cells, validation: pending.validation + error };
  if (run.pending.count === historyEvery) {
    run.history.push({ iteration: run.total, loss: run.pending.loss / historyEvery, validation: run.pending.validation / historyEvery });
    run.pending = { count: 0, loss: 0, validation: 0 };
  }
  return loss + average;
}

/** Mean squared error of validation rows drawn with replacement: each distinct row is solved once and counted as often as drawn. */
async function validationError(problem: InteractionProblem, run: Run, stage: InteractionStage, breathe: () => Promise<void>): Promise<number> {
  const { network, table, validation, recipe } = problem;
  const n = network.shape.roles.length;
  const draw = stream(problem.seed, "interaction validation", run.total);
  const drawn = new Map<number, number>();
  for (let count = 0; count < recipe.batch; count++) {
    const row = validation[draw.integer(validation.length)] ?? -1;
    drawn.set(row, (drawn.get(row) ?? 0) + 1);
  }
  parametersInto(run.parameters, run.values, network.shape.edges.length);
  network.setParameters(run.parameters);
  const states = new Float64Array(network.lanes * n);
  let total = 0;
  for (const rows of groupsOf([...drawn.keys()], network.lanes)) {
    network.solveInto(states, table.inputs, rows, stage.steps);
    rows.forEach((row, lane) => {
      let sum = 0;
      for (let node = 0; node < n; node++) sum += ((states[lane * n + node] ?? Number.NaN) - (table.responses[row * n + node] ?? Number.NaN)) ** 2;
      total += sum * (drawn.get(row) ?? 0);
    });
    await breathe();
  }
  return total / (recipe.batch * n);
}

function groupsOf(rows: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size));
}

function answer({ network }: InteractionProblem, run: Run, status: InteractionTraining["status"], failure: string | null): InteractionTraining {
  const parameters = new Float64Array(run.values.length);
  parametersInto(parameters, run.best, network.shape.edges.length);
  return { status, failure, parameters, loss: run.bestLoss, iterations: [...run.finished, run.iteration], history: run.history };
}
