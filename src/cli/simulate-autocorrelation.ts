import type { LaggedColumns, RunAutocorrelation } from "../solvers/stochastic/run-autocorrelation.ts";
import { didYouMean } from "../study/nearest.ts";
import { Refused } from "./refused.ts";
import { simulateDefaults } from "./simulate-options.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";

export type AutocorrelationOutput = NonNullable<SimulateOutput["autocorrelations"]>[number];

/** Rows of all columns whose sums can be kept in memory. */
const mostRows = 20_000;

/** Which columns to sum, from what was asked; null where nothing was. @throws Refused for columns that there are not, and for too many rows */
export function laggedColumns({ autocorrelation, times }: SimulatePlan, ids: readonly string[]): LaggedColumns | null {
  if (autocorrelation === null) return null;
  const unknown = autocorrelation.ids.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new Refused(unknown.map((id) => `--autocorrelation ${id}: there is no column "${id}"${didYouMean(id, ids)}`));
  const firstRow = times.findIndex((time) => time >= autocorrelation.from);
  const rows = times.length - firstRow;
  if (rows * autocorrelation.ids.length > mostRows) throw new Refused([`--autocorrelation of ${rows * autocorrelation.ids.length} values (${rows} rows of ${autocorrelation.ids.length} columns): at most ${mostRows} fit in memory; ask for fewer rows with --points`]);
  return { columns: autocorrelation.ids.map((id) => ids.indexOf(id)), firstRow, lags: Math.min(simulateDefaults.mostLags, Math.floor((rows - 1) / 2)) };
}

/** Autocorrelations as JSON has them, in the model's time. */
export function autocorrelationOutputs({ autocorrelation, times }: SimulatePlan, found: readonly RunAutocorrelation[]): AutocorrelationOutput[] {
  if (autocorrelation === null) return [];
  const rows = times.filter((time) => time >= autocorrelation.from);
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const spacing = (last - first) / (rows.length - 1);
  return found.map(({ correlation, time, window }, index) => ({
    id: autocorrelation.ids[index] ?? "",
    from: first,
    lags: correlation.map((_, lag) => lag * spacing),
    values: correlation.map(({ value }) => (Number.isNaN(value) ? null : value)),
    errors: correlation.map(({ error }) => (Number.isNaN(error) ? null : error)),
    time: time === null || Number.isNaN(time.value) ? null : { value: time.value * spacing, error: time.error * spacing },
    window: window === null ? null : window * spacing,
  }));
}

const rounded = (value: number | string | null | undefined, digits: number): number => Number(Number(value).toPrecision(digits));

/** An autocorrelation in a sentence: how long it lasts, and where it has fallen below 1/e. */
export function autocorrelationText({ id, from, lags, values, errors, time }: AutocorrelationOutput, runs: number): string {
  const start = `autocorrelation of ${id} from time ${rounded(from, 6)}, ${runs} runs`;
  if (values.every((value, lag) => lag === 0 || value === null)) return `${start}: it does not vary`;
  const below = values.findIndex((value) => value !== null && Number(value) < Math.exp(-1));
  const lag = below < 0 ? values.findLastIndex((value) => value !== null) : below;
  const at = `${rounded(values[lag], 3)} ± ${rounded(errors[lag], 2)} at lag ${rounded(lags[lag], 6)}`;
  if (time === null) return `${start}: ${at}; the lags are too short for a correlation time, which takes a later --end`;
  return `${start}: correlation time ${rounded(time.value, 4)} ± ${rounded(time.error, 2)}, ${at}`;
}
