import type { OdeSystem } from "../models/system.ts";
import type { AdjointOptions } from "./adjoint.ts";
import { compileAdjoint } from "./adjoint.ts";
import { eventJump } from "./adjoint/event-jump.ts";
import type { EventMoment } from "./adjoint/event-log.ts";
import { compileEventLog } from "./adjoint/event-log.ts";
import type { OdeProblem } from "./compile.ts";
import type { AnyOdeMethod } from "./ode/method.ts";
import { readsOthers, refuseDelays } from "./sensitivity-events.ts";
import type { Trajectory } from "./trajectory.ts";

/** Solves a system with events and pulls derivatives back through them. */
export interface EventAdjoint {
  readonly system: OdeSystem;
  /** @throws RangeError when steps are given, whose own derivative this is not. */
  solve(problem: OdeProblem): Trajectory;
  /**
   * As `AdjointSolver.pullBack`, through events: the stretches between them by the discrete adjoint of steps of the same
   * tolerance, the events as the exact solution's adjoint jumps.
   *
   * @throws RangeError when nothing was solved or the last run did not reach all its times, or a length does not fit; Error
   * naming the event that was executed twice in one moment, or whose values another one changed in the same moment
   */
  pullBack(cotangents: Float64Array, gradParameters: Float64Array, gradState: Float64Array): void;
}

/**
 * Compiles a solver of a system with events together with its adjoint; gradients are as exact as the tolerance.
 *
 * @throws when the method has no adjoint, a parameter is unknown, or an event is delayed
 * @source Corner, Sandu & Sandu 2018, arXiv:1802.07188 (adjoint jumps at events)
 */
export async function compileEventAdjoint(system: OdeSystem, options: AdjointOptions<AnyOdeMethod>): Promise<EventAdjoint> {
  refuseDelays(system, "the adjoint");
  const { events = [], ...smooth } = system;
  const { wrt, ...solverOptions } = options;
  const between = await compileAdjoint(smooth, options);
  const logged = await compileEventLog(system, solverOptions);
  const jump = eventJump(system);
  const wrtIndex = [...new Set(wrt ?? system.parameters)].map((id) => system.parameters.indexOf(id));
  const n = system.states.length;
  const refuse = (message: string): never => {
    throw new RangeError(`adjoint of "${system.id}": ${message}`);
  };
  let solved: { readonly problem: OdeProblem; readonly moments: readonly EventMoment[]; readonly reached: number } | null = null;

  /** Events of a moment, once it is sure that they can be reversed one by one. */
  const orderOf = (moment: EventMoment): readonly number[] => {
    if (!moment.events) throw new Error(`adjoint of "${system.id}": an event was executed more than once at time ${moment.time}, or two followed each other within one step there, which has no adjoint yet; take differences of two runs`);
    const mixed = moment.events.length > 1 ? moment.events.find((index) => events[index] && readsOthers(events[index], moment.events?.flatMap((other) => events[other] ?? []) ?? [])) : undefined;
    if (mixed !== undefined) throw new Error(`adjoint of "${system.id}": at time ${moment.time} the values of event "${events[mixed]?.id}" may be older than what another one changed; let it read them as it is executed (fromTrigger = false)`);
    return moment.events;
  };

  return {
    system,
    solve(problem) {
      solved = null;
      if (problem.steps) refuse("given steps have no adjoint through events yet; leave `steps` out");
      const { trajectory, moments } = logged(problem);
      solved = { problem: { ...problem, parameters: problem.parameters.slice(), state: problem.state.slice(), times: problem.times.slice() }, moments, reached: trajectory.times.length };
      return trajectory;
    },
    pullBack(cotangents, gradParameters, gradState) {
      if (!solved) return refuse("nothing is solved yet; call solve first");
      const { problem, moments, reached } = solved;
      const { parameters, state, times, control } = problem;
      if (reached < times.length) refuse(`the last run reached ${reached} of ${times.length} times; a loss has a derivative only where all were reached`);
      if (cotangents.length !== reached * n) refuse(`${cotangents.length} cotangents for ${reached} reached times and ${n} states`);
      if (gradParameters.length !== parameters.length) refuse(`room for ${gradParameters.length} derivatives by ${parameters.length} parameters`);
      if (gradState.length !== n) refuse(`room for ${gradState.length} derivatives by ${n} states`);
      const startTime = problem.startTime ?? 0;
      const gradient = new Float64Array(parameters.length);
      const lambda = new Float64Array(n);
      let row = reached;
      // Stretch k ends with moment k; the last one with the run.
      for (let stretch = moments.length; stretch >= 0; stretch--) {
        const [before, after] = [moments[stretch - 1], moments[stretch]];
        const begin = before?.time ?? startTime;
        let first = row;
        // What is asked for at the moment of an event is the state after it.
        while (first > 0 && (times[first - 1] ?? 0) >= begin) first -= 1;
        const own = times.slice(first, row);
        const requested = after ? Float64Array.of(...own, after.time) : own;
        const stretched = new Float64Array(requested.length * n);
        stretched.set(cotangents.subarray(first * n, row * n));
        if (requested.length > 0) {
          const { status, final } = between.solve({ parameters, state: before?.state ?? state, times: requested, startTime: begin, ...(control ? { control } : {}) });
          if (status.status !== "done") refuse(`the stretch from time ${begin} could not be repeated: ${status.status}`);
          if (after) stretched.set(jump({ time: after.time, before: final, events: orderOf(after), parameters, isStart: after.time === startTime }, lambda, gradient), own.length * n);
          between.pullBack(stretched, gradient, lambda);
        }
        row = first;
      }
      for (const index of wrtIndex) gradParameters[index] += gradient[index] ?? 0;
      gradState.set(lambda);
    },
  };
}
