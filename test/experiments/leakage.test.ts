import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tableBaselines } from "../../src/experiments/baseline/index.ts";
import { checkBlind, checkLeakage } from "../../src/experiments/leakage.ts";
import { predictionTask, splitSchema } from "../../src/experiments/split.ts";
import type { Fold, PredictionTask, ResponseTable, TableCondition } from "../../src/experiments/task.ts";
import { viewOf } from "../../src/experiments/view.ts";
import type { TrainingView } from "../../src/experiments/view.ts";
import { randomTable } from "./random-table.ts";

const verdicts = (task: PredictionTask): Readonly<Record<string, string>> => Object.fromEntries(checkLeakage(task).map((finding) => [finding.check, finding.verdict]));

const clean = {
  "condition on two sides of a fold": "ok",
  "replicate of a test condition in training": "ok",
  "same agents in another order": "ok",
  "control used on both sides": "ok",
  "held out as declared": "ok",
  "indistinguishable inputs": "ok",
  "target among the inputs": "ok",
};

function taskWith(conditions: readonly TableCondition[], fold: Pick<Fold, "train" | "validation" | "test">, kind = "listed"): PredictionTask {
  const table: ResponseTable = {
    conditions,
    features: [{ observable: "y", time: 1, unit: null }],
    values: Float64Array.from(conditions, (_condition, row) => Math.sin(row)),
    truth: null,
    sd: null,
    inputs: { names: [], values: new Float64Array() },
    baseline: null,
  };
  return { id: "s", kind, table, folds: [{ label: "f", group: null, seed: "1", ...fold }], groups: [{ id: "all", conditions: fold.test }] };
}

const treated = (id: string, ...agents: readonly (readonly [string, number])[]): TableCondition => ({ id, perturbations: agents.map(([agent, dose]) => ({ agent, dose })) });

