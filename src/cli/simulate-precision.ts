import type { AutocorrelationOutput } from "./simulate-autocorrelation.ts";
import type { EnsembleStatistics } from "../solvers/stochastic/ensemble-statistics.ts";

/** How precisely an ensemble says what was asked, and what is missing. */
export interface Precision {
  readonly asked: number;
  /** Largest standard error, relative to the largest mean of its column, or of an autocorrelation; null where nothing can be judged. */
  readonly reached: number | null;
  /** What it is of, such as `mean of X`. */
  readonly of: string | null;
  /** Of an autocorrelation its lag. */
  readonly time: number | null;
  /** Further runs that would bring it down to `asked`, if the law is as it looks; null where that cannot be said. */
  readonly moreRuns: number | null;
}

/**
 * Judges the means, and the quantiles and autocorrelations where some were asked for, of every column at every time. Errors are relative to the column's
 * largest mean, the scale on which a curve is seen: a mean that passes through 0 would ask for no end of runs.
 */
export function precisionOf(all: EnsembleStatistics, asked: number, quantiles: readonly number[], autocorrelations: readonly AutocorrelationOutput[] = []): Precision {
  let worst = { error: -1, of: "", time: Number.NaN };
  all.outputs.forEach(({ id }, column) => {
    const cells = Array.from(all.times, (time, row) => ({ time, cell: all.cell(row, column) }));
    const scale = Math.max(...cells.map(({ cell }) => Math.abs(cell.mean.value)));
    if (!(scale > 0)) return;
    for (const { time, cell } of cells) {
      const errors = [
        { of: `mean of ${id}`, error: cell.mean.error },
        ...quantiles.map((probability) => {
          const { lower, upper } = cell.quantile(probability);
          return { of: `quantile ${probability} of ${id}`, error: (upper - lower) / 2 };
        }),
      ];
      for (const { of, error } of errors) if (error / scale > worst.error) worst = { error: error / scale, of, time };
    }
  });
  for (const { id, lags, errors } of autocorrelations) {
    errors.forEach((error, lag) => {
      if (error !== null && Number(error) > worst.error) worst = { error: Number(error), of: `autocorrelation of ${id}`, time: Number(lags[lag]) };
    });
  }
  if (worst.error < 0) return { asked, reached: null, of: null, time: null, moreRuns: null };
  const moreRuns = Math.max(0, Math.ceil(all.runs * (worst.error / asked) ** 2) - all.runs);
  return { asked, reached: worst.error, of: worst.of, time: worst.time, moreRuns };
}

/** A number of runs to two digits, upwards: more digits would promise too much. */
export function roundedUp(runs: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, runs))) - 1);
  return Math.ceil(runs / unit) * unit;
}

/** What a judgement comes to in words; `runs` are those there are. */
export function precisionText({ asked, reached, of, time, moreRuns }: Precision, runs: number): string {
  if (reached === null || moreRuns === null) return `precision ${asked}: nothing to judge: no column has a mean other than 0, or there are fewer than two runs`;
  const isCorrelation = of?.startsWith("autocorrelation of ") ?? false;
  const found = `the largest standard error is ${Number(reached.toPrecision(2))}${isCorrelation ? ` (${of} at lag ${time})` : ` of its column's largest mean (${of} at time ${time})`}`;
  return moreRuns === 0 ? `precision ${asked} is reached: ${found}` : `precision ${asked} is not reached: ${found}; it takes about ${roundedUp(moreRuns)} more runs, --runs ${roundedUp(runs + moreRuns)} in all`;
}
