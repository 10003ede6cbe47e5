import type { Status } from "../status.ts";
import type { StochasticPath, StochasticProblem, StochasticRun, StochasticSolver } from "./solver.ts";
import { valueStatistics } from "./value-statistics.ts";
import type { ValueStatistics } from "./value-statistics.ts";

/** What statistics need of a solver, exact or approximate. */
export interface PathSource {
  readonly system: StochasticSolver["system"];
  readonly outputs: StochasticSolver["outputs"];
  begin(problem: StochasticProblem): Pick<StochasticRun, "status" | "advance" | "path">;
}

export interface EnsembleStatisticsProblem extends Omit<StochasticProblem, "index"> {
  /** Number of runs; run r draws from the stream (seed, "ssa", r). */
  readonly runs: number;
  /** Ends the ensemble early; its status is then "paused". */
  readonly signal?: AbortSignal;
  /** Called about every 50 ms with the runs that are complete; default: one turn of the event loop. */
  readonly breathe?: (runs: number) => Promise<void>;
}

/** Statistics of many runs; no path but the first is kept, so memory does not grow with their number. */
export interface EnsembleStatistics {
  /** Of the run that ended the ensemble, else "done". */
  readonly status: Status;
  /** Runs that reached all times: those the statistics are of. */
  readonly runs: number;
  readonly times: Float64Array;
  readonly outputs: PathSource["outputs"];
  /** The run with the smallest number; null where none began. */
  readonly first: StochasticPath | null;
  /** Events of all runs together. */
  readonly events: number;
  /** How often each channel fired in all complete runs together [nChannel]; thermodynamics needs it. */
  readonly firings: Float64Array;
  /** Statistics of one output at one requested time. @throws RangeError for an unknown output or time. */
  at(time: number, output: string): ValueStatistics;
}

/** Runs of one block: what different threads may do apart and `mergeBlocks` puts together, bit for bit as one thread would. */
export const blockRuns = 256;

/** Statistics of one block of runs; plain to merge. */
export interface StatisticsBlock {
  readonly status: Status;
  readonly runs: number;
  readonly first: StochasticPath | null;
  readonly events: number;
  readonly firings: Float64Array;
  /** Row-major [nTime, nOutput]. */
  readonly values: readonly ValueStatistics[];
}

/** Longest time between two breaths · ms; half of what callers may rely on. */
const breathMs = 50;

/** Runs `blockRuns * block` to the next block, or to `runs`. */
export const statisticsBlock = (solver: PathSource, problem: EnsembleStatisticsProblem, block: number): Promise<StatisticsBlock> => runBlock(solver, problem, block, { lastBreath: performance.now(), budget: 1024 });

/** When the caller last had a turn, and how many events fit between two; kept from block to block. */
interface Breathing {
  lastBreath: number;
  budget: number;
}

async function runBlock(solver: PathSource, problem: EnsembleStatisticsProblem, block: number, breathing: Breathing): Promise<StatisticsBlock> {
  const { runs, signal, breathe = turn, ...shared } = problem;
  const values = Array.from({ length: problem.times.length * solver.outputs.length }, () => valueStatistics());
  let first: StochasticPath | null = null;
  let firings = new Float64Array(0);
  let status: Status = { status: "done" };
  const isStopped = (): boolean => signal?.aborted ?? false;
  let [completed, events] = [0, 0];
  for (let index = block * blockRuns; index < Math.min(runs, (block + 1) * blockRuns); index++) {
    const run = solver.begin({ ...shared, index });
    while (run.status.status === "paused" && !isStopped()) {
      const before = performance.now();
      run.advance(breathing.budget);
      const now = performance.now();
      if (now - before < breathMs / 8) breathing.budget = Math.min(2 * breathing.budget, 2 ** 30);
      else if (now - before > breathMs) breathing.budget = Math.max(1, breathing.budget >> 1);
      if (now - breathing.lastBreath > breathMs) {
        await breathe(block * blockRuns + completed);
        breathing.lastBreath = performance.now();
      }
    }
    const path = run.path();
    first ??= path;
    events += path.events;
    status = path.status;
    if (status.status !== "done") break;
    completed += 1;
    if (firings.length === 0) firings = new Float64Array(path.firings.length);
    path.firings.forEach((count, channel) => (firings[channel] += count));
    path.outputs.forEach((value, at) => values[at].add(value));
  }
  return { status, runs: completed, first, events, firings, values };
}

/** Adds up blocks in the order of their runs. */
function blockSum({ system, outputs }: Pick<PathSource, "system" | "outputs">, { times }: Pick<StochasticProblem, "times">) {
  const values = Array.from({ length: times.length * outputs.length }, () => valueStatistics());
  let [runs, events] = [0, 0];
  let first: StochasticPath | null = null;
  let status: Status = { status: "done" };
  let firings = new Float64Array(0);
  const add = (block: StatisticsBlock): void => {
    first ??= block.first;
    runs += block.runs;
    events += block.events;
    status = block.status;
    if (firings.length < block.firings.length) firings = new Float64Array(block.firings.length);
    block.firings.forEach((count, channel) => (firings[channel] += count));
    block.values.forEach((one, at) => values[at].merge(one));
  };
  const result = (): EnsembleStatistics => ({
    status,
    runs,
    times,
    outputs,
    first,
    events,
    firings,
    at(time, output) {
      const row = times.indexOf(time);
      const column = outputs.findIndex(({ id }) => id === output);
      if (row < 0) throw new RangeError(`statistics of "${system.id}": time ${time} was not asked for; take one of ${times.join(", ")}`);
      if (column < 0) throw new RangeError(`statistics of "${system.id}": there is no output "${output}"; take one of ${outputs.map(({ id }) => id).join(", ")}`);
      return values[row * outputs.length + column];
    },
  });
  return { add, result };
}

/** Statistics of blocks given in the order of their runs; blocks after one that did not end well are left out. */
export function mergeBlocks(source: Pick<PathSource, "system" | "outputs">, problem: Pick<StochasticProblem, "times">, blocks: Iterable<StatisticsBlock>): EnsembleStatistics {
  const all = blockSum(source, problem);
  for (const block of blocks) {
    all.add(block);
    if (block.status.status !== "done") break;
  }
  return all.result();
}

/**
 * Runs an ensemble of any stochastic solver and keeps its statistics as they come in: run r is the same path whatever `runs` is,
 * and the statistics are the same bits at any number of threads that do whole blocks.
 * @throws RangeError when `runs` is no positive whole number.
 */
export async function ensembleStatistics(solver: PathSource, problem: EnsembleStatisticsProblem): Promise<EnsembleStatistics> {
  const { runs } = problem;
  if (!(Number.isInteger(runs) && runs > 0)) throw new RangeError(`ensemble of "${solver.system.id}": runs is ${runs}; it must be a positive whole number`);
  const all = blockSum(solver, problem);
  const breathing = { lastBreath: performance.now(), budget: 1024 };
  for (let block = 0; block * blockRuns < runs; block++) {
    const done = await runBlock(solver, problem, block, breathing);
    all.add(done);
    if (done.status.status !== "done") break;
  }
  return all.result();
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
