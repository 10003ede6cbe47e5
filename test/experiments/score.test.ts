import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairedDifference, standardError } from "../../src/experiments/bootstrap.ts";
import { heldOut } from "../../src/experiments/held-out.ts";
import { metricKinds, readMetric } from "../../src/experiments/metric.ts";
import type { Metric } from "../../src/experiments/metric.ts";
import { score } from "../../src/experiments/score.ts";
import type { ScoreSummary } from "../../src/experiments/score.ts";
import type { Fold, PredictionTask, ResponseTable } from "../../src/experiments/task.ts";
import { stream } from "../../src/numerics/random.ts";
import { leastSquaresSlope, mean, pearson, variance } from "../../src/numerics/statistics.ts";
import { randomTable } from "./random-table.ts";

/** Sums are added in another order than in the reference; cells are at most some tens. */
const rounding = 1e-10;

function metricOf(id: string, table: ResponseTable): Metric {
  const read = readMetric(id, table);
  if ("problem" in read) throw new Error(read.problem);
  return read.metric;
}

function scored(task: PredictionTask, predictions: readonly (Float64Array | null)[], id: string): ScoreSummary {
  const summary = score(task, predictions, metricOf(id, task.table));
  if ("problem" in summary) throw new Error(summary.problem);
  return summary;
}

/** Every perturbed condition asked for at once, from the controls. */
function wholeTask(table: ResponseTable): PredictionTask {
  const rows = table.conditions.map((_condition, row) => row);
  const test = rows.slice(1);
  const fold: Fold = { label: "f", group: null, seed: "1", train: [0], validation: [], test };
  return { id: "s", kind: "listed", table, folds: [fold], groups: [{ id: "all", conditions: test }] };
}

const noisy = (task: PredictionTask, seed: bigint, sd: number): Float64Array => {
  const draw = stream(seed, "prediction", 0);
  const width = task.table.features.length;
  const test = task.folds[0]?.test ?? [];
  return Float64Array.from(test.flatMap((row) => Array.from({ length: width }, (_, feature) => (task.table.values[row * width + feature] ?? 0) + sd * draw.normal())));
};

describe("metrics", () => {
  it("agree with their definitions over all cells of one group, also far from zero", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 500n }), fc.constantFrom(0, 3, -1000), (seed, level) => {
        const task = wholeTask(randomTable({ agents: 4, seed, response: () => level }));
        const observed = [...task.table.values.subarray(3)];
        const predicted = noisy(task, seed, 0.7);
        const errors = observed.map((value, place) => value - (predicted[place] ?? 0));
        const mse = mean(errors.map((error) => error * error));
        const expected = {
          r: pearson(observed, [...predicted]),
          mse,
          rmse: Math.sqrt(mse),
          slope: leastSquaresSlope([...predicted], observed),
          spread: variance([...predicted]) / variance(observed),
        };
        for (const [id, value] of Object.entries(expected)) expect(Math.abs(scored(task, [predicted], id).value - value), id).toBeLessThan(rounding);
      }),
      { numRuns: 30 },
    );
  });

  it("score only the first features where a number is given", () => {
    const task = wholeTask(randomTable({ agents: 4, features: 3 }));
    const predicted = noisy(task, 1n, 0.5);
    const worse = predicted.map((value, place) => (place % 3 === 2 ? value + 100 : value));
    expect(scored(task, [worse], "mse2").value).toBe(scored(task, [predicted], "mse2").value);
    expect(scored(task, [worse], "mse3").value).toBeGreaterThan(1000);
    expect(scored(task, [worse], "mse").value).toBe(scored(task, [worse], "mse3").value);
  });

  it("hold predictions against the truth where it is known, and against measured values when asked", () => {
    const table = randomTable({ agents: 4 });
    const truth = table.values.map((value) => value + 1);
    const task = wholeTask({ ...table, truth });
    const exact = truth.slice(3);
    expect(scored(task, [exact], "mse").value).toBe(0);
    expect(scored(task, [exact], "mse-measured").value).toBeCloseTo(1, 12);
  });

  it("r about the training centroid gives nothing for predicting the centroid, and is r when the centroid is flat", () => {
    const table = randomTable({ agents: 5, response: (_condition, feature) => 5 * feature });
    const all = wholeTask(table);
    const [fold] = all.folds;
    if (fold === undefined) throw new Error("no fold");
    const task: PredictionTask = { ...all, folds: [{ ...fold, train: fold.test.slice(0, 8), test: fold.test.slice(8) }], groups: [{ id: "all", conditions: fold.test.slice(8) }] };
    const rows = task.folds[0]?.train ?? [];
    const centroid = [0, 1, 2].map((feature) => mean(rows.map((row) => table.values[row * 3 + feature] ?? 0)));
    const prediction = Float64Array.from((task.folds[0]?.test ?? []).flatMap(() => centroid));
    expect(scored(task, [prediction], "r").value).toBeGreaterThan(0.8);
    expect(scored(task, [prediction], "rc").value).toBeNaN();
    const better = noisy(task, 1n, 0.5);
    const left = (values: ArrayLike<number>): number[] => Array.from(values, (value, place) => value - (centroid[place % 3] ?? 0));
    const observed = (task.folds[0]?.test ?? []).flatMap((row) => [...table.values.subarray(row * 3, row * 3 + 3)]);
    expect(scored(task, [better], "rc").value).toBeCloseTo(pearson(left(observed), left(better)), 10);
  });

  it("the standardised error of predicting each feature's mean is 1, whatever the features' scales", () => {
    const table = randomTable({ agents: 4, response: (_condition, feature) => 10 ** feature });
    const scales = [1, 100, 1e-3];
    const task = wholeTask({ ...table, values: table.values.map((value, place) => value * (scales[place % 3] ?? 1)) });
    const means = [0, 1, 2].map((feature) => mean((task.folds[0]?.test ?? []).map((row) => task.table.values[row * 3 + feature] ?? 0)));
    const prediction = Float64Array.from((task.folds[0]?.test ?? []).flatMap(() => means));
    expect(scored(task, [prediction], "nrmse").value).toBeCloseTo(1, 10);
  });

  it("refuse unknown names and more features than there are", () => {
    const table = randomTable({ agents: 3 });
    for (const id of ["accuracy", "r4", "mse0", "R", "mse-noisy", "constructor", ""]) expect("problem" in readMetric(id, table), id).toBe(true);
    for (const id of Object.keys(metricKinds)) expect("metric" in readMetric(`${id}2-measured`, table), id).toBe(true);
  });
});

