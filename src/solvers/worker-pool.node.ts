import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BlockTask } from "./block-task.ts";
import type { BlockReport, BlockWorkerData } from "./block-worker.node.ts";

/** Threads used when nobody says: the cores that are there. */
export const defaultThreads = (): number => availableParallelism();

/** A job in blocks. */
export interface BlockJob<Result> {
  /** Address of a compiled `BlockModule`, from which workers prepare the work for themselves; TypeScript source runs on this thread alone. */
  readonly module: string;
  /** Plain data for it. */
  readonly input: unknown;
  /** The same work, prepared on this thread. */
  readonly host: BlockTask<Result>;
  /** Blocks `from` to `to - 1`. */
  readonly from: number;
  readonly to: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Takes results in the order of their blocks, whoever made them; false ends the job. */
  readonly take: (result: Result, block: number) => boolean;
  /** How long this thread works alone before it starts workers · ms. */
  readonly alone?: number;
}

/** A job that is done sooner is not worth the start of threads · ms. */
const aloneMs = 200;
/** How long this thread may work without hearing its workers, or Ctrl-C · ms. */
const breathMs = 25;
/** Blocks a worker has before it, so that it never waits for this thread. */
const queued = 2;
/** Results per thread that may wait for an earlier one. */
const waiting = 16;

/**
 * Does the blocks of a job on several threads and hands on the results in their order, so that the answer does not depend on the
 * number of threads. This thread works while the workers get ready; then it only takes results. Once `signal` aborts, blocks end at
 * their next chance, and results go on being taken as long as none is missing between them.
 * @throws Error when a worker fails or ends.
 */
export async function runBlocks<Result>(job: BlockJob<Result>): Promise<void> {
  const { module, host, to, signal, take, alone = aloneMs } = job;
  const canSpread = job.threads > 1 && !module.endsWith(".ts");
  const done = new Map<number, Result>();
  let [taken, given, ended] = [job.from, job.from, job.from >= to];
  const isOver = (): boolean => ended || (signal?.aborted ?? false);
  const deliver = (block: number, result: Result): void => {
    done.set(block, result);
    for (let next = done.get(taken); next !== undefined && !ended; next = done.get(taken)) {
      done.delete(taken);
      ended = !take(next, taken) || taken + 1 >= to;
      taken += 1;
    }
  };
  const nextBlock = (): number | null => (isOver() || given >= to || given - taken >= waiting * job.threads ? null : given++);
  const crew = canSpread ? workerCrew<Result>(job, nextBlock, deliver) : null;
  const hooks = {
    get aborted() {
      return isOver();
    },
    breathe: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
  };
  try {
    const start = performance.now();
    let breath = start;
    while (!crew?.isReady()) {
      const block = nextBlock();
      if (block === null) break;
      deliver(block, await host.run(block, hooks));
      const now = performance.now();
      if (now - start >= alone) crew?.open(Math.min(job.threads, to - given));
      if (now - breath < breathMs) continue;
      await hooks.breathe();
      breath = performance.now();
    }
    await crew?.drained(isOver);
  } finally {
    await crew?.close();
  }
}

/** Worker threads and what they are doing. */
function workerCrew<Result>({ module, input, signal }: BlockJob<Result>, nextBlock: () => number | null, deliver: (block: number, result: Result) => void) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const workers: { readonly worker: Worker; isReady: boolean; busy: number }[] = [];
  const failures: Error[] = [];
  let wake: (() => void) | null = null;
  const stop = (): void => void Atomics.store(flag, 0, 1);
  const feed = (): void => {
    for (let round = 0; round < queued; round++) {
      for (const one of workers) {
        if (!one.isReady || one.busy > round) continue;
        const block = nextBlock();
        if (block === null) return;
        one.busy += 1;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
        one.worker.postMessage(block);
      }
    }
  };
  const fail = (message: string): void => {
    failures.push(new Error(message));
    wake?.();
  };
  const hear = (one: (typeof workers)[number], report: BlockReport): void => {
    if (report.report === "failed") fail(report.message);
    else if (report.report === "ready") one.isReady = true;
    else {
      one.busy -= 1;
      deliver(report.block, report.result as Result);
    }
    feed();
    wake?.();
  };
  const open = (count: number): void => {
    if (workers.length > 0) return;
    signal?.addEventListener("abort", stop, { once: true });
    for (let index = 0; index < count; index++) {
      const worker = new Worker(new URL("./block-worker.node.js", import.meta.url), { workerData: { module, input, flag } satisfies BlockWorkerData });
      const one = { worker, isReady: false, busy: 0 };
      workers.push(one);
      worker.on("message", (report: BlockReport) => hear(one, report));
      worker.on("error", (error) => fail(`a worker thread ended: ${error instanceof Error ? error.message : String(error)}`));
      worker.on("exit", (code) => fail(`a worker thread ended with code ${code}`));
    }
  };
  return {
    open,
    isReady: (): boolean => failures.length > 0 || workers.some(({ isReady }) => isReady),
    /** Until every block is done, or the job is over and no worker is in the middle of one. */
    async drained(isOver: () => boolean): Promise<void> {
      // What this thread did last may have been what the others waited for.
      feed();
      while (failures.length === 0) {
        if (isOver()) stop();
        if (workers.every(({ busy }) => busy === 0) && (isOver() || workers.length === 0 || workers.some(({ isReady }) => isReady))) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failures[0]) throw failures[0];
    },
    async close(): Promise<void> {
      stop();
      signal?.removeEventListener("abort", stop);
      // An error on its way when nobody listens would end the process.
      await Promise.all(workers.map(({ worker }) => worker.removeAllListeners().on("error", () => {}).terminate()));
    },
  };
}
