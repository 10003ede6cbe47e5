import { stream } from "../numerics/random.ts";
import { standardDeviation } from "../numerics/statistics.ts";
import type { Metric } from "./metric.ts";
import type { MetricSums } from "./metric/kind.ts";
import { shared } from "./score.ts";
import type { ConditionSums, ScoreSummary } from "./score.ts";

/** How a score's uncertainty is drawn. */
export interface BootstrapOptions {
  readonly seed: bigint;
  /** Times the conditions are drawn anew. */
  readonly draws: number;
}

export const bootstrapDefaults = { draws: 1000 } as const;

/** Difference of two models' scores on the conditions both predicted. */
export interface PairedDifference {
  /** Left minus right. */
  readonly difference: number;
  /** Standard error over conditions; null where it has no meaning (fewer than two conditions, or a metric undefined in a draw). */
  readonly se: number | null;
  /** Conditions compared. */
  readonly n: number;
}

/**
 * Bootstrap standard error of a score: whole conditions are drawn with replacement, all cells of a condition (in every group it
 * is scored in) together. Null where it has no meaning.
 * @source Efron 1979, doi:10.1214/aos/1176344552
 */
export function standardError(summary: ScoreSummary, options: BootstrapOptions): number | null {
  return spreadOf(replicates([summary.parts], summary.metric, options).map(([value]) => value ?? Number.NaN));
}

/** Left minus right with its paired-bootstrap standard error: the same draws of conditions on both sides. */
export function pairedDifference(left: ScoreSummary, right: ScoreSummary, options: BootstrapOptions): PairedDifference {
  if (left.metric.id !== right.metric.id) throw new RangeError(`scores by different metrics cannot be compared: ${left.metric.id} and ${right.metric.id}`);
  const both = shared(left, right);
  const conditions = drawnConditions(both.left);
  const once = new Uint16Array(conditions.length).fill(1);
  const whole = [both.left, both.right].map((parts) => valueOf(prepared(parts, conditions), left.metric, once, 0));
  const draws = replicates([both.left, both.right], left.metric, options);
  return {
    difference: (whole[0] ?? Number.NaN) - (whole[1] ?? Number.NaN),
    se: spreadOf(draws.map(([a, b]) => (a ?? Number.NaN) - (b ?? Number.NaN))),
    n: conditions.length,
  };
}

const width = 7;

/** Parts as flat numbers, by group, for the many draws. */
interface PreparedGroup {
  /** Places of the conditions in the list that is drawn from. */
  readonly places: Int32Array;
  /** Row-major [places.length, 7] in the order of `MetricSums`. */
  readonly sums: Float64Array;
}

function prepared(parts: readonly ConditionSums[], conditions: readonly number[]): readonly PreparedGroup[] {
  const place = new Map(conditions.map((condition, index) => [condition, index]));
  const groups = new Map<string, ConditionSums[]>();
  for (const part of parts) {
    const own = groups.get(part.group);
    if (own === undefined) groups.set(part.group, [part]);
    else own.push(part);
  }
  return [...groups.values()].map((own) => ({
    places: Int32Array.from(own, (part) => place.get(part.condition) ?? -1),
    sums: Float64Array.from(own.flatMap(({ sums }) => asList(sums))),
  }));
}

const asList = (sums: MetricSums): readonly number[] => [
  sums.count,
  sums.observed,
  sums.predicted,
  sums.observedSquared,
  sums.predictedSquared,
  sums.product,
  sums.errorSquared,
];

const drawnConditions = (parts: readonly ConditionSums[]): readonly number[] =>
  [...new Set(parts.map((part) => part.condition))].toSorted((left, right) => left - right);

/** Mean over groups of the metric, the condition at place i taken `weights[offset + i]` times; groups that were not drawn are left out. */
function valueOf(groups: readonly PreparedGroup[], metric: Metric, weights: Uint16Array, offset: number): number {
  let total = 0;
  let drawn = 0;
  const sum = new Float64Array(width);
  for (const { places, sums } of groups) {
    sum.fill(0);
    for (let row = 0; row < places.length; row++) {
      const weight = weights[offset + (places[row] ?? 0)] ?? 0;
      if (weight === 0) continue;
      for (let entry = 0; entry < width; entry++) sum[entry] = (sum[entry] ?? 0) + weight * (sums[row * width + entry] ?? 0);
    }
    const [count = 0, observed = 0, predicted = 0, observedSquared = 0, predictedSquared = 0, product = 0, errorSquared = 0] = sum;
    if (count === 0) continue;
    drawn += 1;
    total += metric.kind.value({ count, observed, predicted, observedSquared, predictedSquared, product, errorSquared });
  }
  return total / drawn;
}

/** One row per draw with the value of each side; both sides hold the same conditions. */
function replicates(sides: readonly (readonly ConditionSums[])[], metric: Metric, options: BootstrapOptions): readonly (readonly number[])[] {
  const conditions = drawnConditions(sides.flat());
  if (conditions.length < 2) return [];
  const groups = sides.map((parts) => prepared(parts, conditions));
  const weights = drawWeights(conditions.length, options);
  return Array.from({ length: options.draws }, (_, draw) => groups.map((side) => valueOf(side, metric, weights, draw * conditions.length)));
}

let lastDrawn: { readonly key: string; readonly weights: Uint16Array } | null = null;

/**
 * How often each place is drawn, row-major [draws, count]. The last answer is kept: a score table asks for the same draws for
 * every model and metric, and drawing costs more than the scores.
 */
function drawWeights(count: number, options: BootstrapOptions): Uint16Array {
  const key = `${options.seed}/${options.draws}/${count}`;
  if (lastDrawn?.key === key) return lastDrawn.weights;
  const weights = new Uint16Array(options.draws * count);
  for (let draw = 0; draw < options.draws; draw++) {
    const random = stream(options.seed, "bootstrap", draw);
    for (let each = 0; each < count; each++) {
      const place = draw * count + random.integer(count);
      weights[place] = (weights[place] ?? 0) + 1;
    }
  }
  lastDrawn = { key, weights };
  return weights;
}

/** Standard deviation of the draws; null when a draw has no value (a correlation over one flat condition, say) or there are fewer than two. */
function spreadOf(values: readonly number[]): number | null {
  if (values.length < 2 || values.some((value) => !Number.isFinite(value))) return null;
  return standardDeviation(values);
}
