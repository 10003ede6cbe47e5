import type { Estimate } from "./value-statistics.ts";

/** Which columns' autocorrelation is summed over runs, as plain data. */
export interface LaggedColumns {
  /** Numbers of the outputs. */
  readonly columns: readonly number[];
  /** First requested time that counts; those before it are left out, as runs that are not at rest yet would be. */
  readonly firstRow: number;
  /** Largest lag in rows. */
  readonly lags: number;
}

/** How a quantity remembers where it was: correlation of its deviations from the mean of the runs, a number of rows apart. */
export interface RunAutocorrelation {
  readonly runs: number;
  /** Correlation at lags 0 to `lags`, averaged over the rows, with its error from how groups of runs differ [lags + 1]; NaN for what does not vary. */
  readonly correlation: readonly Estimate[];
  /** Integrated correlation time in rows: 1/2 + the sum of correlations up to the window; null where the lags are too few for one. */
  readonly time: Estimate | null;
  /** Lags summed: the first W with W >= 5 times. */
  readonly window: number | null;
}

/** Sums of an ensemble so far, as plain data. */
export interface LaggedState {
  /** Runs in each group. */
  readonly counts: ArrayLike<number>;
  /** For each column what it is counted from. */
  readonly references: ArrayLike<number>;
  readonly sums: ArrayLike<number>;
}

/** Sums of products of rows, run by run. */
export interface LaggedSum {
  /** Takes in what `laggedInto` made of one run, from a place on. */
  add(features: ArrayLike<number>, from: number): void;
  /** One for each column. */
  result(): RunAutocorrelation[];
  state(): LaggedState;
}

/** Groups of runs whose differences make the errors: the error itself is then known to 1/sqrt(2 (groups - 1)), 13 %. */
const groups = 32;
/** Window of the correlation time, in correlation times. */
const windowTimes = 5;
/** Mean squared deviation, relative to the mean square about the reference, below which all is rounding. */
const rounding = 1e-12;

const rowsOf = (rowCount: number, { firstRow }: LaggedColumns): number => rowCount - firstRow;

/** Numbers that `laggedInto` makes of a run with so many requested times. */
export const laggedSize = (rowCount: number, spec: LaggedColumns): number => spec.columns.length * (rowsOf(rowCount, spec) + spec.lags);

/**
 * Of one run: for each column its rows, then the sums of products of rows 1 to `lags` apart, about its first row.
 * @param outputs row-major [nTime, nOutput]
 */
export function laggedInto(target: Float64Array, from: number, outputs: ArrayLike<number>, nOutput: number, spec: LaggedColumns): void {
  const { columns, firstRow, lags } = spec;
  const n = rowsOf(outputs.length / nOutput, spec);
  let place = from;
  for (const column of columns) {
    for (let row = 0; row < n; row++) target[place + row] = outputs[(firstRow + row) * nOutput + column];
    const origin = target[place];
    for (let lag = 1; lag <= lags; lag++) {
      let sum = 0;
      for (let row = lag; row < n; row++) sum += (target[place + row] - origin) * (target[place + row - lag] - origin);
      target[place + n + lag - 1] = sum;
    }
    place += n + lags;
  }
}

/**
 * Autocorrelation over many runs: for lag k the covariances of rows t and t + k between runs, summed over t, over the root of the same
 * sums of the two variances. A mean that changes with time does no harm; a law that does is averaged over.
 *
 * Errors come from leaving out one of 32 groups of runs after the other, so they hold whatever the law is, and for the correlation time
 * too, at the window that all runs choose. Memory grows with rows and lags, not with runs.
 * @source Sokal 1997, doi:10.1007/978-1-4899-0319-8_6, sec. 3 (correlation time, window); Busing, Meijer & van der Leeden 1999, doi:10.1023/A:1008800423698 (leaving out groups of unequal size)
 */
