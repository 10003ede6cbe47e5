import { runBlocks } from "../worker-pool.node.ts";
import { blockCount, blockRuns } from "./ensemble-blocks.ts";
import { ensembleSum, requireRuns } from "./ensemble-statistics.ts";
import type { EnsembleState, EnsembleStatistics, StatisticsBlock } from "./ensemble-statistics.ts";
import { ensembleBlocks } from "./ensemble-task.ts";
import type { EnsembleInput } from "./ensemble-task.ts";
import type { Sampler } from "./sampler.ts";

export interface EnsembleThreadsOptions {
  /** Threads at most; the answer does not depend on it. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Where an ensemble with the same input, but for the number of runs, got. */
  readonly from?: EnsembleState | null;
  /** Hears how many runs are in the statistics. */
  readonly progress?: (runs: number) => void;
  /** Keeps a state from which the ensemble can go on; called every `keepEvery` ms, one call at a time. */
  readonly keep?: (state: EnsembleState) => Promise<void>;
  readonly keepEvery?: number;
}

const keepEveryMs = 5000;
/** Time between two states to keep, in times that keeping one takes: it may cost 2 % of the whole. */
const restPerKeep = 50;

/** Where workers find the task: compiled, beside this file. */
const taskModule = new URL(import.meta.url.endsWith(".ts") ? "./ensemble-task.ts" : "./ensemble-task.js", import.meta.url).href;

/** Statistics of an ensemble, and the last state from which it can go on, be it with more runs. */
export interface ThreadedEnsemble {
  readonly statistics: EnsembleStatistics;
  readonly state: EnsembleState;
}

/**
 * Runs an ensemble on several threads: the same bits as `ensembleStatistics`, at any number of threads, and however often it was
 * stopped and taken up again.
 * @throws RangeError when the number of runs is no positive whole number. @throws Error when a thread fails.
 */
export async function ensembleOnThreads(sampler: Sampler, input: EnsembleInput, options: EnsembleThreadsOptions): Promise<ThreadedEnsemble> {
  const { problem } = input;
  const { threads, signal, from = null, progress, keep, keepEvery = keepEveryMs } = options;
  requireRuns(sampler.system.id, problem.runs);
  const all = ensembleSum(sampler, problem, from);
  let state = null as EnsembleState | null;
  let keeping: Promise<void> | null = null;
  const failures: unknown[] = [];
  let [lastKept, rest] = [performance.now(), keepEvery];
  const keepNow = (): void => {
    const start = performance.now();
    if (!keep || keeping || start - lastKept < rest) return;
    keeping = keep(all.state())
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        lastKept = performance.now();
        rest = Math.max(keepEvery, restPerKeep * (lastKept - start));
        keeping = null;
      });
  };
  const take = (result: StatisticsBlock, block: number): boolean => {
    // What is not whole counts now, but is done again by whoever goes on from here.
    const isWhole = result.status.status === "done" && blockRuns(block).end <= problem.runs;
    if (!isWhole) state ??= all.state();
    all.add(result);
    progress?.(all.runs);
    if (isWhole) keepNow();
    return result.status.status === "done" && failures.length === 0;
  };
  await runBlocks<StatisticsBlock>({
    module: taskModule,
    input,
    host: ensembleBlocks(sampler, problem),
    from: from?.blocks ?? 0,
    to: blockCount(problem.runs),
    threads,
    ...(signal && { signal }),
    take,
  });
  await keeping;
  if (failures.length > 0) throw failures[0];
  const statistics = all.result();
  const isCut = statistics.status.status === "done" && all.runs < problem.runs;
  return { statistics: isCut ? { ...statistics, status: { status: "paused", time: 0 } } : statistics, state: state ?? all.state() };
}
