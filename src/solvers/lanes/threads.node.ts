import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { odeMethods } from "../ode/index.ts";
import type { Failure } from "./block.ts";
import type { CrewMember, SharedEnsemble } from "./crew.ts";
import { board, crewMember } from "./crew.ts";
import type { EnsembleSolver } from "./ensemble.ts";
import { engineFrom } from "./engine-start.ts";
import type { EngineStart } from "./engine-start.ts";
import type { EnsembleProblem, EnsembleResult } from "./problem.ts";
import type { EnsembleShare } from "./share.ts";
import { sharedCopies } from "./shared-copies.ts";
import { copyOfSystem } from "./system-copy.ts";
import type { WorkerAnswer, WorkerCall } from "./worker.node.ts";

export interface EnsembleThreadsOptions {
  /** This one among them. Default: the processors there are. */
  readonly threads?: number;
}

export interface EnsembleThreadsRunOptions {
  /** Runs done, of how many. */
  readonly progress?: (done: number, runs: number) => void;
  /** Ends the ensemble early, blocks under way included; runs not done by then are "paused". */
  readonly signal?: AbortSignal;
}

/** Threads that do the blocks of one compiled ensemble, kept from one ensemble to the next; `close` ends them. */
export interface EnsembleThreads {
  readonly threads: number;
  /**
   * As `run` of the solver, to the bit, whatever the number of threads; values and counts stand in shared memory.
   * This thread works too, in slices of about 50 ms, and begins before the others are there.
   * @throws Error when an ensemble is under way already, a worker breaks down, or the threads are closed meanwhile.
   */
  run(problem: EnsembleProblem, options?: EnsembleThreadsRunOptions): Promise<EnsembleResult>;
  close(): Promise<void>;
}

/** How long this thread works without hearing Ctrl-C, and how often it tells the progress of others · ms. */
const BREATH_MS = 50;

const nothing = (): void => {};

/**
 * Spreads the runs of an ensemble over this thread and workers. Each has a program's memory of its own, reads the problem and
 * writes the results in memory that all share, and takes the next runs when it has done the last ones; since no run depends on
 * its neighbours, nor on which thread it meets, neither does any result.
 *
 * @throws Error for lanes "f64" of a method that is none of `odeMethods`, RangeError for an impossible number of threads.
 */
export function ensembleThreads(solver: EnsembleSolver, { threads = availableParallelism() }: EnsembleThreadsOptions = {}): EnsembleThreads {
  const { share, system } = solver;
  const start = plainStart(share);
  if (!(Number.isInteger(threads) && threads > 0)) throw new RangeError(`ensemble of "${system.id}": threads is ${threads}; it must be a positive integer`);
  const copies = sharedCopies();
  let workers: Worker[] = [];
  let own: Promise<CrewMember> | null = null;
  /** Called with every answer and every failure of a worker. */
  let hear: (answer: WorkerAnswer | Error) => void = nothing;
  const lose = (why: string, cause?: unknown): void => {
    hear(new Error(`ensemble of "${system.id}": a worker broke down: ${why}; run it again, with fewer threads where memory is short`, { cause }));
    // The next ensemble begins with new ones.
    void close();
  };
  const open = (): void => {
    workers = Array.from({ length: threads - 1 }, () => {
      const worker = new Worker(workerUrl(), { workerData: start });
      worker.on("message", (answer: WorkerAnswer) => hear(answer));
      worker.on("error", (error) => lose(error instanceof Error ? error.message : String(error), error));
      worker.on("exit", (code) => lose(`it ended with code ${code}`));
      return worker;
    });
  };
  const close = async (): Promise<void> => {
    const ending = workers;
    workers = [];
    // What breaks one worker often breaks the next: an error that nobody hears would end the process.
    await Promise.all(ending.map((worker) => worker.removeAllListeners().on("error", nothing).terminate()));
  };
  let id = 0;

  const spread = async (problem: EnsembleProblem, { progress, signal }: EnsembleThreadsRunOptions): Promise<EnsembleResult> => {
    const checked = share.check(problem);
    const { runs } = checked;
    const gathered = share.gather(checked, true);
    if (signal?.aborted === true || runs === 0) return gathered.take();
    if (workers.length === 0) open();
    // From the same data as the workers' engines: threads that differ in nothing give the same bits.
    own ??= engineFrom(start).then(crewMember);
    const words = new Int32Array(new SharedArrayBuffer(4 * board.words));
    const ensemble: SharedEnsemble = {
      whole: copies.of(share.block(checked, 0, runs)),
      tables: gathered.tables,
      parameterCount: system.parameters.length,
      stateCount: system.states.length,
      board: words,
      threads,
    };
    const call: WorkerCall = { id: ++id, ensemble };
    const answers: (readonly Failure[])[] = [];
    const broken: Error[] = [];
    let wake = nothing;
    hear = (answer) => {
      if (answer instanceof Error) broken.push(answer);
      else if (answer.id === call.id) answers.push(answer.failures);
      wake();
    };
    const stop = (): void => void Atomics.store(words, board.stop, 1);
    let told = 0;
    const tell = (): void => {
      const done = Atomics.load(words, board.done);
      if (done > told) progress?.(done, runs);
      told = Math.max(told, done);
    };
    let breath = performance.now();
    const breathe = (): Promise<void> | null => {
      tell();
      if (broken.length > 0) stop();
      const now = performance.now();
      if (now - breath < BREATH_MS) return null;
      breath = now;
      return new Promise((resolve) => setImmediate(resolve));
    };
    signal?.addEventListener("abort", stop);
    try {
      for (const worker of workers) {
        worker.ref();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
        worker.postMessage(call);
      }
      gathered.fail(await (await own).work(ensemble, breathe));
      // Nobody has anything left to begin. Who comes only now finds that out for himself and answers too: counted afresh each time, so
      // that his answer does not pass for that of one who is still at work.
      for (; answers.length < Atomics.load(words, board.come) && broken.length === 0; tell()) {
        const waited = new Promise<void>((resolve) => (wake = resolve));
        const timer = setTimeout(wake, BREATH_MS);
        await waited;
        clearTimeout(timer);
      }
      if (broken[0]) throw broken[0];
    } catch (error) {
      stop();
      await close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      hear = nothing;
      // A pool that nobody closes must not keep the process alive.
      for (const worker of workers) worker.unref();
    }
    tell();
    for (const failures of answers) gathered.fail(failures);
    return gathered.take();
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
    async close() {
      hear(new Error(`ensemble of "${system.id}": its threads were closed while it was under way; wait for it, or end it early with a signal`));
      await close();
    },
  };
}

/** What a worker is started with. @throws Error naming a method of which a worker would not know. */
function plainStart({ start }: EnsembleShare): EngineStart {
  if ("plan" in start) return start;
  const { system, method, options } = start;
  const { id } = method.facts;
  if ((odeMethods as Readonly<Record<string, unknown>>)[id] !== method) {
    throw new Error(`ensemble of "${system.id}": method "${id}" was made with options of its own, which workers do not know; use the method of that name, or run the ensemble in one thread`);
  }
  return { copy: copyOfSystem(system), method: id, options };
}

/** Workers run what is built: a worker cannot load TypeScript. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith(".ts") ? "../../../dist/solvers/lanes/worker.node.js" : "./worker.node.js", import.meta.url);
