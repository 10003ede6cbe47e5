import { pace } from "../ode/pace.ts";
import type { Pace } from "../ode/pace.ts";
import type { Status } from "../status.ts";
import { blockCount, blockRuns } from "./ensemble-blocks.ts";
import { addInto, emptyMoments, mergeInto, momentsOf } from "./moments.ts";
import type { Moments } from "./moments.ts";
import { passageSum } from "./first-passage.ts";
import type { FirstPassage, PassageState } from "./first-passage.ts";
import { laggedInto, laggedSize, laggedSum } from "./run-autocorrelation.ts";
import type { LaggedColumns, LaggedState, RunAutocorrelation } from "./run-autocorrelation.ts";
import type { StochasticPath, StochasticProblem, StochasticRun, StochasticSolver } from "./solver.ts";
import { keptCounts, restoredCounts, valueCounts, valueCountsDefaults } from "./value-counts.ts";
import type { KeptCounts, ValueCounts } from "./value-counts.ts";
import { valueStatistics } from "./value-statistics.ts";
import type { ValueStatistics } from "./value-statistics.ts";

export { blockRuns } from "./ensemble-blocks.ts";

/** What statistics need of a solver, exact or approximate. */
export interface PathSource {
  readonly system: Pick<StochasticSolver["system"], "id">;
  readonly outputs: StochasticSolver["outputs"];
  begin(problem: StochasticProblem): Pick<StochasticRun, "status" | "advance"> & { path(): WatchedPath };
}

/** A path, and what some methods note besides. */
export interface WatchedPath extends StochasticPath {
  /** When conditions that were watched first held [nWatch]; Infinity where they did not. */
  readonly passages?: Float64Array;
  /** How long each channel counted as fast [nChannel], and slow events that were left out; of methods that divide channels. */
  readonly fastTime?: Float64Array;
  readonly refused?: number;
}

export interface EnsembleStatisticsProblem extends Omit<StochasticProblem, "index"> {
  /** Number of runs; run r draws from the stream (seed, "ssa", r). */
  readonly runs: number;
  /** Places `row * nOutput + output` whose values are counted, as quantiles and histograms need it. Default: all. */
  readonly counted?: readonly number[];
  /** Columns whose autocorrelation is summed. Default: none. */
  readonly lagged?: LaggedColumns;
  /** How many paths are kept, those of the first runs. Default 1. */
  readonly paths?: number;
  /** Ends the ensemble early; its status is then "paused". */
  readonly signal?: { readonly aborted: boolean };
  /** Called about every 50 ms with the runs that are complete; default: one turn of the event loop. */
  readonly breathe?: (runs: number) => Promise<void>;
}

/** Statistics of many runs; no path but the first ones is kept, so memory does not grow with their number. */
export interface EnsembleStatistics {
  /** Of the run that ended the ensemble, else "done". */
  readonly status: Status;
  /** Runs that reached all times: those the statistics are of. */
  readonly runs: number;
  readonly times: Float64Array;
  readonly outputs: PathSource["outputs"];
  /** The run with the smallest number; null where none began. */
  readonly first: StochasticPath | null;
  /** The first runs, as many as were asked for and began. */
  readonly paths: readonly StochasticPath[];
  /** Events of all runs together. */
  readonly events: number;
  /** How often each channel fired in all complete runs together [nChannel]; thermodynamics needs it. */
  readonly firings: Float64Array;
  /** First passages of the conditions that the solver watches, up to the last requested time [nWatch]. */
  readonly passages: readonly FirstPassage[];
  /** Of the columns that `lagged` names, in its order. */
  readonly autocorrelations: readonly RunAutocorrelation[];
  /** Of methods that divide channels: how long each counted as fast in all complete runs together [nChannel], and slow events left out; else null. */
  readonly division: Division | null;
  /** Statistics of one output at one requested time. @throws RangeError for an unknown output or time, and for a quantile or histogram of what was not counted. */
  at(time: number, output: string): ValueStatistics;
  /** The same by the number of the time and of the output. */
  cell(row: number, column: number): ValueStatistics;
}

