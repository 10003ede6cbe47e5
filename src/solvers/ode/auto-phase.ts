import { isOneStep } from "./method.ts";
import type { PositionedRun } from "./position.ts";
import type { OdeProblem, OdeSolver } from "./solver.ts";

/** One of the solvers that a run goes between. */
export interface AutoPhase {
  readonly id: string;
  readonly solver: OdeSolver;
  begin(problem: OdeProblem): PositionedRun;
  /** Steps between two looks at the stiffness. */
  readonly stepsPerLook: number;
}

/** Looks cost a Jacobian and a dozen products with it: little beside ten one-step steps. */
const LOOK_OF_STEPS = 10;
/** Multistep steps are cheaper and smaller. */
const LOOK_OF_MULTISTEPS = 40;

/** A one-step or the multistep solver as a phase: both say where their runs stand. */
export const autoPhase = (solver: OdeSolver): AutoPhase => ({
  id: solver.method.facts.id,
  solver,
  stepsPerLook: isOneStep(solver.method) ? LOOK_OF_STEPS : LOOK_OF_MULTISTEPS,
  begin: (problem) => solver.begin(problem) as PositionedRun,
});
