import type { Solver } from "odex";
import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { Breakpoints } from "./breakpoint.ts";
import { breakpointTimes } from "./breakpoint.ts";
import type { OdeControl } from "./control.ts";
import { BREAKPOINT_MARGIN, STEP_FLOOR, STEP_TINIEST } from "./controller.ts";
import type { OdeMemory } from "./memory.ts";
import type { RunMemory } from "./run.ts";
import type { OdeProblem, OdeRun } from "./solver.ts";

/** Steps that the package takes between two places where a run can pause; a new run of steps chooses its order anew. */
const STEPS_BETWEEN_PAUSES = 64;
/** Rates asked for since the last accepted step, after which there will be no other: some hundred rejected steps. */
const RATES_WITHOUT_STEP = 50_000;
/** Stands for a rate that is not finite: a step that meets it is refused, which the package does not do with NaN. */
const REFUSED_RATE = 1e100;
/** Takes a state out of the error norm. */
const UNSEEN = 1e200;

/** What a compiled solver hands to its runs. */
export interface ExtrapolationScene {
  readonly system: OdeSystem;
  /** Has `rhs`; stages in memory hold one vector. */
  readonly instance: Instance;
  readonly memory: OdeMemory;
  readonly errorStates: number;
  readonly breakpoints: Breakpoints;
  readonly Solver: typeof Solver;
}

/** Thrown through the package, which has no smallest step. */
class NoFurtherStep extends Error {}

