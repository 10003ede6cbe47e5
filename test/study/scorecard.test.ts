import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMetric } from "../../src/experiments/metric.ts";
import { score } from "../../src/experiments/score.ts";
import { viewOf } from "../../src/experiments/view.ts";
import type { PredictionTask } from "../../src/experiments/task.ts";
import { permuteLabels, runBaseline, simpleBaselines, unknownBaselines, viewsOf } from "../../src/study/baselines.ts";
import { answers, askedTasks, fittedRuns, mergeCurves, mergeShares, parityPoints } from "../../src/study/combine.ts";
import { failedResult } from "../../src/study/schedule.ts";
import { scoreSplit } from "../../src/study/scorecard.ts";
import { judge } from "../../src/study/verdict.ts";
import { toyTasks } from "./toy-kind.ts";

const breathe = () => Promise.resolve();
const bootstrap = { seed: 5n, draws: 200 };
const [task] = toyTasks(2, [1, 2, 3], [{ id: "pairs", kind: "held-out-combination" }]) as readonly [PredictionTask];
const fold = task.folds[0];
if (!fold) throw new Error("the toy has no fold");
const width = task.table.features.length;
const truth = Float64Array.from(fold.test.flatMap((row) => Array.from(task.table.values.subarray(row * width, (row + 1) * width))));
const away = (by: number) => truth.map((value, index) => value + by * Math.sin(index + 1));
const endpoints = { primary: { metric: "rmse", direction: "lower" as const }, secondary: [{ metric: "r", direction: "higher" as const }], baselines: "all" as const };
const model = (id: string, role: "subject" | "baseline" | "control") => ({ id, title: id, role });

async function card(fitted: readonly { readonly id: string; readonly role: "subject" | "baseline" | "control"; readonly predictions: readonly (Float64Array | null)[] }[]) {
  const views = viewsOf(task);
  const baselines = [];
  for (const baseline of simpleBaselines) {
    const run = await runBaseline(baseline, views, () => false, breathe);
    if (run) baselines.push(run);
  }
  return scoreSplit({ task, views, baselines, fitted: fitted.map(({ id, role, predictions }) => ({ model: model(id, role), predictions })) }, endpoints, bootstrap, breathe);
}

describe("scoreSplit", () => {
  test("the best simple baseline is best by the primary metric, and only those that apply are scored", async () => {
    const answer = await card([{ id: "subject", role: "subject", predictions: [away(1e-6)] }]);
    const simple = answer.scores.filter((each) => each.metric === "rmse" && simpleBaselines.some((baseline) => baseline.facts.id === each.model));
    const best = simple.reduce((one, other) => (other.value < one.value ? other : one));
    expect(answer.best).toBe(best.model);
    expect(answer.verdicts.map(({ against, verdict }) => [against, verdict])).toEqual([[best.model, "advantage"]]);
    const scored = new Set(answer.scores.map((each) => each.model));
    for (const { model: id, reason } of answer.notApplicable) {
      expect(reason.length).toBeGreaterThan(0);
      if (!reason.includes(": ")) expect(scored.has(id)).toBe(false);
    }
    expect(simpleBaselines.every((baseline) => scored.has(baseline.facts.id) || answer.notApplicable.some((each) => each.model === baseline.facts.id))).toBe(true);
  });

  test("loses, no advantage and advantage follow the difference and its standard error", async () => {
    const far = await card([{ id: "subject", role: "subject", predictions: [away(1e3)] }]);
    expect(far.verdicts[0]?.verdict).toBe("loses");
    const twin = await card([
      { id: "subject", role: "subject", predictions: [away(0.5)] },
      { id: "mechanism-only", role: "baseline", predictions: [away(0.5)] },
    ]);
    expect(twin.verdicts.find((each) => each.against === "mechanism-only")).toMatchObject({ verdict: "no advantage", difference: 0, se: 0 });
  });

  test("a control is never a rival; a subject no better than permuted labels is a violation", async () => {
    const answer = await card([
      { id: "subject", role: "subject", predictions: [away(1)] },
      { id: "control", role: "control", predictions: [away(1)] },
    ]);
    expect(answer.verdicts.some((each) => each.against === "control")).toBe(false);
    expect(answer.findings).toMatchObject([{ check: "label-permuted control fails", verdict: "violated" }]);
  });

  test("a model without predictions is named, not scored", async () => {
    const answer = await card([{ id: "subject", role: "subject", predictions: [null] }]);
    expect(answer.verdicts).toEqual([]);
    expect(answer.notApplicable).toContainEqual({ split: "pairs", model: "subject", reason: "no fit of it finished" });
  });
});

