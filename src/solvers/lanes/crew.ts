import type { Instance } from "../../kernel/instance.ts";
import type { OdeControl } from "../ode/control.ts";
import { pace } from "../ode/pace.ts";
import type { Block, Failure } from "./block.ts";
import { beginBlock, runsInCache } from "./block.ts";
import { partOf } from "./problem.ts";
import type { LanePlan } from "./program.ts";
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
  readonly board: Int32Array;
  readonly threads: number;
}

/** Runs in one block: large enough that lanes are seldom idle at its end; towards the end ever fewer, so that threads end together. */
const SHARES_PER_THREAD = 4;
const SMALLEST_BLOCK = 32;
const LARGEST_BLOCK = 512;

/** One thread's part in ensembles, in an instance of its own. */
export interface CrewMember {
  /**
   * Does blocks of an ensemble until none is left, or it is to stop. No run depends on its block, nor on the thread that does it.
   * @param breathe called between slices of about 50 ms and after each block; what it returns is waited for
   */
  work(ensemble: SharedEnsemble, breathe: () => Promise<void> | null): Promise<readonly Failure[]>;
}

export function crewMember(instance: Instance, plan: LanePlan, control: OdeControl): CrewMember {
  const speed = pace();
  return {
    async work({ whole, tables, board: words, threads }, breathe) {
      const failures: Failure[] = [];
      const { runs } = whole;
      const largest = Math.max(SMALLEST_BLOCK, Math.min(LARGEST_BLOCK, runsInCache(plan, whole.times.length)));
      const isStopped = (): boolean => Atomics.load(words, board.stop) !== 0;
      while (!isStopped()) {
        const from = Atomics.load(words, board.next);
        if (from >= runs) break;
        const to = Math.min(runs, from + Math.min(largest, Math.max(SMALLEST_BLOCK, Math.ceil((runs - from) / (SHARES_PER_THREAD * threads)))));
        if (Atomics.compareExchange(words, board.next, from, to) !== from) continue;
        const run = beginBlock(instance, plan, control, partOf(whole, plan, from, to));
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
