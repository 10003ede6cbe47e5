import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FitJob, FitResult, PreparedStudy } from "./mechanism.ts";
import { failedResult, type Lane, type LaneListener } from "./schedule.ts";
import type { FitRequest, FitReport } from "./fit-worker.node.ts";

/** Threads used when nobody says: the cores, up to 2. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), 2);
}

const fromSource = import.meta.url.endsWith(".ts");

/** How a worker gets the study: a module whose `prepareStudy(input)` gives a `PreparedStudy`. */
export interface WorkerStudy {
  readonly module: string;
  /** Plain data. */
  readonly input: unknown;
  /** Compiled worker; null = the one beside this file. */
  readonly file: URL | null;
}

/** Lanes for a number of jobs: workers, or this thread alone when one is enough or no compiled worker is at hand. */
export function lanes(threads: number, jobCount: number, study: PreparedStudy, worker: WorkerStudy): readonly Lane[] {
  const count = Math.max(1, Math.min(threads, jobCount));
  if (count === 1 || (fromSource && worker.file === null)) return [hostLane(study)];
  return Array.from({ length: count }, () => workerLane(worker));
}

/** Runs jobs on this thread. */
export function hostLane(study: PreparedStudy): Lane {
  let stopped = false;
  return {
    run: async (job, resume, listener) => {
      const hooks = {
        stop: () => stopped,
        progress: (done: number, total: number, best: number) => listener.progress({ job, done, total, best }),
        checkpoint: throttledCheckpoint(() => stopped, (state) => listener.checkpoint(job, state)),
        breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
      };
      try {
        return await study.run(job, hooks, resume);
      } catch (error) {
        return failedResult(job, messageOf(error));
      }
    },
    stop: () => {
      stopped = true;
    },
    close: () => Promise.resolve(),
  };
}

/** Passes a checkpoint on at most every five seconds, and always once a stop was asked for. */
export function throttledCheckpoint(stop: () => boolean, write: (state: unknown) => void): (state: unknown) => void {
  let last = performance.now();
  return (state) => {
    const now = performance.now();
    if (!stop() && now - last < 5000) return;
    last = now;
    write(state);
  };
}

/** Runs jobs in a worker thread, which prepares the study for itself; a worker that dies takes only its job with it. */
export function workerLane(study: WorkerStudy): Lane {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const file = study.file ?? new URL("./fit-worker.node.js", import.meta.url);
  let worker: Worker | null = null;
  const open = () => {
    const opened = new Worker(file, { workerData: { module: study.module, input: study.input, flag } });
    worker = opened;
    // One that dies between two jobs, or while it is closed, is replaced for the next.
    const forget = () => {
      if (worker === opened) worker = null;
    };
    opened.on("error", forget);
    opened.on("exit", forget);
    return opened;
  };
  return {
    run: (job, resume, listener) => {
      const current = worker ?? open();
      return new Promise<FitResult>((resolve) => {
        const settle = (result: FitResult) => {
          current.off("message", hear);
          current.off("error", fail);
          current.off("exit", exit);
          resolve(result);
        };
        const hear = (report: FitReport) => (report.report === "result" ? settle(report.result) : relay(job, report, listener));
        const lose = (why: string) => {
          worker = null;
          settle(failedResult(job, why));
        };
        const fail = (error: unknown) => lose(`the worker ended: ${messageOf(error)}`);
        const exit = (code: number) => lose(`the worker ended with code ${code}`);
        current.on("message", hear);
        current.on("error", fail);
        current.on("exit", exit);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
        current.postMessage({ job, resume } satisfies FitRequest);
      });
    },
    stop: () => {
      Atomics.store(flag, 0, 1);
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}

function relay(job: FitJob, report: Exclude<FitReport, { readonly report: "result" }>, listener: LaneListener): void {
  if (report.report === "progress") listener.progress({ job, done: report.done, total: report.total, best: report.best });
  else listener.checkpoint(job, report.state);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
