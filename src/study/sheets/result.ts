import type { Finding, Score } from "../result.ts";

/** A number a case gives: `split` is the sheet, `model` the case, as `expected.json` names them. */
export type SheetValue = Pick<Score, "split" | "model" | "metric" | "value">;

/** A bound along a drawn case: what it allows, and the larger of its sides over the smaller. NaN = not known. */
export interface BoundSeries {
  readonly name: string;
  readonly quantity: string;
  readonly sense: "at least" | "at most";
  readonly equation: string;
  readonly source: string;
  /** [nTime], as the quantity. */
  readonly values: readonly number[];
  /** Dimensionless [nTime]. */
  readonly tightness: readonly number[];
}

/** An observable along a drawn case, each [nTime]; current and diffusion · concentration per time. */
export interface ObservableSeries {
  readonly name: string;
  readonly current: readonly number[];
  readonly diffusion: readonly number[];
  readonly bounds: readonly BoundSeries[];
}

/** A case through time. Entropy production · R per volume and time; NaN = not known. */
export interface SheetSeries {
  readonly case: string;
  readonly kind: "path" | "cycle";
  readonly times: readonly number[];
  /** By species that is no chemostat, each [nTime] · concentration. */
  readonly concentrations: Readonly<Record<string, readonly number[]>>;
  readonly entropyProduction: readonly number[];
  /** Onsager's and the information-geometric excess. */
  readonly excess: readonly number[];
  readonly informationGeometricExcess: readonly number[];
  readonly observables: readonly ObservableSeries[];
}

export interface SheetResult {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly model: string;
  /** Null where no case runs through time. */
  readonly series: SheetSeries | null;
}

/** Everything a run of a scenario of sheets found, as plain data. */
export interface SheetsResult {
  readonly schema: "sheets/1";
  readonly scenario: string;
  readonly title: string;
  readonly hash: string;
  /** `failed` = a case has no answer; the findings say which and why. */
  readonly status: "done" | "failed";
  readonly units: { readonly time: string; readonly concentration: string };
  readonly scores: readonly SheetValue[];
  readonly findings: readonly Finding[];
  readonly sheets: readonly SheetResult[];
  readonly numerics: readonly { readonly name: string; readonly value: string }[];
  /** What to do next, one sentence. */
  readonly next: string;
  readonly out: string;
}
