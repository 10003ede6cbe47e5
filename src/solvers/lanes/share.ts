import type { Target } from "../../kernel/instance.ts";
import type { LaneType } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { OdeControl } from "../ode/control.ts";
import type { Scene } from "../ode/diagnose.ts";
import { diagnose, diagnoseStart } from "../ode/diagnose.ts";
import type { Block, BlockResult, Failure } from "./block.ts";
import { smallestScale } from "./block.ts";
import { startFailed } from "./memory.ts";
import type { Ensemble, EnsembleProblem, EnsembleResult } from "./problem.ts";
import { blockOf, checkEnsemble } from "./problem.ts";
import type { LanePlan } from "./program.ts";

/** Collects blocks into the result of a whole ensemble; runs not put in are "paused". */
export interface Gathering {
  /** Puts a block in whose first row is run `from`. */
  put(from: number, block: Block, result: BlockResult): void;
  /** What has been put in so far. */
  copy(): EnsembleResult;
}

/** The parts of an ensemble, for whoever spreads it: blocks are plain data and may be done anywhere, in any order. */
export interface EnsembleShare {
  readonly plan: LanePlan;
  readonly target: Target;
  readonly control: OdeControl;
  check(problem: EnsembleProblem): Ensemble;
  /** Runs [from, to). */
  block(ensemble: Ensemble, from: number, to: number): Block;
  gather(ensemble: Ensemble): Gathering;
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
    gather: (ensemble) => gathering(system, ensemble, (block, failure) => explain(scene, plan, block, failure)),
  };
}

/** The status of a failed run, found by attempting its last step once more. */
function explain(scene: Scene, plan: LanePlan, block: Block, { run, code, time, attempted, refused, breakpoint, state }: Failure): Status {
  const { instance, memory, system, control } = scene;
  const width = system.parameters.length;
  const f = instance.f64;
  f.set(block.parameters.subarray(run * width, (run + 1) * width), memory.parameters / 8);
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

function gathering(system: OdeSystem, { runs, times, startTime }: Ensemble, status: (block: Block, failure: Failure) => Status): Gathering {
  const rowSize = times.length * system.states.length;
  const paused: Status = { status: "paused", time: startTime };
  const done: Status = { status: "done" };
  const statuses = Array.from({ length: runs }, (): Status => paused);
  const values = new Float64Array(runs * rowSize).fill(NaN);
  const [reached, accepted, rejected] = [new Int32Array(runs), new Int32Array(runs), new Int32Array(runs)];
  return {
    put(from, block, part) {
      values.set(part.values, from * rowSize);
      accepted.set(part.accepted, from);
      rejected.set(part.rejected, from);
      part.reached.forEach((count, run) => {
        reached[from + run] = Math.max(0, count);
        statuses[from + run] = count === times.length ? done : paused;
      });
      for (const failure of part.failures) statuses[from + failure.run] = status(block, failure);
    },
    copy: () => ({ runs, times: times.slice(), states: system.states, values: values.slice(), statuses: statuses.slice(), reached: reached.slice(), accepted: accepted.slice(), rejected: rejected.slice() }),
  };
}
