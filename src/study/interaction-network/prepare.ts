import { predictionTask } from "../../experiments/split.ts";
import type { PredictionTask } from "../../experiments/task.ts";
import { formatSeed } from "../../numerics/seed.ts";
import { stream } from "../../numerics/random.ts";
import type { StudyProblem } from "../kind.ts";
import type { FitJob, FitResult, FittedModel, PreparedStudy, StudyFiles } from "../mechanism.ts";
import { readInteractionData } from "./data.ts";
import { fitInteractionNetwork } from "./fit.ts";
import { cellboxScores } from "./published.ts";
import type { InteractionNetworkScenario } from "./schema.ts";

const subject: FittedModel = { id: "cellbox", title: "network of interactions in CellBox's rate form", role: "subject" };

/** Reads the data, draws the splits, and makes one fit per fold ready. */
export async function prepareInteractionNetwork(scenario: InteractionNetworkScenario, files: StudyFiles): Promise<PreparedStudy | { readonly problems: readonly StudyProblem[] }> {
  const data = await readInteractionData(scenario, files);
  if ("problems" in data) return data;
  const { budget } = scenario;
  const made = scenario.splits.map((split) => predictionTask(data.responses, split));
  const tasks = made.flatMap((each) => ("task" in each ? [each.task] : []));
  const messages = [...made.flatMap((each) => ("problems" in each ? each.problems : [])), ...checkBudget(scenario)];
  if (messages.length > 0) return { problems: messages.map((message) => ({ file: "scenario.yaml", line: 0, column: 0, message })) };

  return {
    tasks,
    models: [subject],
    // Long fits first: the threads then stay busy to the end.
    jobs: (size, seed) =>
      tasks.toSorted((a, b) => (budget.batch[b.id] ?? 0) - (budget.batch[a.id] ?? 0)).flatMap((task) =>
        foldsOf(task, budget[size][task.id] ?? 0).map((fold): FitJob => ({ key: `${subject.id}-${task.id}-${fold + 1}`, split: task.id, model: subject.id, fold, seed: modelSeed(seed, task.id, fold), budget: size })),
      ),
    run(job, hooks, resume) {
      const task = tasks.find((each) => each.id === job.split);
      if (!task) throw new RangeError(`job ${job.key}: no split ${job.split}`);
      const recipe = { stages: budget.stages, window: budget.window, batch: budget.batch[task.id] ?? 1 };
      const folds = foldsOf(task, budget[job.budget ?? "quick"][task.id] ?? 0);
      return fitInteractionNetwork({ data, task, recipe, step: scenario.protocols.step, numerics: splitFacts(task, folds, recipe.batch, scenario) }, job, hooks, resume);
    },
    findings: [],
    published: cellboxScores.filter((score) => tasks.some((task) => task.id === score.split)),
  };
}

/** Every list by split must name the splits there are, and no other. */
function checkBudget({ budget, splits }: InteractionNetworkScenario): readonly string[] {
  const ids = splits.map((split) => split.id);
  return (["batch", "quick", "full"] as const).flatMap((key) => [
    ...ids.filter((id) => budget[key][id] === undefined).map((id) => `budget.${key} says nothing about split "${id}"`),
    ...Object.keys(budget[key]).filter((id) => !ids.includes(id)).map((id) => `budget.${key} names a split "${id}" that is not declared`),
  ]);
}

/** The first folds of a split, one of each scoring group before the second of any. */
function foldsOf(task: PredictionTask, wanted: number): readonly number[] {
  const seen = new Map<string, number>();
  const turns = task.folds.map(({ group }, fold) => {
    const turn = group === null ? 0 : (seen.get(group) ?? 0);
    if (group !== null) seen.set(group, turn + 1);
    return { fold, turn };
  });
  return turns
    .toSorted((a, b) => a.turn - b.turn || a.fold - b.fold)
    .slice(0, wanted)
    .map(({ fold }) => fold);
}

/** A model's own seed: other models of the run, and the same fold under another root seed, draw other numbers. */
function modelSeed(root: string, split: string, fold: number): string {
  const draw = stream(BigInt(root), `model/${split}`, fold);
  return formatSeed((BigInt(draw.nextUint32()) << 32n) | BigInt(draw.nextUint32()));
}

function splitFacts(task: PredictionTask, folds: readonly number[], batch: number, { budget, protocols }: InteractionNetworkScenario): FitResult["numerics"] {
  const groups = [...new Set(folds.flatMap((fold) => task.folds[fold]?.group ?? []))];
  const held = groups.length === 0 ? "" : `; left out: ${groups.join(", ")} (${groups.length} of ${task.groups.length})`;
  const stages = budget.stages.map((stage) => `${stage.steps} steps, rate ${stage.learningRate}, l1 ${stage.l1}, patience ${stage.patience}`);
  return [
    { name: `${subject.id} on ${task.id}: models`, value: `${folds.length} of ${task.folds.length} folds, batches of ${batch}${held}` },
    { name: `${subject.id}: solver`, value: `Heun, step ${protocols.step}, the last step's state is the prediction` },
    { name: `${subject.id}: stages`, value: stages.join("; ") },
  ];
}