test("judge turns round with the direction of the metric", () => {
  const metric = readMetric("rmse", task.table);
  if ("problem" in metric) throw new Error(metric.problem);
  const left = score(task, [away(0.1)], metric.metric);
  const right = score(task, [away(5)], metric.metric);
  if ("problem" in left || "problem" in right) throw new Error("no score");
  const contest = { split: "pairs", model: "a", against: "b", rival: "fitted" as const, left, right };
  expect(judge({ ...contest, direction: "lower" }, bootstrap).verdict).toBe("advantage");
  expect(judge({ ...contest, direction: "higher" }, bootstrap).verdict).toBe("loses");
});

const rows = (values: Float64Array) => Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width).join()).toSorted();

test("permuted labels are the same responses dealt to other conditions; nothing else changes", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(1000), (seed, index) => {
      const view = viewOf(task, fold);
      const dealt = permuteLabels(view, seed, index);
      expect(rows(dealt.train.values)).toEqual(rows(view.train.values));
      expect(dealt.train.conditions).toEqual(view.train.conditions);
      expect(dealt.test).toEqual(view.test);
      expect(permuteLabels(view, seed, index).train.values).toEqual(dealt.train.values);
    }),
  );
});

test("unknown baselines are named with their place", () => {
  expect(unknownBaselines("all", [])).toEqual([]);
  expect(unknownBaselines(["additive", "mechanism-only", "aditive"], [model("mechanism-only", "baseline")]).map((each) => each.index)).toEqual([2]);
});

const fit = (seed: string, predicted: readonly number[], extra: object = {}) => ({
  ...failedResult({ key: seed, split: "pairs", model: "subject", fold: 0, seed }, ""),
  status: "done" as const,
  failure: null,
  test: predicted,
  ...extra,
});
const curve = (id: string, at: number) => ({ condition: "c", observable: "x", unit: "1", timeUnit: "s", role: "test", times: [0, 1], lines: { [id]: [at, at] }, band: null, data: [] });
const share = (value: number) => ({ shares: [{ split: "pairs", species: "x", share: value }] });

describe("combining fits", () => {
  test("fits of one fold are averaged; a failed one has no voice", () => {
    const subject = model("subject", "subject");
    const runs = fittedRuns(task, [subject, model("other", "baseline")], [fit("1", Array.from(away(1))), fit("2", Array.from(away(-1))), failedResult({ key: "3", split: "pairs", model: "subject", fold: 0, seed: "3" }, "no")]);
    expect(runs.map((run) => run.model.id)).toEqual(["subject"]);
    // Opposite errors of the same size cancel to rounding.
    runs[0]?.predictions[0]?.forEach((value, index) => expect(Math.abs(value - (truth[index] ?? 0))).toBeLessThan(1e-12));
    const { points, all } = parityPoints(task, runs[0] ?? { model: subject, predictions: [] }, []);
    expect(points.length).toBe(all);
    expect(all).toBe(truth.length);
  });

  test("a fit that answers other splits too has a voice in each, and describes itself once", () => {
    const double = { ...fit("1", [1], { also: { dose: [2, 3] }, curves: [curve("a", 1)] }) };
    const spread = answers([double]);
    expect(spread.map((each) => [each.job.split, each.test, each.curves.length])).toEqual([
      ["pairs", [1], 1],
      ["dose", [2, 3], 0],
    ]);
    const tasks = toyTasks(2, [1], [{ id: "pairs", kind: "x" }, { id: "dose", kind: "x" }, { id: "other", kind: "x" }]);
    expect(askedTasks(tasks, [{ ...double.job, also: ["dose"] }]).map((each) => each.id)).toEqual(["pairs", "dose"]);
    expect(askedTasks(tasks, []).length).toBe(3);
  });

  test("curves of the same condition become one figure with a line per model; shares are averaged", () => {
    const merged = mergeCurves([fit("1", [], { curves: [curve("a", 1)] }), fit("2", [], { curves: [curve("b", 2)] }), fit("3", [], { curves: [curve("a", 3)] })]);
    expect(merged.length).toBe(1);
    expect(merged[0]?.lines).toEqual({ a: [1, 1], b: [2, 2] });
    expect(mergeShares([fit("1", [], share(0.2)), fit("2", [], share(0.4))]).map((each) => each.share)).toEqual([(0.2 + 0.4) / 2]);
  });
});
