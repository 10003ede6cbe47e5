import { hasAgent, tableAgents } from "../condition.ts";
import type { TableCondition } from "../task.ts";
import type { TrainingView } from "../view.ts";

/** Inputs of a linear model, row-major [rows, names.length] for each part of a view. */
export interface Encoding {
  readonly names: readonly string[];
  readonly train: Float64Array;
  readonly validation: Float64Array;
  readonly test: Float64Array;
}

/** 1 where an agent was applied, at any dose. */
export function oneHotEncoding(view: TrainingView): Encoding {
  return encode(view, (condition, agent) => (hasAgent(condition, agent) ? 1 : 0));
}

/**
 * The table's inputs, or the agents' doses where it has none, each column divided by its largest absolute value. Inputs are known
 * of test conditions too, so scaling by them reads no response.
 */
export function doseEncoding(view: TrainingView): Encoding {
  const raw: Encoding =
    view.inputNames.length > 0
      ? { names: view.inputNames, train: view.train.inputs, validation: view.validation.inputs, test: view.test.inputs }
      : encode(view, (condition, agent) => condition.perturbations.reduce((sum, applied) => (applied.agent === agent ? sum + applied.dose : sum), 0));
  const width = raw.names.length;
  const largest = new Float64Array(width);
  for (const part of [raw.train, raw.validation, raw.test]) {
    part.forEach((value, place) => {
      largest[place % width] = Math.max(largest[place % width] ?? 0, Math.abs(value));
    });
  }
  const scaled = (part: Float64Array): Float64Array => part.map((value, place) => ((largest[place % width] ?? 0) > 0 ? value / (largest[place % width] ?? 1) : 0));
  return { names: raw.names, train: scaled(raw.train), validation: scaled(raw.validation), test: scaled(raw.test) };
}

/** Whether every column holds one level besides 0, so that it says no more than which agents were applied. */
export function isOneHot({ names, train, validation, test }: Encoding): boolean {
  return names.every((_name, column) => {
    const levels = new Set<number>();
    for (const part of [train, validation, test]) for (let place = column; place < part.length; place += names.length) levels.add(part[place] ?? 0);
    levels.delete(0);
    return levels.size <= 1;
  });
}

function encode(view: TrainingView, level: (condition: TableCondition, agent: string) => number): Encoding {
  const names = tableAgents([view.train, view.validation, view.test].flatMap((part) => [...part.conditions]));
  const part = (conditions: readonly TableCondition[]): Float64Array => Float64Array.from(conditions.flatMap((condition) => names.map((agent) => level(condition, agent))));
  return { names, train: part(view.train.conditions), validation: part(view.validation.conditions), test: part(view.test.conditions) };
}
