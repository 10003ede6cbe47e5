import type { Status } from "../../solvers/status.ts";
import type { StochasticSolver } from "../../solvers/stochastic/solver.ts";

/** What one sampled run did between the first and the last of its times. */
export interface SampledWindow {
  /** Molecules at the start and at the end [nState]. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Row-major [nTime, nState]: molecules at the times, start and end included. */
  readonly molecules: Float64Array;
  /** How often each channel fired within the window [nChannel]. */
  readonly firings: Float64Array;
  readonly events: number;
}

export interface WindowProblem {
  readonly seed: bigint;
  /** Number of the run; run r draws from the streams (seed, "ssa", 2r) before the window and 2r + 1 within. */
  readonly index: number;
  /** Ascending [nTime]; what lies before the first is run and not counted. */
  readonly times: Float64Array;
  /** Molecules at time 0 [nState]; default: the network's. */
  readonly molecules?: Float64Array;
  readonly maxEvents?: number;
  readonly signal?: AbortSignal;
  /** Called about every 50 ms; default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

/** `window` is null where the run did not reach the last time; `status` says why, "paused" where the signal stopped it. */
export interface WindowResult {
  readonly status: Status;
  readonly window: SampledWindow | null;
}

/** Longest time between two breaths · ms. */
const BREATH_MS = 50;

/**
 * Runs to the window's start, then through it with firings counted anew: waiting times have no memory, so a run that goes on
 * from a state with fresh random numbers has the same law.
 */
export async function sampleWindow(solver: StochasticSolver, problem: WindowProblem): Promise<WindowResult> {
  const { seed, index, times, molecules, maxEvents, signal, breathe = turn } = problem;
  const shared = { seed, ...(maxEvents !== undefined && { maxEvents }) };
  const from = times[0] ?? 0;
  const isStopped = (): boolean => signal?.aborted ?? false;
  const finish = async (begun: ReturnType<StochasticSolver["begin"]>): Promise<Status> => {
    let budget = 4096;
    while (begun.status.status === "paused" && !isStopped()) {
      const before = performance.now();
      begun.advance(budget);
      const elapsed = performance.now() - before;
      if (elapsed < BREATH_MS / 8) budget = Math.min(2 * budget, 2 ** 30);
      else if (elapsed > BREATH_MS) budget = Math.max(1, budget >> 1);
      if (elapsed > BREATH_MS / 2) await breathe();
    }
    return begun.status;
  };
  let start = molecules;
  if (from > 0) {
    const before = solver.begin({ ...shared, index: 2 * index, times: Float64Array.of(from), ...(start && { molecules: start }) });
    const status = await finish(before);
    if (status.status !== "done") return { status, window: null };
    start = before.path().molecules;
  }
  const run = solver.begin({ ...shared, index: 2 * index + 1, times: times.map((time) => time - from), ...(start && { molecules: start }) });
  const status = await finish(run);
  if (status.status !== "done") return { status, window: null };
  const path = run.path();
  const n = solver.states.length;
  return { status, window: { start: path.molecules.slice(0, n), end: path.molecules.slice(path.molecules.length - n), molecules: path.molecules, firings: path.firings, events: path.events } };
}

/** Lets other work in between runs that are each too short to do so themselves; to be awaited after every run. */
export function betweenRuns(breathe: () => Promise<void> = turn): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH_MS) return;
    await breathe();
    last = performance.now();
  };
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
