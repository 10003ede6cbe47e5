import type { TableBaseline } from "../experiments/baseline/kind.ts";
import { standardError, type BootstrapOptions } from "../experiments/bootstrap.ts";
import { readMetric, type Metric } from "../experiments/metric.ts";
import { score, type ScoreSummary } from "../experiments/score.ts";
import type { Prediction, PredictionTask } from "../experiments/task.ts";
import type { TrainingView } from "../experiments/view.ts";
import { isWanted, labelPermuted, permuteLabels, runBaseline, type BaselineRun } from "./baselines.ts";
import type { ScenarioHead } from "./scenario-schema.ts";
import type { FittedModel } from "./mechanism.ts";
import type { Finding, RunResult, Score, Verdict } from "./result.ts";
import { isBetter, judge } from "./verdict.ts";

/** A fitted model's predictions over the folds of a task, copies with other seeds averaged; null = not fitted. */
export interface FittedRun {
  readonly model: FittedModel;
  readonly predictions: readonly (Prediction | null)[];
}

/** Everything predicted on one split, before anything is scored. */
export interface SplitPredictions {
  readonly task: PredictionTask;
  readonly views: readonly TrainingView[];
  readonly baselines: readonly BaselineRun[];
  readonly fitted: readonly FittedRun[];
}

/** The scores and verdicts of one split. */
export interface Scorecard {
  readonly scores: readonly Score[];
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly notApplicable: RunResult["notApplicable"];
  /** Id of the best simple baseline by the primary metric; null when none applies. */
  readonly best: string | null;
}

interface Entry {
  readonly id: string;
  readonly role: FittedModel["role"] | "simple";
  readonly predictions: readonly (Prediction | null)[];
}

/** Scores every model on one split by every endpoint, then judges the subjects by the primary one. */
export async function scoreSplit(
  predicted: SplitPredictions,
  endpoints: Pick<ScenarioHead, "primary" | "secondary" | "baselines">,
  bootstrap: BootstrapOptions,
  breathe: () => Promise<void>,
): Promise<Scorecard> {
  const { task } = predicted;
  const entries: Entry[] = [
    ...predicted.baselines.filter((run) => run.notApplicable === null).map((run) => ({ id: run.baseline.facts.id, role: "simple" as const, predictions: run.predictions })),
    ...predicted.fitted.filter((run) => run.predictions.some((each) => each !== null)).map((run) => ({ id: run.model.id, role: run.model.role, predictions: run.predictions })),
  ];
  const unscored: { readonly split: string; readonly model: string; readonly reason: string }[] = [
    ...predicted.baselines.flatMap((run) => (run.notApplicable === null ? [] : [{ split: task.id, model: run.baseline.facts.id, reason: run.notApplicable }])),
    ...predicted.fitted.flatMap((run) => (run.predictions.some((each) => each !== null) ? [] : [{ split: task.id, model: run.model.id, reason: "no fit of it finished" }])),
  ];
  const primary = metricOf(endpoints.primary.metric, task);
  const { direction } = endpoints.primary;
  const byPrimary = (entry: Entry, only?: readonly (Prediction | null)[]) => score(task, only === undefined ? entry.predictions : masked(entry.predictions, only), primary);

  const best = bestOf(entries.filter((entry) => entry.role === "simple"), byPrimary, direction);
  const baseline = predicted.baselines.find((run) => run.baseline.facts.id === best?.id)?.baseline;
  if (baseline && isWanted(endpoints.baselines, labelPermuted) && !entries.some((entry) => entry.role === "control")) {
    entries.push({ id: labelPermuted, role: "control", predictions: await permutedPredictions(baseline, predicted.views, bootstrap.seed, breathe) });
  }

  const scores: Score[] = [];
  for (const entry of entries) {
    for (const metric of [endpoints.primary, ...endpoints.secondary].map((each) => metricOf(each.metric, task))) {
      const summary = score(task, entry.predictions, metric);
      if ("problem" in summary) {
        unscored.push({ split: task.id, model: entry.id, reason: `${metric.id}: ${summary.problem}` });
        continue;
      }
      scores.push({ split: task.id, model: entry.id, metric: metric.id, value: summary.value, se: standardError(summary, bootstrap), n: summary.n });
    }
    await breathe();
  }

  // Held against each other on the same folds: a baseline that saw more folds would be averaged more.
  const contest = (subject: Entry, other: Entry): Verdict | null => {
    const left = byPrimary(subject, other.predictions);
    const right = byPrimary(other, subject.predictions);
    if ("problem" in left || "problem" in right) return null;
    return judge({ split: task.id, model: subject.id, against: other.id, rival: other.role === "simple" ? "simple" : "fitted", direction, left, right }, bootstrap);
  };
  const rivals = [...(best ? [best] : []), ...entries.filter((entry) => entry.role === "baseline")];
  const subjects = entries.filter((entry) => entry.role === "subject");
  const verdicts = subjects.flatMap((subject) => rivals.flatMap((rival) => contest(subject, rival) ?? []));
  const controls = subjects.flatMap((subject) =>
    entries.filter((entry) => entry.role === "control").flatMap((control) => controlFinding(contest(subject, control)) ?? []),
  );
  return { scores, verdicts, findings: controls, notApplicable: unscored, best: best?.id ?? null };
}

function bestOf(entries: readonly Entry[], byPrimary: (entry: Entry) => ScoreSummary | { readonly problem: string }, direction: "lower" | "higher"): Entry | null {
  let best: { readonly entry: Entry; readonly value: number } | null = null;
  for (const entry of entries) {
    const summary = byPrimary(entry);
    if ("problem" in summary || Number.isNaN(summary.value)) continue;
    if (best === null || isBetter(summary.value, best.value, direction)) best = { entry, value: summary.value };
  }
  return best?.entry ?? null;
}

async function permutedPredictions(
  baseline: TableBaseline,
  views: readonly TrainingView[],
  seed: bigint,
  breathe: () => Promise<void>,
): Promise<readonly (Prediction | null)[]> {
  const run = await runBaseline(baseline, views.map((view, index) => permuteLabels(view, seed, index)), () => false, breathe);
  return run?.predictions ?? views.map(() => null);
}

/** Metrics were checked when the scenario was opened. @throws RangeError on one that was not */
function metricOf(id: string, task: PredictionTask): Metric {
  const answer = readMetric(id, task.table);
  if ("problem" in answer) throw new RangeError(answer.problem);
  return answer.metric;
}

function masked(predictions: readonly (Prediction | null)[], by: readonly (Prediction | null)[]): readonly (Prediction | null)[] {
  return predictions.map((each, index) => ((by[index] ?? null) === null ? null : each));
}

/** A model that does not beat permuted labels has learned nothing that labels carry. */
function controlFinding(verdict: Verdict | null): Finding | null {
  if (verdict === null) return null;
  return {
    check: "label-permuted control fails",
    verdict: verdict.verdict === "advantage" ? "ok" : "violated",
    value: verdict.difference,
    bound: 0,
    equation: `${verdict.metric} of ${verdict.model} minus that of ${verdict.against}, more than 2 standard errors from 0 on the better side`,
    source: "Ojala and Garriga 2010, jmlr.org/papers/v11/ojala10a.html",
    where: verdict.split,
  };
}
