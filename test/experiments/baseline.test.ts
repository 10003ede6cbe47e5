import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tableBaselines } from "../../src/experiments/baseline/index.ts";
import { fitRidge, predictRidge, ridgePenalties } from "../../src/experiments/baseline/ridge-path.ts";
import { predictionTask, splitSchema } from "../../src/experiments/split.ts";
import type { PredictionTask, ResponseTable, TableCondition } from "../../src/experiments/task.ts";
import { viewOf } from "../../src/experiments/view.ts";
import type { TrainingView } from "../../src/experiments/view.ts";
import { ridgeRegression } from "../../src/numerics/linear.ts";
import { stream } from "../../src/numerics/random.ts";
import { randomTable } from "./random-table.ts";

const doses = [1, 2];

function taskOf(table: ResponseTable, split: object): PredictionTask {
  const answer = predictionTask(table, splitSchema.parse({ id: "s", seed: 1, ...split }));
  if ("problems" in answer) throw new Error(answer.problems.join("\n"));
  return answer.task;
}

const pairsFromSingles = { kind: "single-to-combination", validation: 0.2, repeats: 1, group: "all" };

function firstView(task: PredictionTask): TrainingView {
  const [fold] = task.folds;
  if (fold === undefined) throw new Error("no fold");
  return viewOf(task, fold);
}

function predicted(id: string, view: TrainingView): Float64Array {
  const baseline = tableBaselines.find(({ facts }) => facts.id === id);
  const answer = baseline?.predict(view) ?? { notApplicable: "no such baseline" };
  if ("notApplicable" in answer) throw new Error(`${id}: ${answer.notApplicable}`);
  return answer.predictions;
}

function reasonOf(id: string, view: TrainingView): string {
  const answer = tableBaselines.find(({ facts }) => facts.id === id)?.predict(view);
  return answer !== undefined && "notApplicable" in answer ? answer.notApplicable : "applies";
}

/** Largest distance of predictions from the noise-free response of the test conditions. */
function miss(view: TrainingView, predictions: Float64Array, response: (condition: TableCondition, feature: number) => number): number {
  const width = view.features.length;
  return Math.max(...view.test.conditions.map((condition, row) => Math.max(...view.features.map((_feature, feature) => Math.abs((predictions[row * width + feature] ?? Number.NaN) - response(condition, feature))))));
}

