import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { EnsembleStatistics, EnsembleStatisticsProblem } from "./ensemble-statistics.ts";
import { ensembleStatistics } from "./ensemble-statistics.ts";
import { exactEvents } from "./exact-events.ts";
import { implicitTau } from "./implicit-tau.ts";
import { langevin } from "./langevin.ts";
import type { LeapControl, LeapFacts } from "./leap-method.ts";
import { compileLeap } from "./leap-solver.ts";
import type { LeapOptions } from "./leap-solver.ts";
import { tauLeaping } from "./tau-leaping.ts";

/** Every approximate method for the chemical master equation, and exact events for comparison, by id. */
export const leapMethods = { "tau-leaping": tauLeaping, "implicit-tau": implicitTau, cle: langevin, "exact-events": exactEvents } as const;

export interface LeapEnsembleOptions extends Omit<LeapOptions, "method">, Omit<EnsembleStatisticsProblem, "times" | "runs"> {
  /** Default "tau-leaping". */
  readonly method?: string;
  /** Ascending, from 0 on [nTime]. */
  readonly times: ArrayLike<number>;
  /** Default 1. */
  readonly runs?: number;
}

/** Statistics of an approximate ensemble, and by what they were made. */
export interface LeapEnsemble extends EnsembleStatistics {
  readonly method: LeapFacts;
  readonly control: LeapControl;
  readonly warnings: readonly NetworkProblem[];
}

export type LeapResult = { readonly result: LeapEnsemble; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly result?: undefined };

/**
 * Simulates a network by leaps over many events at once: the first path, and statistics of all.
 * @status problems: what `compileLeap` refuses, an unknown method.
 */
export async function leap(network: Network, options: LeapEnsembleOptions): Promise<LeapResult> {
  const { method: id = "tau-leaping", times, runs = 1, seed, parameters, molecules, maxEvents, signal, breathe, ...compile } = options;
  const method = Object.values(leapMethods).find(({ facts }) => facts.id === id);
  if (!method) return { problems: [{ where: "option:method", message: `there is no approximate stochastic method "${id}"; choose one of ${Object.keys(leapMethods).join(", ")}` }] };
  const compiled = await compileLeap(network, { ...compile, method });
  if (compiled.problems) return compiled;
  const { solver } = compiled;
  const statistics = await ensembleStatistics(solver, {
    times: Float64Array.from(times),
    runs,
    seed,
    ...(parameters && { parameters }),
    ...(molecules && { molecules }),
    ...(maxEvents !== undefined && { maxEvents }),
    ...(signal && { signal }),
    ...(breathe && { breathe }),
  });
  return { result: { ...statistics, method: method.facts, control: solver.control, warnings: solver.warnings } };
}
