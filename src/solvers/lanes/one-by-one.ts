import type { OdeRun, OdeSolver } from "../ode/solver.ts";
import type { Block, BlockEngine, BlockRun, Failure } from "./block.ts";
import { rowOf } from "./problem.ts";
import { resultTables } from "./results.ts";

/** Runs in a block at most: their tables are copied when it ends. */
const MOST_SINGLES = 64;

/** Runs one after another in the solver of a single run, as an engine: any method, and events. */
export const singleEngine = (solver: OdeSolver): BlockEngine => ({ fewest: 1, most: () => MOST_SINGLES, begin: (block) => beginSingles(solver, block) });

function beginSingles({ system, begin }: OdeSolver, { runs, parameters, states, times, startTime }: Block): BlockRun {
  const rowSize = times.length * system.states.length;
  const own = resultTables(runs, rowSize, false);
  const failures: (Failure & { readonly run: number })[] = [];
  const parametersOf = rowOf(parameters, system.parameters.length);
  const stateOf = rowOf(states, system.states.length);
  let index = 0;
  let run: OdeRun | null = null;
  /** Attempts of the run under way, from calls before. */
  let used = 0;
  return {
    get begun() {
      return index + (run ? 1 : 0);
    },
    get isDone() {
      return index >= runs;
    },
    advance(steps) {
      let left = steps;
      while (index < runs && left > 0) {
        run ??= begin({ parameters: parametersOf(index), state: stateOf(index), times, startTime });
        if (run.status.status === "paused" && run.advance(left).status === "paused") {
          used += left;
          return 0;
        }
        const trajectory = run.trajectory();
        const { status, statistics } = trajectory;
        if (status.status !== "done") failures.push({ run: index, status });
        own.values.set(trajectory.values, index * rowSize);
        own.reached[index] = trajectory.times.length;
        own.accepted[index] = statistics.accepted;
        own.rejected[index] = statistics.rejected;
        left -= Math.max(1, statistics.accepted + statistics.rejected - used);
        used = 0;
        run = null;
        index += 1;
      }
      return Math.max(0, left);
    },
    collect(tables, row) {
      tables.values.set(own.values, row * rowSize);
      for (const name of ["reached", "accepted", "rejected"] as const) tables[name].set(own[name], row);
      return failures.map((failure) => ({ ...failure, run: row + failure.run }));
    },
  };
}