function rootMeanSquareMiss(view: TrainingView, predictions: Float64Array, response: (condition: TableCondition, feature: number) => number): number {
  const width = view.features.length;
  const squares = view.test.conditions.flatMap((condition, row) => view.features.map((_feature, feature) => ((predictions[row * width + feature] ?? Number.NaN) - response(condition, feature)) ** 2));
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

const effect = (agent: string, feature: number): number => Math.sin(agent.charCodeAt(0) * (feature + 1));

const additiveLaw = (condition: TableCondition, feature: number): number => 2 + condition.perturbations.reduce((sum, { agent }) => sum + effect(agent, feature), 0);
const productLaw = (condition: TableCondition, feature: number): number => 0.8 * condition.perturbations.reduce((product, { agent }) => product * (0.55 + 0.4 * effect(agent, feature)), 1);
const view = (response: (condition: TableCondition, feature: number) => number): TrainingView =>
  firstView(taskOf(randomTable({ agents: 5, doses, response, noise: 0 }), pairsFromSingles));

const steppedLaw = (condition: TableCondition): number => (condition.perturbations.length === 0 ? 5 : 7);

const vanishingLaw = (condition: TableCondition): number => Math.max(0, 1 - 0.8 * condition.perturbations.length);

const placeOf = (agent: string): number => Math.cos(agent.charCodeAt(0) * 2.1);

const bilinearLaw = (condition: TableCondition, feature: number): number => {
  const [first = 0, second = 0] = condition.perturbations.map(({ agent }) => placeOf(agent));
  return (feature + 1) * (first + second) + 2 * first * second * (feature - 1);
};

const matrix = (rows: number, columns: number, seed: bigint): Float64Array => {
  const draw = stream(seed, "ridge", rows * 100 + columns);
  return Float64Array.from({ length: rows * columns }, () => draw.normal());
};

describe("table-only baselines are exact where their assumption holds", () => {
  it("additive", () => expect(miss(view(additiveLaw), predicted("additive", view(additiveLaw)), additiveLaw)).toBeLessThan(1e-12));

  it("additive on the logarithm and Bliss, which are one law for fractions", () => {
    const own = view(productLaw);
    expect(miss(own, predicted("additive-log", own), productLaw)).toBeLessThan(1e-12);
    expect(miss(own, predicted("bliss", own), productLaw)).toBeLessThan(1e-12);
  });

  it.each([
    ["smallest-single", Math.min],
    ["largest-single", Math.max],
    ["average-single", (left: number, right: number) => (left + right) / 2],
  ])("%s", (id, combine) => {
    const law = (condition: TableCondition, feature: number): number => {
      const [first, second] = condition.perturbations.map(({ agent }) => 3 + effect(agent, feature));
      return first === undefined ? 3 : second === undefined ? first : combine(first, second);
    };
    expect(miss(view(law), predicted(id, view(law)), law)).toBeLessThan(1e-12);
  });

  it("no change, and the mean of training rows", () => {
    const own = view(steppedLaw);
    expect([...new Set(predicted("no-change", own))]).toEqual([5]);
    expect([...new Set(predicted("training-mean", own))]).toEqual([7]);
  });

  it("the mean of rows that share a perturbation is the partner's mean for an unseen agent", () => {
    const table = randomTable({ agents: 4, features: 1 });
    const task = taskOf(table, { kind: "held-out-perturbation", validation: 0, repeats: 1, agents: ["a"] });
    const own = firstView(task);
    const predictions = predicted("shared-mean", own);
    const place = own.test.conditions.findIndex((condition) => condition.id === "a|1,c|1");
    const sharing = table.conditions.flatMap((condition, row) => (["c|1", "b|1,c|1", "c|1,d|1"].includes(condition.id) ? [table.values[row] ?? 0] : []));
    expect(predictions[place]).toBeCloseTo(sharing.reduce((sum, value) => sum + value, 0) / 3, 12);
  });

  it("an agent not seen alone counts as no effect", () => {
    const task = taskOf(randomTable({ agents: 4, response: additiveLaw, noise: 0 }), { kind: "held-out-perturbation", validation: 0, repeats: 1, agents: ["a"] });
    const own = firstView(task);
    const without = (condition: TableCondition, feature: number): number => additiveLaw({ id: "", perturbations: condition.perturbations.filter(({ agent }) => agent !== "a") }, feature);
    expect(miss(own, predicted("additive", own), without)).toBeLessThan(1e-12);
  });

  it("an amount is never predicted below nothing", () => {
    const own = view(vanishingLaw);
    expect(Math.min(...predicted("additive", own))).toBe(0);
    const shifted = (condition: TableCondition): number => vanishingLaw(condition) - 2;
    expect(Math.min(...predicted("additive", view(shifted)))).toBeCloseTo(-2.6, 10);
  });

  it("ridge learns an additive law from pairs too, as the penalty vanishes", () => {
    const own = firstView(taskOf(randomTable({ agents: 6, response: additiveLaw, noise: 0 }), { kind: "random", validation: 0.15, test: 0.2, repeats: 1 }));
    // The least penalty tried, 1e-3, shrinks effects of order 1 by less than this.
    for (const id of ["ridge-one-hot", "ridge-one-hot-intercept"]) expect(miss(own, predicted(id, own), additiveLaw), id).toBeLessThan(2e-3);
  });

  it("ridge with a missing cell predicts that feature from its other rows, and every other feature as before", () => {
    const task = taskOf(randomTable({ agents: 6, response: additiveLaw, noise: 0 }), { kind: "random", validation: 0.15, test: 0.2, repeats: 1 });
    const own = firstView(task);
    const width = own.features.length;
    const row = own.train.conditions.findIndex(({ perturbations }) => perturbations.length === 2);
    const values = own.train.values.slice();
    values[row * width] = Number.NaN;
    const holed: TrainingView = { ...own, train: { ...own.train, values } };
    for (const id of ["ridge-one-hot", "ridge-one-hot-intercept"]) {
      const [whole, partial] = [predicted(id, own), predicted(id, holed)];
      expect(miss(holed, partial, additiveLaw), id).toBeLessThan(4e-3);
      partial.forEach((value, place) => {
        if (place % width > 0) expect(Math.abs(value - (whole[place] ?? Number.NaN))).toBeLessThan(2e-3);
      });
    }
  });

  it("low-rank interaction learns a law of agents' places that additive ridge cannot", () => {
    const own = firstView(taskOf(randomTable({ agents: 10, response: bilinearLaw, noise: 0.01 }), { kind: "random", validation: 0.15, test: 0.2, repeats: 1 }));
    const typical = (id: string): number => rootMeanSquareMiss(own, predicted(id, own), bilinearLaw);
    expect(typical("low-rank")).toBeLessThan(0.4 * typical("ridge-one-hot"));
  });

  it("last value carried forward where an earlier part of the time course was seen", () => {
    const table = randomTable({ agents: 4, features: 4 });
    const timed: ResponseTable = { ...table, features: table.features.map((_feature, index) => ({ observable: index % 2 === 0 ? "x" : "y", time: Math.floor(index / 2), unit: null })) };
    const task = taskOf(timed, { kind: "time", until: 0, validation: 0, repeats: 1 });
    const own = firstView(task);
    const predictions = predicted("last-value", own);
    timed.conditions.forEach((_condition, row) => {
      expect([...predictions.subarray(row * 4 + 2, row * 4 + 4)]).toEqual([...timed.values.subarray(row * 4, row * 4 + 2)]);
    });
    expect(reasonOf("last-value", firstView(taskOf(table, pairsFromSingles)))).toMatch(/earlier time/);
  });
});

describe("baselines that do not apply say why", () => {
  it.each([
    ["no-change", { controls: 0 }, /no control was measured/],
    ["additive", { controls: 0 }, /no control was measured/],
    ["additive-log", { response: () => -5 }, /needs responses above 0/],
    ["bliss", { response: () => 5 }, /not fractions/],
    ["ridge-one-hot", { controls: 0 }, /no control was measured/],
    ["ridge-dose", { doses: [1] }, /one dose/],
    ["low-rank", {}, /too few combinations/],
  ])("%s", (id, options, reason) => {
    expect(reasonOf(id, firstView(taskOf(randomTable({ agents: 5, doses, noise: 0.1, ...options }), pairsFromSingles)))).toMatch(reason);
  });

  it("ids are unique and every baseline names its source", () => {
    expect(new Set(tableBaselines.map(({ facts }) => facts.id)).size).toBe(tableBaselines.length);
    for (const { facts } of tableBaselines) expect(facts.source.length * facts.title.length).toBeGreaterThan(0);
  });
});

describe("ridge path", () => {
  const shapes = fc.record({ rows: fc.integer({ min: 4, max: 12 }), columns: fc.integer({ min: 1, max: 20 }), targets: fc.integer({ min: 1, max: 4 }), intercept: fc.boolean(), seed: fc.bigInt({ min: 0n, max: 99n }) });
  /** Two ways to solve systems of condition at most 1e5 (penalties from 1e-3). */
  const conditioned = 1e-8;

  it("gives the normal equations' solution at the penalty with the least validation error", () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, targets, intercept, seed }) => {
        const train = { rows, x: matrix(rows, columns, seed), y: matrix(rows, targets, seed + 100n) };
        const validation = { rows: 3, x: matrix(3, columns, seed + 200n), y: matrix(3, targets, seed + 300n) };
        const fit = fitRidge(train, validation, columns, targets, { intercept });
        const errors = ridgePenalties.map((penalty) => {
          const alone = fitRidge(train, validation, columns, targets, { intercept, penalties: [penalty] });
          const oracle = ridgeRegression({ inputs: train.x, outputs: train.y, samples: rows, penalty, intercept });
          if ("problem" in oracle) throw new Error(oracle.problem);
          alone.coefficients.forEach((value, place) => expect(Math.abs(value - (oracle.weights[place] ?? Number.NaN))).toBeLessThan(conditioned * (1 + Math.abs(value))));
          const residuals = predictRidge(alone, validation.x, 3).map((value, place) => value - (validation.y[place] ?? 0));
          const error = residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length;
          expect(Math.abs(alone.error - error)).toBeLessThan(conditioned * (1 + error));
          return error;
        });
        expect(fit.error).toBeLessThan(Math.min(...errors) * (1 + conditioned));
      }),
      { numRuns: 30 },
    );
  });

  it("without validation rows the error is that of leaving each row out and fitting again", () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, targets, intercept, seed }) => {
        const x = matrix(rows, columns, seed);
        const y = matrix(rows, targets, seed + 100n);
        const none = { rows: 0, x: new Float64Array(), y: new Float64Array() };
        const penalties = [0.3];
        const fit = fitRidge({ rows, x, y }, none, columns, targets, { intercept, penalties });
        let total = 0;
        for (let out = 0; out < rows; out++) {
          const keep = (values: Float64Array, width: number): Float64Array => values.filter((_value, place) => Math.floor(place / width) !== out);
          const refit = fitRidge({ rows: rows - 1, x: keep(x, columns), y: keep(y, targets) }, none, columns, targets, { intercept, penalties });
          predictRidge(refit, x.slice(out * columns, (out + 1) * columns), 1).forEach((value, target) => (total += (value - (y[out * targets + target] ?? 0)) ** 2));
        }
        const expected = total / (rows * targets);
        expect(Math.abs(fit.error - expected)).toBeLessThan(1e-8 * (1 + expected));
      }),
      { numRuns: 30 },
    );
  });

  it("a target with a missing training value is NaN, the others are untouched; a missing validation value is left out", () => {
    const rows = 6;
    const train = { rows, x: matrix(rows, 2, 1n), y: matrix(rows, 2, 2n) };
    const validation = { rows: 2, x: matrix(2, 2, 3n), y: matrix(2, 2, 4n) };
    const whole = fitRidge(train, validation, 2, 2, { intercept: false, penalties: [1] });
    const y = train.y.slice();
    y[1] = Number.NaN;
    const holed = fitRidge({ ...train, y }, validation, 2, 2, { intercept: false, penalties: [1] });
    expect([...holed.coefficients].map(Number.isNaN)).toEqual([false, true, false, true]);
    expect(holed.coefficients[0]).toBe(whole.coefficients[0]);
    const unseen = validation.y.slice();
    unseen[3] = Number.NaN;
    const residual = (place: number): number => (predictRidge(whole, validation.x, 2)[place] ?? 0) - (validation.y[place] ?? 0);
    const expected = (residual(0) ** 2 + residual(1) ** 2 + residual(2) ** 2) / 3;
    expect(fitRidge(train, { ...validation, y: unseen }, 2, 2, { intercept: false, penalties: [1] }).error).toBeCloseTo(expected, 10);
  });
});
