import type { OdeSystem } from "../models/system.ts";
import type { OdeSolver } from "../solvers/compile.ts";
import type { FitCondition } from "./problem.ts";
import { planSegments } from "./segment-plan.ts";

/** A condition's path at the asked times, or where it stopped. */
export interface PredictedPath {
  readonly status: "done" | "failed";
  readonly failure: string | null;
  /** Row-major [nTime, nState]. */
  readonly states: Float64Array;
  readonly accepted: number;
  readonly rejected: number;
}

/** Runs one condition's protocol at given parameter values and reads every state at the condition's times. */
export function predictPath(solver: OdeSolver, system: OdeSystem, condition: FitCondition, values: Float64Array): PredictedPath {
  const plan = planSegments(system, condition);
  const nState = system.states.length;
  const states = new Float64Array(condition.times.length * nState).fill(Number.NaN);
  let state = plan.initialState(values);
  let accepted = 0;
  let rejected = 0;
  for (const segment of plan.segments) {
    segment.enterInto(state);
    const trajectory = solver.solve({ parameters: segment.parameters(values), state, times: segment.times, startTime: segment.begin });
    accepted += trajectory.statistics.accepted;
    rejected += trajectory.statistics.rejected;
    const { status } = trajectory;
    if (status.status !== "done") {
      const failure = status.status === "paused" ? "paused" : `${status.status} at t = ${status.time} (${status.worst}): ${status.hint}`;
      return { status: "failed", failure, states, accepted, rejected };
    }
    for (const { row, time } of segment.measured) {
      states.set(trajectory.values.subarray(row * nState, (row + 1) * nState), time * nState);
    }
    state = Float64Array.from(trajectory.final);
  }
  return { status: "done", failure: null, states, accepted, rejected };
}

/** A system's parameter vector with some values replaced [nParameter]. */
export function parametersWith(system: OdeSystem, values: Readonly<Record<string, number>>): Float64Array {
  return Float64Array.from(system.parameters, (id, index) => values[id] ?? system.parameterValues[index] ?? Number.NaN);
}
