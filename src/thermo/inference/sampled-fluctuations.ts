import { stream } from "../../numerics/random.ts";
import type { StochasticSolver } from "../../solvers/stochastic/solver.ts";
import { estimateDefaults } from "./estimate.ts";
import type { FluctuationTheorem } from "./fluctuation-theorem.ts";
import { integralFluctuationEstimate } from "./fluctuation-theorem.ts";
import type { PathEntropy } from "./path-entropy.ts";
import type { WindowProblem } from "./window.ts";
import { betweenRuns, sampleWindow } from "./window.ts";

/** The fluctuation theorem of runs sampled for it. */
export interface SampledFluctuations extends FluctuationTheorem {
  readonly runs: number;
  /** Length of these runs: as long as asked for, or shorter to keep <Delta s> near 1. */
  readonly duration: number;
  /** Different states that runs start from. */
  readonly starts: number;
}

/** What the runs are sampled with. */
export interface SampledFluctuationsProblem extends Omit<WindowProblem, "index" | "times" | "molecules"> {
  /** Longest runs. */
  readonly duration: number;
  /** Number of the first run; the others follow. */
  readonly firstIndex: number;
  readonly progress?: (done: number) => void;
}

/** Mean entropy that runs are cut to · k_B: far enough below the limit of the theorem that the average settles. */
const aimedEntropy = 1;

/**
 * Samples the integral fluctuation theorem without knowing the network's probabilities: runs start from the law p of the given
 * states (each as often as it stands there), one run a state given, and Delta s = ln p(start) - ln p(end) + sum over jumps.
 *
 * For a start from any known law p the average of exp(-Delta s) is exactly the chance that such a run ends where p is above 0:
 * the reverse of such a run starts from p and ends where a start is possible. Both sides come from the same runs. The closer
 * the states are to a steady sample, the closer this is to the theorem of the steady state.
 * @source Seifert 2005, doi:10.1103/PhysRevLett.95.040602; Murashita, Funo & Ueda 2014, doi:10.1103/PhysRevE.90.042110
 */
export async function sampleFluctuationTheorem(solver: StochasticSolver, entropy: PathEntropy, states: readonly Float64Array[], problem: SampledFluctuationsProblem): Promise<SampledFluctuations | null> {
  const { duration: longest, firstIndex, progress, ...shared } = problem;
  const runs = states.length;
  const often = new Map<string, number>();
  for (const state of states) often.set(nameOf(state), (often.get(nameOf(state)) ?? 0) + 1);
  if (entropy.oneWay.length > 0) return { ...integralFluctuationEstimate({ entropy: [], oneWay: entropy.oneWay }), runs: 0, duration: 0, starts: often.size };
  const rate = states.reduce((total, state) => total + entropy.rate(state), 0) / runs;
  const duration = rate * longest > aimedEntropy ? aimedEntropy / rate : longest;
  const random = stream(shared.seed, "starts of the fluctuation theorem", 0);
  const sums = new Float64Array(runs);
  const canBeMet: boolean[] = [];
  const isStopped = (): boolean => shared.signal?.aborted ?? false;
  const rest = betweenRuns(shared.breathe);
  let done = 0;
  for (; done < runs && !isStopped(); done++) {
    const molecules = states[random.integer(runs)] ?? new Float64Array(0);
    const { window } = await sampleWindow(solver, { ...shared, index: firstIndex + done, times: Float64Array.of(0, duration), molecules });
    if (!window) break;
    const end = often.get(nameOf(window.end)) ?? 0;
    sums[done] = Math.log((often.get(nameOf(molecules)) ?? 0) / end) + entropy.along(window.start, window.end, window.firings);
    canBeMet.push(end > 0);
    progress?.(done + 1);
    await rest();
  }
  if (done < Math.max(runs, estimateDefaults.batches)) return null;
  return { ...integralFluctuationEstimate({ entropy: sums, canBeMet }), runs, duration, starts: often.size };
}

const nameOf = (state: Float64Array): string => state.join(" ");
