import { pace } from "../ode/pace.ts";
import type { Block, BlockEngine, Failure } from "./block.ts";
import { partOf } from "./problem.ts";
import type { ResultTables } from "./results.ts";

/** Words of the board that all threads of an ensemble read and write, by `Atomics` alone. */
export const board = {
  /** First run that nobody has begun. */
  next: 0,
  /** Runs that are over. */
  done: 1,
  /** 1 = nobody is to go on. */
  stop: 2,
  /** Workers that have come. */
  come: 3,
  words: 4,
} as const;

/** An ensemble as its threads see it; its numbers are in shared memory. */
export interface SharedEnsemble {
  /** All runs as one block. */
  readonly whole: Block;
  readonly tables: ResultTables;
  /** Numbers of a row of the block's parameters and states. */
  readonly parameterCount: number;
  readonly stateCount: number;
  readonly board: Int32Array;
  readonly threads: number;
}

/** Runs in one block: large enough that lanes are seldom idle at its end; towards the end ever fewer, so that threads end together. */
const SHARES_PER_THREAD = 4;
const LARGEST_BLOCK = 512;

/** One thread's part in ensembles, in an engine of its own. */
export interface CrewMember {
  /**
   * Does blocks of an ensemble until none is left, or it is to stop. No run depends on its block, nor on the thread that does it.
   * @param breathe called between slices of about 50 ms and after each block; what it returns is waited for
   */
  work(ensemble: SharedEnsemble, breathe: () => Promise<void> | null): Promise<readonly Failure[]>;
}

export function crewMember(engine: BlockEngine): CrewMember {
  const speed = pace();
  return {
    async work(ensemble, breathe) {
      const { whole, tables, board: words, threads } = ensemble;
      const failures: Failure[] = [];
      const { runs } = whole;
      const largest = Math.max(engine.fewest, Math.min(LARGEST_BLOCK, engine.most(whole.times.length)));
      const isStopped = (): boolean => Atomics.load(words, board.stop) !== 0;
      while (!isStopped()) {
        const from = Atomics.load(words, board.next);
        if (from >= runs) break;
        const to = Math.min(runs, from + Math.min(largest, Math.max(engine.fewest, Math.ceil((runs - from) / (SHARES_PER_THREAD * threads)))));
        if (Atomics.compareExchange(words, board.next, from, to) !== from) continue;
        const run = engine.begin(partOf(whole, ensemble, from, to));
        while (!run.isDone && !isStopped()) {
          const before = performance.now();
          run.advance(speed.budget);
          if (!run.isDone) speed.measure(performance.now() - before);
          const breath = run.isDone ? null : breathe();
          if (breath) await breath;
        }
        for (const failure of run.collect(tables, from)) failures.push(failure);
        if (run.isDone) Atomics.add(words, board.done, to - from);
        const breath = breathe();
        if (breath) await breath;
      }
      return failures;
    },
  };
}
