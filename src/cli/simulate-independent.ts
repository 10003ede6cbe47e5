import type { OdeSystem } from "../models/system.ts";
import { type DifferenceError, differenceErrors } from "../solvers/independent-errors.ts";
import { compileIndependentSolver } from "../solvers/independent-solver.ts";
import type { OdeSolver, SolverOptions } from "../solvers/ode/solver.ts";
import type { Terminal } from "./terminal.ts";

/** A state found from the others is told where its error may be this many times what was asked. */
const toldRatio = 10;
/** States that a sentence names at most. */
const namedStates = 8;

const named = (ids: readonly string[]): string => `${ids.slice(0, namedStates).join(", ")}${ids.length > namedStates ? ` and ${ids.length - namedStates} more` : ""}`;

/** Compiles systems for `--independent`: says which states that leaves out, and after a run which of these are known less exactly than was asked. */
export function independentCompiler(terminal: Terminal) {
  return async (system: OdeSystem, options: Omit<SolverOptions, "rates" | "extend">): Promise<OdeSolver> => {
    const solver = await compileIndependentSolver(system, options);
    const { reduced, control } = solver;
    if (reduced === null) {
      terminal.talk("--independent: no state follows from what is conserved, so that all are solved for");
      return solver;
    }
    const found = reduced.laws.map(({ dependent }) => system.states[dependent] ?? "");
    terminal.detail(`--independent: ${named(found)} found from what is conserved; ${reduced.kept.length} of ${system.states.length} states are solved for`);
    return {
      ...solver,
      async solveAsync(...asked) {
        const trajectory = await solver.solveAsync(...asked);
        const text = differencesText(differenceErrors(reduced, trajectory, control));
        if (text !== null) terminal.talk(text);
        return trajectory;
      },
    };
  };
}

function differencesText(errors: readonly DifferenceError[]): string | null {
  const [worst, ...others] = errors.filter(({ ratio }) => ratio > toldRatio).toSorted((one, other) => other.ratio - one.ratio);
  if (worst === undefined) return null;
  const times = Number(worst.ratio.toPrecision(1));
  const more = others.length > 0 ? ` (so may ${named(others.map(({ state }) => state))} where small)` : "";
  return `--independent: ${worst.state} is a small difference at time ${worst.time} and may be ${times} times less exact there than --rtol and --atol ask${more}; leave --independent out where that matters, or lower --rtol`;
}
