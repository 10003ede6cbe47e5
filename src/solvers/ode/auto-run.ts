import type { OdeSystem } from "../../models/system.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { RunStatistics, Trajectory } from "../trajectory.ts";
import type { AutoPhase } from "./auto-phase.ts";
import { checkProblem } from "./check-problem.ts";
import type { OdeControl } from "./control.ts";
import { resolveControl } from "./control.ts";
import type { EventState } from "./event-run.ts";
import type { PositionedRun } from "./position.ts";
import type { OdeProblem, OdeRun } from "./solver.ts";
import type { Stiffness } from "./stiffness.ts";

/** Explicit steps of size h are at the border of their stability where h |λ| is above this; tsit5's is at 3.4 on the negative axis. */
const BORDER = 2.5;
/** Implicit steps that explicit ones could take with room to spare. */
const EASY = 0.5;
/** Looks in a row that have to agree. */
const LOOKS = 2;

/** What a solver hands to its runs. */
export interface AutoScene {
  readonly system: OdeSystem;
  readonly explicit: AutoPhase;
  readonly stiff: AutoPhase;
  readonly stiffness: Stiffness;
  /** Counts runs, so that a run knows when it is over. */
  readonly kept: { runs: number };
}

/** A run that says which method took it from where. */
export interface AutoRun extends OdeRun {
  readonly phases: readonly { readonly method: string; readonly time: number }[];
}

/** Begins a run with explicit steps. @throws RangeError naming what does not fit the system, or steps that are given. */
export function beginAuto(scene: AutoScene, problem: OdeProblem): AutoRun {
  checkProblem(scene.system, problem);
  if (problem.steps) throw new RangeError(`solver of "${scene.system.id}": auto cannot take given steps, whose methods it would not know; use a one-step method to replay`);
  return new AlternatingRun(scene, problem);
}

/** A run that goes from one method to the other and back. */
class AlternatingRun implements AutoRun {
  readonly phases: { readonly method: string; readonly time: number }[] = [];
  readonly #scene: AutoScene;
  readonly #problem: OdeProblem;
  readonly #control: OdeControl;
  readonly #number: number;
  /** Phases that are over, and the requested times that they reached. */
  readonly #past: Trajectory[] = [];
  #reached = 0;
  #attempts = 0;
  #phase: AutoPhase;
  #run: PositionedRun;
  #untilLook: number;
  /** Looks in a row that found the other method better. */
  #agreeing = 0;
  #endedAtEvent = false;

  constructor(scene: AutoScene, problem: OdeProblem) {
    const { explicit, stiffness, kept } = scene;
    this.#scene = scene;
    this.#problem = problem;
    this.#control = resolveControl(explicit.solver.control, problem.control);
    this.#number = ++kept.runs;
    stiffness.setParameters(problem.parameters);
    this.#phase = explicit;
    this.#untilLook = explicit.stepsPerLook;
    this.#run = this.#enter(problem.startTime ?? 0, problem.state, problem.events);
    this.#rescue();
  }

  get status(): Status {
    const { status } = this.#run;
    return status.status === "too-many-steps" && !this.#endedAtEvent ? { ...status, hint: `more than ${this.#control.maxSteps} steps; raise maxSteps or loosen rtol` } : status;
  }

  /** Begins the present phase. */
  #enter(startTime: number, state: Float64Array, events: EventState | undefined): PositionedRun {
    const problem = this.#problem;
    this.phases.push({ method: this.#phase.id, time: startTime });
    const rest = { startTime, state, times: problem.times.subarray(this.#reached), control: { ...problem.control, maxSteps: Math.max(1, this.#control.maxSteps - this.#attempts) } };
    return this.#phase.begin({ ...problem, ...rest, ...(events ? { events } : {}) });
  }

  #change(next: AutoPhase): void {
    const { time, state, events } = this.#run.position();
    const ended = this.#run.trajectory();
    this.#past.push(ended);
    this.#reached += ended.times.length;
    this.#phase = next;
    this.#run = this.#enter(time, state, events ?? undefined);
    this.#untilLook = next.stepsPerLook;
    this.#agreeing = 0;
  }

  /** Explicit steps that came to nothing are tried implicitly before the run is given up; events that did would do so again. */
  #rescue(): void {
    const { explicit, stiff } = this.#scene;
    const ended = this.#run.status.status;
    if (ended === "paused" || ended === "done") return;
    this.#endedAtEvent = this.#run.position().endedAtEvent;
    if (this.#phase !== explicit || this.#endedAtEvent || ended === "too-many-steps") return;
    this.#change(stiff);
    this.#rescue();
  }

  /** Asks whether the other method would do better here. */
  #look(): void {
    const { explicit, stiff, stiffness } = this.#scene;
    const isExplicit = this.#phase === explicit;
    const { time, step, state, sinceStart } = this.#run.position();
    // Steps that have just begun afresh say nothing yet.
    const settled = this.#phase.stepsPerLook / 2;
    if (sinceStart < settled) {
      this.#untilLook = settled - sinceStart;
      return;
    }
    const product = step * stiffness.radius(time, state);
    this.#agreeing = (isExplicit ? product > BORDER : product < EASY) ? this.#agreeing + 1 : 0;
    this.#untilLook = this.#phase.stepsPerLook;
    if (this.#agreeing === LOOKS) this.#change(isExplicit ? stiff : explicit);
  }

  #requireCurrent(): void {
    const { kept, system } = this.#scene;
    if (kept.runs !== this.#number) throw runIsOver(`solver of "${system.id}"`);
  }

  advance(steps: number): Status {
    this.#requireCurrent();
    if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
    let left = steps;
    while (left > 0 && this.#run.status.status === "paused") {
      const slice = Math.min(left, this.#untilLook);
      left -= slice;
      this.#untilLook -= slice;
      // A loop that is still paused has made every attempt that it was given.
      this.#attempts += slice;
      this.#run.advance(slice);
      if (this.#run.status.status === "paused" && this.#untilLook === 0) this.#look();
      this.#rescue();
    }
    return this.status;
  }

  trajectory(): Trajectory {
    this.#requireCurrent();
    const { states } = this.#scene.system;
    const { times, state } = this.#problem;
    const parts = [...this.#past, this.#run.trajectory()];
    const count = parts.reduce((total, part) => total + part.times.length, 0);
    const values = new Float64Array(count * states.length);
    let filled = 0;
    for (const part of parts) {
      values.set(part.values, filled);
      filled += part.values.length;
    }
    return {
      status: this.status,
      times: times.slice(0, count),
      states,
      values,
      final: count > 0 ? values.slice((count - 1) * states.length) : state.slice(),
      statistics: parts.map((part) => part.statistics).reduce(added),
    };
  }

  tape(): never {
    throw new Error(`solver of "${this.#scene.system.id}": auto keeps no record of steps; compile a one-step method with record: true`);
  }
}

const added = (one: RunStatistics, other: RunStatistics): RunStatistics => ({
  accepted: one.accepted + other.accepted,
  rejected: one.rejected + other.rejected,
  rhsEvaluations: one.rhsEvaluations + other.rhsEvaluations,
  jacobianEvaluations: one.jacobianEvaluations + other.jacobianEvaluations,
  factorizations: one.factorizations + other.factorizations,
});
