import type { OdeSystem } from "../../models/system.ts";
import { compileSolver } from "../compile.ts";
import type { OdeControl } from "../ode/control.ts";
import type { OdeRun } from "../ode/solver.ts";
import type { Status } from "../status.ts";
import type { EnsembleOptions, EnsembleRun } from "./ensemble.ts";
import type { EnsembleProblem } from "./problem.ts";
import { checkEnsemble } from "./problem.ts";

/** Runs of an ensemble one after another in the solver of a single run: any method, and events. */
export async function oneByOne(
  system: OdeSystem,
  { method, target, control, reproducible, errorStates }: EnsembleOptions,
): Promise<{ readonly control: OdeControl; readonly begin: (problem: EnsembleProblem) => EnsembleRun }> {
  const solver = await compileSolver(system, { method, ...(target && { target }), ...(control && { control }), ...(reproducible !== undefined && { reproducible }), ...(errorStates !== undefined && { errorStates }) });
  return { control: solver.control, begin: (problem) => beginSingles(system, problem, solver.begin) };
}

function beginSingles(system: OdeSystem, problem: EnsembleProblem, beginOne: (problem: { parameters: Float64Array; state: Float64Array; times: Float64Array; startTime: number }) => OdeRun): EnsembleRun {
  const ensemble = checkEnsemble(system, problem, "f64");
  const { runs, times, startTime } = ensemble;
  const rowSize = times.length * system.states.length;
  const statuses = Array.from({ length: runs }, (): Status => ({ status: "paused", time: startTime }));
  const values = new Float64Array(runs * rowSize).fill(NaN);
  const [reached, accepted, rejected] = [new Int32Array(runs), new Int32Array(runs), new Int32Array(runs)];
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
        statuses[index] = trajectory.status;
        values.set(trajectory.values, index * rowSize);
        reached[index] = trajectory.times.length;
        accepted[index] = trajectory.statistics.accepted;
        rejected[index] = trajectory.statistics.rejected;
        left -= Math.max(1, (accepted[index] ?? 0) + (rejected[index] ?? 0) - used);
        used = 0;
        run = null;
        index += 1;
      }
      return index >= runs;
    },
    result: () => ({ runs, times: times.slice(), states: system.states, values: values.slice(), statuses: statuses.slice(), reached: reached.slice(), accepted: accepted.slice(), rejected: rejected.slice() }),
  };
}
