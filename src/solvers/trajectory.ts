import type { Status } from "./status.ts";

/** What a run cost. */
export interface RunStatistics {
  readonly accepted: number;
  readonly rejected: number;
  readonly rhsEvaluations: number;
  readonly jacobianEvaluations: number;
  readonly factorizations: number;
}

/** A solved path: states at the requested times, up to where it got. Its arrays may share one buffer: transfer copies. */
export interface Trajectory {
  readonly status: Status;
  /** Requested times that were reached [nTime]. */
  readonly times: Float64Array;
  /** State ids [nState]. */
  readonly states: readonly string[];
  /** Row-major [nTime, nState]. */
  readonly values: Float64Array;
  /** State at the end of the last reached time [nState]. */
  readonly final: Float64Array;
  readonly statistics: RunStatistics;
}
