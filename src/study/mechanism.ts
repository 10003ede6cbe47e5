import type { Fold, Prediction, PredictionTask } from "../experiments/task.ts";
import type { Checkpoint, FitHooks } from "../calibrate/hooks.ts";
import type { Finding, FitCurve, LearnedFluxCurve, MechanismShare, ThermoCurve, TrainingCurve } from "./result.ts";

/** One fit that can run on its own, on any thread: a model, a split, a fold, a seed. */
export interface FitJob {
  /** Unique and stable: names the job's files in `state/` and `results/`. */
  readonly key: string;
  readonly split: string;
  readonly model: string;
  readonly fold: number;
  readonly seed: string;
  /** Other splits whose fold of the same number the same fit answers. */
  readonly also?: readonly string[];
  readonly budget?: "quick" | "full";
}

/** What one fit found, as plain JSON-ready data (typed arrays become arrays). */
export interface FitResult {
  readonly job: FitJob;
  readonly status: "done" | "stopped" | "failed";
  readonly failure: string | null;
  /** Row-major [fold.test.length, nFeature]. */
  readonly test: readonly number[];
  /** Row-major [fold.train.length, nFeature]. */
  readonly train: readonly number[];
  /** Predictions of the splits in `job.also`, each row-major [its fold.test.length, nFeature]. */
  readonly also?: Readonly<Record<string, readonly number[]>>;
  readonly training: TrainingCurve | null;
  readonly curves: readonly FitCurve[];
  readonly learnedFluxes: readonly LearnedFluxCurve[];
  readonly shares: readonly MechanismShare[];
  readonly thermo: readonly ThermoCurve[];
  readonly findings: readonly Finding[];
  readonly numerics: readonly { readonly name: string; readonly value: string }[];
  readonly seconds: number;
}

/** A model that must be fitted: `mechanism-only`, `hybrid`, `pure-neural-ode`, `label-permuted`. */
export interface FittedModel {
  readonly id: string;
  readonly title: string;
  /** `subject` is judged; `baseline` joins the list it is judged against; `control` must fail (permuted labels). */
  readonly role: "subject" | "baseline" | "control";
}

/** A scenario made ready: its tasks, the models to fit, and the jobs of a budget. */
export interface PreparedStudy {
  readonly tasks: readonly PredictionTask[];
  readonly models: readonly FittedModel[];
  jobs(budget: "quick" | "full", seed: string): readonly FitJob[];
  run(job: FitJob, hooks: FitHooks, resume: Checkpoint | null): Promise<FitResult>;
  /** Findings that need no fit (structure of the model, leakage). */
  readonly findings: readonly Finding[];
  /** Notes for the report, such as "CellBox published .926". */
  readonly published: readonly { readonly split: string; readonly model: string; readonly metric: string; readonly value: number; readonly source: string }[];
}

/** Where a prepared study reads files from. */
export interface StudyFiles {
  /** Text of a file of the scenario's folder. */
  readText(name: string): Promise<string>;
  /** Text of a pinned data file, hash checked. */
  readData(name: string): Promise<string>;
}

export type { Checkpoint, FitHooks, Fold, Prediction, PredictionTask };
