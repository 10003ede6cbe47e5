import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { ensembleStatistics, ensembleSum, statisticsBlock } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import { laggedInto, laggedSize, laggedSum } from "../../../src/solvers/stochastic/run-autocorrelation.ts";
import type { LaggedColumns, RunAutocorrelation } from "../../../src/solvers/stochastic/run-autocorrelation.ts";
import { manyErrors, seed } from "./leaps.ts";
import { solverOf } from "./networks.ts";

/** Stationary series that forget by a factor `forgetting` a row, about a mean that may move, as outputs of runs. */
function runsOf(runs: number, rows: number, forgetting: number, first: number, meanAt: (row: number) => number = () => 0): Float64Array[] {
  return Array.from({ length: runs }, (_, run) => {
    const random = stream(seed, "series", first + run);
    let x = random.normal();
    return Float64Array.from({ length: rows }, (__, row) => {
      const value = meanAt(row) + x;
      x = forgetting * x + Math.sqrt(1 - forgetting ** 2) * random.normal();
      return value;
    });
  });
}

function summed(outputs: readonly Float64Array[], spec: LaggedColumns): RunAutocorrelation {
  const rows = outputs[0]?.length ?? 0;
  const all = laggedSum(rows, spec);
  const features = new Float64Array(laggedSize(rows, spec));
  for (const one of outputs) {
    laggedInto(features, 0, one, 1, spec);
    all.add(features, 0);
  }
  const [result] = all.result();
  if (!result) throw new Error("no column");
  return result;
}

/** Whether values are the exact one on average, and their errors their scatter. */
function check(values: readonly { readonly value: number; readonly error: number }[], exact: number, slack: number): void {
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
  const scatter = Math.sqrt(values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  const error = Math.sqrt(values.reduce((sum, one) => sum + one.error ** 2, 0) / values.length);
  expect(Math.abs(mean - exact)).toBeLessThan((manyErrors * scatter) / Math.sqrt(values.length) + slack);
  // A scatter of 120 values is known to 1/sqrt(240), 6.5 %.
  expect(Math.abs(error / scatter - 1)).toBeLessThan(manyErrors * 0.065);
}

describe("autocorrelation over runs", () => {
  it("is what the definition gives, far from 0 and with a mean that moves", () => {
    const [runs, rows, lags, firstRow] = [70, 14, 5, 3];
    const outputs = runsOf(runs, rows, 0.6, 0, (row) => 1e5 + 30 * row);
    const { correlation, runs: count } = summed(outputs, { columns: [0], firstRow, lags });
    const means = Array.from({ length: rows }, (_, row) => outputs.reduce((sum, one) => sum + one[row], 0) / runs);
    const covariance = (t: number, later: number): number => outputs.reduce((sum, one) => sum + (one[t] - means[t]) * (one[later] - means[later]), 0);
    const over = (lag: number, of: (t: number) => number): number => Array.from({ length: rows - firstRow - lag }, (_, row) => of(firstRow + row)).reduce((sum, one) => sum + one, 0);
    expect(count).toBe(runs);
    // Squares about the reference are up to 10^5 times those about the mean.
    correlation.forEach(({ value }, lag) => expect(Math.abs(value - over(lag, (t) => covariance(t, t + lag)) / Math.sqrt(over(lag, (t) => covariance(t, t)) * over(lag, (t) => covariance(t + lag, t + lag))))).toBeLessThan(1e-9));
    expect(correlation[0]).toEqual({ value: 1, error: 0 });
  });

  it("has errors that are as far as ensembles differ, of the correlation time too", () => {
    const [ensembles, runs, rows, lags, f] = [120, 50, 41, 20, 0.7];
    const found = Array.from({ length: ensembles }, (_, at) => summed(runsOf(runs, rows, f, at * runs), { columns: [0], firstRow: 0, lags }));
    // A ratio of sums over 50 runs is off by about 1/50 of its variance.
    for (const lag of [1, 3, 8]) check(found.map(({ correlation }) => correlation[lag]), f ** lag, 1 / (runs * rows));
    // The tail beyond five correlation times is e^-5 of it, and each window follows its own sum.
    const time = (1 + f) / (1 - f) / 2;
    check(found.flatMap((one) => one.time ?? []), time, 2 * Math.exp(-5) * time);
  });

  it("knows nothing of what does not vary, of one run, and no time where lags are few", () => {
    const still = summed(Array.from({ length: 5 }, () => Float64Array.of(3, 4, 5, 6)), { columns: [0], firstRow: 0, lags: 1 });
    expect([still.correlation[1]?.value, still.time]).toEqual([Number.NaN, null]);
    const one = summed(runsOf(1, 10, 0.5, 0), { columns: [0], firstRow: 0, lags: 2 });
    expect(one.correlation[1]?.value).toBeNaN();
    expect(summed(runsOf(40, 10, 0.9, 0), { columns: [0], firstRow: 0, lags: 4 })).toMatchObject({ time: null, window: null });
  });

  it("of birth and death decays at the death rate, and is the same bits in blocks and from a state", async () => {
    const solver = await solverOf("J1: => A; 10; J2: A => ; A; A = 10");
    const times = Float64Array.from({ length: 33 }, (_, row) => 8 + row / 4);
    const problem = { seed, times, runs: 400, counted: [], lagged: { columns: [0], firstRow: 0, lags: 16 } };
    const { autocorrelations: [whole] } = await ensembleStatistics(solver, problem);
    whole?.correlation.forEach(({ value, error }, lag) => expect(Math.abs(value - Math.exp(-lag / 4))).toBeLessThanOrEqual(manyErrors * error));
    let sum = ensembleSum(solver, problem);
    for (let block = 0; sum.runs < problem.runs; block++) {
      sum.add(await statisticsBlock(solver, problem, block));
      if (block === 100) sum = ensembleSum(solver, problem, structuredClone(sum.state()));
    }
    expect(sum.result().autocorrelations).toEqual([whole]);
  });
});
