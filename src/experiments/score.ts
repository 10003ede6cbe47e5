import { heldOut } from "./held-out.ts";
import type { HeldOut, HeldOutGroup } from "./held-out.ts";
import type { Metric } from "./metric.ts";
import type { MetricSums } from "./metric/kind.ts";
import type { Prediction, PredictionTask } from "./task.ts";

/** Sums of one condition within one scoring group: what a bootstrap draws. */
export interface ConditionSums {
  readonly group: string;
  readonly condition: number;
  readonly sums: MetricSums;
}

/** A model's value of one metric on one split. */
export interface ScoreSummary {
  readonly metric: Metric;
  /** Mean over groups. */
  readonly value: number;
  /** Conditions scored, each counted once. */
  readonly n: number;
  readonly groups: readonly { readonly id: string; readonly value: number; readonly n: number }[];
  readonly parts: readonly ConditionSums[];
}

/** Why there is no score. */
export interface NoScore {
  readonly problem: string;
}

/** Scores a model's predictions, one per fold (null = not predicted), by one metric. */
export function score(task: PredictionTask, predictions: readonly (Prediction | null)[], metric: Metric): ScoreSummary | NoScore {
  return scoreHeldOut(heldOut(task, predictions), metric);
}

/** The metric over all condition times feature cells of each group, then its mean over groups. */
export function scoreHeldOut(model: HeldOut, metric: Metric): ScoreSummary | NoScore {
  const parts: ConditionSums[] = [];
  const place = placeOf(model, metric);
  for (const group of model.groups) {
    for (let row = 0; row < group.conditions.length; row++) {
      const sums = sumsOf(model.task, group, row, metric, place);
      if ("problem" in sums) return sums;
      if (sums.count > 0) parts.push({ group: group.id, condition: group.conditions[row] ?? -1, sums });
    }
  }
  if (parts.length === 0) return { problem: `nothing was predicted of split "${model.task.id}"` };
  const groups = model.groups.flatMap(({ id }) => {
    const own = parts.filter((part) => part.group === id);
    return own.length === 0 ? [] : [{ id, value: metric.kind.value(addUp(own.map((part) => part.sums))), n: own.length }];
  });
  const value = groups.reduce((sum, group) => sum + group.value, 0) / groups.length;
  return { metric, value, n: new Set(parts.map((part) => part.condition)).size, groups, parts };
}

/** The same score over the conditions (in their groups) that another model predicted too; both sides of a fair comparison. */
export function shared(left: ScoreSummary, right: ScoreSummary): { readonly left: readonly ConditionSums[]; readonly right: readonly ConditionSums[] } {
  const key = (part: ConditionSums): string => JSON.stringify([part.group, part.condition]);
  const other = new Map(right.parts.map((part) => [key(part), part]));
  const pairs = left.parts.flatMap((part) => {
    const twin = other.get(key(part));
    return twin === undefined ? [] : [[part, twin] as const];
  });
  return { left: pairs.map(([part]) => part), right: pairs.map(([, twin]) => twin) };
}

/** Sum of sums. */
export function addUp(list: readonly MetricSums[]): MetricSums {
  const total = { count: 0, observed: 0, predicted: 0, observedSquared: 0, predictedSquared: 0, product: 0, errorSquared: 0 };
  for (const sums of list) {
    total.count += sums.count;
    total.observed += sums.observed;
    total.predicted += sums.predicted;
    total.observedSquared += sums.observedSquared;
    total.predictedSquared += sums.predictedSquared;
    total.product += sums.product;
    total.errorSquared += sums.errorSquared;
  }
  return total;
}

interface Place {
  /** Taken off both sides where the metric is not about the centroid: it keeps sums of squares small and changes no metric. */
  readonly shift: number;
  /** [nFeature] */
  readonly scale: Float64Array;
}

function observedAt({ table }: PredictionTask, condition: number, feature: number, metric: Metric): number {
  const cell = condition * table.features.length + feature;
  const truth = metric.against === "truth" ? (table.truth?.[cell] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(truth) ? (table.values[cell] ?? Number.NaN) : truth;
}

function placeOf(model: HeldOut, metric: Metric): Place {
  const scored = [...new Set(model.task.groups.flatMap((group) => group.conditions))];
  const scale = new Float64Array(model.task.table.features.length).fill(1);
  let total = 0;
  let count = 0;
  for (let feature = 0; feature < metric.features; feature++) {
    const column = scored.map((condition) => observedAt(model.task, condition, feature, metric)).filter((value) => !Number.isNaN(value));
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    if (column.length > 0) total += mean * column.length;
    count += column.length;
    if (metric.kind.facts.scale === "feature") {
      scale[feature] = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    }
  }
  return { shift: count === 0 ? 0 : total / count, scale };
}

function sumsOf(task: PredictionTask, group: HeldOutGroup, row: number, metric: Metric, place: Place): MetricSums | NoScore {
  const width = task.table.features.length;
  const condition = group.conditions[row] ?? -1;
  const aboutCentroid = metric.kind.facts.about === "training centroid";
  const total = { count: 0, observed: 0, predicted: 0, observedSquared: 0, predictedSquared: 0, product: 0, errorSquared: 0 };
  for (let feature = 0; feature < metric.features; feature++) {
    const observed = observedAt(task, condition, feature, metric);
    const scale = place.scale[feature] ?? Number.NaN;
    if (Number.isNaN(observed) || !(scale > 0)) continue;
    const cell = row * width + feature;
    const predicted = group.predicted[cell] ?? Number.NaN;
    const origin = aboutCentroid ? (group.centroid[cell] ?? Number.NaN) : place.shift;
    if (!Number.isFinite(predicted) || Number.isNaN(origin)) {
      const what = Number.isNaN(origin) ? "no training row measured" : `the model predicts ${predicted} for`;
      return { problem: `${what} "${task.table.features[feature]?.observable ?? feature}" in condition "${task.table.conditions[condition]?.id ?? condition}"` };
    }
    const o = beyond(observed, origin) / scale;
    const p = beyond(predicted, origin) / scale;
    total.count += 1;
    total.observed += o;
    total.predicted += p;
    total.observedSquared += o * o;
    total.predictedSquared += p * p;
    total.product += o * p;
    total.errorSquared += (o - p) * (o - p);
  }
  return total;
}

/**
 * Value minus origin, 0 where they differ by rounding alone (both may be means over hundreds of folds): what is left of a model that
 * predicts the centroid would otherwise be noise with a correlation of its own.
 */
function beyond(value: number, origin: number): number {
  const difference = value - origin;
  return Math.abs(difference) <= 1e-12 * Math.max(Math.abs(value), Math.abs(origin)) ? 0 : difference;
}
