import type { OdeSystem } from "../../models/system.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { RunStatistics, Trajectory } from "../trajectory.ts";
import type { AutoPhase } from "./auto-phase.ts";
import { checkProblem } from "./check-problem.ts";
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
  const { system, explicit, stiff, stiffness, kept } = scene;
  checkProblem(system, problem);
  if (problem.steps) throw new RangeError(`solver of "${system.id}": auto cannot take given steps, whose methods it would not know; use a one-step method to replay`);
  const control = resolveControl(explicit.solver.control, problem.control);
  const number = ++kept.runs;
  const size = system.states.length;
  stiffness.setParameters(problem.parameters);

  /** Phases that are over. */
  const past: Trajectory[] = [];
  const phases: { method: string; time: number }[] = [];
  let reached = 0;
  let attempts = 0;
  let phase = explicit;
  const enter = (next: AutoPhase, startTime: number, state: Float64Array, events: EventState | undefined): PositionedRun => {
    phase = next;
    phases.push({ method: next.id, time: startTime });
    const rest = { startTime, state, times: problem.times.subarray(reached), control: { ...problem.control, maxSteps: Math.max(1, control.maxSteps - attempts) } };
    return next.begin({ ...problem, ...rest, ...(events ? { events } : {}) });
  };
  let run = enter(explicit, problem.startTime ?? 0, problem.state, problem.events);
  let untilLook = explicit.stepsPerLook;
  let agreeing = 0;
  let endedAtEvent = false;
  const tooMany = (found: Status): Status => (found.status === "too-many-steps" && !endedAtEvent ? { ...found, hint: `more than ${control.maxSteps} steps; raise maxSteps or loosen rtol` } : found);

  const change = (next: AutoPhase): void => {
    const { time, state, events } = run.position();
    const ended = run.trajectory();
    past.push(ended);
    reached += ended.times.length;
    run = enter(next, time, state, events ?? undefined);
    untilLook = next.stepsPerLook;
    agreeing = 0;
  };
  /** Explicit steps that came to nothing are tried implicitly before the run is given up; events that did would do so again. */
  const rescue = (): void => {
    const ended = run.status.status;
    if (ended === "paused" || ended === "done") return;
    ({ endedAtEvent } = run.position());
    if (phase !== explicit || endedAtEvent || ended === "too-many-steps") return;
    change(stiff);
    rescue();
  };
  const look = (): void => {
    const { time, step, state, sinceStart } = run.position();
    // Steps that have just begun afresh say nothing yet.
    const settled = phase.stepsPerLook / 2;
    if (sinceStart < settled) {
      untilLook = settled - sinceStart;
      return;
    }
    const product = step * stiffness.radius(time, state);
    agreeing = (phase === explicit ? product > BORDER : product < EASY) ? agreeing + 1 : 0;
    untilLook = phase.stepsPerLook;
    if (agreeing === LOOKS) change(phase === explicit ? stiff : explicit);
  };
  rescue();

  return {
    phases,
    get status() {
      return tooMany(run.status);
    },
    advance(steps) {
      if (kept.runs !== number) throw runIsOver(`solver of "${system.id}"`);
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      let left = steps;
      while (left > 0 && run.status.status === "paused") {
        const slice = Math.min(left, untilLook);
        left -= slice;
        untilLook -= slice;
        // A loop that is still paused has made every attempt that it was given.
        attempts += slice;
        run.advance(slice);
        if (run.status.status === "paused" && untilLook === 0) look();
        rescue();
      }
      return tooMany(run.status);
    },
    trajectory(): Trajectory {
      if (kept.runs !== number) throw runIsOver(`solver of "${system.id}"`);
      const parts = [...past, run.trajectory()];
      const count = parts.reduce((total, part) => total + part.times.length, 0);
      const values = new Float64Array(count * size);
      let filled = 0;
      for (const part of parts) {
        values.set(part.values, filled);
        filled += part.values.length;
      }
      return {
        status: tooMany(run.status),
        times: problem.times.slice(0, count),
        states: system.states,
        values,
        final: count > 0 ? values.slice((count - 1) * size) : problem.state.slice(),
        statistics: parts.map((part) => part.statistics).reduce(added),
      };
    },
    tape() {
      throw new Error(`solver of "${system.id}": auto keeps no record of steps; compile a one-step method with record: true`);
    },
  };
}

const added = (one: RunStatistics, other: RunStatistics): RunStatistics => ({
  accepted: one.accepted + other.accepted,
  rejected: one.rejected + other.rejected,
  rhsEvaluations: one.rhsEvaluations + other.rhsEvaluations,
  jacobianEvaluations: one.jacobianEvaluations + other.jacobianEvaluations,
  factorizations: one.factorizations + other.factorizations,
});
