import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { Status } from "../status.ts";
import { ensembleStatistics } from "./ensemble-statistics.ts";
import type { EnsembleStatistics } from "./ensemble-statistics.ts";
import type { LeapControl } from "./leap-method.ts";
import { compileSampler } from "./sampler.ts";
import type { StochasticPath } from "./solver.ts";

export interface SimulateStochasticOptions {
  /** Ascending, from 0 on [nTime]. */
  readonly times: ArrayLike<number>;
  /** Default 1. */
  readonly runs?: number;
  /** Root seed, 64 bits. */
  readonly seed: bigint;
  /** Id of a stochastic method, exact or approximate. Default "direct". */
  readonly method?: string;
  /** How an approximate method chooses its steps. */
  readonly control?: Partial<LeapControl>;
  /** Species as molecules instead of concentrations. Default false. */
  readonly amounts?: boolean;
  readonly target?: Target;
  readonly maxEvents?: number;
  readonly signal?: AbortSignal;
}

/** Tables with the columns `columns`, one row a reached time; the time itself stands in column 0 of each. */
export interface StochasticTables {
  readonly status: Status;
  readonly method: string;
  /** `time`, every declared species, then rule-driven quantities. */
  readonly columns: readonly string[];
  readonly units: readonly (string | null)[];
  /** The first run. */
  readonly rows: readonly (readonly number[])[];
  /** Runs that reached all times: those `mean` and `sd` are of. */
  readonly runs: number;
  /** Empty where no run reached all times. */
  readonly mean: readonly (readonly number[])[];
  /** Sample standard deviations; null for a single run. */
  readonly sd: readonly (readonly (number | null)[])[];
  /** Events of all runs together. */
  readonly events: number;
  readonly warnings: readonly NetworkProblem[];
}

export type SimulateStochasticResult =
  | { readonly result: StochasticTables; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly result?: undefined };

/**
 * Simulates a network as molecules that react: the first run, and mean and standard deviation of all.
 * @status problems: those of `compileSampler`.
 */
export async function simulateStochastic(network: Network, options: SimulateStochasticOptions): Promise<SimulateStochasticResult> {
  const { runs = 1, seed, method = "direct", amounts = false, control, target, maxEvents, signal } = options;
  const compiled = await compileSampler(network, { method, record: amounts ? "molecules" : "concentrations", ...(control && { control }), ...(target && { target }) });
  if (compiled.problems) return compiled;
  const { sampler } = compiled;
  const times = Float64Array.from(options.times);
  const all = await ensembleStatistics(sampler, { times, runs, seed, counted: [], ...(maxEvents !== undefined && { maxEvents }), ...(signal && { signal }) });
  return { result: { ...stochasticTables(network, all), method: sampler.method.id, warnings: sampler.warnings } };
}

/** The tables of an ensemble. */
export function stochasticTables(network: Pick<Network, "units">, all: EnsembleStatistics): Omit<StochasticTables, "method" | "warnings"> {
  const { outputs, first, times } = all;
  const reached = all.runs > 0 ? times : new Float64Array(0);
  const tableOf = <T>(of: (row: number, column: number) => T): (number | T)[][] => Array.from(reached, (time, row) => [time, ...outputs.map((_, column) => of(row, column))]);
  return {
    status: all.status,
    columns: ["time", ...outputs.map(({ id }) => id)],
    units: [network.units.find(({ id }) => id === "time_unit" || id === "time")?.formula ?? null, ...outputs.map(({ unit }) => unit)],
    rows: first === null ? [] : pathRows(first, outputs.length),
    runs: all.runs,
    mean: tableOf((row, column) => all.cell(row, column).mean.value),
    sd: tableOf((row, column) => (all.runs > 1 ? Math.sqrt(all.cell(row, column).variance.value) : null)),
    events: all.events,
  };
}

/** What a path recorded, a row each reached time, the time itself in column 0. */
export function pathRows({ times, outputs }: StochasticPath, width: number): number[][] {
  return Array.from(times, (time, row) => [time, ...outputs.subarray(row * width, (row + 1) * width)]);
}
