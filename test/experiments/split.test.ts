import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isControl } from "../../src/experiments/condition.ts";
import { checkLeakage } from "../../src/experiments/leakage.ts";
import { predictionTask, splitSchema } from "../../src/experiments/split.ts";
import { splitKinds } from "../../src/experiments/split/index.ts";
import type { PredictionTask, ResponseTable } from "../../src/experiments/task.ts";
import { agentName, randomTable } from "./random-table.ts";

/** A request of each kind that every drawn table can serve. */
const requests: Readonly<Record<keyof typeof splitKinds, object>> = {
  random: { validation: 0.15, test: 0.3, repeats: 3 },
  "held-out-combination": { trained: 0.34, validation: 0.2, repeats: 3 },
  "single-to-combination": { validation: 0.2, repeats: 3, group: "agent" },
  "leave-perturbation-out": { validation: 0.2, repeats: 2 },
  "held-out-perturbation": { validation: 0.2, repeats: 2 },
  dose: { range: "outside", validation: 0.2, repeats: 2 },
  time: { until: 2, validation: 0.2, repeats: 2 },
  listed: { test: ["a|1,b|1"], validation: ["c|1"] },
};

const tables = fc.record({ agents: fc.integer({ min: 4, max: 7 }), controls: fc.integer({ min: 0, max: 3 }), seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) });

function drawn(shape: { agents: number; controls: number; seed: bigint }): ResponseTable {
  const table = randomTable({ ...shape, doses: [1, 2, 3], features: 4 });
  return { ...table, features: table.features.map((feature, index) => ({ ...feature, time: index + 1 })) };
}

function taskOf(table: ResponseTable, kind: string, options: object, seed: bigint | string = 1n): PredictionTask {
  const answer = predictionTask(table, splitSchema.parse({ kind, id: kind, seed: seed.toString(), ...options }));
  if ("problems" in answer) throw new Error(answer.problems.join("\n"));
  return answer.task;
}

