import type { Solver } from "odex";
import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { Trajectory } from "../trajectory.ts";
import type { Breakpoints } from "./breakpoint.ts";
import { breakpointTimes } from "./breakpoint.ts";
import type { OdeControl } from "./control.ts";
import { BREAKPOINT_MARGIN, STEP_FLOOR, STEP_TINIEST } from "./controller.ts";
import { reactionOf } from "./diagnose.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import type { EventRun } from "./event-run.ts";
import { eventRun } from "./event-run.ts";
import type { OdeMemory } from "./memory.ts";
import { layPath } from "./odex-event.ts";
import type { ExtrapolationPath } from "./odex-event.ts";
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
/** A step to a given end is at least half the way there, in up to 34 parts. */
const FINEST_PART = 1 / 128;

/** What a compiled solver hands to its runs. */
export interface ExtrapolationScene {
  readonly system: OdeSystem;
  /** Has `rhs`; stages in memory hold one vector. */
  readonly instance: Instance;
  readonly memory: OdeMemory;
  readonly errorStates: number;
  readonly breakpoints: Breakpoints;
  /** Null where the system has none. */
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory; readonly path: ExtrapolationPath } | null;
  readonly Solver: typeof Solver;
}

/** Thrown through the package, which has no smallest step. */
class NoFurtherStep extends Error {}

/** Begins a run. */
export const extrapolate = (scene: ExtrapolationScene, kept: RunMemory, control: OdeControl, problem: OdeProblem): OdeRun => new ExtrapolationRun(scene, kept, control, problem);

const smallestStep = (time: number): number => STEP_FLOOR * Math.abs(time) + STEP_TINIEST;

class ExtrapolationRun implements OdeRun {
  status: Status;
  readonly #scene: ExtrapolationScene;
  readonly #kept: RunMemory;
  readonly #control: OdeControl;
  readonly #problem: OdeProblem;
  readonly #number: number;
  readonly #values: Float64Array;
  readonly #breakpoints: Float64Array;
  readonly #events: EventRun | null;
  #breakpoint = 0;
  #time: number;
  #state: readonly number[];
  /** Size of the step to come; 0 = unknown. */
  #step = 0;
  #reached = 0;
  #accepted = 0;
  #rejected = 0;
  #rateCount = 0;
  #ratesWithoutStep = 0;
  /** First state whose rate was not finite since the last accepted step. */
  #wrong = -1;
  /** Views of the argument of the rates and of the rates [nState]. */
  readonly #argument: Float64Array;
  readonly #rate: Float64Array;

  constructor(scene: ExtrapolationScene, kept: RunMemory, control: OdeControl, problem: OdeProblem) {
    const { system, instance, memory } = scene;
    const size = system.states.length;
    const { times, startTime = 0 } = problem;
    const endTime = times.at(-1) ?? startTime;
    this.#scene = scene;
    this.#kept = kept;
    this.#control = control;
    this.#problem = problem;
    this.#number = ++kept.runs;
    this.#values = new Float64Array(times.length * size);
    this.#breakpoints = breakpointTimes(system, scene.breakpoints, problem.parameters, startTime, endTime);
    this.#time = startTime;
    this.#state = Array.from(problem.state);
    instance.f64.set(problem.parameters, memory.parameters / 8);
    this.#argument = instance.f64.subarray(memory.spare / 8, memory.spare / 8 + size);
    this.#rate = instance.f64.subarray(memory.stages / 8, memory.stages / 8 + size);
    if (scene.events) {
      this.#intoMemory();
      this.#events = eventRun({ system, instance, memory, events: scene.events }, startTime, endTime, problem.events);
    } else this.#events = null;
    this.status = this.#begin();
  }

