import type { Network } from "../models/index.ts";
import type { Status } from "../solvers/index.ts";
import type { EnsembleStatistics } from "../solvers/stochastic/ensemble-statistics.ts";
import { pathRows, stochasticTables } from "../solvers/stochastic/simulate.ts";
import { table } from "../study/tables.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";
import { autocorrelationOutputs } from "./simulate-autocorrelation.ts";
import { partitionOutput } from "./simulate-division.ts";
import { passageOutput } from "./simulate-passage.ts";
import { precisionOf } from "./simulate-precision.ts";

/** The model's unit of time, where it declares one. */
export function timeUnit(network: Network): string | null {
  return network.units.find((unit) => unit.id === "time_unit" || unit.id === "time")?.formula ?? null;
}

/** A status as outputs have it. */
export function statusOf(status: Status): Pick<SimulateOutput, "status" | "failure"> {
  const failure = status.status === "done" || status.status === "paused" ? null : { time: status.time, worst: status.worst, hint: status.hint };
  return { status: status.status, failure };
}

/** What `simulate` prints of sampled runs. */
export function sampledOutput(plan: SimulatePlan, all: EnsembleStatistics, method: { readonly id: string; readonly channels: readonly string[] }): SimulateOutput {
  const tables = stochasticTables(plan.network, all);
  const { runs, outputs } = all;
  const isEnsemble = plan.runs > 1;
  const hasSpread = isEnsemble && runs > 1;
  const partition = runs > 0 ? partitionOutput(plan, all.division, runs, method.channels) : null;
  const autocorrelations = hasSpread ? autocorrelationOutputs(plan, all.autocorrelations) : [];
  return {
    schema: "simulate/1",
    ...statusOf(all.status),
    method: method.id,
    // Leaps of real numbers make fractions of events.
    steps: Math.round(all.events),
    columns: [...tables.columns],
    units: [...tables.units],
    rows: copied(tables.rows),
    ...(plan.shows.runs || isEnsemble ? { runs, mean: copied(tables.mean), sd: copied(tables.sd) } : {}),
    ...(plan.quantiles.length > 0 && hasSpread ? { quantiles: plan.quantiles.map((probability) => quantileTables(all, probability)) } : {}),
    ...(plan.histograms.length > 0 && runs > 0 ? { histograms: plan.histograms.map(({ id, time }) => histogramOf(all, id, time)) } : {}),
    ...(plan.passages.length > 0 ? { firstPassages: all.passages.map((passage, index) => passageOutput(plan.passages[index] ?? "", passage, plan.times.at(-1) ?? 0)) } : {}),
    ...(autocorrelations.length > 0 ? { autocorrelations } : {}),
    ...(partition ? { partition } : {}),
    ...(plan.precision !== null && isEnsemble ? { precision: hasSpread ? precisionOf(all, plan.precision, plan.shows.quantiles ? plan.quantiles : [], autocorrelations) : { asked: plan.precision, reached: null, of: null, time: null, moreRuns: null } } : {}),
    ...(plan.shows.paths ? { paths: all.paths.slice(0, plan.paths).map((path) => pathRows(path, outputs.length)) } : {}),
    ...(plan.firings && runs > 0 ? { firings: Object.fromEntries(method.channels.map((id, channel) => [id, all.firings[channel] / runs])) } : {}),
  };
}

const copied = <T>(rows: readonly (readonly T[])[]): T[][] => rows.map((row) => [...row]);

function quantileTables(all: EnsembleStatistics, probability: number): NonNullable<SimulateOutput["quantiles"]>[number] {
  const rows = Array.from(all.times, (time, row) => ({ time, found: all.outputs.map((_, column) => all.cell(row, column).quantile(probability)) }));
  const tableOf = (pick: "value" | "lower" | "upper"): number[][] => rows.map(({ time, found }) => [time, ...found.map((one) => one[pick])]);
  return { probability, values: tableOf("value"), lower: tableOf("lower"), upper: tableOf("upper"), relativeError: Math.max(0, ...rows.flatMap(({ found }) => found.map((one) => one.relativeError))) };
}

function histogramOf(all: EnsembleStatistics, id: string, time: number): NonNullable<SimulateOutput["histograms"]>[number] {
  const { counts } = all.at(time, id);
  const entries = counts.entries();
  return { id, time, values: entries.map(([value]) => value), counts: entries.map(([, times]) => times), relativeError: counts.relativeError };
}

const cells = (row: readonly unknown[]): string[] => row.map((value) => (value === null ? "" : String(value)));

/** Rows as tab-separated text: of one run its values, of many the mean, the standard deviation and the quantiles of each column. */
export function simulateText({ columns, units, rows, runs, mean, sd, quantiles }: SimulateOutput): string {
  if (runs === undefined || runs < 2 || !mean || !sd) return table(columns, [units.map((unit) => unit ?? ""), ...rows.map(cells)]);
  const parts = [{ name: "mean", values: mean }, { name: "sd", values: sd }, ...(quantiles ?? []).map(({ probability, values }) => ({ name: `q${probability}`, values }))];
  const ids = columns.slice(1);
  const spread = (row: number): unknown[] => [mean[row]?.[0], ...ids.flatMap((_, column) => parts.map(({ values }) => values[row]?.[column + 1] ?? null))];
  return table(
    [columns[0] ?? "time", ...ids.flatMap((id) => parts.map(({ name }) => `${id} ${name}`))],
    [[units[0] ?? "", ...ids.flatMap((_, column) => parts.map(() => units[column + 1] ?? ""))], ...mean.map((_, row) => cells(spread(row)))],
  );
}