describe("splits", () => {
  it.each(Object.entries(requests))("%s: sides are disjoint, controls are trained on, what is declared unseen is unseen, groups are what is asked", (kind, options) => {
    fc.assert(
      fc.property(tables, (shape) => {
        const task = taskOf(drawn(shape), kind, options, shape.seed);
        expect(task.folds.length).toBeGreaterThan(0);
        for (const fold of task.folds) {
          const all = [...fold.train, ...fold.validation, ...fold.test];
          expect(new Set(all).size).toBe(all.length);
          expect(fold.train.length).toBeGreaterThan(0);
          expect(fold.test.length).toBeGreaterThan(0);
          expect(all.every((row) => task.table.conditions[row] !== undefined)).toBe(true);
          const controls = task.table.conditions.flatMap((condition, row) => (isControl(condition) ? [row] : []));
          if (kind !== "time") expect(controls.every((row) => fold.train.includes(row))).toBe(true);
          const asked = task.groups.filter((group) => fold.group === null || group.id === fold.group).flatMap((group) => group.conditions);
          expect(fold.test.every((row) => asked.includes(row))).toBe(true);
        }
        const declared = checkLeakage(task).filter((finding) => ["held out as declared", "condition on two sides of a fold", "replicate of a test condition in training"].includes(finding.check));
        expect(declared.map((finding) => finding.verdict)).toEqual(["ok", "ok", "ok"]);
      }),
      { numRuns: 20 },
    );
  });

  it.each(Object.entries(requests))("%s: the same request gives the same folds; another seed or id draws others, and more repeats keep the first", (kind, options) => {
    const table = drawn({ agents: 6, controls: 1, seed: 3n });
    const folds = taskOf(table, kind, options).folds;
    expect(taskOf(table, kind, options).folds).toEqual(folds);
    if (!("repeats" in options)) return;
    expect(taskOf(table, kind, options, 2n).folds).not.toEqual(folds);
    expect(new Set(folds.map((fold) => fold.seed)).size).toBe(folds.length);
    const first = taskOf(table, kind, { ...options, repeats: 1 }).folds[0];
    expect(first).toEqual(folds[0]);
  });

  it("random: sizes are as asked, and every condition is equally often held out", () => {
    const table = randomTable({ agents: 6, controls: 0 });
    const repeats = 2000;
    const task = taskOf(table, "random", { train: 10, validation: 4, test: 7, repeats });
    const count = Array.from(table.conditions, () => 0);
    for (const fold of task.folds) {
      expect([fold.train.length, fold.validation.length, fold.test.length]).toEqual([10, 4, 7]);
      for (const row of fold.test) count[row] = (count[row] ?? 0) + 1;
    }
    const p = 7 / table.conditions.length;
    const fiveStandardErrors = 5 * Math.sqrt(repeats * p * (1 - p));
    for (const times of count) expect(Math.abs(times - repeats * p)).toBeLessThan(fiveStandardErrors);
  });

  it("held-out-combination: a third of the pairs is seen, all singles are, and both orders and all doses of a pair go together", () => {
    const table = randomTable({ agents: 6, controls: 1 });
    const [a, b] = [agentName(0), agentName(1)];
    const twin = { id: "b then a", perturbations: [{ agent: b, dose: 1 }, { agent: a, dose: 5 }] };
    const doubled: ResponseTable = {
      ...table,
      conditions: [...table.conditions, twin],
      values: Float64Array.from([...table.values, 1, 2, 3]),
      inputs: { names: table.inputs.names, values: Float64Array.from([...table.inputs.values, 5, 1, 0, 0, 0, 0]) },
    };
    const first = doubled.conditions.findIndex((condition) => condition.id === `${a}|1,${b}|1`);
    const sides = new Set<string>();
    for (const fold of taskOf(doubled, "held-out-combination", { trained: 1 / 3, validation: 0.2, repeats: 50 }).folds) {
      expect(fold.test.length + 5).toBeGreaterThanOrEqual(15);
      expect(fold.validation.length).toBeGreaterThan(0);
      const sideOf = (row: number): string => (fold.test.includes(row) ? "test" : fold.train.includes(row) ? "train" : "validation");
      expect(sideOf(first)).toBe(sideOf(doubled.conditions.length - 1));
      sides.add(sideOf(first));
    }
    expect(sides.size).toBeGreaterThan(1);
  });

  it("dose: inside holds out doses between seen ones, outside the ends, and conditions at that dose only", () => {
    const table = randomTable({ agents: 2, doses: [1, 2, 3, 4] });
    const inside = taskOf(table, "dose", { range: "inside", agents: ["a"], validation: 0, repeats: 1 });
    expect(inside.groups.map((group) => group.id)).toEqual(["a at 2", "a at 3"]);
    const outside = taskOf(table, "dose", { range: "outside", agents: ["a"], validation: 0, repeats: 1 });
    expect(outside.groups.map((group) => group.id)).toEqual(["a at 1", "a at 4"]);
    expect(outside.groups[0]?.conditions.map((row) => table.conditions[row]?.id)).toEqual(["a|1", "a|1,b|1"]);
  });

  it("time: early and late rows share no measured cell", () => {
    const { table, folds } = taskOf(drawn({ agents: 4, controls: 1, seed: 1n }), "time", { until: 2, validation: 0, repeats: 1 });
    const [fold] = folds;
    const measured = (row: number): boolean[] => table.features.map((_feature, feature) => !Number.isNaN(table.values[row * table.features.length + feature]));
    expect(fold?.train.map(measured).every((cells) => cells.join() === "true,true,false,false")).toBe(true);
    expect(fold?.test.map(measured).every((cells) => cells.join() === "false,false,true,true")).toBe(true);
  });

  it("without: a condition that is left out is on no side", () => {
    const table = randomTable({ agents: 4 });
    const task = taskOf(table, "single-to-combination", { validation: 0, repeats: 1, group: "all", without: ["a|1"] });
    const row = table.conditions.findIndex((condition) => condition.id === "a|1");
    expect(task.folds.flatMap((fold) => [...fold.train, ...fold.validation, ...fold.test])).not.toContain(row);
  });

  it.each([
    ["random", { validation: 0.5, test: 0.5, repeats: 1 }, /do not fit/],
    ["random", { validation: 0, test: 0, repeats: 1 }, /no condition is held out/],
    ["held-out-combination", { trained: 100, validation: 0, repeats: 1 }, /no combination is held out/],
    ["single-to-combination", { validation: 0.99, repeats: 1, group: "all" }, /nothing is left to train on/],
    ["held-out-perturbation", { validation: 0.2, repeats: 1, agents: ["z"] }, /no condition holds the agent "z"/],
    ["dose", { range: "inside", validation: 0.2, repeats: 1 }, /inside needs three doses/],
    ["time", { until: 9, validation: 0.2, repeats: 1 }, /no response was measured after time 9/],
    ["listed", { test: ["nobody"] }, /no condition in use is called "nobody"/],
    ["listed", { test: ["a|1"], without: ["zz"] }, /"without" names a condition "zz"/],
  ])("%s refuses what it cannot do, by name: %o", (kind, options, message) => {
    const answer = predictionTask(randomTable({ agents: 4 }), splitSchema.parse({ kind, id: "s", seed: 1, ...options }));
    expect("problems" in answer ? answer.problems.join("\n") : "no problem").toMatch(message);
  });

  it("the schema refuses unknown kinds, unknown keys, part conditions and seeds beyond 64 bits", () => {
    const good = { kind: "random", id: "r", seed: "0xffffffffffffffff", validation: 0.1, test: 5, repeats: 2 };
    expect(splitSchema.safeParse(good).success).toBe(true);
    for (const bad of [{ kind: "stratified" }, { extra: 1 }, { test: 5.5 }, { seed: "0x1ffffffffffffffff" }, { seed: -1 }, { repeats: 0 }]) {
      expect(splitSchema.safeParse({ ...good, ...bad }).success, JSON.stringify(bad)).toBe(false);
    }
  });
});
