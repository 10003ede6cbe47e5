import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { EnsembleSolver } from "./ensemble.ts";
import type { EnsembleProblem, EnsembleResult } from "./problem.ts";
import type { WorkerAnswer, WorkerBlock, WorkerStart } from "./worker.node.ts";

export interface EnsembleThreadsOptions {
  /** Default: the processors there are. */
  readonly threads?: number;
}

export interface EnsembleThreadsRunOptions {
  /** Runs done, of how many. */
  readonly progress?: (done: number, runs: number) => void;
  /** Ends the ensemble early, blocks under way included; runs of blocks not done by then are "paused". */
  readonly signal?: AbortSignal;
}

/** Workers that do the blocks of one compiled ensemble; `close` ends them. */
export interface EnsembleThreads {
  readonly threads: number;
  /** As `run` of the solver, to the bit, whatever the number of threads. @throws Error when an ensemble is under way already, or a worker breaks down. */
  run(problem: EnsembleProblem, options?: EnsembleThreadsRunOptions): Promise<EnsembleResult>;
  close(): Promise<void>;
}

const ignore = (): void => {};

/** Who hears the workers while an ensemble is under way. */
interface Listener {
  hear(worker: Worker, answer: WorkerAnswer): void;
  fail(error: unknown): void;
}

/** Runs in one block: large enough that lanes are seldom idle at its end, small enough that threads end together. */
const BLOCKS_PER_THREAD = 8;
const SMALLEST_BLOCK = 32;
const LARGEST_BLOCK = 4096;

/**
 * Spreads the runs of an ensemble over worker threads. Each worker has a memory of its own and does blocks of runs; since no
 * run depends on its neighbours, nor on which worker it meets, neither does any result.
 *
 * @throws Error for lanes "f64", RangeError for an impossible number of threads.
 */
export function ensembleThreads(solver: EnsembleSolver, { threads = availableParallelism() }: EnsembleThreadsOptions = {}): EnsembleThreads {
  const { share, system } = solver;
  if (!share) throw new Error(`ensemble of "${system.id}": lanes "f64" run in one thread; compile with lanes "f64x2", whose runs have the same bits`);
  if (!(Number.isInteger(threads) && threads > 0)) throw new RangeError(`ensemble of "${system.id}": threads is ${threads}; it must be a positive integer`);
  const start: WorkerStart = { plan: share.plan, target: share.target, control: share.control };
  let workers: Worker[] = [];
  let listener: Listener | null = null;
  const open = (): void => {
    workers = Array.from({ length: threads }, () => {
      const worker = new Worker(workerUrl(), { workerData: start });
      worker.on("message", (answer: WorkerAnswer) => listener?.hear(worker, answer));
      worker.on("error", (error) => listener?.fail(error));
      return worker;
    });
  };
  const close = async (): Promise<void> => {
    const ending = workers;
    workers = [];
    await Promise.all(ending.map((worker) => worker.removeAllListeners().terminate()));
  };

  const spread = async (problem: EnsembleProblem, { progress, signal }: EnsembleThreadsRunOptions): Promise<EnsembleResult> => {
    const ensemble = share.check(problem);
    const gathered = share.gather(ensemble);
    const { runs } = ensemble;
    const rows = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, Math.ceil(runs / (threads * BLOCKS_PER_THREAD))));
    if (signal?.aborted === true || runs === 0) return gathered.copy();
    if (workers.length === 0) open();
    let next = 0;
    let done = 0;
    const under = new Map<Worker, WorkerBlock>();
    const give = (worker: Worker): void => {
      if (next >= runs) return;
      const from = next;
      next = Math.min(runs, from + rows);
      const work: WorkerBlock = { id: from, block: share.block(ensemble, from, next) };
      under.set(worker, work);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
      worker.postMessage(work);
    };
    // Blocks under way cannot be asked to stop: their workers are ended, and the next ensemble begins with new ones.
    let stop = ignore;
    try {
      await new Promise<void>((resolve, reject) => {
        stop = resolve;
        listener = {
          hear(worker, { id, result }) {
            const work = under.get(worker);
            if (!work) return;
            under.delete(worker);
            gathered.put(id, work.block, result);
            done += work.block.runs;
            progress?.(done, runs);
            if (done === runs) resolve();
            else give(worker);
          },
          fail: (error) => reject(new Error(`ensemble of "${system.id}": a worker broke down: ${error instanceof Error ? error.message : String(error)}`, { cause: error })),
        };
        signal?.addEventListener("abort", stop);
        for (const worker of workers) worker.ref();
        for (const worker of workers) give(worker);
      });
    } finally {
      listener = null;
      signal?.removeEventListener("abort", stop);
      // A pool that nobody closes must not keep the process alive.
      for (const worker of workers) worker.unref();
      if (done < runs) await close();
    }
    return gathered.copy();
  };
  let isBusy = false;

  return {
    threads,
    async run(problem, options = {}) {
      if (isBusy) throw new Error(`ensemble of "${system.id}": these threads are busy with another ensemble; wait for it, or start more`);
      isBusy = true;
      try {
        return await spread(problem, options);
      } finally {
        isBusy = false;
      }
    },
    close,
  };
}

/** Workers run what is built: a worker cannot load TypeScript. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith(".ts") ? "../../../dist/solvers/lanes/worker.node.js" : "./worker.node.js", import.meta.url);
