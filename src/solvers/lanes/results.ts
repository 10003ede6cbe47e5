import type { Status } from "../status.ts";
import type { EnsembleResult } from "./problem.ts";

/** What blocks write: one row a run, row-major. */
export interface ResultTables {
  /** [nRun, nTime, nState]; means nothing at times that a run did not reach. */
  readonly values: Float64Array;
  /** Requested times written [nRun]; -1 where a run is not over. */
  readonly reached: Int32Array;
  /** Steps accepted and rejected [nRun]. */
  readonly accepted: Int32Array;
  readonly rejected: Int32Array;
}

/** Tables of runs of which none is over, in shared memory where several threads write them. */
export function resultTables(runs: number, rowSize: number, isShared: boolean): ResultTables {
  const memory = (bytes: number): ArrayBuffer | SharedArrayBuffer => (isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const counts = (): Int32Array => new Int32Array(memory(4 * runs));
  return { values: new Float64Array(memory(8 * runs * rowSize)), reached: counts().fill(-1), accepted: counts(), rejected: counts() };
}

/** The result that tables stand for, in the same memory, which is then no longer a table: NaN takes the places of what no run wrote. */
export function resultOf(tables: ResultTables, { times, states, startTime, failed }: { readonly times: Float64Array; readonly states: readonly string[]; readonly startTime: number; readonly failed: ReadonlyMap<number, Status> }): EnsembleResult {
  const { values, reached } = tables;
  const runs = reached.length;
  const rowSize = times.length * states.length;
  const paused: Status = { status: "paused", time: startTime };
  const done: Status = { status: "done" };
  const statuses: Status[] = [];
  for (let run = 0; run < runs; run++) {
    const count = reached[run] ?? 0;
    statuses.push(count === times.length ? done : paused);
    if (count === times.length) continue;
    reached[run] = Math.max(0, count);
    values.fill(NaN, run * rowSize + Math.max(0, count) * states.length, (run + 1) * rowSize);
  }
  for (const [run, status] of failed) statuses[run] = status;
  return { runs, times: times.slice(), states, values, statuses, reached, accepted: tables.accepted, rejected: tables.rejected };
}

/** The same tables in memory of their own. */
export const copyOf = ({ values, reached, accepted, rejected }: ResultTables): ResultTables => ({ values: values.slice(), reached: reached.slice(), accepted: accepted.slice(), rejected: rejected.slice() });
