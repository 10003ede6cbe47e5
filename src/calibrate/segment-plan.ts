import { differentiate } from "../kernel/derivative.ts";
import { evaluate } from "../kernel/evaluate.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import { initialState } from "../models/initial-state.ts";
import type { OdeSystem } from "../models/system.ts";
import type { FitCondition } from "./problem.ts";

/** One segment made ready: when it is read, and what it fixes. */
export interface PlannedSegment {
  /** Start · from the start of the protocol, so that a rate that reads `time` goes on where the segment before ended. */
  readonly begin: number;
  /** Times from the start of the protocol [nRow]; the last row is the segment's end. */
  readonly times: Float64Array;
  /** Rows that carry data, and which of the condition's times they are. */
  readonly measured: readonly { readonly row: number; readonly time: number }[];
  /** Indices of the system parameters this segment's controls fix. */
  readonly controlled: readonly number[];
  /** The segment's parameter vector: `values` with the controls on top. */
  parameters(values: Float64Array): Float64Array;
  /** Sets the states that the segment fixes at its start. */
  enterInto(state: Float64Array): void;
  /** Zeroes the cotangents of those states: what came before does not reach them. */
  leaveInto(cotangent: Float64Array): void;
}

export interface SegmentPlan {
  readonly condition: FitCondition;
  readonly segments: readonly PlannedSegment[];
  initialState(values: Float64Array): Float64Array;
}

/**
 * Splits a condition's measurement times over its segments. A time on a boundary belongs to the end of the earlier one.
 *
 * @throws when a control or a start state is unknown to the system, or a time lies after the protocol's end
 */
export function planSegments(system: OdeSystem, condition: FitCondition): SegmentPlan {
  const parameterIndex = new Map(system.parameters.map((id, index) => [id, index]));
  const indexOf = (id: string, among: ReadonlyMap<string, number>, what: string): number => {
    const index = among.get(id);
    if (index === undefined) throw new Error(`condition ${condition.id}: no ${what} called ${id} in ${system.id}`);
    return index;
  };
  const stateIndex = new Map(system.states.map((id, index) => [id, index]));
  let begin = 0;
  let nextTime = 0;
  // A segment of no length does nothing at all; only what is measured at time 0 needs one.
  const lasting = condition.segments.filter((segment) => segment.duration > 0);
  const segments = (lasting.length > 0 ? lasting : [{ controls: {}, start: {}, duration: 0 }]).map((segment, number): PlannedSegment => {
    const from = begin;
    const end = Number.isFinite(segment.duration) ? begin + segment.duration : Math.max(begin, condition.times.at(-1) ?? 0);
    const times: number[] = [];
    const measured: { row: number; time: number }[] = [];
    // A measurement at 0.8 and a boundary at 0.7 + 0.1 are the same time: sums of durations round by an ulp each.
    const slack = (number + 1) * Number.EPSILON * end;
    while (nextTime < condition.times.length && (condition.times[nextTime] ?? 0) <= end + slack) {
      measured.push({ row: times.length, time: nextTime });
      times.push(Math.min(condition.times[nextTime] ?? 0, end));
      nextTime++;
    }
    if (times.at(-1) !== end) times.push(end);
    begin = end;
    const controls = Object.entries(segment.controls).map(([id, value]) => ({ index: indexOf(id, parameterIndex, "parameter"), value }));
    const starts = Object.entries(segment.start).map(([id, value]) => ({ index: indexOf(id, stateIndex, "state"), value }));
    const parameters = new Float64Array(system.parameters.length);
    return {
      begin: from,
      times: Float64Array.from(times),
      measured,
      controlled: controls.map((control) => control.index),
      parameters(values) {
        parameters.set(values);
        for (const { index, value } of controls) parameters[index] = value;
        return parameters;
      },
      enterInto(state) {
        for (const { index, value } of starts) state[index] = value;
      },
      leaveInto(cotangent) {
        for (const { index } of starts) cotangent[index] = 0;
      },
    };
  });
  if (nextTime < condition.times.length) throw new Error(`condition ${condition.id}: time ${condition.times[nextTime]} lies after its protocol's end at ${begin}`);
  return { condition, segments, initialState: (values) => initialState(system, values) };
}

const parameterLookup = (system: OdeSystem, values: Float64Array): ((name: string) => number) => {
  const index = new Map(system.parameters.map((id, position) => [id, position]));
  return (name) => (name === "time" ? 0 : (values[index.get(name) ?? -1] ?? Number.NaN));
};

/** Derivatives of the initial state by the named parameters, where they are not zero. */
export function initialDerivatives(
  system: OdeSystem,
  parameters: readonly string[],
): readonly { readonly state: number; readonly parameter: number; readonly derivative: (values: Float64Array) => number }[] {
  return system.initialState.flatMap((expression, state) => {
    const symbols = symbolsOf([expression]);
    return parameters
      .filter((id) => symbols.has(id))
      .map((id) => {
        const slope = differentiate(system.graph, expression, id);
        return { state, parameter: system.parameters.indexOf(id), derivative: (values: Float64Array) => evaluate(slope, parameterLookup(system, values)) };
      });
  });
}
