import { runIsOver } from "../run-is-over.ts";
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
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import { eventRun } from "./event-run.ts";
import { loopCode } from "./loop.ts";
import type { PositionedRun } from "./position.ts";
import type { OdeProblem } from "./solver.ts";
import { SMALLEST_SCALE } from "./controller.ts";


/** What a multistep run cost: its Newton corrections, each of one right-hand side, and the products with the Jacobian that their linear systems took. */
export interface BdfStatistics extends RunStatistics {
  readonly corrections: number;
  readonly products: number;
}

/** A run that says where it stands between two steps. */
export type BdfRun = PositionedRun;

/** What a multistep solver is made of. */
export interface CompiledBdf extends Omit<BdfScene, "parameters"> {
  readonly rates: RateFunctions;
  readonly breakpoints: Breakpoints;
  /** Null where the system has none. */
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory } | null;
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
    stopTime: Infinity,
  };
  for (const name of Object.keys(reals) as (keyof typeof real)[]) instance.f64[real[name] / 8] = reals[name];
  for (const address of Object.values(integer)) instance.i32[address / 4] = 0;
  instance.i32[integer.timeCount / 4] = problem.times.length;
  instance.i32[integer.timesAddress / 4] = timesAddress;
  instance.i32[integer.outputsAddress / 4] = outputsAddress;
  instance.i32[integer.maxSteps / 4] = control.maxSteps;
  instance.i32[integer.breakpointAddress / 4] = breakpointAddress;

  const read = (name: keyof typeof integer): number => instance.i32[integer[name] / 4] ?? 0;
  const timeNow = (): number => instance.f64[real.time / 8] ?? NaN;
  const state = difference(memory, 0) / 8;
  const events = compiled.events ? eventRun({ system, instance, events: compiled.events, memory: { real, state: difference(memory, 0), parameters: rates.parametersAddress } }, startTime, problem.times.at(-1) ?? startTime, problem.events) : null;
  /** Writes the requested times up to where the run stands. */
  const writeOutputs = (): void => {
    for (let row = read("reached"); row < problem.times.length && (problem.times[row] ?? Infinity) <= timeNow(); row++) {
      instance.f64.copyWithin(outputsAddress / 8 + row * size, state, state + size);
      instance.i32[integer.reached / 4] = row + 1;
    }
  };
  const settled = events?.settle(writeOutputs);
  const started = !settled?.failure && instance.functions[events ? "restart" : "begin"]?.() === 1;
  let status: Status = started ? { status: "paused", time: startTime } : (settled?.failure ?? diagnoseBdfStart(scene, startTime, events && settled?.isChanged ? events.last() : null));
  let endedAtEvent = events !== null && !started;
  /** Attempts made before steps last began afresh. */
  let attemptsBefore = 0;
  if (!started) instance.i32[integer.reached / 4] = 0;
  if (started && read("reached") === problem.times.length) status = { status: "done" };
  const attempts = (): number => read("accepted") + read("rejected");
  /** Does what is due where the loop halted, and goes on from there; the status says when that fails. */
  const passEvents = (): Status | null => {
    if (!events) return null;
    const reached = read("reached");
    const { isChanged, failure } = events.settle(writeOutputs);
    // What changes nothing leaves the differences as they are.
    if (!failure && !isChanged) return null;
    attemptsBefore = attempts();
    if (!failure && instance.functions["restart"]?.() === 1) return null;
    endedAtEvent = true;
    if (failure) return failure;
    // What an event left in ruins is no result.
    instance.i32[integer.reached / 4] = reached;
    return diagnoseBdfStart(scene, timeNow(), events.last());
  };
  const requireCurrent = (): void => {
    if (kept.runs !== run) throw runIsOver(`solver of "${system.id}"`);
  };

  return {
    get status() {
      return status;
    },
    advance(steps) {
      requireCurrent();
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      if (status.status !== "paused") return status;
      let left = steps;
      for (;;) {
        const before = attempts();
        const code = instance.functions["advance"]?.(Math.min(left, 2 ** 31 - 1)) ?? -1;
        left -= attempts() - before;
        if (code === loopCode.done) status = { status: "done" };
        else if (code === loopCode.eventFound) {
          const failure = passEvents();
          if (!failure && left > 0) continue;
          status = failure ?? { status: "paused", time: timeNow() };
        } else if (code === loopCode.paused) status = { status: "paused", time: timeNow() };
        else status = diagnoseBdf(scene, code);
        return status;
      }
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
      return {
        time: timeNow(),
        step: instance.f64[real.step / 8] ?? NaN,
        state: instance.f64.slice(state, state + size),
        events: events?.state() ?? null,
        sinceStart: attempts() - attemptsBefore,
        endedAtEvent,
      };
    },
    tape() {
      throw new Error(`solver of "${system.id}": bdf keeps no record of steps; compile a one-step method with record: true`);
    },
  };
}