  /** Does what is due at the start, and looks whether steps can begin there. */
  #begin(): Status {
    const { times, startTime = 0 } = this.#problem;
    if (this.#state.length === 0) {
      this.#reached = times.length;
      return { status: "done" };
    }
    const settled = this.#events?.settle(() => this.#writeHere());
    if (settled?.failure) {
      this.#reached = 0;
      return settled.failure;
    }
    this.#fromMemory();
    const failure = this.#startFailure(settled?.isChanged ? this.#events : null);
    if (failure) {
      this.#reached = 0;
      return failure;
    }
    this.#write(startTime, (i) => this.#state[i] ?? Number.NaN);
    return this.#pausedOrDone();
  }

  #isDone(): boolean {
    return this.#reached === this.#problem.times.length;
  }

  #pausedOrDone(): Status {
    return this.#isDone() ? { status: "done" } : { status: "paused", time: this.#time };
  }

  #rates(at: number, from: ArrayLike<number>): Float64Array {
    const { instance, memory } = this.#scene;
    this.#argument.set(from);
    instance.functions["rhs"]?.(memory.stages, at, memory.spare);
    this.#rateCount += 1;
    return this.#rate;
  }

  /** Puts where the run stands to where events look for it. */
  #intoMemory(): void {
    const { instance, memory } = this.#scene;
    instance.f64[memory.real.time / 8] = this.#time;
    instance.f64.set(this.#state, memory.state / 8);
  }

  /** Takes over what events made of it. */
  #fromMemory(): void {
    const { instance, memory, events } = this.#scene;
    if (!events) return;
    this.#time = instance.f64[memory.real.time / 8] ?? Number.NaN;
    this.#state = Array.from(instance.f64.subarray(memory.state / 8, memory.state / 8 + memory.stateCount));
  }

  /** Writes requested times up to an end, or before it where events may still be due there; `read(state, time)` gives states. */
  #write(end: number, read: (state: number, at: number) => number, isHalt = false): void {
    const { times } = this.#problem;
    const size = this.#state.length;
    for (;;) {
      const at = times[this.#reached] ?? Infinity;
      if (!(at <= end) || (isHalt && at === end)) return;
      for (let i = 0; i < size; i++) this.#values[this.#reached * size + i] = read(i, at);
      this.#reached += 1;
    }
  }

  /** Writes requested times up to where events stand. */
  #writeHere(): void {
    const { instance, memory } = this.#scene;
    this.#write(instance.f64[memory.real.time / 8] ?? Number.NaN, (i) => instance.f64[memory.state / 8 + i] ?? Number.NaN);
  }

  /** Does what is due where the run stands. */
  #passEvents(events: EventRun): Status {
    // What is due after the last requested time is no part of the run.
    if (this.#isDone()) return { status: "done" };
    const reached = this.#reached;
    this.#intoMemory();
    const { isChanged, failure } = events.settle(() => this.#writeHere());
    if (failure) return failure;
    this.#fromMemory();
    if (!isChanged) return this.#pausedOrDone();
    this.#step = 0;
    const wrong = this.#startFailure(events);
    // What an event left in ruins is no result.
    if (wrong) this.#reached = reached;
    return wrong ?? this.#pausedOrDone();
  }

  /** Steps until the next place to pause, the next breakpoint, a time at which events are due, or the last requested time. */
  #takeSteps(): Status {
    const { instance, memory } = this.#scene;
    const stop = this.#events ? (instance.f64[memory.real.stopTime / 8] ?? Infinity) : Infinity;
    const next = this.#breakpoints[this.#breakpoint] ?? Infinity;
    const margin = next < Infinity ? BREAKPOINT_MARGIN * Math.abs(next) + STEP_TINIEST : 0;
    if (!(next - this.#time > 8 * margin)) {
      if (this.#events && stop <= next + margin) return this.#haltAt(this.#events, stop);
      this.#time = Math.max(this.#time, next + margin);
      this.#breakpoint += 1;
      this.#write(this.#time, (i) => this.#state[i] ?? Number.NaN);
      return this.#pausedOrDone();
    }
    if (this.#events && stop - this.#time <= 2 * smallestStep(this.#time)) return this.#haltAt(this.#events, stop);
    const { halt, isSpent } = this.#stepTowards(Math.min(next - margin, stop), stop);
    if (this.#events && halt) {
      const status = this.#passEvents(this.#events);
      if (status.status !== "paused") return status;
    }
    if (this.#isDone()) return { status: "done" };
    const isAll = isSpent || this.#accepted + this.#rejected >= this.#control.maxSteps;
    return isAll ? { status: "too-many-steps", time: this.#time, worst: this.#steepest(), hint: `more than ${this.#control.maxSteps} steps; stiff? try rodas5p, or raise maxSteps` } : { status: "paused", time: this.#time };
  }

  /** Goes to a time so near that no step can be taken there. */
  #haltAt(events: EventRun, time: number): Status {
    this.#write(time, (i) => this.#state[i] ?? Number.NaN, true);
    this.#time = time;
    return this.#passEvents(events);
  }

  /** Lets the package step until an end, some steps on, or where events halt the run. */
  #stepTowards(end: number, stop: number): { readonly halt: boolean; readonly isSpent: boolean } {
    const solver = this.#packageSolver();
    const [startTime, before] = [this.#time, this.#accepted];
    const finest = Math.min(smallestStep(startTime), FINEST_PART * (end - startTime));
    let halt = false;
    this.#wrong = -1;
    this.#ratesWithoutStep = 0;
    const result = solver.solve(
      (at, from) => {
        const isTiny = at !== this.#time && Math.abs(at - this.#time) < Math.min(smallestStep(this.#time), finest);
        if (++this.#ratesWithoutStep > RATES_WITHOUT_STEP || isTiny) throw new NoFurtherStep();
        const found = this.#rates(at, from);
        const bad = found.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) {
          this.#wrong = bad;
          found.fill(REFUSED_RATE);
        }
        return found;
      },
      startTime,
      this.#state,
      end,
      (number, from, reachedTime, reached, dense) => {
        if (number === 1 || !dense) return undefined;
        this.#accepted += 1;
        this.#ratesWithoutStep = 0;
        this.#wrong = -1;
        // The last step ends within rounding of its end.
        const to = end < Infinity && Math.abs(reachedTime - end) <= BREAKPOINT_MARGIN * Math.abs(end) ? end : reachedTime;
        const found = this.#search(from, to, reached, dense);
        halt = to === stop || found < Infinity;
        const until = Math.min(to, found);
        const path = (i: number, at: number): number => (at === to ? (reached[i] ?? Number.NaN) : dense(i, at));
        this.#write(until, path, halt);
        // What cuts a step says nothing about the next one.
        this.#step = to === end ? Math.max(this.#step, to - from) : to - from;
        this.#state = until === to ? reached : this.#stateAt(until, from, to, dense);
        this.#time = until;
        return !halt && !this.#isDone() && this.#accepted - before < STEPS_BETWEEN_PAUSES;
      },
    );
    this.#rejected += result.nReject;
    return { halt, isSpent: result.outcome === 1 };
  }

  #packageSolver(): Solver {
    const { Solver: Package, errorStates } = this.#scene;
    const size = this.#state.length;
    const solver = new Package(size);
    solver.relativeTolerance = this.#control.rtol;
    solver.absoluteTolerance = Array.from({ length: size }, (_, i) => (i < errorStates ? Math.max(this.#control.atol, STEP_TINIEST) : UNSEEN));
    solver.denseOutput = true;
    solver.initialStepSize = this.#step;
    solver.maxSteps = Math.max(1, this.#control.maxSteps - this.#accepted - this.#rejected);
    return solver;
  }

  /** The first time in (from, to] after which a condition that triggers watch has changed; Infinity = none. */
  #search(from: number, to: number, reached: ArrayLike<number>, dense: (state: number, at: number) => number): number {
    const { instance, memory, events } = this.#scene;
    if (!events || events.plan.watched.length === 0) return Infinity;
    instance.f64.set(this.#state, memory.state / 8);
    instance.f64.set(reached, memory.next / 8);
    layPath(instance.f64, events.path, this.#state, from, to, dense);
    return instance.functions["searchEvent"]?.(from, to - from, to) ?? Infinity;
  }

  /** The state that the search found: what triggers read is, to the bit, what it looked at. */
  #stateAt(time: number, from: number, to: number, dense: (state: number, at: number) => number): number[] {
    const { instance, memory, events } = this.#scene;
    const state = this.#state.map((_, i) => dense(i, time));
    instance.functions["interpolateNeeded"]?.((time - from) / (to - from), to - from);
    for (const index of events?.path.needed ?? []) state[index] = instance.f64[memory.vector("eventSearch") / 8 + index] ?? Number.NaN;
    return state;
  }

  /** Id of the state that changes most against its tolerance. */
  #steepest(): string {
    const { atol, rtol } = this.#control;
    const pace = Array.from(this.#rates(this.#time, this.#state), (value, i) => (i < this.#scene.errorStates ? Math.abs(value) / (atol + rtol * Math.abs(this.#state[i] ?? 0)) : 0));
    return this.#scene.system.states[pace.indexOf(Math.max(...pace))] ?? "";
  }

  #endOfSteps(): Status {
    const time = this.#time;
    return this.#wrong >= 0
      ? { status: "non-finite", time, worst: this.#scene.system.states[this.#wrong] ?? "", hint: "its rate stops being finite just after this time; look for a division by zero, a logarithm or root of a negative value, or an overflow" }
      : { status: "step-too-small", time, worst: this.#steepest(), hint: "stiff? try rodas5p; otherwise it may grow without bound or jump at this time" };
  }

  /** Why no step can begin where the run stands, at the start or after the event executed last; null = one can. */
  #startFailure(events: EventRun | null): Status | null {
    const { system, memory } = this.#scene;
    const time = this.#time;
    const failed = (state: number, hint: string): Status => ({ status: "non-finite", time, worst: system.states[state] ?? "", hint });
    const wrongState = this.#state.findIndex((value) => !Number.isFinite(value));
    if (wrongState >= 0) return failed(wrongState, events ? `event "${events.last()}" leaves it with a value that is not finite; look for a division by zero, or a logarithm or root outside its domain, in what the event assigns` : "its initial value is not a finite number; give it one");
    const wrongRate = this.#rates(time, this.#state).findIndex((value) => !Number.isFinite(value));
    if (wrongRate < 0) return null;
    this.#intoMemory();
    const reaction = reactionOf(this.#scene, wrongRate, time, memory.state);
    const missing = system.parameters.filter((_, index) => !Number.isFinite(this.#problem.parameters[index] ?? 0));
    const cause = missing.length > 0 ? `parameter ${missing.join(", ")} has no finite value` : `look for a division by zero, or a logarithm or root outside its domain, at ${events ? "this state" : "the initial state"}`;
    return failed(wrongRate, `its rate${reaction === null ? "" : `, that of reaction "${reaction}",`} is not finite ${events ? `after event "${events.last()}"` : "at the start"}; ${cause}`);
  }

  #requireCurrent(): void {
    if (this.#kept.runs !== this.#number) throw runIsOver(`solver of "${this.#scene.system.id}"`);
  }

  advance(steps: number): Status {
    this.#requireCurrent();
    if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
    const end = this.#accepted + this.#rejected + steps;
    while (this.status.status === "paused" && this.#accepted + this.#rejected < end) {
      try {
        this.status = this.#takeSteps();
      } catch (error) {
        if (!(error instanceof NoFurtherStep)) throw error;
        this.status = this.#endOfSteps();
      }
    }
    return this.status;
  }

  trajectory(): Trajectory {
    this.#requireCurrent();
    const size = this.#state.length;
    const values = this.#values.slice(0, this.#reached * size);
    return {
      status: this.status,
      times: this.#problem.times.slice(0, this.#reached),
      states: this.#scene.system.states,
      values,
      final: this.#reached > 0 ? values.slice((this.#reached - 1) * size) : this.#problem.state.slice(),
      statistics: { accepted: this.#accepted, rejected: this.#rejected, rhsEvaluations: this.#rateCount, jacobianEvaluations: 0, factorizations: 0 },
    };
  }

  tape(): never {
    throw new Error(`solver of "${this.#scene.system.id}": odex keeps no steps; compile a method that is taken step by step with record: true`);
  }
}
