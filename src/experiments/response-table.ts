import { cellKey, cellsOf, conditionsOf, observablesOf } from "./dataset.ts";
import type { DataRow, Dataset } from "./dataset.ts";
import type { DesignProblem } from "./problem.ts";
import { suggestion } from "./suggestion.ts";
import type { Feature, ResponseTable, TableCondition } from "./task.ts";

export interface ResponseTableOptions {
  /** Noise-free values of the same cells, where they are known. */
  readonly truth?: Dataset;
  /** Inputs models may read; not given = the dose of every agent, 0 where it is not applied. */
  readonly inputs?: ResponseTable["inputs"];
  /** Expected control response [nFeature], where it is known without measuring. */
  readonly baseline?: Float64Array;
}

/**
 * The dataset as responses [nCondition, nFeature]: a feature is an (observable, time) pair, observables in the order of their first row, times rising.
 *
 * `values` are means over replicates. `sd` is the standard deviation of that mean: from the rows' own sd where all replicates give one, else from the spread of at least two replicates.
 * NaN = not measured, or sd not known. Conditions of the dataset that are not listed are refused by name.
 */
export function toResponseTable(
  dataset: Dataset,
  conditions: readonly TableCondition[],
  options: ResponseTableOptions = {},
): { readonly table: ResponseTable } | { readonly problems: readonly DesignProblem[] } {
  const ids = conditions.map((condition) => condition.id);
  const problems: DesignProblem[] = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => ({ path: [id], message: `condition "${id}" is listed twice` }));
  for (const source of [dataset, ...(options.truth === undefined ? [] : [options.truth])]) {
    for (const id of conditionsOf(source)) {
      if (!ids.includes(id)) problems.push({ path: [id], message: `"${source.name}" measures condition "${id}", which is not listed${suggestion(id, ids)}` });
    }
  }
  const features = featuresOf(dataset);
  const known = new Set(features.map((feature) => featureKey(feature)));
  for (const row of options.truth?.rows ?? []) {
    if (!known.has(featureKey(row))) problems.push({ path: [row.condition], message: `the truth has "${row.observable}" at time ${row.time}, which the data do not have` });
  }
  if (options.baseline !== undefined && options.baseline.length !== features.length) {
    problems.push({ path: ["baseline"], message: `the baseline has ${options.baseline.length} values, the table ${features.length} features` });
  }
  const inputs = options.inputs ?? doseInputs(conditions);
  if (inputs.values.length !== conditions.length * inputs.names.length) {
    problems.push({ path: ["inputs"], message: `inputs have ${inputs.values.length} values, not ${conditions.length} conditions × ${inputs.names.length} names` });
  }
  if (problems.length > 0) return { problems };

  const { mean, sd } = summarise(dataset, ids, features);
  const truth = options.truth === undefined ? null : summarise(options.truth, ids, features).mean;
  const hasSd = sd.some((value) => !Number.isNaN(value));
  return { table: { conditions, features, values: mean, truth, sd: hasSd ? sd : null, inputs, baseline: options.baseline ?? null } };
}

/** The dose of every agent per condition, agents in the order of first use; doses of one agent in one condition add up. */
export function doseInputs(conditions: readonly TableCondition[]): ResponseTable["inputs"] {
  const names = [...new Set(conditions.flatMap((condition) => condition.perturbations.map((applied) => applied.agent)))];
  const values = new Float64Array(conditions.length * names.length);
  conditions.forEach((condition, row) => {
    for (const { agent, dose } of condition.perturbations) {
      const index = row * names.length + names.indexOf(agent);
      values[index] = (values[index] ?? 0) + dose;
    }
  });
  return { names, values };
}

const featureKey = (feature: Pick<Feature, "observable" | "time">): string => JSON.stringify([feature.observable, feature.time]);

function featuresOf(dataset: Dataset): readonly Feature[] {
  const times = new Map<string, Set<number>>();
  for (const row of dataset.rows) {
    const seen = times.get(row.observable);
    if (seen === undefined) times.set(row.observable, new Set([row.time]));
    else seen.add(row.time);
  }
  return observablesOf(dataset).flatMap(({ id, unit }) => [...(times.get(id) ?? [])].toSorted((a, b) => a - b).map((time) => ({ observable: id, time, unit })));
}

/** Mean over replicates and the standard deviation of that mean, row-major [ids.length, features.length]. */
function summarise(dataset: Dataset, ids: readonly string[], features: readonly Feature[]): { readonly mean: Float64Array; readonly sd: Float64Array } {
  const cells = cellsOf(dataset);
  const mean = new Float64Array(ids.length * features.length).fill(Number.NaN);
  const sd = mean.slice();
  ids.forEach((condition, row) => {
    features.forEach(({ observable, time }, column) => {
      const cell = cells.get(cellKey({ condition, observable, time }));
      if (cell === undefined) return;
      const index = row * features.length + column;
      const average = cell.reduce((sum, { value }) => sum + value, 0) / cell.length;
      mean[index] = average;
      sd[index] = deviationOfMean(cell, average);
    });
  });
  return { mean, sd };
}

function deviationOfMean(cell: readonly DataRow[], average: number): number {
  const n = cell.length;
  if (cell.every((row) => row.sd !== null)) return Math.sqrt(cell.reduce((sum, row) => sum + (row.sd ?? 0) ** 2, 0)) / n;
  if (n < 2) return Number.NaN;
  return Math.sqrt(cell.reduce((sum, row) => sum + (row.value - average) ** 2, 0) / (n - 1) / n);
}