/** How channels were divided into fast and slow ones, summed over runs. */
export interface Division {
  readonly fastTime: Float64Array;
  readonly refused: number;
}

/** Statistics of one block of runs as plain data: what different threads may do apart and an `EnsembleSum` puts together, bit for bit as one thread would. */
export interface StatisticsBlock {
  readonly status: Status;
  readonly runs: number;
  readonly events: number;
  readonly firings: Float64Array;
  /** Of every output at every time, quantity `row * nOutput + output`. */
  readonly moments: Moments;
  /** Row-major [runs, nCounted]. */
  readonly values: Float64Array;
  /** Row-major [runs, nWatch]. */
  readonly passages: Float64Array;
  /** Row-major [runs, laggedSize]. */
  readonly lagged: Float64Array;
  readonly division: Division | null;
  /** Those of the first runs of the ensemble that are in this block. */
  readonly paths: readonly StochasticPath[];
}

/** Longest time between two breaths · ms; half of what callers may rely on. */
const breathMs = 50;

/** When the caller last had a turn, and how many events fit between two; kept from block to block. */
export interface Breathing {
  lastBreath: number;
  readonly speed: Pace;
}

/** A breathing to begin with. */
export const freshBreathing = (): Breathing => ({ lastBreath: performance.now(), speed: pace() });

/** Does the runs of a block, as far as there are so many. */
export async function statisticsBlock(solver: PathSource, problem: EnsembleStatisticsProblem, block: number, breathing: Breathing = freshBreathing()): Promise<StatisticsBlock> {
  const { runs, signal, breathe = turn, counted, lagged: laggedColumns, paths: keptPaths = 1, ...shared } = problem;
  const { first, end } = blockRuns(block);
  const last = Math.min(runs, end);
  const size = problem.times.length * solver.outputs.length;
  const moments = emptyMoments(size);
  const nCounted = counted?.length ?? size;
  const values = new Float64Array(nCounted * Math.max(0, last - first));
  const paths: StochasticPath[] = [];
  const passages: number[] = [];
  const nLagged = laggedColumns ? laggedSize(problem.times.length, laggedColumns) : 0;
  const lagged = new Float64Array(nLagged * Math.max(0, last - first));
  let division: Division | null = null;
  let firings = new Float64Array(0);
  let status: Status = { status: "done" };
  const isStopped = (): boolean => signal?.aborted ?? false;
  let [completed, events] = [0, 0];
  for (let index = first; index < last; index++) {
    const run = solver.begin({ ...shared, index });
    while (run.status.status === "paused" && !isStopped()) {
      const before = performance.now();
      run.advance(breathing.speed.budget);
      const now = performance.now();
      // A run that ended early says nothing about how long a full budget takes.
      if (run.status.status === "paused") breathing.speed.measure(now - before);
      if (now - breathing.lastBreath > breathMs) {
        await breathe(first + completed);
        breathing.lastBreath = performance.now();
      }
    }
    const path = run.path();
    if (index < keptPaths) {
      // With what its method counted besides; passages are summed apart.
      const { passages: _, fastTime: __, ...kept } = path;
      paths.push(kept);
    }
    events += path.events;
    status = path.status;
    if (status.status !== "done") break;
    if (firings.length === 0) firings = new Float64Array(path.firings.length);
    for (let channel = 0; channel < firings.length; channel++) firings[channel] += path.firings[channel];
    if (path.passages) passages.push(...path.passages);
    if (path.fastTime) division = addDivision(division, { fastTime: path.fastTime, refused: path.refused ?? 0 });
    if (laggedColumns) laggedInto(lagged, completed * nLagged, path.outputs, solver.outputs.length, laggedColumns);
    addInto(moments, path.outputs);
    const from = completed * nCounted;
    if (counted) counted.forEach((place, at) => (values[from + at] = path.outputs[place]));
    else values.set(path.outputs, from);
    completed += 1;
  }
  return { status, runs: completed, events, firings, moments, values: values.subarray(0, completed * nCounted), passages: Float64Array.from(passages), lagged: lagged.subarray(0, completed * nLagged), division, paths };
}

