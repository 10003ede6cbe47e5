import { z } from "zod";
import type { PreparedStudy } from "../../src/study/mechanism.ts";
import type { KindSchema, MechanismKind } from "../../src/study/kind.ts";
import type { PredictionTask } from "../../src/experiments/task.ts";
import { toyRun } from "./toy-study.mjs";

const schema = {
  model: z.strictObject({ kind: z.literal("toy"), slope: z.number(), text: z.string().optional() }),
  protocols: z.strictObject({ doses: z.array(z.number()).min(1), unit: z.string().optional() }),
  split: z.strictObject({ id: z.string(), kind: z.enum(["held-out-combination", "random"]), seed: z.int().optional() }),
  budget: z.strictObject({ quick: z.int().min(1), full: z.int().min(1) }),
} satisfies KindSchema;

/** Two agents, their singles and their pair at a few doses; the response is additive with an interaction. */
export function toyTasks(slope: number, doses: readonly number[], splits: readonly { readonly id: string; readonly kind: string }[]): readonly PredictionTask[] {
  const singles = doses.flatMap((dose) => ["a", "b"].map((agent) => ({ id: `${agent}${dose}`, perturbations: [{ agent, dose }] })));
  const pairs = doses.flatMap((one) => doses.map((two) => ({ id: `a${one}+b${two}`, perturbations: [{ agent: "a", dose: one }, { agent: "b", dose: two }] })));
  const conditions = [{ id: "control", perturbations: [] }, ...singles, ...pairs];
  const features = ["x", "y"].map((observable) => ({ observable, time: 1, unit: null }));
  const response = (perturbations: readonly { agent: string; dose: number }[]) => {
    const of = (agent: string) => perturbations.find((each) => each.agent === agent)?.dose ?? 0;
    return [slope * of("a") - of("b") + 2 * of("a") * of("b"), of("a") + 0.5 * of("b") - of("a") * of("b")];
  };
  const values = Float64Array.from(conditions.flatMap((condition) => response(condition.perturbations)));
  const inputs = Float64Array.from(conditions.flatMap((condition) => ["a", "b"].map((agent) => condition.perturbations.find((each) => each.agent === agent)?.dose ?? 0)));
  const test = conditions.flatMap((condition, index) => (condition.perturbations.length === 2 ? [index] : []));
  const train = conditions.flatMap((condition, index) => (condition.perturbations.length < 2 ? [index] : []));
  const table = { conditions, features, values, truth: null, sd: null, inputs: { names: ["a", "b"], values: inputs }, baseline: null };
  return splits.map((split) => ({
    id: split.id,
    kind: split.kind,
    table,
    folds: [{ label: split.id, group: null, seed: "1", train, validation: [], test }],
    groups: [{ id: split.id, conditions: test }],
  }));
}

/** A kind of mechanism for tests: no model to speak of, real tasks, real jobs. */
export const toyKind: MechanismKind<typeof schema> = {
  facts: { id: "toy", title: "Toy", source: "this test" },
  schema,
  async prepare(scenario, files): Promise<PreparedStudy> {
    if (scenario.model.text) await files.readText(scenario.model.text);
    const tasks = toyTasks(scenario.model.slope, scenario.protocols.doses, scenario.splits);
    const models = [
      { id: "subject", title: "Subject", role: "subject" as const },
      { id: "mechanism-only", title: "Mechanism only", role: "baseline" as const },
    ];
    return {
      tasks,
      models,
      findings: [],
      published: [],
      jobs: (budget, seed) =>
        tasks.flatMap((task) =>
          models.flatMap((model) =>
            Array.from({ length: 2 }, (_, copy) => {
              const own = String(Number(seed) + copy);
              return { key: `${task.id}.${model.id}.${budget}.${own}`, split: task.id, model: model.id, fold: 0, seed: own };
            }),
          ),
        ),
      run: (job, hooks, resume) => {
        const task = tasks.find((each) => each.id === job.split);
        const fold = task?.folds[job.fold];
        if (!task || !fold) throw new Error(`no fold ${job.fold} in split ${job.split}`);
        const width = task.table.features.length;
        const truth = fold.test.flatMap((row) => Array.from(task.table.values.subarray(row * width, (row + 1) * width)));
        return toyRun(job, hooks, resume, truth, scenario.budget.quick);
      },
    };
  },
};

/** The toy kind, telling how many iterations all its fits have done. */
export function watchedToy(watch: (iterations: number) => void): MechanismKind<typeof schema> {
  let iterations = 0;
  return {
    ...toyKind,
    async prepare(scenario, files) {
      const study = await toyKind.prepare(scenario, files);
      if ("problems" in study) return study;
      const run: PreparedStudy["run"] = (job, hooks, resume) =>
        study.run(job, { ...hooks, progress: (...progress) => (hooks.progress(...progress), watch((iterations += 1))) }, resume);
      return { ...study, run };
    },
  };
}

/** A scenario file of the toy kind. */
export const toyScenario = `semimech: 1
id: toy
title: A toy
model: { kind: toy, slope: 2 }
protocols: { doses: [1, 2] }
learned: []
splits:
  - { id: pairs, kind: held-out-combination }
baselines: all
primary: { metric: rmse, direction: lower }
secondary: []
seeds: [1, 2]
budget: { quick: 40, full: 80 }
`;
