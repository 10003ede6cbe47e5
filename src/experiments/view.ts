import type { Feature, Fold, PredictionTask, TableCondition } from "./task.ts";

/** Conditions whose responses a predictor may read. */
export interface SeenRows {
  /** [n] */
  readonly conditions: readonly TableCondition[];
  /** Measured responses, row-major [n, nFeature]; NaN = not measured. */
  readonly values: Float64Array;
  /** Standard deviations in the same shape, where known. */
  readonly sd: Float64Array | null;
  /** Row-major [n, nInput]. */
  readonly inputs: Float64Array;
}

/** Conditions to be predicted: what was applied, never what was measured. */
export interface AskedRows {
  readonly conditions: readonly TableCondition[];
  /** Row-major [n, nInput]. */
  readonly inputs: Float64Array;
}

/**
 * All that a predictor is handed for one fold. It is a copy cut to what may be seen: the responses of test conditions
 * (and the noise-free truth of any condition) are not in it, so nothing fitted or scaled on it can have read them.
 */
export interface TrainingView {
  readonly label: string;
  readonly seed: string;
  /** [nFeature] */
  readonly features: readonly Feature[];
  /** [nInput] */
  readonly inputNames: readonly string[];
  /** Control response declared apart from the rows [nFeature]; null = none. */
  readonly baseline: Float64Array | null;
  readonly train: SeenRows;
  readonly validation: SeenRows;
  readonly test: AskedRows;
}

/** Cuts a task's table to what one of its folds may see. */
export function viewOf(task: PredictionTask, fold: Fold): TrainingView {
  const { table } = task;
  return {
    label: fold.label,
    seed: fold.seed,
    features: table.features,
    inputNames: table.inputs.names,
    baseline: table.baseline === null ? null : table.baseline.slice(),
    train: seenRows(task, fold.train),
    validation: seenRows(task, fold.validation),
    test: askedRows(task, fold.test),
  };
}

/** Training rows followed by validation rows: what a predictor without settings to choose may read. */
export function seenTogether(view: TrainingView): SeenRows {
  const { train, validation } = view;
  return {
    conditions: [...train.conditions, ...validation.conditions],
    values: joined(train.values, validation.values),
    sd: train.sd === null || validation.sd === null ? null : joined(train.sd, validation.sd),
    inputs: joined(train.inputs, validation.inputs),
  };
}

function seenRows(task: PredictionTask, rows: readonly number[]): SeenRows {
  const { table } = task;
  const width = table.features.length;
  return {
    ...askedRows(task, rows),
    values: cut(table.values, rows, width),
    sd: table.sd === null ? null : cut(table.sd, rows, width),
  };
}

function askedRows(task: PredictionTask, rows: readonly number[]): AskedRows {
  const { table } = task;
  return {
    conditions: rows.map((row) => conditionAt(table.conditions, row)),
    inputs: cut(table.inputs.values, rows, table.inputs.names.length),
  };
}

function conditionAt(conditions: readonly TableCondition[], row: number): TableCondition {
  const condition = conditions[row];
  if (condition === undefined) throw new RangeError(`a fold names condition ${row}, the table has ${conditions.length}`);
  return condition;
}

function cut(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const part = new Float64Array(rows.length * width);
  rows.forEach((row, place) => part.set(matrix.subarray(row * width, (row + 1) * width), place * width));
  return part;
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
