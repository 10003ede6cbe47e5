import type { Target } from "../../kernel/instance.ts";
import type { LaneType } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { OdeControl } from "../ode/control.ts";
import type { Scene } from "../ode/diagnose.ts";
import { diagnose, diagnoseStart } from "../ode/diagnose.ts";
import type { AnyOdeMethod } from "../ode/method.ts";
import type { SolverOptions } from "../ode/solver.ts";
import type { Block, Failure, StoppedLane } from "./block.ts";
import { smallestScale } from "./block.ts";
import { startFailed } from "./memory.ts";
import type { Ensemble, EnsembleProblem, EnsembleResult } from "./problem.ts";
import { blockOf, checkEnsemble } from "./problem.ts";
import type { LanePlan } from "./program.ts";
import type { ResultTables } from "./results.ts";
import { copyOf, resultOf, resultTables } from "./results.ts";

/** Collects blocks into the result of a whole ensemble; runs of no block are "paused". */
export interface Gathering {
  /** Where blocks put what they have; rows are those of the ensemble. */
  readonly tables: ResultTables;
  /** Explains runs that have failed. */
  fail(failures: readonly Failure[]): void;
  /** What there is so far. */
  copy(): EnsembleResult;
  /** The same in the memory of the tables, which are then over. */
  take(): EnsembleResult;
}

/** What lanes of another thread are made of; plain data. */
export interface LaneStart {
  readonly plan: LanePlan;
  readonly target: Target;
  readonly control: OdeControl;
}

/** What another thread's solver of single runs is compiled from. */
export interface SingleStart {
  readonly system: OdeSystem;
  readonly method: AnyOdeMethod;
  readonly options: Pick<SolverOptions, "target" | "control" | "reproducible" | "errorStates">;
}

/** The parts of an ensemble, for whoever spreads it: blocks are plain data and may be done anywhere, in any order. */
export interface EnsembleShare {
  readonly start: LaneStart | SingleStart;
  check(problem: EnsembleProblem): Ensemble;
  /** Runs [from, to). */
  block(ensemble: Ensemble, from: number, to: number): Block;
  /** @param isShared whether other threads write the tables */
  gather(ensemble: Ensemble, isShared: boolean): Gathering;
}

/** The parts of an ensemble in lanes; failures are explained in the scalar memory of the scene's instance, in which blocks keep nothing between calls. */
export function laneShare(scene: Scene, plan: LanePlan, lanes: LaneType): EnsembleShare {
  const { system, breakpoints, control, instance } = scene;
  const asked = plan.events || breakpoints.times.length + breakpoints.periodic.length > 0 ? breakpoints : null;
  return {
    start: { plan, control, target: instance.target },
    check: (problem) => checkEnsemble(system, problem, lanes),
    block: (ensemble, from, to) => blockOf(system, asked, ensemble, from, to),
    gather: (ensemble, isShared) => gathering(system, ensemble, isShared, (failure) => ("status" in failure ? failure.status : explain(scene, plan, ensemble.parametersOf(failure.run), failure))),
  };
}

/** The parts of an ensemble whose runs are done one by one; their solvers take breakpoints from the parameters themselves. */
export function singleShare(start: SingleStart): EnsembleShare {
  const { system } = start;
  return {
    start,
    check: (problem) => checkEnsemble(system, problem, "f64"),
    block: (ensemble, from, to) => blockOf(system, null, ensemble, from, to),
    gather: (ensemble, isShared) => gathering(system, ensemble, isShared, (failure) => ("status" in failure ? failure.status : { status: "paused", time: failure.time })),
  };
}

/** The status of a failed run, found by attempting its last step once more. */
function explain(scene: Scene, plan: LanePlan, parameters: Float64Array, { code, time, attempted, refused, breakpoint, state, event }: StoppedLane): Status {
  const { instance, memory, control } = scene;
  const f = instance.f64;
  f.set(parameters, memory.parameters / 8);
  f.set(state, memory.state / 8);
  f[memory.real.time / 8] = time;
  f[memory.real.attempted / 8] = attempted;
  f[memory.real.rtol / 8] = control.rtol;
  f[memory.real.atol / 8] = Math.max(control.atol, smallestScale[8]);
  instance.i32[memory.integer.refused / 4] = refused;
  instance.i32[memory.integer.breakpointAddress / 4] = plan.breakpoint;
  f[plan.breakpoint / 8] = breakpoint;
  // The rate at the state: what a diagnosis of the start looks at, and what some methods begin a step with.
  instance.functions["rhs"]?.(memory.stages, time, memory.state);
  return code === startFailed ? diagnoseStart(scene, time, event) : diagnose(scene, code);
}

function gathering({ states }: OdeSystem, { runs, times, startTime }: Ensemble, isShared: boolean, status: (failure: Failure) => Status): Gathering {
  const tables = resultTables(runs, times.length * states.length, isShared);
  const failed = new Map<number, Status>();
  const about = { times, states, startTime, failed };
  return {
    tables,
    fail(failures) {
      for (const failure of failures) failed.set(failure.run, status(failure));
    },
    copy: () => resultOf(copyOf(tables), about),
    take: () => resultOf(tables, about),
  };
}
