import { pearson } from "../numerics/statistics.ts";
import { agentsOf, combinationKey, isControl, sameOrder, treatmentKey } from "./condition.ts";
import type { Unseen } from "./split/kind.ts";
import { splitKinds } from "./split/index.ts";
import type { Fold, Prediction, PredictionTask, TableCondition } from "./task.ts";
import { viewOf } from "./view.ts";
import type { TrainingView } from "./view.ts";

/** Outcome of one leakage check on one split. */
export interface LeakageFinding {
  readonly check: string;
  readonly verdict: "ok" | "violated" | "note";
  /** How many cases were found. */
  readonly value: number;
  readonly bound: number;
  readonly equation: string;
  readonly source: string;
  /** Split, and the first cases by name. */
  readonly where: string;
}

export interface LeakageOptions {
  /** Features (indices) that enter the primary score; all when not given. A response that copies an input counts only there. */
  readonly scored?: readonly number[];
}

interface Case {
  readonly text: string;
  readonly severe: boolean;
}

const source = "splits by whole condition";

/** Every check that a task and its folds allow; one finding per check, `ok` included. */
export function checkLeakage(task: PredictionTask, options: LeakageOptions = {}): readonly LeakageFinding[] {
  return [
    finding(task, "condition on two sides of a fold", "train, validation and test share no condition", sharedConditions(task)),
    finding(task, "replicate of a test condition in training", "no treatment is both seen and asked for", replicates(task)),
    finding(task, "same agents in another order", "(a, b) and (b, a) are one treatment", reordered(task)),
    finding(task, "control used on both sides", "a control is never asked for while a control is seen", reusedControls(task)),
    finding(task, "held out as declared", declared(task), notUnseen(task)),
    finding(task, "indistinguishable inputs", "inputs of seen and asked conditions differ", equalInputs(task)),
    finding(task, "target among the inputs", "no scored response is a function of one input alone", copiedInputs(task, options.scored ?? null)),
  ];
}

/**
 * Whether a predictor's answer stays the same to the bit when every response of the test conditions (measured, true and sd) is
 * replaced: the proof that no scale, selection or setting was computed with them.
 */
export function checkBlind(task: PredictionTask, fold: Fold, predict: (view: TrainingView) => Prediction): LeakageFinding {
  const width = task.table.features.length;
  const replaced = (matrix: Float64Array): Float64Array => {
    const copy = matrix.slice();
    for (const row of fold.test) copy.fill(1e6 + row, row * width, (row + 1) * width);
    return copy;
  };
  const { table } = task;
  const other: PredictionTask = {
    ...task,
    table: {
      ...table,
      values: replaced(table.values),
      truth: table.truth === null ? null : replaced(table.truth),
      sd: table.sd === null ? null : replaced(table.sd),
    },
  };
  const before = predict(viewOf(task, fold));
  const after = predict(viewOf(other, fold));
  const changed = before.length === after.length && before.every((value, place) => Object.is(value, after[place])) ? [] : [{ text: `fold "${fold.label}"`, severe: true }];
  return finding(task, "test responses read in training", "predictions do not depend on test responses", changed);
}

function finding(task: PredictionTask, check: string, equation: string, cases: readonly Case[]): LeakageFinding {
  const shown = [...new Set(cases.map((each) => each.text))];
  const named = shown.slice(0, 3).join("; ") + (shown.length > 3 ? `; and ${shown.length - 3} more` : "");
  const verdict = cases.length === 0 ? "ok" : cases.some((each) => each.severe) ? "violated" : "note";
  return { check, verdict, value: shown.length, bound: 0, equation, source, where: shown.length === 0 ? task.id : `${task.id}: ${named}` };
}

/** Calls back for every pair of a seen and an asked condition that share a key. */
function matches(task: PredictionTask, key: (condition: TableCondition) => string, use: (seen: number, asked: number) => Case | null): readonly Case[] {
  const keys = task.table.conditions.map(key);
  const cases = new Map<string, Case>();
  for (const fold of task.folds) {
    const seen = new Map<string, number[]>();
    for (const row of [...fold.train, ...fold.validation]) {
      const own = keys[row] ?? "";
      const list = seen.get(own);
      if (list === undefined) seen.set(own, [row]);
      else list.push(row);
    }
    for (const asked of fold.test) {
      for (const row of seen.get(keys[asked] ?? "") ?? []) {
        const each = row === asked || cases.has(`${row}/${asked}`) ? null : use(row, asked);
        if (each !== null) cases.set(`${row}/${asked}`, each);
      }
    }
  }
  return [...cases.values()];
}

function sharedConditions(task: PredictionTask): readonly Case[] {
  return task.folds.flatMap((fold) => {
    const all = [...fold.train, ...fold.validation, ...fold.test];
    const twice = new Set(all.filter((row, place) => all.indexOf(row) !== place));
    return [...twice].map((row) => ({ text: nameOf(task, row), severe: true }));
  });
}

function replicates(task: PredictionTask): readonly Case[] {
  return matches(task, treatmentKey, (seen, asked) =>
    isControlRow(task, asked) || !measuredTogether(task, seen, asked) || !ordersAgree(task, seen, asked)
      ? null
      : { text: `${nameOf(task, seen)} repeats ${nameOf(task, asked)}`, severe: true },
  );
}

function reordered(task: PredictionTask): readonly Case[] {
  return matches(task, treatmentKey, (seen, asked) =>
    !measuredTogether(task, seen, asked) || ordersAgree(task, seen, asked) ? null : { text: `${nameOf(task, seen)} is ${nameOf(task, asked)}`, severe: true },
  );
}

