import { stoichiometryOf } from "../../models/structure.ts";
import type { StochasticSolver } from "../../solvers/stochastic/solver.ts";
import type { Finding } from "../finding.ts";
import type { Observable } from "../observable.ts";
import type { ReactionKind } from "../reaction-flux.ts";
import { boundFromCurrents, momentsOf } from "./current-bound.ts";
import type { CurrentBound } from "./current-bound.ts";
import { jackknife, meanEstimate } from "./estimate.ts";
import type { Estimate } from "./estimate.ts";
import type { ChannelPair, PathEntropy } from "./path-entropy.ts";
import { plugInFromCounts } from "./plug-in.ts";
import type { PlugIn } from "./plug-in.ts";
import { findingsFrom, sampledDefaults } from "./run-findings.ts";
import { shortTimeBound } from "./short-time.ts";

/** One run within the window; entropies · k_B per time. */
export interface RunSample {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly firings: Float64Array;
  readonly events: number;
  /** From the jumps; NaN where it is not defined. */
  readonly jumps: number;
  /** From the states at the times. */
  readonly states: number;
}

interface Current {
  readonly name: string;
  readonly mean: Estimate;
  readonly variance: Estimate;
  readonly uncertainty: Estimate | null;
  readonly kinetic: Estimate | null;
}

export interface RunStatistics {
  readonly window: { readonly start: number; readonly end: number; readonly duration: number; readonly points: number };
  readonly steady: { readonly applied: boolean; readonly largestDrift: number; readonly species: string | null };
  readonly entropyProduction: { readonly jumps: Estimate; readonly states: Estimate } | null;
  readonly counts: { readonly plugIn: PlugIn & { readonly estimate: Estimate }; readonly shortTime: Estimate };
  readonly reactions: readonly { readonly id: string; readonly kind: ReactionKind; readonly diffusionIsApproximate: boolean; readonly net: Estimate; readonly activity: Estimate }[];
  readonly currents: readonly Current[];
  readonly fromCurrents: CurrentBound | null;
  readonly findings: readonly Finding[];
}

export interface RunStatisticsProblem {
  readonly solver: StochasticSolver;
  readonly entropy: PathEntropy | null;
  /** Empty: the net events of each reaction. */
  readonly observables: readonly Observable[];
  readonly samples: readonly RunSample[];
  readonly times: Float64Array;
  /** Of every reaction, in the network's order. */
  readonly pairs: readonly ChannelPair[];
}

