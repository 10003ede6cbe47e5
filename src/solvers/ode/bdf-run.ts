import type { RunStatistics, Trajectory } from "../trajectory.ts";
import type { Status } from "../status.ts";
import type { RateFunctions } from "../tables/index.ts";
import type { BdfScene } from "./bdf-diagnose.ts";
import { diagnoseBdf, diagnoseBdfStart } from "./bdf-diagnose.ts";
import { difference } from "./bdf-memory.ts";
import type { Breakpoints } from "./breakpoint.ts";
import { breakpointTimes } from "./breakpoint.ts";
import { checkProblem } from "./check-problem.ts";
import { resolveControl } from "./control.ts";
import { loopCode } from "./loop.ts";
import type { OdeProblem, OdeRun } from "./solver.ts";

/** Error scales are at least this: far below any error, but 0 / 0 is avoided where a state is 0 and atol is 0. */
const SMALLEST_SCALE = 1e-290;

/** What a multistep run cost: its Newton corrections, each of one right-hand side, and the products with the Jacobian that their linear systems took. */
export interface BdfStatistics extends RunStatistics {
  readonly corrections: number;
  readonly products: number;
}

/** A run that says where it stands between two steps. */
export interface BdfRun extends OdeRun {
  /** Time, size of the step to come, and state [nState] as a copy. */
  position(): { readonly time: number; readonly step: number; readonly state: Float64Array };
}

/** What a multistep solver is made of. */
export interface CompiledBdf extends Omit<BdfScene, "parameters"> {
  readonly rates: RateFunctions;
  readonly breakpoints: Breakpoints;
  /** Counts runs, so that a run knows when it is over. */
  readonly kept: { runs: number };
}

/** Puts a problem into a multistep solver's memory and takes it to its start. @throws RangeError naming what does not fit the system or the method. */
export function beginBdf(compiled: CompiledBdf, problem: OdeProblem): BdfRun {
  const { system, instance, memory, kept, rates } = compiled;
  checkProblem(system, problem);
  if (problem.steps) throw new RangeError(`solver of "${system.id}": bdf cannot take given steps, whose orders it would not know; use a one-step method to replay`);
  const control = problem.control ? resolveControl(compiled.control, problem.control) : compiled.control;
  const scene: BdfScene = { ...compiled, control, parameters: problem.parameters };
  const { real, integer, size } = memory;
  const run = ++kept.runs;

  instance.release();
  const startTime = problem.startTime ?? 0;
  const timesAddress = instance.reserve(8 * Math.max(1, problem.times.length));
  const outputsAddress = instance.reserve(8 * Math.max(1, problem.times.length * size));
  const breakpoints = breakpointTimes(system, compiled.breakpoints, problem.parameters, startTime, problem.times.at(-1) ?? startTime);
  const breakpointAddress = instance.reserve(8 * breakpoints.length);
  instance.f64.set(problem.times, timesAddress / 8);
  instance.f64.set(breakpoints, breakpointAddress / 8);
  instance.f64.set(problem.state, difference(memory, 0) / 8);
  rates.setParameters(instance, problem.parameters);
  const reals: Record<keyof typeof real, number> = {
    time: startTime,
    step: 0,
    attempted: 0,
    rtol: control.rtol,
    // A state that stays 0 would have no scale at all.
    atol: Math.max(control.atol, SMALLEST_SCALE),
    safety: control.safety,
    grow: control.grow,
    shrink: control.shrink,
    retreat: control.retreat,
    factored: 0,
    rate: 1,
    tolerance: 0,
  };
  for (const name of Object.keys(reals) as (keyof typeof real)[]) instance.f64[real[name] / 8] = reals[name];
  for (const address of Object.values(integer)) instance.i32[address / 4] = 0;
  instance.i32[integer.timeCount / 4] = problem.times.length;
  instance.i32[integer.timesAddress / 4] = timesAddress;
  instance.i32[integer.outputsAddress / 4] = outputsAddress;
  instance.i32[integer.maxSteps / 4] = control.maxSteps;
  instance.i32[integer.breakpointAddress / 4] = breakpointAddress;

  const read = (name: keyof typeof integer): number => instance.i32[integer[name] / 4] ?? 0;
  const started = instance.functions["begin"]?.() === 1;
  let status: Status = started ? { status: "paused", time: startTime } : diagnoseBdfStart(scene, startTime);
  if (started && read("reached") === problem.times.length) status = { status: "done" };
  const requireCurrent = (): void => {
    if (kept.runs !== run) throw new Error(`solver of "${system.id}": this run is over because another one began; read it before, or compile a second solver`);
  };

  return {
    get status() {
      return status;
    },
    advance(steps) {
      requireCurrent();
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      if (status.status !== "paused") return status;
      const code = instance.functions["advance"]?.(Math.min(steps, 2 ** 31 - 1)) ?? -1;
      if (code === loopCode.done) status = { status: "done" };
      else if (code === loopCode.paused) status = { status: "paused", time: instance.f64[real.time / 8] ?? NaN };
      else status = diagnoseBdf(scene, code);
      return status;
    },
    trajectory(): Trajectory & { readonly statistics: BdfStatistics } {
      requireCurrent();
      const reached = read("reached");
      const values = instance.f64.slice(outputsAddress / 8, outputsAddress / 8 + reached * size);
      const factorizations = read("factorizations");
      return {
        status,
        times: problem.times.slice(0, reached),
        states: system.states,
        values,
        final: reached > 0 ? values.slice((reached - 1) * size) : problem.state.slice(),
        statistics: {
          accepted: read("accepted"),
          rejected: read("rejected"),
          rhsEvaluations: read("rhsEvaluations"),
          jacobianEvaluations: factorizations,
          factorizations,
          corrections: read("corrections"),
          products: read("products"),
        },
      };
    },
    position() {
      requireCurrent();
      const state = difference(memory, 0) / 8;
      return { time: instance.f64[real.time / 8] ?? NaN, step: instance.f64[real.step / 8] ?? NaN, state: instance.f64.slice(state, state + size) };
    },
    tape() {
      throw new Error(`solver of "${system.id}": bdf keeps no record of steps; compile a one-step method with record: true`);
    },
  };
}
