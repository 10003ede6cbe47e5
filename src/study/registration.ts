import type { PredictionTask } from "../experiments/task.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import type { StudyTexts } from "./files.ts";
import type { KindSchema, ScenarioOf } from "./kind.ts";

/** What a scenario commits to before anything is scored: one hash over the hashes of its parts. */
export interface Registration {
  readonly scenario: string;
  /** SHA-256 of the canonical JSON of `parts`. */
  readonly hash: string;
  /** SHA-256 by part, so that a later change can be named. */
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * The registration of a prepared scenario: model text, data, split rows, baselines, primary and secondary endpoints, seeds and budget.
 *
 * `title`, `expected.json` and prose are not part. Values the scenario simulates itself are not either: they follow from model, protocols and seeds.
 */
export async function registrationOf(scenario: ScenarioOf<KindSchema>, texts: StudyTexts, tasks: readonly PredictionTask[]): Promise<Registration> {
  const content = {
    model: { id: scenario.id, model: scenario.model, truth: scenario.truth, learned: scenario.learned, files: await hashesOf(texts.folder) },
    protocols: scenario.protocols,
    data: { data: scenario.data, files: await hashesOf(texts.data) },
    splits: { declared: scenario.splits, rows: tasks.map(rowsOf) },
    baselines: scenario.baselines,
    primary: scenario.primary,
    secondary: scenario.secondary,
    seeds: scenario.seeds,
    budget: scenario.budget,
  };
  const parts = Object.fromEntries(
    await Promise.all(Object.entries(content).map(async ([name, part]) => [name, await sha256(canonicalJson(part))] as const)),
  );
  return { scenario: scenario.id, hash: await sha256(canonicalJson({ schema: "registration/1", parts })), parts };
}

async function hashesOf(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(await Promise.all(Object.entries(files).map(async ([name, text]) => [name, await sha256(text)] as const)));
}

/** Row ids of every fold and scoring group of a task. */
function rowsOf(task: PredictionTask): unknown {
  const ids = (rows: readonly number[]) => rows.map((row) => task.table.conditions[row]?.id ?? String(row));
  return {
    id: task.id,
    kind: task.kind,
    folds: task.folds.map((fold) => ({
      label: fold.label,
      group: fold.group,
      seed: fold.seed,
      train: ids(fold.train),
      validation: ids(fold.validation),
      test: ids(fold.test),
    })),
    groups: task.groups.map((group) => ({ id: group.id, conditions: ids(group.conditions) })),
  };
}
