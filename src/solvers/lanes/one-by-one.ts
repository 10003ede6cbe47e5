import type { OdeSystem } from "../../models/system.ts";
import { compileSolver } from "../compile.ts";
import type { OdeControl } from "../ode/control.ts";
import type { OdeRun } from "../ode/solver.ts";
import type { Status } from "../status.ts";
import type { EnsembleOptions, OwnedEnsembleRun } from "./ensemble.ts";
import type { EnsembleProblem } from "./problem.ts";
import { checkEnsemble } from "./problem.ts";
import { copyOf, resultOf, resultTables } from "./results.ts";

/** Runs of an ensemble one after another in the solver of a single run: any method, and events. */
export async function oneByOne(
  system: OdeSystem,
  { method, target, control, reproducible, errorStates }: EnsembleOptions,
): Promise<{ readonly control: OdeControl; readonly begin: (problem: EnsembleProblem) => OwnedEnsembleRun }> {
  const solver = await compileSolver(system, { method, ...(target && { target }), ...(control && { control }), ...(reproducible !== undefined && { reproducible }), ...(errorStates !== undefined && { errorStates }) });
  return { control: solver.control, begin: (problem) => beginSingles(system, problem, solver.begin) };
}

function beginSingles(system: OdeSystem, problem: EnsembleProblem, beginOne: (problem: { parameters: Float64Array; state: Float64Array; times: Float64Array; startTime: number }) => OdeRun): OwnedEnsembleRun {
  const ensemble = checkEnsemble(system, problem, "f64");
  const { runs, times, startTime } = ensemble;
  const { states } = system;
  const rowSize = times.length * states.length;
  const tables = resultTables(runs, rowSize, false);
  const failed = new Map<number, Status>();
  const about = { times, states, startTime, failed };
  let index = 0;
  let run: OdeRun | null = null;
  /** Attempts of the run under way, from calls before. */
  let used = 0;
  return {
    runs,
    get begun() {
      return index + (run ? 1 : 0);
    },
    advance(steps) {
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      for (let left = steps; index < runs && left > 0; ) {
        run ??= beginOne({ parameters: ensemble.parametersOf(index), state: ensemble.stateOf(index), times, startTime });
        if (run.status.status === "paused" && run.advance(left).status === "paused") {
          used += left;
          return false;
        }
        const trajectory = run.trajectory();
        const { status, statistics } = trajectory;
        if (status.status !== "done") failed.set(index, status);
        tables.values.set(trajectory.values, index * rowSize);
        tables.reached[index] = trajectory.times.length;
        tables.accepted[index] = statistics.accepted;
        tables.rejected[index] = statistics.rejected;
        left -= Math.max(1, statistics.accepted + statistics.rejected - used);
        used = 0;
        run = null;
        index += 1;
      }
      return index >= runs;
    },
    result: () => resultOf(copyOf(tables), about),
    take: () => resultOf(tables, about),
  };
}
