import type { Unseen } from "./split/kind.ts";

/** What a predictor is asked: a table of responses per condition, and folds that say which whole conditions it may see. */

/** One agent as applied: which perturbation, and at what dose (1 for a plain knockout). */
export interface AppliedPerturbation {
  readonly agent: string;
  readonly dose: number;
}

/** A condition as the tables know it; no perturbation = control. */
export interface TableCondition {
  readonly id: string;
  readonly perturbations: readonly AppliedPerturbation[];
}

export interface Feature {
  readonly observable: string;
  readonly time: number;
  readonly unit: string | null;
}

export interface ResponseTable {
  /** [nCondition] */
  readonly conditions: readonly TableCondition[];
  /** [nFeature] */
  readonly features: readonly Feature[];
  /** Measured means over replicates, row-major [nCondition, nFeature]; NaN = not measured. */
  readonly values: Float64Array;
  /** Noise-free truth in the same shape, where it is known. */
  readonly truth: Float64Array | null;
  /** Standard deviation of each value in the same shape, where it is known. */
  readonly sd: Float64Array | null;
  /** Inputs that models may read per condition, row-major [nCondition, inputs.length], e.g. encoded doses. */
  readonly inputs: { readonly names: readonly string[]; readonly values: Float64Array };
  /** Expected control response [nFeature] when it is known without measuring (e.g. 0 for log fold changes); else null. */
  readonly baseline: Float64Array | null;
  /**
   * Responses that the perturbation itself sets, row-major [nCondition, nFeature], NaN = free; e.g. 0 for a knocked-out gene.
   * Every model's prediction takes them over before it is scored.
   */
  readonly imposed?: Float64Array | null;
}

/** One training run's view: indices into `table.conditions`. Train, validation and test never share one. */
export interface Fold {
  readonly label: string;
  /** Scoring group this fold belongs to (e.g. the drug left out); null = all. */
  readonly group: string | null;
  readonly seed: string;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Conditions scored together; the score is the mean over groups. */
export interface ScoringGroup {
  readonly id: string;
  readonly conditions: readonly number[];
}

/** One row block of the score table. */
export interface PredictionTask {
  /** The split's id as printed. */
  readonly id: string;
  readonly kind: string;
  /** What training and test may not share, for a kind that `splitKinds` does not know; whole conditions where not given. */
  readonly unseen?: Unseen;
  readonly table: ResponseTable;
  readonly folds: readonly Fold[];
  readonly groups: readonly ScoringGroup[];
}

/** Predicted values of one fold's test conditions, row-major [fold.test.length, nFeature]. */
export type Prediction = Float64Array;
