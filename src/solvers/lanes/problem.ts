import type { LaneType } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { Breakpoints } from "../ode/breakpoint.ts";
import { breakpointTimes } from "../ode/breakpoint.ts";
import { checkProblem } from "../ode/check-problem.ts";
import type { Block, BlockBreakpoints } from "./block.ts";

/** Many initial value problems of one system, row-major. */
export interface EnsembleProblem {
  /** [nRun, nParameter], or one row [nParameter] that all runs share. */
  readonly parameters: Float64Array;
  /** [nRun, nState], or one row [nState] that all runs share. */
  readonly states: Float64Array;
  /** Requested times of every run, ascending, none before the start [nTime]. */
  readonly times: Float64Array;
  /** Default 0. */
  readonly startTime?: number;
}

/** What an ensemble gives; rows are in the order of the problem, whatever order they were done in. */
export interface EnsembleResult {
  readonly runs: number;
  /** [nTime] */
  readonly times: Float64Array;
  /** State ids [nState]. */
  readonly states: readonly string[];
  /** [nRun, nTime, nState]; NaN at times that a run did not reach. */
  readonly values: Float64Array;
  /** How each run ended [nRun]; "paused" where the ensemble was ended early. */
  readonly statuses: readonly Status[];
  /** Requested times written, steps accepted and rejected [nRun]. */
  readonly reached: Int32Array;
  readonly accepted: Int32Array;
  readonly rejected: Int32Array;
}

/** A checked problem. */
export interface Ensemble {
  readonly runs: number;
  readonly times: Float64Array;
  readonly startTime: number;
  /** Rows of the runs, or one that they share. */
  readonly parameters: Float64Array;
  readonly states: Float64Array;
  /** Parameters and state of one run, as views. */
  parametersOf(run: number): Float64Array;
  stateOf(run: number): Float64Array;
}

/** Smallest and largest magnitudes that f32 holds with its full accuracy. */
const SINGLE_RANGE = [2 ** -126, (2 - 2 ** -23) * 2 ** 127] as const;

/** Reads a run's row of a table [nRow, width], or the one row that all runs share, as a view. */
export const rowOf = (values: Float64Array, width: number) => (run: number): Float64Array => (values.length === width ? values : values.subarray(run * width, (run + 1) * width));

/** Checks an ensemble against its system. @throws RangeError naming what does not fit, with its run. */
export function checkEnsemble(system: OdeSystem, problem: EnsembleProblem, lanes: LaneType | "f64"): Ensemble {
  const { parameters, states, times, startTime = 0 } = problem;
  const refuse = (message: string): never => {
    throw new RangeError(`ensemble of "${system.id}": ${message}`);
  };
  const rowsOf = (what: string, values: Float64Array, ids: readonly string[]): number => {
    if (ids.length === 0) return values.length === 0 ? 1 : refuse(`${values.length} ${what} values for none`);
    if (values.length % ids.length !== 0) refuse(`${values.length} ${what} values are not rows of ${ids.length} (${ids.join(", ")})`);
    return values.length / ids.length;
  };
  const parameterRows = rowsOf("parameter", parameters, system.parameters);
  const stateRows = rowsOf("initial", states, system.states);
  const runs = parameterRows === 1 ? stateRows : parameterRows;
  if (stateRows !== runs && stateRows !== 1) refuse(`${parameterRows} rows of parameters but ${stateRows} rows of initial values; give as many of each, or one row for all`);
  const ensemble: Ensemble = {
    runs,
    times,
    startTime,
    parameters,
    states,
    parametersOf: rowOf(parameters, system.parameters.length),
    stateOf: rowOf(states, system.states.length),
  };
  if (runs > 0) checkProblem(system, { parameters: ensemble.parametersOf(0), state: ensemble.stateOf(0), times, startTime });
  if (lanes === "f32x4") {
    const check = (values: Float64Array, ids: readonly string[]): void => {
      const wrong = outOfSingleRange(values);
      if (wrong >= 0) refuse(`"${ids[wrong % ids.length]}" is ${values[wrong]} in row ${Math.floor(wrong / ids.length)}, which f32 cannot hold; choose larger units or lanes "f64x2"`);
    };
    check(parameters, system.parameters);
    check(states, system.states);
  }
  return ensemble;
}

/** Where the first value stands that f32 cannot hold; -1 = nowhere. A plain loop: ensembles have millions of values. */
function outOfSingleRange(values: Float64Array): number {
  const [smallest, largest] = SINGLE_RANGE;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index] ?? 0);
    if ((size < smallest && size > 0) || (size > largest && size < Infinity)) return index;
  }
  return -1;
}

const rowsBetween = (values: Float64Array, width: number, from: number, to: number): Float64Array => (values.length === width ? values : values.subarray(from * width, to * width));

/** Runs [from, to) as a block of their own, which views the ensemble's memory; `breakpoints` null = the loop asks for none. */
export function blockOf(system: OdeSystem, breakpoints: Breakpoints | null, ensemble: Ensemble, from: number, to: number): Block {
  const { times, startTime, parameters, states } = ensemble;
  const end = times.at(-1) ?? startTime;
  return {
    runs: to - from,
    parameters: rowsBetween(parameters, system.parameters.length, from, to),
    states: rowsBetween(states, system.states.length, from, to),
    times,
    startTime,
    breakpoints: breakpoints ? joined(Array.from({ length: to - from }, (_, index) => breakpointTimes(system, breakpoints, ensemble.parametersOf(from + index), startTime, end))) : null,
  };
}

function joined(lists: readonly Float64Array[]): BlockBreakpoints {
  const first = new Int32Array(lists.length);
  let count = 0;
  lists.forEach((list, run) => {
    first[run] = count;
    count += list.length;
  });
  const times = new Float64Array(count);
  lists.forEach((list, run) => times.set(list, first[run]));
  return { times, first };
}

/** Runs [from, to) of a block, in the same memory. */
export function partOf(block: Block, { parameterCount, stateCount }: { readonly parameterCount: number; readonly stateCount: number }, from: number, to: number): Block {
  const { parameters, states, breakpoints } = block;
  const start = breakpoints?.first[from] ?? 0;
  return {
    ...block,
    runs: to - from,
    parameters: rowsBetween(parameters, parameterCount, from, to),
    states: rowsBetween(states, stateCount, from, to),
    breakpoints: breakpoints && { times: breakpoints.times.subarray(start, breakpoints.first[to]), first: breakpoints.first.subarray(from, to).map((index) => index - start) },
  };
}
