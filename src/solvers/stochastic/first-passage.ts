import type { Status } from "../status.ts";
import type { LeapSolver } from "./leap-solver.ts";
import { keptStatistics, restoredStatistics, valueStatistics } from "./value-statistics.ts";
import type { QuantileEstimate, Estimate, KeptStatistics, ValueStatistics } from "./value-statistics.ts";

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

/** First-passage times as runs come in, one by one. */
export interface PassageSum {
  /** When a run came there; Infinity where it did not before the horizon. */
  add(time: number): void;
  result(status: Status): FirstPassage;
  /** What has been added so far, as plain data. */
  state(): PassageState;
}

export interface PassageState {
  readonly passages: KeptStatistics;
  readonly restricted: KeptStatistics;
}

/** Sums up first passages before a horizon, from a state where there is one. */
export function passageSum(horizon: number, from: PassageState | null = null): PassageSum {
  const passages = from ? restoredStatistics(from.passages) : valueStatistics();
  const restricted = from ? restoredStatistics(from.restricted) : valueStatistics();
  return {
    add(time) {
      if (time < Infinity) passages.add(time);
      restricted.add(Math.min(time, horizon));
    },
    result(status) {
      const runs = restricted.count;
      const share = passages.count / runs;
      return {
        status,
        runs,
        reached: { value: share, error: Math.sqrt((share * (1 - share)) / runs) },
        times: passages,
        restrictedMean: restricted.mean,
        quantile(probability) {
          if (!(probability >= 0 && probability <= 1)) throw new RangeError(`quantile at probability ${probability}: give a number in [0, 1]`);
          // Runs that were given up hold the horizon's place, above all passages.
          return probability > share ? null : restricted.quantile(probability);
        },
      };
    },
    state: () => ({ passages: keptStatistics(passages), restricted: keptStatistics(restricted) }),
  };
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
  const all = passageSum(horizon);
  let status: Status = { status: "done" };
  for (let index = 0; index < runs; index++) {
    const path = solver.run({ ...shared, times, index });
    status = path.status;
    if (status.status !== "done") break;
    all.add(path.stoppedAt ?? Infinity);
  }
  return all.result(status);
}
