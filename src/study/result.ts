/** Everything one run of a scenario found, as plain data: the report draws it, `--json` prints part of it. */

export interface Score {
  readonly split: string;
  readonly model: string;
  readonly metric: string;
  readonly value: number;
  /** Bootstrap standard error over conditions; null where it has no meaning. */
  readonly se: number | null;
  /** Conditions scored. */
  readonly n: number;
}

export interface Verdict {
  readonly split: string;
  readonly model: string;
  readonly metric: string;
  readonly verdict: "advantage" | "no advantage" | "loses";
  /** What it is held against: the best simple baseline of the split, or a baseline that was fitted. */
  readonly against: string;
  readonly rival: "simple" | "fitted";
  /** Model minus baseline, in the metric, and its paired-bootstrap standard error. */
  readonly difference: number;
  readonly se: number;
}

export interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "violated" | "note" | "not applicable";
  readonly value: number | null;
  readonly bound: number | null;
  readonly equation: string;
  readonly source: string;
  readonly where: string;
  /** What the check is about; without it the report goes by the check's name. */
  readonly topic?: "thermodynamics" | "leakage" | "structure" | "numerics";
}

/** A curve through time with its data: the first figure people ask for. */
export interface FitCurve {
  readonly condition: string;
  readonly observable: string;
  readonly unit: string;
  readonly timeUnit: string;
  readonly role: "train" | "test";
  readonly times: readonly number[];
  /** One line per model id. */
  readonly lines: Readonly<Record<string, readonly number[]>>;
  readonly band: { readonly kind: "noise" | "ensemble"; readonly low: readonly number[]; readonly high: readonly number[] } | null;
  readonly data: readonly { readonly time: number; readonly value: number; readonly sd: number | null }[];
}

export interface ParityPoint {
  readonly split: string;
  readonly model: string;
  readonly condition: string;
  readonly feature: string;
  readonly role: "train" | "test";
  readonly observed: number;
  readonly predicted: number;
}

export interface TrainingCurve {
  readonly split: string;
  readonly model: string;
  readonly iteration: readonly number[];
  readonly loss: readonly number[];
  readonly validation: readonly (number | null)[];
}

/** Learned flux beside the one that was deleted (where the truth is known), along one trajectory. */
export interface LearnedFluxCurve {
  readonly flux: string;
  readonly condition: string;
  readonly role: "train" | "test";
  readonly unit: string;
  readonly times: readonly number[];
  readonly learned: readonly number[];
  readonly truth: readonly number[] | null;
}

export interface MechanismShare {
  readonly split: string;
  readonly species: string;
  /** 1 - E||g||² / E||f+g||². */
  readonly share: number;
}

export interface ThermoCurve {
  readonly condition: string;
  readonly times: readonly number[];
  readonly entropyProduction: readonly number[];
  readonly perReaction: Readonly<Record<string, readonly number[]>>;
  readonly tightness: Readonly<Record<string, readonly number[]>>;
  readonly unit: string;
}

/** A figure from the literature, shown beside our scores and never judged. */
export interface PublishedScore {
  readonly split: string;
  readonly model: string;
  readonly metric: string;
  readonly value: number;
  readonly source: string;
}

export interface RunResult {
  readonly schema: "run/1";
  readonly scenario: string;
  readonly title: string;
  readonly hash: string;
  readonly seed: string;
  readonly budget: "quick" | "full";
  readonly status: "done" | "interrupted" | "out of budget" | "failed";
  readonly primary: { readonly metric: string; readonly direction: "lower" | "higher" };
  readonly scores: readonly Score[];
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  /** Baselines that do not apply, with the reason. */
  readonly notApplicable: readonly { readonly split: string; readonly model: string; readonly reason: string }[];
  /** How many times each test set has been scored so far, this run included. */
  readonly accesses: Readonly<Record<string, number>>;
  readonly curves: readonly FitCurve[];
  readonly parity: readonly ParityPoint[];
  readonly training: readonly TrainingCurve[];
  readonly learnedFluxes: readonly LearnedFluxCurve[];
  readonly shares: readonly MechanismShare[];
  readonly thermo: readonly ThermoCurve[];
  /** Named facts about the numerics: solver, tolerances, steps, rejections, threads, models trained. */
  readonly numerics: readonly { readonly name: string; readonly value: string }[];
  /** Published figures to stand beside the scores, where there are any. */
  readonly published?: readonly PublishedScore[];
  /** What each model id stands for; a model not listed that has a verdict is a subject, any other a baseline. */
  readonly models?: readonly { readonly id: string; readonly title: string; readonly role: "subject" | "baseline" | "control" }[];
  /** Unit of the responses that are scored and drawn in parity plots; null = not stated in the data. */
  readonly responseUnit?: string | null;
  /** What to do next, one sentence. */
  readonly next: string;
  readonly out: string;
}