const addDivision = (one: Division | null, other: Division): Division => ({ fastTime: other.fastTime.map((time, channel) => (one?.fastTime[channel] ?? 0) + time), refused: (one?.refused ?? 0) + other.refused });

/** How far an ensemble got, as plain data from which it goes on to the same bits. */
export interface EnsembleState {
  /** Blocks that are in, all of them whole. */
  readonly blocks: number;
  readonly runs: number;
  readonly events: number;
  readonly firings: ArrayLike<number>;
  readonly moments: { readonly count: number; readonly values: ArrayLike<number> };
  /** In the order of the counted places. */
  readonly counts: readonly KeptCounts[];
  readonly passages: readonly PassageState[];
  /** Where autocorrelations are summed. */
  readonly lagged?: LaggedState | null;
  readonly division?: { readonly fastTime: ArrayLike<number>; readonly refused: number } | null;
  readonly paths: readonly { readonly [Key in keyof StochasticPath]: StochasticPath[Key] extends Float64Array ? ArrayLike<number> : StochasticPath[Key] }[];
}

/** Adds up blocks in the order of their runs. */
export interface EnsembleSum {
  readonly runs: number;
  readonly events: number;
  add(block: StatisticsBlock): void;
  result(): EnsembleStatistics;
  /** What has been added so far. */
  state(): EnsembleState;
}

/** Different values that are kept exactly, of all counted places together; and of each at least. */
const mostDistinct = 4e6;
const fewestDistinct = 256;

