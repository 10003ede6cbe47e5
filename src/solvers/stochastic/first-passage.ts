import type { Status } from "../status.ts";
import type { LeapSolver } from "./leap-solver.ts";
import { valueStatistics } from "./value-statistics.ts";
import type { QuantileEstimate, Estimate, ValueStatistics } from "./value-statistics.ts";

export interface FirstPassageProblem {
  /** Where a run ends; the molecules [nState] must not be kept. */
  readonly until: (molecules: Float64Array, time: number) => boolean;
  /** Time at which a run is given up. */
  readonly horizon: number;
  readonly runs: number;
  readonly seed: bigint;
  readonly parameters?: Float64Array;
  readonly molecules?: Float64Array;
  readonly maxEvents?: number;
}

/** Times at which many runs first came where they were awaited. */
export interface FirstPassage {
  /** Of the run that ended the ensemble, else "done". */
  readonly status: Status;
  readonly runs: number;
  /** Share of runs that came there before the horizon. */
  readonly reached: Estimate;
  /** Of the runs that came there; the whole law only where all did. */
  readonly times: ValueStatistics;
  /** Mean of the smaller of passage time and horizon: the mean passage time where all came there, else a lower bound of it. */
  readonly restrictedMean: Estimate;
  /** Quantile of the passage time over all runs; null where it lies beyond the horizon. */
  quantile(probability: number): QuantileEstimate | null;
}

/**
 * First-passage times of a leap solver: to the event with the exact method, to the end of the leap with others (late by up to a
 * leap, and blind to what happens inside one).
 * @throws RangeError when `runs` is no positive whole number.
 */
export function firstPassage(solver: LeapSolver, problem: FirstPassageProblem): FirstPassage {
  const { runs, horizon, ...shared } = problem;
  if (!(Number.isInteger(runs) && runs > 0)) throw new RangeError(`first passage of "${solver.system.id}": runs is ${runs}; it must be a positive whole number`);
  const times = Float64Array.of(horizon);
  const passages = valueStatistics();
  const restricted = valueStatistics();
  let status: Status = { status: "done" };
  let complete = 0;
  for (let index = 0; index < runs; index++) {
    const path = solver.run({ ...shared, times, index });
    status = path.status;
    if (status.status !== "done") break;
    complete += 1;
    if (path.stoppedAt !== null) passages.add(path.stoppedAt);
    restricted.add(path.stoppedAt ?? horizon);
  }
  const share = passages.count / complete;
  return {
    status,
    runs: complete,
    reached: { value: share, error: Math.sqrt((share * (1 - share)) / complete) },
    times: passages,
    restrictedMean: restricted.mean,
    quantile(probability) {
      if (!(probability >= 0 && probability <= 1)) throw new RangeError(`quantile at probability ${probability}: give a number in [0, 1]`);
      // Runs that were given up hold the horizon's place, above all passages.
      return probability > share ? null : restricted.quantile(probability);
    },
  };
}
