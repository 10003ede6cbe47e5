/** One column of a simulation: a single path, or many runs. */
export interface SimulatedColumn {
  readonly id: string;
  readonly unit: string | null;
  /** [nTime]; null = a single path. */
  readonly mean: readonly number[] | null;
  /** Sample standard deviations [nTime]; null for fewer than two runs. */
  readonly sd: readonly (number | null)[] | null;
  /** Outer quantiles [nTime]; null where none were asked for. */
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[]; readonly words: string } | null;
  /** Single runs, each up to where it got. */
  readonly paths: readonly (readonly number[])[];
  /** At the last time: different values, ascending, and how often each was seen; null where they were not counted. */
  readonly last: { readonly values: readonly number[]; readonly counts: readonly number[] } | null;
}

/** What a simulation came to, ready to be drawn. */
export interface SimulationReport {
  readonly title: string;
  /** The command that made it, as one would type it again. */
  readonly command: string;
  /** The command that runs its manifest again; null where there is none. */
  readonly reproduce: string | null;
  /** Version of semimech. */
  readonly version: string;
  /** Day or moment, ISO 8601. */
  readonly date: string;
  /** Id or file of the model. */
  readonly model: string;
  /** Null where nothing is drawn at random. */
  readonly seed: string | null;
  readonly method: { readonly id: string; readonly title: string; readonly kind: "ODE" | "exact" | "approximate"; readonly use: string | null; readonly source: string };
  readonly timeUnit: string | null;
  /** [nTime]; of a path that did not get there, up to where it got. */
  readonly times: readonly number[];
  readonly columns: readonly SimulatedColumn[];
  /** Runs that are in the statistics, and runs asked for; null = a single path. */
  readonly runs: { readonly done: number; readonly asked: number } | null;
  /** Steps of a solver, or events of all runs, and which of them. */
  readonly steps: number;
  readonly stepsAre: string;
  /** Null = it ended well. */
  readonly problem: string | null;
  readonly isInterrupted: boolean;
  /** Events of each reaction in a run, mean of the runs; empty where none are counted. */
  readonly reactions: readonly { readonly id: string; readonly perRun: number }[];
  /** First passages that were looked for, in words, and the times at which runs came there. */
  readonly passages: readonly { readonly condition: string; readonly text: string; readonly values: readonly number[]; readonly counts: readonly number[]; readonly mean: number }[];
  /** Correlations of columns with themselves some time later, in words, and by lag with standard errors [nLag]; NaN where nothing is known. */
  readonly autocorrelations: readonly { readonly id: string; readonly text: string; readonly lags: readonly number[]; readonly values: readonly number[]; readonly errors: readonly number[] }[];
  /** What was asked of the precision, in words; null where nothing was. */
  readonly precision: { readonly text: string; readonly isReached: boolean } | null;
  readonly warnings: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
}
