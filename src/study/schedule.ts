import type { Checkpoint, FitJob, FitResult } from "./mechanism.ts";

/** How far one job is. */
export interface JobProgress {
  readonly job: FitJob;
  readonly done: number;
  readonly total: number;
  readonly best: number;
}

/** What a lane tells while a job runs. */
export interface LaneListener {
  readonly progress: (progress: JobProgress) => void;
  readonly checkpoint: (job: FitJob, state: Checkpoint) => void;
}

/** Something that runs one job at a time: this thread or a worker. */
export interface Lane {
  run(job: FitJob, resume: Checkpoint | null, listener: LaneListener): Promise<FitResult>;
  /** Asks the running job to stop and write a checkpoint. */
  stop(): void;
  /** Ends the lane, whatever it is doing. */
  close(): Promise<void>;
}

/** How far a whole run is. */
export interface ScheduleProgress {
  /** Finished jobs, and all. */
  readonly done: number;
  readonly total: number;
  /** Share of the work done, 0 to 1, with the parts of running jobs. */
  readonly fraction: number;
  /** The job that reported last, and its best objective so far. */
  readonly latest: JobProgress | null;
  /** Seconds; null before anything can be said. */
  readonly secondsLeft: number | null;
}

/** Adds up the progress of jobs; `now` in milliseconds. */
export function progressMeter(total: number, finished: number, now: () => number): {
  update(progress: JobProgress): void;
  finish(key: string): void;
  read(): ScheduleProgress;
} {
  const start = now();
  const running = new Map<string, JobProgress>();
  let done = finished;
  let latest: JobProgress | null = null;
  return {
    update: (progress) => {
      running.set(progress.job.key, progress);
      latest = progress;
    },
    finish: (key) => {
      running.delete(key);
      done += 1;
    },
    read: () => {
      const parts = [...running.values()].reduce((sum, each) => sum + (each.total > 0 ? Math.min(each.done / each.total, 1) : 0), 0);
      const worked = done - finished + parts;
      const left = total - done - parts;
      const seconds = (now() - start) / 1000;
      return { done, total, fraction: total > 0 ? (done + parts) / total : 1, latest, secondsLeft: worked > 0 ? (seconds * left) / worked : null };
    },
  };
}

/** The result of a job that could not run to an answer; the message says why. */
export function failedResult(job: FitJob, failure: string): FitResult {
  return {
    job,
    status: "failed",
    failure,
    test: [],
    train: [],
    training: null,
    curves: [],
    learnedFluxes: [],
    shares: [],
    thermo: [],
    findings: [],
    numerics: [],
    seconds: 0,
  };
}

/** Where a schedule keeps what must survive it. */
export interface ScheduleStore {
  readonly states: ReadonlyMap<string, Checkpoint>;
  readonly results: ReadonlyMap<string, FitResult>;
  writeState(key: string, state: Checkpoint): void;
  writeResult(key: string, result: FitResult): void;
}

export interface ScheduleOptions {
  readonly jobs: readonly FitJob[];
  readonly lanes: readonly Lane[];
  readonly store: ScheduleStore;
  /** Aborted = stop now, keep the checkpoints. */
  readonly stop: AbortSignal;
  /** Milliseconds for the jobs; null = no budget. */
  readonly maxTime: number | null;
  /** Milliseconds that running jobs get for their checkpoint after a stop, before their lane is ended. */
  readonly grace: number;
  readonly onProgress: (progress: ScheduleProgress) => void;
  readonly onFinished: (result: FitResult, progress: ScheduleProgress) => void;
}

export interface ScheduleResult {
  readonly ended: "done" | "interrupted" | "out of time";
  /** Results in the order of the jobs; unfinished ones carry what was best when they stopped. */
  readonly results: readonly FitResult[];
  /** Jobs that did not finish. */
  readonly unfinished: readonly FitJob[];
}

/**
 * Runs jobs over lanes, each job on the next free lane, each result kept the moment it is there.
 *
 * A job's answer depends on the job alone, so the number of lanes and the order of ends change nothing.
 */
export async function runJobs(options: ScheduleOptions): Promise<ScheduleResult> {
  const { jobs, store } = options;
  const results = new Map(jobs.flatMap((job) => (store.results.has(job.key) ? [[job.key, store.results.get(job.key) as FitResult] as const] : [])));
  const queue = jobs.filter((job) => !results.has(job.key));
  const meter = progressMeter(jobs.length, results.size, () => performance.now());
  const listener: LaneListener = {
    progress: (progress) => {
      meter.update(progress);
      options.onProgress(meter.read());
    },
    checkpoint: (job, state) => store.writeState(job.key, state),
  };
  let ended: ScheduleResult["ended"] = "done";
  const over = new AbortController();
  const graceOver = new Promise<void>((resolve) => over.signal.addEventListener("abort", () => resolve()));
  const stop = (why: ScheduleResult["ended"]) => {
    if (ended !== "done") return;
    ended = why;
    for (const lane of options.lanes) lane.stop();
    setTimeout(() => over.abort(), options.grace).unref();
  };
  const hasEnded = () => ended !== "done";
  const interrupted = () => stop("interrupted");
  options.stop.addEventListener("abort", interrupted);
  if (options.stop.aborted) interrupted();
  const timer = options.maxTime === null ? null : setTimeout(() => stop("out of time"), options.maxTime);
  const work = async (lane: Lane) => {
    while (!hasEnded()) {
      const job = queue.shift();
      if (job === undefined) return;
      const result = await lane.run(job, store.states.get(job.key) ?? null, listener);
      results.set(job.key, result);
      if (result.status === "stopped") continue;
      store.writeResult(job.key, result);
      meter.finish(job.key);
      options.onFinished(result, meter.read());
    }
  };
  try {
    await Promise.race([Promise.all(options.lanes.map(work)), graceOver]);
  } finally {
    if (timer !== null) clearTimeout(timer);
    options.stop.removeEventListener("abort", interrupted);
  }
  const isFinished = (job: FitJob) => results.has(job.key) && results.get(job.key)?.status !== "stopped";
  return { ended, results: jobs.flatMap((job) => results.get(job.key) ?? []), unfinished: jobs.filter((job) => !isFinished(job)) };
}
