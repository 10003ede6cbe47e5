import { silentHooks } from "../../calibrate/hooks.ts";
import type { InteractionRecipe } from "../../calibrate/interaction-recipe.ts";
import { trainInteractionNetwork, type InteractionState, type InteractionTraining } from "../../calibrate/interaction-training.ts";
import type { PredictionTask } from "../../experiments/task.ts";
import { compileInteractionNetwork, type InteractionNetwork, type InteractionNetworkOptions } from "../../hybrid/interaction-network.ts";
import type { Checkpoint, FitHooks, FitJob, FitResult } from "../mechanism.ts";
import type { Finding } from "../result.ts";
import type { InteractionData } from "./data.ts";

/** What one model is trained on, and by which recipe. */
export interface InteractionFitRequest {
  readonly data: InteractionData;
  readonly task: PredictionTask;
  readonly recipe: InteractionRecipe;
  readonly step: number;
  /** Facts that every fit of the split repeats. */
  readonly numerics: FitResult["numerics"];
}

/** Arithmetic of training, and of the predictions that are scored. */
export const trainingPrecision = "f32x4";
export const predictionPrecision = "f64x2";

/** Most that training's arithmetic may move a prediction: a tenth of the last digit that is printed of r. */
export const precisionBound = 1e-4;

/** Trains one model on a fold and predicts its test and training rows. */
export async function fitInteractionNetwork(request: InteractionFitRequest, job: FitJob, hooks: FitHooks, resume: Checkpoint | null): Promise<FitResult> {
  const begun = performance.now();
  const { data, task, recipe } = request;
  const fold = task.folds[job.fold];
  if (!fold) throw new RangeError(`job ${job.key}: split ${task.id} has no fold ${job.fold}`);
  const saved = resume as { readonly seconds: number; readonly training: InteractionState } | null;
  const seconds = (): number => (saved?.seconds ?? 0) + (performance.now() - begun) / 1000;
  const network = await compiled({ step: request.step, precision: trainingPrecision }, data);
  const training = await trainInteractionNetwork(
    { network, table: data.table, train: fold.train, validation: fold.validation, recipe, seed: BigInt(job.seed) },
    { ...hooks, checkpoint: (state) => hooks.checkpoint({ seconds: seconds(), training: state }) },
    saved?.training ?? null,
  );
  const empty = { test: [], train: [], training: null, curves: [], learnedFluxes: [], shares: [], thermo: [], findings: [], numerics: [] } as const;
  if (training.status !== "done") return { job, status: training.status, failure: training.failure, ...empty, seconds: seconds() };

  const steps = recipe.stages.at(-1)?.steps ?? 0;
  const exact = await compiled({ step: request.step, precision: predictionPrecision }, data);
  const predict = async (by: InteractionNetwork, rows: readonly number[]): Promise<readonly number[]> => predictedRows(by, training.parameters, data.table.inputs, rows, steps, hooks.breathe);
  const test = await predict(exact, fold.test);
  const moved = (await predict(network, fold.test)).reduce((most, value, place) => Math.max(most, Math.abs(value - (test[place] ?? Number.NaN))), 0);
  return {
    ...empty,
    job,
    status: "done",
    failure: null,
    test,
    train: await predict(exact, fold.train),
    training: { split: task.id, model: job.model, iteration: training.history.map((point) => point.iteration), loss: training.history.map((point) => point.loss), validation: training.history.map((point) => point.validation) },
    findings: precisionFinding(moved, job),
    numerics: [...request.numerics, ...(job.budget === "full" ? [] : [{ name: `${job.model} on ${task.id}: ${fold.label}`, value: described(training, moved, seconds()) }])],
    seconds: seconds(),
  };
}

function described({ iterations, loss }: InteractionTraining, moved: number, seconds: number): string {
  const total = iterations.reduce((sum, each) => sum + each, 0);
  return `${seconds.toFixed(1)} s, ${total} iterations (${iterations.join(" + ")}), validation loss ${loss.toPrecision(3)}, ${trainingPrecision} within ${moved.toExponential(0)} of ${predictionPrecision}`;
}

/** Reported only where it fails: a list of hundreds of passes says no more than their absence. */
function precisionFinding(moved: number, job: FitJob): readonly Finding[] {
  if (moved <= precisionBound) return [];
  return [
    {
      check: "predictions do not depend on the training's arithmetic",
      verdict: "violated",
      value: moved,
      bound: precisionBound,
      equation: `max |x(${trainingPrecision}) - x(${predictionPrecision})| over the test conditions`,
      source: "this run",
      where: job.key,
      topic: "numerics",
    },
  ];
}

/** Compiled networks, by shape and options: a worker trains many models of one. */
const known = new WeakMap<InteractionData, Map<string, Promise<InteractionNetwork>>>();

function compiled(options: InteractionNetworkOptions, data: InteractionData): Promise<InteractionNetwork> {
  const own = known.get(data) ?? new Map<string, Promise<InteractionNetwork>>();
  known.set(data, own);
  const key = `${options.step} ${options.precision}`;
  const network = own.get(key) ?? compileInteractionNetwork(data.shape, options);
  own.set(key, network);
  return network;
}

async function predictedRows(network: InteractionNetwork, parameters: Float64Array, inputs: Float64Array, rows: readonly number[], steps: number, breathe: FitHooks["breathe"] = silentHooks.breathe): Promise<readonly number[]> {
  const n = network.shape.roles.length;
  const states = new Float64Array(network.lanes * n);
  const predicted: number[] = [];
  network.setParameters(parameters);
  for (let first = 0; first < rows.length; first += network.lanes) {
    const group = rows.slice(first, first + network.lanes);
    network.solveInto(states, inputs, group, steps);
    predicted.push(...states.subarray(0, group.length * n));
    await breathe();
  }
  return predicted;
}