/** Every number anywhere in a value. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  if (value instanceof Float64Array) return [...value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe("leakage checks", () => {
  it("a clean split is clean", () => {
    const answer = predictionTask(randomTable({ agents: 5 }), splitSchema.parse({ kind: "leave-perturbation-out", id: "s", seed: 1, validation: 0.2, repeats: 2 }));
    if ("problems" in answer) throw new Error(answer.problems.join());
    expect(verdicts(answer.task)).toEqual(clean);
  });

  it("finds a condition on two sides", () => {
    const task = taskWith([treated("a", ["a", 1]), treated("b", ["b", 1])], { train: [0, 1], validation: [], test: [1] });
    expect(verdicts(task)).toEqual({ ...clean, "condition on two sides of a fold": "violated" });
  });

  it("finds a replicate of a test condition under another name, in training or validation", () => {
    const conditions = [treated("a", ["a", 1]), treated("plate 2 well 7", ["b", 1], ["c", 2]), treated("b+c", ["b", 1], ["c", 2])];
    for (const fold of [{ train: [0, 1], validation: [], test: [2] }, { train: [0], validation: [1], test: [2] }]) {
      expect(verdicts(taskWith(conditions, fold))).toEqual({ ...clean, "replicate of a test condition in training": "violated" });
    }
  });

  it("finds (a, b) and (b, a) on two sides", () => {
    const task = taskWith([treated("a", ["a", 1]), treated("ab", ["a", 1], ["b", 1]), treated("ba", ["b", 1], ["a", 1])], { train: [0, 1], validation: [], test: [2] });
    expect(verdicts(task)).toEqual({ ...clean, "same agents in another order": "violated" });
  });

  it("finds a control asked for while another control is seen", () => {
    const task = taskWith([treated("c1"), treated("c2"), treated("a", ["a", 1])], { train: [0, 2], validation: [], test: [1] });
    expect(verdicts(task)).toEqual({ ...clean, "control used on both sides": "violated" });
  });

  it.each([
    ["leave-perturbation-out", [treated("a", ["a", 1]), treated("low", ["a", 1], ["b", 1]), treated("high", ["a", 2], ["b", 2])]],
    ["held-out-perturbation", [treated("a", ["a", 1]), treated("b", ["b", 1]), treated("ab", ["a", 1], ["b", 1])]],
    ["dose", [treated("a", ["a", 1]), treated("b", ["b", 1]), treated("ab", ["a", 1], ["b", 1])]],
  ])("finds that %s does not hold out what it says", (kind, conditions) => {
    const fold = { train: [0, 1], validation: [], test: [2] };
    expect(verdicts(taskWith(conditions, fold, kind))).toEqual({ ...clean, "held out as declared": "violated" });
    expect(verdicts(taskWith(conditions, fold, "listed"))).toEqual(clean);
  });

  it("finds a response that is an input, or a function of its levels; not where the perturbation imposes it", () => {
    const table = randomTable({ agents: 4, features: 2, noise: 1 });
    const input = (row: number, agent: number): number => table.inputs.values[row * 4 + agent] ?? 0;
    const values = table.values.map((value, place) => (place % 2 === 0 ? value : Math.tanh(3 * input((place - 1) / 2, 1))));
    const request = splitSchema.parse({ kind: "random", id: "s", seed: 1, validation: 0.1, test: 0.3, repeats: 1 });
    const check = (changed: ResponseTable, scored?: readonly number[]): string | undefined => {
      const answer = predictionTask(changed, request);
      if ("problems" in answer) throw new Error(answer.problems.join());
      return checkLeakage(answer.task, scored === undefined ? {} : { scored }).find((finding) => finding.check === "target among the inputs")?.verdict;
    };
    expect(check(table)).toBe("ok");
    expect(check({ ...table, values })).toBe("violated");
    expect(check({ ...table, values }, [0])).toBe("note");
    expect(check({ ...table, values, imposed: values.map((value, place) => (place % 2 === 0 ? Number.NaN : value)) })).toBe("ok");
  });

  it("a view holds no response of a test condition, whatever they are", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1000n }), (seed) => {
        const table = randomTable({ agents: 5, seed });
        const marked = { ...table, truth: table.values.map(() => 4321), sd: table.values.map(() => 0.5), values: table.values.slice() };
        const answer = predictionTask(marked, splitSchema.parse({ kind: "random", id: "s", seed: seed.toString(), validation: 0.2, test: 0.3, repeats: 1 }));
        const fold = "task" in answer ? answer.task.folds[0] : undefined;
        if (!("task" in answer) || fold === undefined) throw new Error("no fold");
        for (const row of fold.test) marked.values.fill(1234, row * 3, row * 3 + 3);
        const held = new Set(numbersIn(viewOf(answer.task, fold)));
        expect(held.has(1234)).toBe(false);
        expect(held.has(4321)).toBe(false);
        expect(held.has(0.5)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("writing to a view does not change the table", () => {
    const answer = predictionTask(randomTable({ agents: 4 }), splitSchema.parse({ kind: "random", id: "s", seed: 1, validation: 0.2, test: 0.3, repeats: 1 }));
    const fold = "task" in answer ? answer.task.folds[0] : undefined;
    if (!("task" in answer) || fold === undefined) throw new Error("no fold");
    const before = answer.task.table.values.slice();
    viewOf(answer.task, fold).train.values.fill(0);
    expect(answer.task.table.values).toEqual(before);
  });

  it("no table-only baseline depends on test responses, and every one but last-value answers; the same check catches a fold that trains on its test rows", () => {
    const table = randomTable({ agents: 9, doses: [1, 2], response: () => 0.5, noise: 0.05 });
    const answer = predictionTask(table, splitSchema.parse({ kind: "random", id: "s", seed: 3, validation: 0.1, test: 0.2, repeats: 1 }));
    const fold = "task" in answer ? answer.task.folds[0] : undefined;
    if (!("task" in answer) || fold === undefined) throw new Error("no fold");
    const leaky: Fold = { ...fold, train: [...fold.train, ...fold.test] };
    for (const baseline of tableBaselines.filter(({ facts }) => facts.id !== "last-value")) {
      const predict = (view: TrainingView): Float64Array => {
        const given = baseline.predict(view);
        if ("notApplicable" in given && fold.train.length === view.train.conditions.length) throw new Error(`${baseline.facts.id}: ${given.notApplicable}`);
        return "notApplicable" in given ? new Float64Array() : given.predictions;
      };
      expect(checkBlind(answer.task, fold, predict).verdict, baseline.facts.id).toBe("ok");
      // What reads only controls has nothing to gain from test rows; Bliss refuses responses that are no fractions.
      if (!["no-change", "bliss"].includes(baseline.facts.id)) expect(checkBlind(answer.task, leaky, predict).verdict, baseline.facts.id).toBe("violated");
    }
  });
});
