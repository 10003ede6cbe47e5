import type { Target } from "../../kernel/instance.ts";
import type { LaneType } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { OdeControl } from "../ode/control.ts";
import type { Scene } from "../ode/diagnose.ts";
import { diagnose, diagnoseStart } from "../ode/diagnose.ts";
import type { Block, Failure } from "./block.ts";
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

/** The parts of an ensemble, for whoever spreads it: blocks are plain data and may be done anywhere, in any order. */
export interface EnsembleShare {
  readonly plan: LanePlan;
  readonly target: Target;
  readonly control: OdeControl;
  check(problem: EnsembleProblem): Ensemble;
  /** Runs [from, to). */
  block(ensemble: Ensemble, from: number, to: number): Block;
  /** @param isShared whether other threads write the tables */
  gather(ensemble: Ensemble, isShared: boolean): Gathering;
}

/** The parts of a compiled ensemble; failures are explained in the scalar memory of the scene's instance, in which blocks keep nothing between calls. */
export function shareOf(scene: Scene, plan: LanePlan, lanes: LaneType): EnsembleShare {
  const { system, breakpoints, control, instance } = scene;
  return {
    plan,
    control,
    target: instance.target,
    check: (problem) => checkEnsemble(system, problem, lanes),
    block: (ensemble, from, to) => blockOf(system, breakpoints, ensemble, from, to),
    gather: (ensemble, isShared) => gathering(system, ensemble, isShared, (failure) => explain(scene, plan, ensemble.parametersOf(failure.run), failure)),
  };
}

/** The status of a failed run, found by attempting its last step once more. */
function explain(scene: Scene, plan: LanePlan, parameters: Float64Array, { code, time, attempted, refused, breakpoint, state }: Failure): Status {
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
  return code === startFailed ? diagnoseStart(scene, time) : diagnose(scene, code);
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