/** An ensemble with no blocks yet, or with those of `from`. */
export function ensembleSum({ system, outputs }: Pick<PathSource, "system" | "outputs">, problem: Pick<EnsembleStatisticsProblem, "times" | "counted" | "lagged">, from: EnsembleState | null = null): EnsembleSum {
  const { times } = problem;
  const size = times.length * outputs.length;
  const counted = problem.counted ?? Array.from({ length: size }, (_, place) => place);
  const kept = { distinct: Math.max(fewestDistinct, Math.min(valueCountsDefaults.distinct, Math.floor(mostDistinct / Math.max(1, counted.length)))) };
  const moments: Moments = from ? { count: from.moments.count, values: Float64Array.from(from.moments.values) } : emptyMoments(size);
  const counts: ValueCounts[] = counted.map((_, at) => (from ? restoredCounts(from.counts[at], kept) : valueCounts(kept)));
  const placeOf = new Map(counted.map((place, at) => [place, at]));
  const paths = (from?.paths ?? []).map((path): StochasticPath => ({ ...path, times: Float64Array.from(path.times), molecules: Float64Array.from(path.molecules), outputs: Float64Array.from(path.outputs), firings: Float64Array.from(path.firings) }));
  const horizon = times.at(-1) ?? 0;
  const passages = (from?.passages ?? []).map((state) => passageSum(horizon, state));
  const nLagged = problem.lagged ? laggedSize(times.length, problem.lagged) : 0;
  const lagged = problem.lagged ? laggedSum(times.length, problem.lagged, from?.lagged ?? null) : null;
  let division: Division | null = from?.division ? { fastTime: Float64Array.from(from.division.fastTime), refused: from.division.refused } : null;
  let [blocks, runs, events] = [from?.blocks ?? 0, from?.runs ?? 0, from?.events ?? 0];
  let status: Status = { status: "done" };
  let firings = Float64Array.from(from?.firings ?? []);
  const columnOf = new Map(outputs.map(({ id }, column) => [id, column]));
  const cell = (row: number, column: number): ValueStatistics => {
    const place = row * outputs.length + column;
    const at = placeOf.get(place);
    const refuse = (): never => {
      throw new RangeError(`statistics of "${system.id}": values of "${outputs[column]?.id}" at time ${times[row]} were not counted; name their place in "counted"`);
    };
    const found = at === undefined ? { count: 0, relativeError: 0, add: refuse, merge: refuse, entries: refuse, quantile: refuse } : counts[at];
    return valueStatistics({}, { moments: momentsOf(moments, place), counts: found });
  };
  return {
    get runs() {
      return runs;
    },
    get events() {
      return events;
    },
    add(block) {
      blocks += 1;
      runs += block.runs;
      events += block.events;
      status = block.status;
      paths.push(...block.paths);
      if (firings.length < block.firings.length) firings = new Float64Array(block.firings.length);
      for (let channel = 0; channel < block.firings.length; channel++) firings[channel] += block.firings[channel];
      mergeInto(moments, block.moments);
      const watched = block.runs > 0 ? block.passages.length / block.runs : 0;
      while (passages.length < watched) passages.push(passageSum(horizon));
      block.passages.forEach((time, at) => passages[at % watched].add(time));
      if (lagged) for (let run = 0; run < block.runs; run++) lagged.add(block.lagged, run * nLagged);
      if (block.division) division = addDivision(division, block.division);
      for (let start = 0; start < block.runs * counts.length; start += counts.length) {
        for (let at = 0; at < counts.length; at++) counts[at].add(block.values[start + at]);
      }
    },
    result: () => ({
      status,
      runs,
      times,
      outputs,
      first: paths[0] ?? null,
      paths,
      events,
      firings,
      passages: passages.map((one) => one.result(status)),
      autocorrelations: lagged?.result() ?? [],
      division,
      cell,
      at(time, output) {
        const row = times.indexOf(time);
        const column = columnOf.get(output);
        if (row < 0) throw new RangeError(`statistics of "${system.id}": time ${time} was not asked for; take one of ${times.join(", ")}`);
        if (column === undefined) throw new RangeError(`statistics of "${system.id}": there is no output "${output}"; take one of ${outputs.map(({ id }) => id).join(", ")}`);
        return cell(row, column);
      },
    }),
    state: () => ({
      blocks,
      runs,
      events,
      firings: firings.slice(),
      moments: { count: moments.count, values: moments.values.slice() },
      counts: counts.map(keptCounts),
      passages: passages.map((one) => one.state()),
      ...(lagged && { lagged: lagged.state() }),
      ...(division && { division: { fastTime: division.fastTime.slice(), refused: division.refused } }),
      paths: [...paths],
    }),
  };
}

/** Statistics of blocks given in the order of their runs; blocks after one that did not end well are left out. */
export function mergeBlocks(source: Pick<PathSource, "system" | "outputs">, problem: Pick<EnsembleStatisticsProblem, "times" | "counted" | "lagged">, blocks: Iterable<StatisticsBlock>): EnsembleStatistics {
  const all = ensembleSum(source, problem);
  for (const block of blocks) {
    all.add(block);
    if (block.status.status !== "done") break;
  }
  return all.result();
}

/** @throws RangeError when `runs` is no positive whole number. */
export function requireRuns(id: string, runs: number): void {
  if (!(Number.isSafeInteger(runs) && runs > 0)) throw new RangeError(`ensemble of "${id}": runs is ${runs}; it must be a positive whole number`);
}

/**
 * Runs an ensemble of any stochastic solver and keeps its statistics as they come in: run r is the same path whatever `runs` is,
 * and the statistics are the same bits at any number of threads that do whole blocks.
 * @throws RangeError when `runs` is no positive whole number.
 */
export async function ensembleStatistics(solver: PathSource, problem: EnsembleStatisticsProblem): Promise<EnsembleStatistics> {
  requireRuns(solver.system.id, problem.runs);
  const all = ensembleSum(solver, problem);
  const breathing = freshBreathing();
  for (let block = 0; block < blockCount(problem.runs); block++) {
    const done = await statisticsBlock(solver, problem, block, breathing);
    all.add(done);
    if (done.status.status !== "done") break;
  }
  return all.result();
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
