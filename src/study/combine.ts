import { heldOut } from "../experiments/held-out.ts";
import type { Prediction, PredictionTask } from "../experiments/task.ts";
import type { FitJob, FitResult, FittedModel } from "./mechanism.ts";
import type { Finding, FitCurve, LearnedFluxCurve, MechanismShare, ParityPoint, ThermoCurve } from "./result.ts";
import type { FittedRun } from "./scorecard.ts";

/** Points of a parity plot kept per split, model and role; the run's numerics say when some were left out. */
export const parityLimit = 2000;

/** Tasks that the jobs answer: a budget may leave some of a scenario's seeds out. Without jobs, all. */
export function askedTasks(tasks: readonly PredictionTask[], jobs: readonly FitJob[]): readonly PredictionTask[] {
  const asked = new Set(jobs.flatMap((job) => [job.split, ...(job.also ?? [])]));
  return jobs.length === 0 ? tasks : tasks.filter((task) => asked.has(task.id));
}

/** Every fit once per split it answers; what describes the fit itself stays with the first. */
export function answers(results: readonly FitResult[]): readonly FitResult[] {
  return results.flatMap((result) => [
    result,
    ...Object.entries(result.also ?? {}).map(([split, test]): FitResult => ({
      ...result,
      job: { ...result.job, split },
      test,
      train: [],
      training: null,
      curves: [],
      learnedFluxes: [],
      shares: [],
      thermo: [],
      findings: [],
      numerics: [],
    })),
  ]);
}

/** Predictions of each fitted model on a task: fits of the same fold (other seeds) are averaged. */
export function fittedRuns(task: PredictionTask, models: readonly FittedModel[], results: readonly FitResult[]): readonly FittedRun[] {
  return models
    .filter((model) => results.some((result) => result.job.split === task.id && result.job.model === model.id))
    .map((model) => ({
      model,
      predictions: task.folds.map((fold, index) => {
        const own = results.filter((result) => result.job.split === task.id && result.job.model === model.id && result.job.fold === index);
        return mean(own.map((result) => result.test), fold.test.length * task.table.features.length);
      }),
    }));
}

/** Mean of the lists that are complete; null when none is (a fit that failed has none). */
function mean(lists: readonly (readonly number[])[], length: number): Prediction | null {
  const whole = lists.filter((list) => list.length === length);
  if (whole.length === 0 || length === 0) return null;
  const total = new Float64Array(length);
  for (const list of whole) list.forEach((value, index) => (total[index] = (total[index] ?? 0) + value));
  return total.map((sum) => sum / whole.length);
}

/** Observed against predicted, held-out and (for fitted models) training conditions, thinned evenly beyond `parityLimit`. */
export function parityPoints(task: PredictionTask, run: FittedRun, results: readonly FitResult[]): { readonly points: readonly ParityPoint[]; readonly all: number } {
  const test = heldOut(task, run.predictions).groups.flatMap((group) =>
    pointsOf(task, run.model.id, "test", group.conditions, group.predicted),
  );
  const train = trainMeans(task, run.model.id, results);
  const seen = pointsOf(task, run.model.id, "train", train.conditions, train.predicted);
  return { points: [...thinned(test), ...thinned(seen)], all: test.length + seen.length };
}

function pointsOf(task: PredictionTask, model: string, role: "train" | "test", rows: readonly number[], predicted: Float64Array): readonly ParityPoint[] {
  const { table } = task;
  const width = table.features.length;
  const severalTimes = new Set(table.features.map((feature) => feature.time)).size > 1;
  return rows.flatMap((condition, row) =>
    table.features.flatMap((feature, column) => {
      const cell = condition * width + column;
      const truth = table.truth?.[cell] ?? Number.NaN;
      const observed = Number.isNaN(truth) ? (table.values[cell] ?? Number.NaN) : truth;
      const value = predicted[row * width + column] ?? Number.NaN;
      if (!Number.isFinite(observed) || !Number.isFinite(value)) return [];
      const name = severalTimes ? `${feature.observable} at ${feature.time}` : feature.observable;
      return [{ split: task.id, model, condition: table.conditions[condition]?.id ?? String(condition), feature: name, role, observed, predicted: value }];
    }),
  );
}

function thinned(points: readonly ParityPoint[]): readonly ParityPoint[] {
  if (points.length <= parityLimit) return points;
  return Array.from({ length: parityLimit }, (_, index) => points[Math.floor((index * points.length) / parityLimit)] as ParityPoint);
}

function trainMeans(task: PredictionTask, model: string, results: readonly FitResult[]): { readonly conditions: readonly number[]; readonly predicted: Float64Array } {
  const width = task.table.features.length;
  const sums = new Map<number, { readonly total: Float64Array; count: number }>();
  for (const result of results) {
    const fold = task.folds[result.job.fold];
    if (result.job.split !== task.id || result.job.model !== model || !fold || result.train.length !== fold.train.length * width) continue;
    fold.train.forEach((condition, row) => {
      const sum = sums.get(condition) ?? { total: new Float64Array(width), count: 0 };
      sums.set(condition, sum);
      sum.count += 1;
      for (let feature = 0; feature < width; feature += 1) sum.total[feature] = (sum.total[feature] ?? 0) + (result.train[row * width + feature] ?? Number.NaN);
    });
  }
  const conditions = [...sums.keys()].toSorted((a, b) => a - b);
  return { conditions, predicted: Float64Array.from(conditions.flatMap((condition) => Array.from(sums.get(condition)?.total ?? [], (sum) => sum / (sums.get(condition)?.count ?? 1)))) };
}

/** Curves of all fits: one figure per condition, observable and role, with one line per model (its first fit). */
export function mergeCurves(results: readonly FitResult[]): readonly FitCurve[] {
  const merged = new Map<string, FitCurve>();
  for (const curve of results.flatMap((result) => result.curves)) {
    const key = JSON.stringify([curve.condition, curve.observable, curve.role, curve.times]);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, lines: { ...curve.lines, ...known.lines }, band: known.band ?? curve.band, data: known.data.length > 0 ? known.data : curve.data } : curve);
  }
  return [...merged.values()];
}

/** The first fit's curve of each learned flux and condition. */
export function mergeLearnedFluxes(results: readonly FitResult[]): readonly LearnedFluxCurve[] {
  return firstOf(results.flatMap((result) => result.learnedFluxes), (curve) => JSON.stringify([curve.flux, curve.condition, curve.role]));
}

/** The first fit's thermodynamics of each condition. */
export function mergeThermo(results: readonly FitResult[]): readonly ThermoCurve[] {
  return firstOf(results.flatMap((result) => result.thermo), (curve) => curve.condition);
}

/** Share of the mechanism per split and species, averaged over fits. */
export function mergeShares(results: readonly FitResult[]): readonly MechanismShare[] {
  const all = results.flatMap((result) => result.shares);
  return firstOf(all, shareKey).map((first) => {
    const own = all.filter((share) => shareKey(share) === shareKey(first));
    return { ...first, share: own.reduce((sum, each) => sum + each.share, 0) / own.length };
  });
}

const shareKey = (share: MechanismShare): string => JSON.stringify([share.split, share.species]);

/** Findings, each once. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  return firstOf(findings, (finding) => JSON.stringify([finding.check, finding.where, finding.verdict, finding.value]));
}

function firstOf<T>(list: readonly T[], key: (each: T) => string): readonly T[] {
  const seen = new Set<string>();
  return list.filter((each) => !seen.has(key(each)) && seen.add(key(each)) !== undefined);
}
