import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { StochasticRun } from "./solver.ts";

/** A network compiled for runs that go on one event, window or leap at a time; for any number of runs, one at a time. */
export interface PathSolver<Method, Problem, Run extends StochasticRun> {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly method: Method;
  /** Ids of the states [nState]. */
  readonly states: readonly string[];
  /** Ids and units of what is recorded [nOutput]. */
  readonly outputs: readonly { readonly id: string; readonly unit: string | null }[];
  /** Ids of the channels [nChannel]. */
  readonly channels: readonly string[];
  readonly warnings: readonly NetworkProblem[];
  begin(problem: Problem): Run;
  /** Runs to the last requested time. */
  run(problem: Problem): ReturnType<Run["path"]>;
}

/** What a solver is made of. */
export interface PathSolverParts<Method> {
  readonly network: Network;
  readonly method: Method;
  readonly model: { readonly system: OdeSystem; readonly channels: readonly { readonly id: string }[]; readonly warnings: readonly NetworkProblem[] };
  readonly outputs: readonly { readonly id: string; readonly unit: string | null }[];
}

/** Steps between two looks at whether a run is over. */
const stepsAtOnce = 2 ** 30;

/** A solver from how its runs begin. */
export function pathSolver<Method, Problem, Run extends StochasticRun>({ network, method, model, outputs }: PathSolverParts<Method>, begin: (problem: Problem) => Run): PathSolver<Method, Problem, Run> {
  const { system, channels, warnings } = model;
  return {
    network,
    system,
    method,
    states: system.states,
    outputs: outputs.map(({ id, unit }) => ({ id, unit })),
    channels: channels.map(({ id }) => id),
    warnings,
    begin,
    run(problem) {
      const run = begin(problem);
      while (run.status.status === "paused") run.advance(stepsAtOnce);
      return run.path() as ReturnType<Run["path"]>;
    },
  };
}
