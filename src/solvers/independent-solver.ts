import type { OdeSystem } from "../models/system.ts";
import { compileSolver } from "./compile.ts";
import { independentStates, totalsOf } from "./independent-states.ts";
import type { IndependentStates } from "./independent-states.ts";
import { beginWithoutNegatives } from "./non-negative.ts";
import { checkProblem } from "./ode/check-problem.ts";
import { drive } from "./ode/drive.ts";
import type { OdeProblem, OdeRun, OdeSolver, SolverOptions } from "./ode/solver.ts";
import type { Trajectory } from "./trajectory.ts";

/**
 * Compiles a system without the states that its conservation laws give: the solver takes and returns all states, keeps each total to
 * rounding, and has smaller matrices. Where no law can be used it is what `compileSolver` gives.
 *
 * @throws what `compileSolver` throws.
 */
export async function compileIndependentSolver(system: OdeSystem, options: Omit<SolverOptions, "rates" | "extend">): Promise<OdeSolver> {
  const reduced = independentStates(system);
  if (reduced === null) return compileSolver(system, options);
  const { errorStates } = options;
  const solver = await compileSolver(reduced.system, errorStates === undefined ? options : { ...options, errorStates: reduced.kept.filter((state) => state < errorStates).length });
  const whole = { system, method: solver.method, control: solver.control, ...drive((problem) => begin(system, reduced, solver, problem)) };
  // A dependent state is a difference: it can be negative where no other is.
  return options.nonNegative ? { ...whole, ...drive(beginWithoutNegatives(whole)) } : whole;
}

function begin(system: OdeSystem, { kept, laws }: IndependentStates, solver: OdeSolver, problem: OdeProblem): OdeRun {
  checkProblem(system, problem);
  const totals = totalsOf(laws, problem.state);
  const run = solver.begin({
    ...problem,
    parameters: Float64Array.of(...problem.parameters, ...totals),
    state: Float64Array.from(kept, (state) => problem.state[state] ?? Number.NaN),
  });
  const size = system.states.length;
  /** All states of each row [nRow, nState] from those that are left [nRow, nLeft]. */
  const whole = (left: Float64Array): Float64Array => {
    const rows = left.length / kept.length;
    const values = new Float64Array(rows * size);
    for (let row = 0; row < rows; row++) {
      kept.forEach((state, column) => void (values[row * size + state] = left[row * kept.length + column] ?? Number.NaN));
      laws.forEach(({ weights, dependent }, law) => {
        let rest = totals[law] ?? Number.NaN;
        for (const state of kept) if (weights[state] !== 0) rest -= (weights[state] ?? 0) * (values[row * size + state] ?? Number.NaN);
        values[row * size + dependent] = rest / (weights[dependent] ?? 1);
      });
    }
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
