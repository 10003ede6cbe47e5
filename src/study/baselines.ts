import { tableBaselines } from "../experiments/baseline/index.ts";
import type { TableBaseline } from "../experiments/baseline/kind.ts";
import type { Prediction, PredictionTask } from "../experiments/task.ts";
import { viewOf, type SeenRows, type TrainingView } from "../experiments/view.ts";
import { stream } from "../numerics/random.ts";
import type { FittedModel } from "./mechanism.ts";
import { didYouMean } from "./nearest.ts";

/** Id of the control that must fail: the best simple baseline, trained on permuted labels. */
export const labelPermuted = "label-permuted";

/** Every table-only baseline, in the order it is printed. */
export const simpleBaselines: readonly TableBaseline[] = tableBaselines;

/** Predictions of one baseline over the folds of a task; null = not applicable to that fold. */
export interface BaselineRun {
  readonly baseline: TableBaseline;
  readonly predictions: readonly (Prediction | null)[];
  /** Why it does not apply to any fold; null = it does. */
  readonly notApplicable: string | null;
}

/** Ids in a scenario's `baselines:` that nobody provides. */
export function unknownBaselines(wanted: "all" | readonly string[], models: readonly FittedModel[]): readonly { readonly index: number; readonly message: string }[] {
  if (wanted === "all") return [];
  const known = [...simpleBaselines.map((each) => each.facts.id), ...models.filter((model) => model.role !== "subject").map((model) => model.id), labelPermuted];
  return wanted.flatMap((id, index) => (known.includes(id) ? [] : [{ index, message: `unknown baseline "${id}"${didYouMean(id, known)}` }]));
}

/** Whether a scenario asks for a baseline. */
export function isWanted(wanted: "all" | readonly string[], id: string): boolean {
  return wanted === "all" || wanted.includes(id);
}

/**
 * Runs a baseline over all folds of a task; `views` are the folds cut to what may be seen.
 * Gives null when `stop` said so.
 */
export async function runBaseline(
  baseline: TableBaseline,
  views: readonly TrainingView[],
  stop: () => boolean,
  breathe: () => Promise<void>,
): Promise<BaselineRun | null> {
  const predictions: (Prediction | null)[] = [];
  let reason: string | null = null;
  let last = performance.now();
  for (const view of views) {
    const answer = baseline.predict(view);
    if ("predictions" in answer) predictions.push(answer.predictions);
    else {
      predictions.push(null);
      reason ??= answer.notApplicable;
    }
    if (performance.now() - last > 50) {
      await breathe();
      last = performance.now();
      if (stop()) return null;
    }
  }
  return { baseline, predictions, notApplicable: predictions.every((each) => each === null) ? (reason ?? "the split has no folds") : null };
}

/** What each fold of a task may see. */
export function viewsOf(task: PredictionTask): readonly TrainingView[] {
  return task.folds.map((fold) => viewOf(task, fold));
}

/** A fold's view with the responses of its seen conditions dealt out anew among them: what is learned from it is chance. */
export function permuteLabels(view: TrainingView, seed: bigint, index: number): TrainingView {
  const { train, validation } = view;
  const width = view.features.length;
  const count = train.conditions.length + validation.conditions.length;
  const order = stream(seed, "label permutation", index).shuffle(Array.from({ length: count }, (_, row) => row));
  const rowOf = (values: (rows: SeenRows) => Float64Array, row: number) => {
    const rows = row < train.conditions.length ? train : validation;
    const local = row < train.conditions.length ? row : row - train.conditions.length;
    return values(rows).subarray(local * width, (local + 1) * width);
  };
  const dealt = (values: (rows: SeenRows) => Float64Array, from: number, length: number) => {
    const made = new Float64Array(length * width);
    for (let row = 0; row < length; row += 1) made.set(rowOf(values, order[from + row] ?? 0), row * width);
    return made;
  };
  const again = (rows: SeenRows, from: number): SeenRows => ({
    ...rows,
    values: dealt((each) => each.values, from, rows.conditions.length),
    sd: train.sd === null || validation.sd === null ? null : dealt((each) => each.sd ?? each.values, from, rows.conditions.length),
  });
  return { ...view, train: again(train, 0), validation: again(validation, train.conditions.length) };
}
