import type { OdeSystem } from "../models/system.ts";
import { compileSolver } from "./compile.ts";
import { expandInto, type Expansion, expansionOf, reduceInto, totalsInto } from "./independent-expansion.ts";
import { type IndependentStates, independentStates } from "./independent-states.ts";
import { beginWithoutNegatives } from "./non-negative.ts";
import { checkProblem } from "./ode/check-problem.ts";
import { drive } from "./ode/drive.ts";
import type { OdeProblem, OdeRun, OdeSolver, SolverOptions } from "./ode/solver.ts";
import type { Trajectory } from "./trajectory.ts";

/** A solver that knows which of its states it finds from what is conserved. */
export interface IndependentSolver extends OdeSolver {
  /** Null where all states are solved for. */
  readonly reduced: IndependentStates | null;
}

/**
 * Compiles a system without the states that its conservation laws give: the solver takes and returns all states, keeps each total to
 * rounding, and has smaller matrices. Where no law can be used it is what `compileSolver` gives. The steps are chosen by the errors of the states
 * that are left; `differenceErrors` says what that leaves to the others.
 *
 * @throws what `compileSolver` throws.
 */
export async function compileIndependentSolver(system: OdeSystem, options: Omit<SolverOptions, "rates" | "extend">): Promise<IndependentSolver> {
  const reduced = independentStates(system);
  // Where nothing changes nothing is left to be solved for.
  if (reduced === null || reduced.kept.length === 0) return { ...(await compileSolver(system, options)), reduced: null };
  const { errorStates } = options;
  const expansion = expansionOf(reduced, system.states.length);
  const solver = await compileSolver(reduced.system, errorStates === undefined ? options : { ...options, errorStates: reduced.kept.filter((state) => state < errorStates).length });
  const whole = { reduced, system, method: solver.method, control: solver.control, ...drive((problem) => begin(system, expansion, solver, problem)) };
  // A dependent state is a difference: it can be negative where no other is.
  return options.nonNegative ? { ...whole, ...drive(beginWithoutNegatives(whole)) } : whole;
}

function begin(system: OdeSystem, expansion: Expansion, solver: OdeSolver, problem: OdeProblem): OdeRun {
  checkProblem(system, problem);
  const { kept, dependent, size } = expansion;
  const totals = new Float64Array(dependent.length);
  totalsInto(totals, expansion, problem.state);
  const parameters = new Float64Array(problem.parameters.length + totals.length);
  parameters.set(problem.parameters);
  parameters.set(totals, problem.parameters.length);
  const state = new Float64Array(kept.length);
  reduceInto(state, expansion, problem.state);
  const run = solver.begin({ ...problem, parameters, state });
  const whole = (left: Float64Array): Float64Array => {
    const values = new Float64Array((left.length / kept.length) * size);
    expandInto(values, expansion, left, totals);
    return values;
  };
  return {
    get status() {
      return run.status;
    },
    advance: (steps) => run.advance(steps),
    trajectory(): Trajectory {
      const { values, final, ...others } = run.trajectory();
      return { ...others, states: system.states, values: whole(values), final: whole(final) };
    },
    tape() {
      const { states, ...others } = run.tape();
      return { ...others, states: whole(states) };
    },
  };
}
