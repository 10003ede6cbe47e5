import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { Status } from "../status.ts";
import { compileStochastic } from "./compile.ts";
import { ensemble } from "./ensemble.ts";
import { stochasticMethods } from "./index.ts";

export interface SimulateStochasticOptions {
  /** Ascending, from 0 on [nTime]. */
  readonly times: ArrayLike<number>;
  /** Default 1. */
  readonly runs?: number;
  /** Root seed, 64 bits. */
  readonly seed: bigint;
  /** Id of a stochastic method. Default "direct". */
  readonly method?: string;
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
 * Simulates a network as molecules that react one by one: the first run, and mean and standard deviation of all.
 * @status problems: what `compileStochastic` refuses, an unknown method, parameters without a value.
 */
export async function simulateStochastic(network: Network, options: SimulateStochasticOptions): Promise<SimulateStochasticResult> {
  const { runs = 1, seed, method: methodId = "direct", amounts = false, target, maxEvents, signal } = options;
  const method = Object.values(stochasticMethods).find(({ facts }) => facts.id === methodId);
  if (!method) return { problems: [{ where: "option:method", message: `there is no stochastic method "${methodId}"; choose one of ${Object.keys(stochasticMethods).join(", ")}` }] };
  const compiled = await compileStochastic(network, { method, record: amounts ? "molecules" : "concentrations", ...(target && { target }) });
  if (compiled.problems) return compiled;
  const { solver } = compiled;
  const { system } = solver;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index]));
  if (missing.length > 0) return { problems: missing.map((id) => ({ where: `value:${id}`, message: `"${id}" has no value; give it one` })) };
  const times = Float64Array.from(options.times);
  const all = await ensemble(solver, { times, runs, seed, ...(maxEvents !== undefined && { maxEvents }), ...(signal && { signal }) });
  const width = solver.outputs.length;
  const tableOf = <T>(rows: Float64Array, values: ArrayLike<T>): (number | T)[][] =>
    Array.from(rows, (time, row) => [time, ...Array.from({ length: width }, (_, column) => values[row * width + column] as T)]);
  const moments = all.runs > 0 ? times : new Float64Array(0);
  return {
    result: {
      status: all.status,
      method: method.facts.id,
      columns: ["time", ...solver.outputs.map(({ id }) => id)],
      units: [network.units.find(({ id }) => id === "time_unit" || id === "time")?.formula ?? null, ...solver.outputs.map(({ unit }) => unit)],
      rows: tableOf(all.first.times, all.first.outputs),
      runs: all.runs,
      mean: tableOf(moments, all.mean),
      sd: tableOf<number | null>(moments, all.sd ?? Array.from({ length: moments.length * width }, () => null)),
      events: all.events,
      warnings: solver.warnings,
    },
  };
}