/** Begins a run. */
export function extrapolate(scene: ExtrapolationScene, kept: RunMemory, control: OdeControl, problem: OdeProblem): OdeRun {
  const { system, instance, memory, errorStates } = scene;
  const size = system.states.length;
  const run = ++kept.runs;
  const { times, startTime = 0 } = problem;
  const values = new Float64Array(times.length * size);
  const breakpoints = breakpointTimes(system, scene.breakpoints, problem.parameters, startTime, times.at(-1) ?? startTime);
  let breakpoint = 0;
  let time = startTime;
  let state: readonly number[] = Array.from(problem.state);
  let step = 0;
  const count = { reached: 0, accepted: 0, rejected: 0, rates: 0, ratesWithoutStep: 0 };
  /** First state whose rate was not finite since the last accepted step. */
  let wrong = -1;

  instance.f64.set(problem.parameters, memory.parameters / 8);
  const argument = instance.f64.subarray(memory.state / 8, memory.state / 8 + size);
  const rate = instance.f64.subarray(memory.stages / 8, memory.stages / 8 + size);
  const rates = (at: number, from: ArrayLike<number>): Float64Array => {
    argument.set(from);
    instance.functions["rhs"]?.(memory.stages, at, memory.state);
    count.rates++;
    return rate;
  };
  /** Requested times up to `end`, read by `read(component, time)`. */
  const write = (end: number, read: (component: number, at: number) => number): void => {
    for (let at = times[count.reached] ?? Infinity; at <= end; at = times[count.reached] ?? Infinity) {
      for (let i = 0; i < size; i++) values[count.reached * size + i] = read(i, at);
      count.reached++;
    }
  };
  const isDone = (): boolean => count.reached === times.length;

  /** Steps until the next place to pause, the next breakpoint, or the last requested time. */
  const takeSteps = (): Status => {
    const next = breakpoints[breakpoint] ?? Infinity;
    const margin = next < Infinity ? BREAKPOINT_MARGIN * Math.abs(next) + STEP_TINIEST : 0;
    if (!(next - time > 8 * margin)) {
      time = Math.max(time, next + margin);
      breakpoint++;
      write(time, (i) => state[i] ?? Number.NaN);
      return isDone() ? { status: "done" } : { status: "paused", time };
    }
    const solver = new scene.Solver(size);
    solver.relativeTolerance = control.rtol;
    solver.absoluteTolerance = Array.from({ length: size }, (_, i) => (i < errorStates ? Math.max(control.atol, STEP_TINIEST) : UNSEEN));
    solver.denseOutput = true;
    solver.initialStepSize = step;
    solver.maxSteps = Math.max(1, control.maxSteps - count.accepted - count.rejected);
    const before = count.accepted;
    wrong = -1;
    count.ratesWithoutStep = 0;
    const result = solver.solve(
      (at, from) => {
        if (++count.ratesWithoutStep > RATES_WITHOUT_STEP || (at !== time && Math.abs(at - time) < STEP_FLOOR * Math.abs(time) + STEP_TINIEST)) throw new NoFurtherStep();
        const found = rates(at, from);
        const bad = found.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) {
          wrong = bad;
          found.fill(REFUSED_RATE);
        }
        return found;
      },
      time,
      state,
      next - margin,
      (number, from, to, reached, dense) => {
        if (number === 1 || !dense) return undefined;
        count.accepted++;
        count.ratesWithoutStep = 0;
        wrong = -1;
        write(to, (i, at) => (at === to ? (reached[i] ?? Number.NaN) : dense(i, at)));
        [time, state, step] = [to, reached, to - from];
        return !isDone() && count.accepted - before < STEPS_BETWEEN_PAUSES;
      },
    );
    count.rejected += result.nReject;
    if (isDone()) return { status: "done" };
    const spent = result.outcome === 1 || count.accepted + count.rejected >= control.maxSteps;
    return spent ? { status: "too-many-steps", time, worst: steepest(), hint: `more than ${control.maxSteps} steps; stiff? try rodas5p, or raise maxSteps` } : { status: "paused", time };
  };
  /** Id of the state that changes most against its tolerance. */
  const steepest = (): string => {
    const pace = Array.from(rates(time, state), (value, i) => (i < errorStates ? Math.abs(value) / (control.atol + control.rtol * Math.abs(state[i] ?? 0)) : 0));
    return system.states[pace.indexOf(Math.max(...pace))] ?? "";
  };
  const endOfSteps = (): Status =>
    wrong >= 0
      ? { status: "non-finite", time, worst: system.states[wrong] ?? "", hint: "its rate stops being finite just after this time; look for a division by zero, a logarithm or root of a negative value, or an overflow" }
      : { status: "step-too-small", time, worst: steepest(), hint: "stiff? try rodas5p; otherwise it may grow without bound or jump at this time" };
  const startStatus = (): Status => {
    const wrongState = problem.state.findIndex((value) => !Number.isFinite(value));
    if (wrongState >= 0) return { status: "non-finite", time, worst: system.states[wrongState] ?? "", hint: "its initial value is not a finite number; give it one" };
    const wrongRate = rates(time, problem.state).findIndex((value) => !Number.isFinite(value));
    if (wrongRate >= 0) {
      const missing = system.parameters.filter((_, index) => !Number.isFinite(problem.parameters[index] ?? 0));
      const cause = missing.length > 0 ? `parameter ${missing.join(", ")} has no finite value` : "look for a division by zero, or a logarithm or root outside its domain, at the initial state";
      return { status: "non-finite", time, worst: system.states[wrongRate] ?? "", hint: `its rate is not finite at the start; ${cause}` };
    }
    write(size === 0 ? (times.at(-1) ?? startTime) : startTime, (i) => problem.state[i] ?? Number.NaN);
    return isDone() ? { status: "done" } : { status: "paused", time };
  };

  let status = startStatus();
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
      const end = count.accepted + count.rejected + steps;
      while (status.status === "paused" && count.accepted + count.rejected < end) {
        try {
          status = takeSteps();
        } catch (error) {
          if (!(error instanceof NoFurtherStep)) throw error;
          status = endOfSteps();
        }
      }
      return status;
    },
    trajectory() {
      requireCurrent();
      const reached = values.slice(0, count.reached * size);
      return {
        status,
        times: times.slice(0, count.reached),
        states: system.states,
        values: reached,
        final: count.reached > 0 ? reached.slice((count.reached - 1) * size) : problem.state.slice(),
        statistics: { accepted: count.accepted, rejected: count.rejected, rhsEvaluations: count.rates, jacobianEvaluations: 0, factorizations: 0 },
      };
    },
    tape() {
      throw new Error(`solver of "${system.id}": odex keeps no steps; compile a method that is taken step by step with record: true`);
    },
  };
}