function reusedControls(task: PredictionTask): readonly Case[] {
  return matches(task, treatmentKey, (seen, asked) =>
    isControlRow(task, asked) && measuredTogether(task, seen, asked) ? { text: nameOf(task, asked), severe: true } : null,
  );
}

function equalInputs(task: PredictionTask): readonly Case[] {
  const { inputs } = task.table;
  const width = inputs.names.length;
  if (width === 0) return [];
  const places = new Map(task.table.conditions.map((condition, row) => [condition, row]));
  const key = (condition: TableCondition): string => {
    const row = places.get(condition) ?? -1;
    return inputs.values.subarray(row * width, (row + 1) * width).join(" ");
  };
  return matches(task, key, (seen, asked) =>
    treatmentKey(conditionOf(task, seen)) === treatmentKey(conditionOf(task, asked))
      ? null
      : { text: `${nameOf(task, asked)} has the inputs of ${nameOf(task, seen)}`, severe: false },
  );
}

function unseenOf(task: PredictionTask): Unseen {
  if (task.unseen !== undefined) return task.unseen;
  const kinds: Readonly<Record<string, { readonly facts: { readonly unseen: Unseen } }>> = splitKinds;
  return Object.hasOwn(kinds, task.kind) ? (kinds[task.kind]?.facts.unseen ?? "condition") : "condition";
}

function declared(task: PredictionTask): string {
  return {
    condition: "no asked condition is seen",
    combination: "no asked set of agents is seen",
    agent: "every asked condition holds an agent that is not seen",
    dose: "every asked condition holds an agent at a dose that is not seen",
    time: "no asked time is seen",
  }[unseenOf(task)];
}

function notUnseen(task: PredictionTask): readonly Case[] {
  const unseen = unseenOf(task);
  if (unseen === "condition") return [];
  const parts: Readonly<Record<Unseen, (condition: TableCondition) => readonly string[]>> = {
    condition: (condition) => [condition.id],
    combination: (condition) => [combinationKey(condition)],
    agent: agentsOf,
    dose: (condition) => condition.perturbations.map(({ agent, dose }) => JSON.stringify([agent, dose])),
    time: () => [],
  };
  return task.folds.flatMap((fold) => {
    const rows = [...fold.train, ...fold.validation];
    if (unseen === "time") {
      return fold.test.some((asked) => rows.some((row) => measuredTogether(task, row, asked))) ? [{ text: fold.label, severe: true }] : [];
    }
    const seen = new Set(rows.flatMap((row) => parts[unseen](conditionOf(task, row))));
    return fold.test.filter((row) => parts[unseen](conditionOf(task, row)).every((part) => seen.has(part))).map((row) => ({ text: nameOf(task, row), severe: true }));
  });
}

/** Responses that one input settles alone, over all conditions where both are known. */
function copiedInputs(task: PredictionTask, scored: readonly number[] | null): readonly Case[] {
  const { table } = task;
  const names = table.inputs.names;
  return table.features.flatMap((feature, column) => {
    const copied = names.findIndex((_name, input) => {
      const pairs = table.conditions.flatMap((_condition, row) => {
        const response = table.values[row * table.features.length + column] ?? Number.NaN;
        const value = table.inputs.values[row * names.length + input] ?? Number.NaN;
        // What the perturbation sets by itself is not predicted, so it may follow from the input.
        const free = Number.isNaN(table.imposed?.[row * table.features.length + column] ?? Number.NaN);
        return !free || Number.isNaN(response) || Number.isNaN(value) ? [] : [[value, response] as const];
      });
      return settled(pairs);
    });
    if (copied < 0) return [];
    return [{ text: `${feature.observable} is settled by the input ${names[copied] ?? copied}`, severe: scored === null || scored.includes(column) }];
  });
}

/**
 * Whether the second number follows from the first: on one line through the data, or (levels being repeated, so that chance is no
 * answer) always the same at the same level. Published tables are rounded, hence the line's four digits.
 */
function settled(pairs: readonly (readonly [number, number])[]): boolean {
  const levels = new Map<number, number>();
  for (const [input, response] of pairs) levels.set(input, levels.get(input) ?? response);
  if (pairs.length < 3 || levels.size < 2 || new Set(pairs.map(([, response]) => response)).size < 2) return false;
  const repeated = levels.size <= pairs.length / 2;
  if (repeated && pairs.every(([input, response]) => levels.get(input) === response)) return true;
  return Math.abs(pearson(pairs.map(([input]) => input), pairs.map(([, response]) => response))) > 1 - 1e-4;
}

/** Whether two rows have a measured response in common; the early and the late part of one time course have none. */
function measuredTogether({ table }: PredictionTask, left: number, right: number): boolean {
  const width = table.features.length;
  for (let feature = 0; feature < width; feature++) {
    if (!Number.isNaN(table.values[left * width + feature] ?? Number.NaN) && !Number.isNaN(table.values[right * width + feature] ?? Number.NaN)) return true;
  }
  return false;
}

function ordersAgree(task: PredictionTask, left: number, right: number): boolean {
  return sameOrder(conditionOf(task, left).perturbations, conditionOf(task, right).perturbations);
}

function conditionOf(task: PredictionTask, row: number): TableCondition {
  const condition = task.table.conditions[row];
  if (condition === undefined) throw new RangeError(`split "${task.id}" names condition ${row}, the table has ${task.table.conditions.length}`);
  return condition;
}

const isControlRow = (task: PredictionTask, row: number): boolean => isControl(conditionOf(task, row));

const nameOf = (task: PredictionTask, row: number): string => `"${conditionOf(task, row).id}"`;
