import { symbolsOf } from "../kernel/substitute.ts";
import type { NetworkProblem } from "../models/check.ts";
import type { WovenSolver, Tape } from "../solvers/ode/solver.ts";
import type { DensePath } from "./dense-path.ts";
import { densePath } from "./dense-path.ts";
import type { PathFunctions, PathIntegrals } from "./path-integral.ts";
import { integrateAlong } from "./path-integral.ts";

/** Defaults of the search for a limit cycle. */
export const limitCycleDefaults = { tolerance: 1e-10, horizons: 50, mostHumps: 8 } as const;

export interface LimitCycleProblem {
  readonly parameters: Float64Array;
  /** Where the search starts; it must lie in the basin of the cycle [nState]. */
  readonly state: Float64Array;
  /** A time that holds at least two periods · time. */
  readonly horizon: number;
  /** How near a return must come to the point it left, relative to the range of each state. */
  readonly tolerance?: number;
  /** How many horizons to look for a return. */
  readonly horizons?: number;
}

/** One period of a limit cycle. */
export interface LimitCycle {
  readonly period: number;
  /** From the section once around. */
  readonly path: DensePath;
  /** Largest difference between start and end of the path, relative to the range of each state. */
  readonly gap: number;
  /** The state and level that cut the cycle; rising through it marks the start. */
  readonly section: { readonly state: string; readonly level: number };
}

export type LimitCycleResult =
  | { readonly cycle: LimitCycle; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly cycle?: undefined };

/**
 * Follows a system onto a stable limit cycle and measures its period: the state that swings most is cut at the middle of its
 * range, and the points where it rises through the cut are found by steps that end there, until one comes back to an earlier one.
 * `solver` compiled with `record`.
 * @source Hénon 1982, doi:10.1016/0167-2789(82)90034-3 (steps that end on a section); Poincaré's return map
 * @status problems: rates that depend on time, a run that fails, comes to rest or does not return.
 */
export function limitCycle(solver: WovenSolver, problem: LimitCycleProblem): LimitCycleResult {
  const { system } = solver;
  const { parameters, horizon, tolerance = limitCycleDefaults.tolerance, horizons = limitCycleDefaults.horizons } = problem;
  const refuse = (message: string): LimitCycleResult => ({ problems: [{ where: `model:${system.id}`, message }] });
  if (!(horizon > 0 && horizon < Infinity)) return refuse(`the horizon of the search for a limit cycle is ${horizon}; it must be positive and finite`);
  if (system.events?.length) return refuse("the model has events, which the search for a limit cycle does not follow yet; remove them");
  if (symbolsOf(system.rhs).has("time")) return refuse("the rates depend on time: a return of the state is no period; integrate over the period of the drive instead");
  let state = problem.state;
  for (let look = 0; look < horizons; look++) {
    const run = solver.begin({ parameters, state, times: Float64Array.of(horizon) });
    while (run.status.status === "paused") run.advance(1_000_000);
    if (run.status.status !== "done") return refuse(`the run to the limit cycle ended with ${run.status.status}; give another start or another method`);
    const tape = run.tape();
    state = run.trajectory().final;
    const ranges = rangesOf(tape, state.length);
    const swings = ranges.map(({ low, high }) => (high > low ? (high - low) / Math.max(Math.abs(high), Math.abs(low)) : 0));
    const chosen = swings.indexOf(Math.max(...swings));
    const range = ranges[chosen];
    if (!range || (look > 0 && (swings[chosen] ?? 0) < 100 * solver.control.rtol)) return refuse("the system comes to rest: there is no limit cycle around this start; start elsewhere or change the parameters");
    const level = (range.low + range.high) / 2;
    const returns = risings(tape, state.length, chosen, level).slice(-limitCycleDefaults.mostHumps - 1).map((row) => cross(solver, parameters, tape, row, chosen, level));
    const here = returns.at(-1);
    const before = here && returns.slice(0, -1).findLast((one) => distance(one.state, here.state, ranges) <= tolerance);
    if (!here || !before) continue;
    const period = here.time - before.time;
    const path = densePath(solver, { parameters, state: here.state, endTime: period });
    return { cycle: { period, path, gap: distance(path.final, here.state, ranges), section: { state: system.states[chosen] ?? "", level } } };
  }
  return refuse(`no state came back to itself within ${horizons} horizons of ${horizon}; give a horizon of several periods, a start nearer to the cycle, or a wider tolerance`);
}

/** Integrals over one period of several functions of time and state, such as entropy production and scaled diffusions. */
export const integrateCycle = ({ path }: LimitCycle, functions: PathFunctions): PathIntegrals => integrateAlong(path, functions);

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Over the second half of a run, where what the start did is over. */
function rangesOf({ count, states }: Tape, width: number): Range[] {
  const from = Math.floor(count / 2);
  return Array.from({ length: width }, (_, column) => {
    let [low, high] = [Infinity, -Infinity];
    for (let row = from; row < count; row++) {
      const value = states[row * width + column] ?? Number.NaN;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return { low, high };
  });
}

/** Steps in which a state rises through a level. */
function risings({ count, states }: Tape, width: number, column: number, level: number): number[] {
  const at = (row: number): number => states[row * width + column] ?? Number.NaN;
  return Array.from({ length: Math.max(0, count - 1) }, (_, row) => row).filter((row) => at(row) < level && at(row + 1) >= level);
}

/** The point inside step `row` where a state meets a level, by shorter steps from the same start (false position, Illinois). */
function cross(solver: WovenSolver, parameters: Float64Array, tape: Tape, row: number, column: number, level: number): { readonly time: number; readonly state: Float64Array } {
  const width = solver.system.states.length;
  const state = tape.states.slice(row * width, (row + 1) * width);
  const startTime = tape.times[row] ?? 0;
  const after = (step: number): Float64Array => solver.solve({ parameters, state, startTime, steps: Float64Array.of(step), times: Float64Array.of(startTime + step) }).final;
  let [left, right] = [0, tape.steps[row] ?? 0];
  let [low, high] = [(state[column] ?? 0) - level, (tape.states[(row + 1) * width + column] ?? 0) - level];
  let reached: Float64Array = tape.states.slice((row + 1) * width, (row + 2) * width);
  let [at, kept] = [right, 0];
  for (let round = 0; round < 100 && high > low; round++) {
    at = right - (high * (right - left)) / (high - low);
    reached = after(at);
    const off = (reached[column] ?? 0) - level;
    if (Math.abs(off) <= 2 * Number.EPSILON * Math.abs(level) || right - left <= Number.EPSILON * Math.abs(right)) break;
    // An end that stays twice counts half, so that it has to move.
    if (off < 0) [left, low, high, kept] = [at, off, kept < 0 ? high / 2 : high, -1];
    else [right, high, low, kept] = [at, off, kept > 0 ? low / 2 : low, 1];
  }
  return { time: startTime + at, state: reached };
}

const distance = (one: Float64Array, other: Float64Array, ranges: readonly Range[]): number =>
  ranges.reduce((worst, { low, high }, index) => (high > low ? Math.max(worst, Math.abs((one[index] ?? 0) - (other[index] ?? 0)) / (high - low)) : worst), 0);
