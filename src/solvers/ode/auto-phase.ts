import type { BdfRun } from "./bdf-run.ts";
import type { BdfSolver } from "./bdf.ts";
import type { OdeProblem, OdeRun, OdeSolver, WovenSolver } from "./solver.ts";

/** Where a run stands between two steps. */
export interface Position {
  readonly time: number;
  /** Size of the step to come. */
  readonly step: number;
  /** State [nState], as a copy. */
  readonly state: Float64Array;
}

/** One of the solvers that a run goes between. */
export interface AutoPhase {
  readonly id: string;
  readonly solver: OdeSolver;
  begin(problem: OdeProblem): { readonly run: OdeRun; readonly position: () => Position };
  /** Steps between two looks at the stiffness. */
  readonly stepsPerLook: number;
}

/** Looks cost a Jacobian and a dozen products with it: little beside ten one-step steps. */
const LOOK_OF_STEPS = 10;
/** Multistep steps are cheaper and smaller. */
const LOOK_OF_MULTISTEPS = 40;

/** A one-step solver as a phase. */
export function wovenPhase(solver: WovenSolver): AutoPhase {
  const { instance, memory } = solver;
  return {
    id: solver.method.facts.id,
    solver,
    stepsPerLook: LOOK_OF_STEPS,
    begin: (problem) => ({
      run: solver.begin(problem),
      position: () => ({
        time: instance.f64[memory.real.time / 8] ?? NaN,
        step: instance.f64[memory.real.step / 8] ?? NaN,
        state: instance.f64.slice(memory.state / 8, memory.state / 8 + memory.stateCount),
      }),
    }),
  };
}

/** The multistep solver as a phase. */
export function bdfPhase(solver: BdfSolver): AutoPhase {
  return {
    id: solver.method.facts.id,
    solver,
    stepsPerLook: LOOK_OF_MULTISTEPS,
    begin(problem) {
      const run = solver.begin(problem) as BdfRun;
      return { run, position: () => run.position() };
    },
  };
}
