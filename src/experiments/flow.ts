import { initialState } from "../models/initial-state.ts";
import type { OdeSystem } from "../models/system.ts";
import type { OdeControl } from "../solvers/ode/control.ts";
import type { OdeSolver } from "../solvers/ode/solver.ts";
import type { Status } from "../solvers/status.ts";
import type { RunStatistics, Trajectory } from "../solvers/trajectory.ts";
import { controls } from "./perturbation.ts";
import type { Instrumented, SegmentControls } from "./perturbation.ts";
import type { DesignProblem } from "./problem.ts";
import type { Protocol } from "./protocol.ts";

/** Where a flow starts and when it is read. */
export interface FlowProblem {
  /** Requested times, ascending, from the start to the protocol's end [nTime]. A time on a boundary belongs to the end of the earlier segment. */
  readonly times: Float64Array;
  /** Parameter values before any control is set [nParameter]; not given = the system's. */
  readonly parameters?: Float64Array;
  /** State before the first segment [nState]; not given = the system's initial state at those parameters. */
  readonly state?: Float64Array;
  /** Default 0. */
  readonly startTime?: number;
  readonly control?: Partial<OdeControl>;
}

/** A protocol carried out: F(x0; s1 … sK) = Φ_K ∘ … ∘ Φ_1 (x0). */
export interface Flow {
  /** Times of all segments together; `final` is the state at the end of the last segment that was finished. */
  readonly trajectory: Trajectory;
  /** State at the end of each finished segment. */
  readonly ends: readonly Float64Array[];
}

/**
 * Runs a protocol segment by segment on one compiled system. A segment of no length does nothing at all.
 * @status that of the first segment that fails; what was reached before is kept.
 */
export function runProtocol(solver: OdeSolver, instrumented: Instrumented, protocol: Protocol, problem: FlowProblem): Flow | { readonly problems: readonly DesignProblem[] } {
  const { system } = solver;
  const { startTime = 0, times } = problem;
  const base = problem.parameters ?? Float64Array.from(system.parameterValues);
  const initial = problem.state ?? initialState(system, base);
  const planned = plan(system, instrumented, protocol, times, startTime);
  if ("problems" in planned) return planned;

  const size = system.states.length;
  const values = new Float64Array(times.length * size);
  let reached = 0;
  const ends: Float64Array[] = [];
  let state = initial;
  let status: Status = { status: "done" };
  let statistics: RunStatistics = { accepted: 0, rejected: 0, rhsEvaluations: 0, jacobianEvaluations: 0, factorizations: 0 };
  for (; reached < planned.before; reached++) values.set(initial, reached * size);
  for (const segment of planned.segments) {
    if (segment.begin < segment.end) {
      const part = solver.solve({
        parameters: assigned(base, system.parameters, segment.controls.parameters),
        state: assigned(state, system.states, segment.controls.start),
        // The end comes last whether or not it was asked for: the next segment starts there.
        times: Float64Array.from([...segment.times, segment.end]),
        startTime: segment.begin,
        ...(problem.control === undefined ? {} : { control: problem.control }),
      });
      const rows = Math.min(part.times.length, segment.times.length);
      values.set(part.values.subarray(0, rows * size), reached * size);
      reached += rows;
      statistics = added(statistics, part.statistics);
      if (part.status.status !== "done") {
        status = part.status;
        break;
      }
      state = part.final;
    }
    ends.push(state.slice());
  }
  return {
    trajectory: { status, times: times.slice(0, reached), states: system.states, values: values.slice(0, reached * size), final: state.slice(), statistics },
    ends,
  };
}

interface PlannedSegment {
  readonly begin: number;
  readonly end: number;
  readonly times: readonly number[];
  readonly controls: SegmentControls;
}

/** Shares the requested times out over the segments, and collects everything that does not fit. */
function plan(
  system: OdeSystem,
  instrumented: Instrumented,
  protocol: Protocol,
  times: Float64Array,
  startTime: number,
): { readonly before: number; readonly segments: readonly PlannedSegment[] } | { readonly problems: readonly DesignProblem[] } {
  const problems: DesignProblem[] = [];
  times.forEach((time, index) => {
    const previous = times[index - 1] ?? startTime;
    if (!(time >= previous && Number.isFinite(time))) problems.push({ path: ["times", index], message: `time ${time} comes after ${previous}; times ascend from the start` });
  });
  let next = 0;
  const take = (until: number): readonly number[] => {
    const first = next;
    while (next < times.length && (times[next] ?? 0) <= until) next++;
    return [...times.subarray(first, next)];
  };
  const before = take(startTime).length;
  let begin = startTime;
  const segments = protocol.segments.map((segment, index): PlannedSegment => {
    const path = ["segments", index];
    if (!(segment.duration >= 0 && Number.isFinite(segment.duration))) problems.push({ path: [...path, "duration"], message: `a duration of ${segment.duration} is not possible` });
    const end = begin + segment.duration;
    // A requested 0.3 and a boundary at 0.1 + 0.2 are the same time: sums of durations round by an ulp each.
    const slack = (index + 1) * Number.EPSILON * Math.max(Math.abs(end), Math.abs(startTime));
    const taken = take(end + slack).map((time) => Math.min(time, end));
    const set = controls(instrumented, segment);
    if ("problems" in set) problems.push(...set.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
    else problems.push(...unknownIds(system, set).map((message) => ({ path, message })));
    const planned = { begin, end, times: taken, controls: "problems" in set ? { parameters: {}, start: {} } : set };
    begin = end;
    return planned;
  });
  if (system.events && segments.filter(({ begin: from, end }) => from < end).length > 1) {
    const ids = system.events.map(({ id }) => `"${id}"`).join(", ");
    problems.push({ path: ["segments"], message: `events (${ids}) are not carried from one segment to the next yet; write the changes as events at their times, or remove the events` });
  }
  if (next < times.length) problems.push({ path: ["times", next], message: `time ${times[next]} lies after the protocol's end at ${begin}` });
  return problems.length > 0 ? { problems } : { before, segments };
}

/** Controls the compiled system does not have: it was not compiled from this instrumented network. */
function unknownIds(system: OdeSystem, set: SegmentControls): readonly string[] {
  const missing = (ids: readonly string[], among: readonly string[], what: string): readonly string[] =>
    ids.filter((id) => !among.includes(id)).map((id) => `system "${system.id}" has no ${what} "${id}"; compile the instrumented network`);
  return [...missing(Object.keys(set.parameters), system.parameters, "parameter"), ...missing(Object.keys(set.start), system.states, "state")];
}

function assigned(values: Float64Array, ids: readonly string[], changes: Readonly<Record<string, number>>): Float64Array {
  const copy = values.slice();
  for (const [id, value] of Object.entries(changes)) copy[ids.indexOf(id)] = value;
  return copy;
}

function added(left: RunStatistics, right: RunStatistics): RunStatistics {
  return {
    accepted: left.accepted + right.accepted,
    rejected: left.rejected + right.rejected,
    rhsEvaluations: left.rhsEvaluations + right.rhsEvaluations,
    jacobianEvaluations: left.jacobianEvaluations + right.jacobianEvaluations,
    factorizations: left.factorizations + right.factorizations,
  };
}