/** Estimates with standard errors and findings from sampled runs. */
export function runStatistics({ solver, entropy, observables, samples, times, pairs }: RunStatisticsProblem): RunStatistics {
  const { network } = solver;
  const [start, end] = [times[0] ?? 0, times.at(-1) ?? 0];
  const duration = end - start;
  const oneWayCounts = samples.map(({ firings }) => pairs.map(({ forward, reverse }) => ({ there: firings[forward] ?? 0, back: reverse === null ? 0 : (firings[reverse] ?? 0) })));
  const netOf = (run: number): number[] => (oneWayCounts[run] ?? []).map(({ there, back }) => there - back);
  const totals = (runs: readonly number[]): { forward: number[]; reverse: number[] } => {
    const sum = (pick: "there" | "back"): number[] => network.reactions.map((_, index) => runs.reduce((total, run) => total + (oneWayCounts[run]?.[index]?.[pick] ?? 0), 0));
    return { forward: sum("there"), reverse: sum("back") };
  };
  const all = samples.map((_, run) => run);
  const reactions = pairs.map(({ id, kind, diffusionIsApproximate }, index) => {
    const perTime = (sign: 1 | -1): Estimate => meanEstimate(oneWayCounts.map((counts) => ((counts[index]?.there ?? 0) + sign * (counts[index]?.back ?? 0)) / duration));
    return { id, kind, diffusionIsApproximate, net: perTime(-1), activity: perTime(1) };
  });
  const currentsBy = observables.length > 0 ? observables.map(({ name, perReaction }) => ({ name, weights: perReaction })) : network.reactions.map(({ id }, index) => ({ name: id, weights: network.reactions.map((_, other) => (other === index ? 1 : 0)) }));
  const values = all.map((run) => {
    const net = netOf(run);
    return currentsBy.map(({ weights }) => weights.reduce((total, weight, index) => (weight === 0 ? total : total + weight * (net[index] ?? 0)), 0));
  });
  const steady = drift(solver, samples, start);
  const entropyProduction = entropy ? { jumps: meanEstimate(samples.map(({ jumps }) => jumps)), states: meanEstimate(samples.map(({ states }) => states)) } : null;
  const better = entropyProduction && entropyProduction.jumps.standardError < entropyProduction.states.standardError ? "jumps" : "states";
  const currents = currentsBy.map(({ name }, index): Current => {
    const at = (run: number): number => values[run]?.[index] ?? Number.NaN;
    const varianceOf = (runs: readonly number[]): number => {
      const centre = meanAt(runs, at);
      return runs.reduce((total, run) => total + (at(run) - centre) ** 2, 0) / (runs.length - 1);
    };
    const mean = jackknife(all, (runs) => meanAt(runs, at) / duration);
    const variance = jackknife(all, (runs) => varianceOf(runs) / duration);
    const isSeen = steady.applied && Math.abs(mean.value) > sampledDefaults.standardErrors * mean.standardError;
    const ratio = (price: (run: number) => number): Estimate => jackknife(all, (runs) => (varianceOf(runs) * meanAt(runs, price)) / meanAt(runs, at) ** 2);
    const isFinite = entropyProduction !== null && Number.isFinite(entropyProduction[better].value);
    return {
      name,
      mean,
      variance,
      uncertainty: isSeen && isFinite ? ratio((run) => ((samples[run]?.[better] ?? Number.NaN) * duration) / 2) : null,
      kinetic: isSeen ? ratio((run) => samples[run]?.events ?? Number.NaN) : null,
    };
  });
  const counted = totals(all);
  const time = duration * samples.length;
  const plugIn = plugInFromCounts(counted.forward, counted.reverse, time);
  const overRuns = (estimator: (forward: number[], reverse: number[], time: number) => number): Estimate =>
    jackknife(all, (runs) => {
      const { forward, reverse } = totals(runs);
      return estimator(forward, reverse, duration * runs.length);
    });
  const moments = momentsOf(values, duration);
  const fromCurrents = steady.applied ? boundFromCurrents(moments) : null;
  const statistics: Omit<RunStatistics, "findings"> = {
    window: { start, end, duration, points: times.length },
    steady,
    entropyProduction,
    counts: { plugIn: { ...plugIn, estimate: overRuns((forward, reverse, over) => plugInFromCounts(forward, reverse, over).rate) }, shortTime: overRuns(shortTimeBound) },
    reactions,
    currents,
    fromCurrents,
  };
  return { ...statistics, findings: findingsFrom(statistics, entropyProduction ? entropyProduction[better] : null, entropy, network.reactions.map(({ id }) => id)) };
}

/** Whether species' means stand still within the window: a start from one sharp state never counts as steady where anything can happen. */
function drift(solver: StochasticSolver, samples: readonly RunSample[], start: number): RunStatistics["steady"] {
  let [largestDrift, species]: [number, string | null] = [0, null];
  const changed = solver.states.filter((id) => solver.network.reactions.some((reaction) => stoichiometryOf(reaction, id).change !== 0));
  solver.states.forEach((id, state) => {
    if (!changed.includes(id)) return;
    const change = meanEstimate(samples.map((sample) => (sample.end[state] ?? 0) - (sample.start[state] ?? 0)));
    const size = change.value === 0 ? 0 : Math.abs(change.value) / change.standardError;
    if (size > largestDrift) [largestDrift, species] = [size, id];
  });
  return { applied: (start > 0 || changed.length === 0) && largestDrift <= sampledDefaults.standardErrors, largestDrift, species };
}

const meanAt = (runs: readonly number[], pick: (run: number) => number): number => runs.reduce((total, run) => total + pick(run), 0) / runs.length;