const foldOf = (group: string | null, train: readonly number[], test: readonly number[]): Fold => ({ label: "f", group, seed: "1", train, validation: [], test });

describe("held-out predictions", () => {
  const table = randomTable({ agents: 3, features: 1 });

  it("are averaged per condition over the folds of their group, and scores over groups", () => {
    const folds = [foldOf("a", [0], [1, 2]), foldOf("a", [0], [2]), foldOf("b", [0], [2, 3])];
    const task: PredictionTask = { id: "s", kind: "listed", table, folds, groups: [{ id: "a", conditions: [1, 2] }, { id: "b", conditions: [2, 3] }] };
    const predictions = [[1, 2], [4], [7, 8]].map((values) => Float64Array.from(values));
    const { groups } = heldOut(task, predictions);
    expect(groups.map((group) => [...group.predicted])).toEqual([[1, 3], [7, 8]]);
    expect(groups.map((group) => group.folds)).toEqual([[1, 2], [1, 1]]);
    const error = (row: number, predicted: number): number => (predicted - (table.values[row] ?? 0)) ** 2;
    const summary = scored(task, predictions, "mse");
    expect(summary.value).toBeCloseTo(((error(1, 1) + error(2, 3)) / 2 + (error(2, 7) + error(3, 8)) / 2) / 2, 12);
    expect(summary.n).toBe(3);
  });

  it("folds without a group serve every group; folds that were not predicted leave their conditions out", () => {
    const folds = [foldOf(null, [0], [1, 2, 3]), foldOf(null, [0], [4])];
    const task: PredictionTask = { id: "s", kind: "listed", table, folds, groups: [{ id: "a", conditions: [1, 2] }, { id: "b", conditions: [3, 4] }] };
    const summary = scored(task, [Float64Array.of(1, 2, 3), null], "mse");
    expect(summary.groups.map((group) => [group.id, group.n])).toEqual([["a", 2], ["b", 1]]);
    expect(score(task, [null, null], metricOf("mse", table))).toEqual({ problem: expect.stringContaining("nothing was predicted") });
  });

  it("what a perturbation imposes replaces the prediction", () => {
    const imposed = new Float64Array(table.values.length).fill(Number.NaN);
    imposed[2] = 0;
    const task: PredictionTask = { id: "s", kind: "listed", table: { ...table, imposed }, folds: [foldOf(null, [0], [1, 2])], groups: [{ id: "all", conditions: [1, 2] }] };
    expect([...(heldOut(task, [Float64Array.of(5, 6)]).groups[0]?.predicted ?? [])]).toEqual([5, 0]);
  });

  it("a missing prediction of a measured cell is named; of a cell that was not measured it is fine", () => {
    const values = table.values.slice();
    values[2] = Number.NaN;
    const task: PredictionTask = { id: "s", kind: "listed", table: { ...table, values }, folds: [foldOf(null, [0], [1, 2])], groups: [{ id: "all", conditions: [1, 2] }] };
    expect(scored(task, [Float64Array.of(1, Number.NaN)], "mse").n).toBe(1);
    expect(score(task, [Float64Array.of(Number.NaN, 1)], metricOf("mse", table))).toEqual({ problem: 'the model predicts NaN for "y0" in condition "a|1"' });
  });

  it("refuses predictions of another shape", () => {
    const task: PredictionTask = { id: "s", kind: "listed", table, folds: [foldOf(null, [0], [1, 2])], groups: [{ id: "all", conditions: [1, 2] }] };
    expect(() => heldOut(task, [])).toThrow(/has 1 folds, 0 predictions/);
    expect(() => heldOut(task, [Float64Array.of(1)])).toThrow(/asks for 2 x 1 values, 1 were given/);
  });
});