export function laggedSum(rowCount: number, spec: LaggedColumns, from: LaggedState | null = null): LaggedSum {
  const { columns, lags } = spec;
  const n = rowsOf(rowCount, spec);
  // Of each column and group: sums of rows, of squared rows, of products.
  const width = 2 * n + lags;
  const counts = Float64Array.from(from?.counts ?? new Float64Array(groups));
  const references = Float64Array.from(from?.references ?? []);
  const sums = Float64Array.from(from?.sums ?? new Float64Array(columns.length * groups * width));
  let seen = counts.reduce((total, one) => total + one, 0);
  let known = references;
  return {
    add(features, start) {
      if (seen === 0) known = Float64Array.from(columns, (_, at) => features[start + at * (n + lags)]);
      const group = seen % groups;
      counts[group] += 1;
      seen += 1;
      for (let at = 0; at < columns.length; at++) {
        const rows = start + at * (n + lags);
        const to = (at * groups + group) * width;
        // Products about the run's own first row, told about the shared reference: (a + d)(b + d) = ab + d (a + b) + d^2.
        const origin = features[rows];
        const shift = origin - known[at];
        let total = 0;
        for (let row = 0; row < n; row++) {
          const x = features[rows + row] - known[at];
          sums[to + row] += x;
          sums[to + n + row] += x * x;
          total += features[rows + row] - origin;
        }
        let [head, tail] = [0, 0];
        for (let lag = 1; lag <= lags; lag++) {
          head += features[rows + lag - 1] - origin;
          tail += features[rows + n - lag] - origin;
          sums[to + 2 * n + lag - 1] += features[rows + n + lag - 1] + shift * (2 * total - head - tail) + (n - lag) * shift * shift;
        }
      }
    },
    result: () => columns.map((_, at) => resultOf({ n, lags, width, counts, sums: sums.subarray(at * groups * width, (at + 1) * groups * width) })),
    state: () => ({ counts: counts.slice(), references: known.slice(), sums: sums.slice() }),
  };
}

interface GroupSums {
  readonly n: number;
  readonly lags: number;
  readonly width: number;
  readonly counts: Float64Array;
  /** Row-major [nGroup, width]. */
  readonly sums: Float64Array;
}

function resultOf({ n, lags, width, counts, sums }: GroupSums): RunAutocorrelation {
  const runs = counts.reduce((total, one) => total + one, 0);
  const all = new Float64Array(width);
  sums.forEach((value, at) => (all[at % width] += value));
  const correlations = correlationsOf(all, runs, n, lags);
  const window = windowOf(correlations);
  const quantities = (values: Float64Array): number[] => [...values, window === null ? Number.NaN : timeUpTo(values, window)];
  const whole = quantities(correlations);
  const filled = Array.from(counts, (_, group) => group).filter((group) => counts[group] > 0);
  const without = filled.map((group) => quantities(correlationsOf(all.map((total, at) => total - sums[group * width + at]), runs - counts[group], n, lags)));
  const errors = whole.map((value, at) => groupError(value, without.map((left) => left[at]), filled.map((group) => runs / counts[group])));
  const estimates = whole.map((value, at): Estimate => ({ value, error: at === 0 && !Number.isNaN(errors[at]) ? 0 : errors[at] }));
  return { runs, correlation: estimates.slice(0, -1), time: window === null ? null : (estimates.at(-1) ?? null), window };
}

/** Correlations at lags 0 to `lags` from sums over runs. */
function correlationsOf(sums: Float64Array, runs: number, n: number, lags: number): Float64Array {
  const variances = Float64Array.from({ length: n }, (_, row) => Math.max(0, sums[n + row] - sums[row] ** 2 / runs));
  const total = variances.reduce((sum, one) => sum + one, 0);
  const squares = sums.subarray(n, 2 * n).reduce((sum, one) => sum + one, 0);
  const result = new Float64Array(lags + 1).fill(Number.NaN);
  if (!(total > rounding * squares)) return result;
  result[0] = 1;
  let [head, tail] = [total, total];
  for (let lag = 1; lag <= lags; lag++) {
    head -= variances[n - lag];
    tail -= variances[lag - 1];
    let means = 0;
    for (let row = lag; row < n; row++) means += sums[row] * sums[row - lag];
    const scale = Math.sqrt(Math.max(0, head) * Math.max(0, tail));
    result[lag] = scale > rounding * total ? (sums[2 * n + lag - 1] - means / runs) / scale : Number.NaN;
  }
  return result;
}

function timeUpTo(correlations: Float64Array, window: number): number {
  return correlations.subarray(1, window + 1).reduce((sum, one) => sum + one, 0.5);
}

function windowOf(correlations: Float64Array): number | null {
  let time = 0.5;
  for (let lag = 1; lag < correlations.length; lag++) {
    time += correlations[lag];
    if (lag >= windowTimes * time) return lag;
  }
  return null;
}

/** Error of a value from its values without one group each; `shares` are all runs over those of the group. */
function groupError(value: number, without: readonly number[], shares: readonly number[]): number {
  const count = without.length;
  if (count < 2) return Number.NaN;
  const centre = without.reduce((sum, left, at) => sum + value - (1 - 1 / shares[at]) * left, 0);
  return Math.sqrt(without.reduce((sum, left, at) => sum + (shares[at] * value - (shares[at] - 1) * left - centre) ** 2 / (shares[at] - 1), 0) / count);
}
