import { pace } from "../ode/pace.ts";
import type { Status } from "../status.ts";
import type { StochasticPath, StochasticProblem, StochasticSolver } from "./solver.ts";

export interface EnsembleProblem extends Omit<StochasticProblem, "index"> {
  /** Number of runs; run r draws from the stream (seed, "ssa", r). */
  readonly runs: number;
  /** Ends the ensemble early; its status is then "paused". */
  readonly signal?: AbortSignal;
  /** Called about every 50 ms; default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

/** Moments of many runs; no path but the first is kept. */
export interface Ensemble {
  /** Of the run that ended the ensemble, else "done". */
  readonly status: Status;
  /** Runs that reached all times: those the moments are of. */
  readonly runs: number;
  readonly first: StochasticPath;
  /** Row-major [nTime, nOutput]; zeros where no run reached all times. */
  readonly mean: Float64Array;
  /** Sample standard deviation, n - 1, row-major [nTime, nOutput]; null for fewer than two runs. */
  readonly sd: Float64Array | null;
  /** Events of all runs together. */
  readonly events: number;
}

/** Longest time between two breaths · ms; half of what callers may rely on. */
const BREATH_MS = 50;

/**
 * Runs an ensemble and keeps its mean and standard deviation as they come in. Run r is the same path whatever `runs` is.
 * @throws RangeError when `runs` is no positive whole number.
 * @source Welford 1962, doi:10.1080/00401706.1962.10490022 (running variance)
 */
export async function ensemble(solver: StochasticSolver, problem: EnsembleProblem): Promise<Ensemble> {
  const { runs, signal, breathe = turn, ...shared } = problem;
  if (!(Number.isInteger(runs) && runs > 0)) throw new RangeError(`ensemble of "${solver.system.id}": runs is ${runs}; it must be a positive whole number`);
  const size = problem.times.length * solver.outputs.length;
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  const isStopped = (): boolean => signal?.aborted ?? false;
  let first: StochasticPath | null = null;
  let status: Status = { status: "done" };
  const speed = pace();
  let [completed, events, lastBreath] = [0, 0, performance.now()];
  for (let index = 0; index < runs && status.status === "done"; index++) {
    const run = solver.begin({ ...shared, index });
    while (run.status.status === "paused" && !isStopped()) {
      const before = performance.now();
      run.advance(speed.budget);
      const now = performance.now();
      if (run.status.status === "paused") speed.measure(now - before);
      if (now - lastBreath > BREATH_MS) {
        await breathe();
        lastBreath = performance.now();
      }
    }
    const path = run.path();
    first ??= path;
    status = path.status;
    events += path.events;
    if (status.status !== "done") break;
    completed += 1;
    addRun(mean, squares, path.outputs, completed);
  }
  if (!first) throw new Error(`ensemble of "${solver.system.id}": no run began`);
  const sd = completed > 1 ? squares.map((square) => Math.sqrt(square / (completed - 1))) : null;
  return { status, runs: completed, first, mean, sd, events };
}

function addRun(mean: Float64Array, squares: Float64Array, values: Float64Array, count: number): void {
  for (let index = 0; index < mean.length; index++) {
    const value = values[index] ?? 0;
    const before = value - (mean[index] ?? 0);
    mean[index] = (mean[index] ?? 0) + before / count;
    squares[index] = (squares[index] ?? 0) + before * (value - (mean[index] ?? 0));
  }
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
