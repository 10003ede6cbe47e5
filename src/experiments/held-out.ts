import type { Prediction, PredictionTask, ScoringGroup } from "./task.ts";

/** Predictions of one scoring group, averaged per condition over every fold of the group in which it was held out. */
export interface HeldOutGroup {
  readonly id: string;
  /** Conditions that were predicted at least once, in the group's order. */
  readonly conditions: readonly number[];
  /** Row-major [conditions.length, nFeature]; NaN = the model gave no value. */
  readonly predicted: Float64Array;
  /** Mean response of the perturbed training rows, averaged over the same folds, same shape. */
  readonly centroid: Float64Array;
  /** Folds averaged, per condition. */
  readonly folds: readonly number[];
}

/** One model's predictions of what was held out, ready to be scored. */
export interface HeldOut {
  readonly task: PredictionTask;
  readonly groups: readonly HeldOutGroup[];
}

/**
 * Averages a model's predictions per condition over the folds of the same group; null = this fold was not predicted.
 * Responses that a perturbation sets by itself (`table.imposed`) replace what the model says.
 */
export function heldOut(task: PredictionTask, predictions: readonly (Prediction | null)[]): HeldOut {
  if (predictions.length !== task.folds.length) {
    throw new RangeError(`split "${task.id}" has ${task.folds.length} folds, ${predictions.length} predictions were given`);
  }
  const width = task.table.features.length;
  const sums = new Map<string, Sum>();
  task.folds.forEach((fold, place) => {
    const prediction = predictions[place] ?? null;
    if (prediction === null) return;
    if (prediction.length !== fold.test.length * width) {
      throw new RangeError(`fold "${fold.label}" of split "${task.id}" asks for ${fold.test.length} x ${width} values, ${prediction.length} were given`);
    }
    const centroid = trainingCentroid(task, fold.train);
    fold.test.forEach((condition, row) => {
      const key = sumKey(fold.group, condition);
      const sum = sums.get(key) ?? { predicted: new Float64Array(width), centroid: new Float64Array(width), folds: 0 };
      sums.set(key, sum);
      sum.folds += 1;
      for (let feature = 0; feature < width; feature++) {
        sum.predicted[feature] = (sum.predicted[feature] ?? 0) + (prediction[row * width + feature] ?? Number.NaN);
        sum.centroid[feature] = (sum.centroid[feature] ?? 0) + (centroid[feature] ?? Number.NaN);
      }
    });
  });
  return { task, groups: task.groups.map((group) => averagedGroup(task, group, sums, width)) };
}

interface Sum {
  readonly predicted: Float64Array;
  readonly centroid: Float64Array;
  folds: number;
}

const sumKey = (group: string | null, condition: number): string => JSON.stringify([group, condition]);

function averagedGroup(task: PredictionTask, group: ScoringGroup, sums: ReadonlyMap<string, Sum>, width: number): HeldOutGroup {
  // Folds without a group of their own serve every scoring group.
  const sumOf = (condition: number): Sum | undefined => sums.get(sumKey(group.id, condition)) ?? sums.get(sumKey(null, condition));
  const conditions = group.conditions.filter((condition) => sumOf(condition) !== undefined);
  const predicted = new Float64Array(conditions.length * width);
  const centroid = new Float64Array(conditions.length * width);
  const folds: number[] = [];
  const imposed = task.table.imposed ?? null;
  conditions.forEach((condition, row) => {
    const sum = sumOf(condition);
    if (sum === undefined) return;
    folds.push(sum.folds);
    for (let feature = 0; feature < width; feature++) {
      const set = imposed?.[condition * width + feature] ?? Number.NaN;
      predicted[row * width + feature] = Number.isNaN(set) ? (sum.predicted[feature] ?? Number.NaN) / sum.folds : set;
      centroid[row * width + feature] = (sum.centroid[feature] ?? Number.NaN) / sum.folds;
    }
  });
  return { id: group.id, conditions, predicted, centroid, folds };
}

/** Mean measured response of the perturbed rows [nFeature]; NaN where none was measured. */
function trainingCentroid({ table }: PredictionTask, rows: readonly number[]): Float64Array {
  const width = table.features.length;
  const total = new Float64Array(width);
  const count = new Float64Array(width);
  for (const row of rows) {
    if (table.conditions[row]?.perturbations.length === 0) continue;
    for (let feature = 0; feature < width; feature++) {
      const value = table.values[row * width + feature] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      total[feature] = (total[feature] ?? 0) + value;
      count[feature] = (count[feature] ?? 0) + 1;
    }
  }
  return total.map((sum, feature) => sum / (count[feature] ?? 0));
}