describe("bootstrap over conditions", () => {
  const options = { seed: 11n, draws: 2000 };
  /** Relative error of a standard error from 2000 draws is 1/sqrt(2 * 2000) = 1.6 %; five of them, plus the 1/(2n) bias of n = 45 conditions. */
  const drawError = 0.1;

  it("is the textbook standard error for a mean over conditions, and counts conditions, not cells", () => {
    const table = randomTable({ agents: 9, features: 20, controls: 1 });
    const task = wholeTask(table);
    const draw = stream(5n, "errors", 0);
    // One error per condition, the same in all its cells: 45 numbers, however many features.
    const errors = (task.folds[0]?.test ?? []).map(() => draw.normal());
    const prediction = Float64Array.from(
      (task.folds[0]?.test ?? []).flatMap((row, place) => Array.from({ length: 20 }, (_, feature) => (table.values[row * 20 + feature] ?? 0) + (errors[place] ?? 0))),
    );
    const squares = errors.map((error) => error * error);
    const expected = Math.sqrt(variance(squares) / squares.length);
    const found = standardError(scored(task, [prediction], "mse"), options) ?? Number.NaN;
    expect(Math.abs(found / expected - 1)).toBeLessThan(drawError);
  });

  it("a paired difference cancels what both models share", () => {
    const task = wholeTask(randomTable({ agents: 9, features: 2 }));
    const common = noisy(task, 1n, 2);
    const left = common.map((value, place) => value + 0.01 * Math.sin(place));
    const a = scored(task, [common], "mse");
    const b = scored(task, [left], "mse");
    const paired = pairedDifference(a, b, options);
    expect(paired.difference).toBeCloseTo(a.value - b.value, 12);
    expect(paired.se ?? Number.NaN).toBeLessThan(0.05 * (standardError(a, options) ?? 0));
    expect(pairedDifference(b, a, options)).toEqual({ difference: -paired.difference, se: paired.se, n: 45 });
    expect(pairedDifference(a, a, options)).toEqual({ difference: 0, se: 0, n: 45 });
  });

  it("compares only the conditions both predicted, and depends on the seed alone", () => {
    const whole = wholeTask(randomTable({ agents: 5, features: 1 }));
    const test = whole.folds[0]?.test ?? [];
    const folds = [test.slice(0, 10), test.slice(10)].map((part): Fold => ({ label: "f", group: null, seed: "1", train: [0], validation: [], test: part }));
    const task = { ...whole, folds };
    const all = noisy(whole, 1n, 1);
    const other = noisy(whole, 2n, 1);
    const full = scored(task, [all.slice(0, 10), all.slice(10)], "rmse");
    const part = scored(task, [other.slice(0, 10), null], "rmse");
    const paired = pairedDifference(full, part, options);
    expect(paired.n).toBe(10);
    expect(paired.difference).toBeCloseTo(scored(task, [all.slice(0, 10), null], "rmse").value - part.value, 12);
    expect(pairedDifference(full, part, options)).toEqual(paired);
    expect(pairedDifference(full, part, { ...options, seed: 12n }).se).not.toBe(paired.se);
    expect(() => pairedDifference(full, scored(task, [all.slice(0, 10), null], "mse"), options)).toThrow(/different metrics/);
  });

  it("a condition scored in two groups is drawn for both at once", () => {
    const table = randomTable({ agents: 9, features: 3 });
    const whole = wholeTask(table);
    const test = whole.folds[0]?.test ?? [];
    const twice: PredictionTask = { ...whole, groups: [{ id: "one", conditions: test }, { id: "again", conditions: test }] };
    const prediction = noisy(whole, 3n, 1);
    expect(standardError(scored(twice, [prediction], "r"), options)).toBeCloseTo(standardError(scored(whole, [prediction], "r"), options) ?? Number.NaN, 12);
  });

  it("has no meaning for one condition", () => {
    const whole = wholeTask(randomTable({ agents: 3 }));
    const fold: Fold = { label: "f", group: null, seed: "1", train: [0], validation: [], test: [1] };
    const task: PredictionTask = { ...whole, folds: [fold], groups: [{ id: "all", conditions: [1] }] };
    expect(standardError(scored(task, [Float64Array.of(1, 2, 3)], "mse"), options)).toBeNull();
  });
});
