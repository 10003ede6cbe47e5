import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import { revise } from "../models/revise.ts";
import { formatSeed } from "../numerics/seed.ts";
import type { Status } from "../solvers/status.ts";
import type { Residues } from "../solvers/stochastic/channel.ts";
import { compileStochastic } from "../solvers/stochastic/compile.ts";
import { stochasticMethods } from "../solvers/stochastic/index.ts";
import type { StochasticSolver } from "../solvers/stochastic/solver.ts";
import { readObservables } from "./along.ts";
import { elementary } from "./checks/elementary.ts";
import { nothing } from "./checks/check.ts";
import type { Finding } from "./finding.ts";
import type { CurrentBound } from "./inference/current-bound.ts";
import { estimateDefaults } from "./inference/estimate.ts";
import type { Estimate } from "./inference/estimate.ts";
import { inVolume } from "./inference/in-volume.ts";
import { pathEntropyOf } from "./inference/path-entropy.ts";
import type { PathEntropy } from "./inference/path-entropy.ts";
import { whyNoEntropyProduction } from "./inference/path-kind.ts";
import type { PathKind } from "./inference/path-kind.ts";
import type { PlugIn } from "./inference/plug-in.ts";
import { sampleFluctuationTheorem } from "./inference/sampled-fluctuations.ts";
import type { SampledFluctuations } from "./inference/sampled-fluctuations.ts";
import { runStatistics } from "./inference/run-statistics.ts";
import type { RunSample } from "./inference/run-statistics.ts";
import { betweenRuns, sampleWindow } from "./inference/window.ts";
import type { Observable } from "./observable.ts";
import type { ReactionKind } from "./reaction-flux.ts";

/** Defaults of a stochastic report, in one place. The window starts late, so that most small systems have forgotten their start. */
export const stochasticThermoDefaults = { runs: 1000, times: [100, 110], method: "direct", points: 11 } as const;

export interface StochasticThermoOptions {
  /** Runs, at least one a batch of the standard errors. */
  readonly runs?: number;
  /**
   * Ascending [nTime], at least two: the window runs from the first to the last, and what lies before it is not counted. The
   * times between are where the state is looked at. From 0 on, every run starts from the same state, which is no steady state.
   */
  readonly times?: ArrayLike<number>;
  /** Root seed, 64 bits: same seed, same numbers. */
  readonly seed: bigint;
  /** Size of the one compartment, concentrations kept, so that molecule numbers grow with it. Default: the network's. */
  readonly volume?: number;
  /** Molecules at time 0 by species id, instead of the initial values. */
  readonly molecules?: Readonly<Record<string, number>>;
  /** Linear in species; what they gain within the window counts in molecules. Default: the net events of each reaction. */
  readonly observables?: readonly string[];
  /** Parameters, compartments and initial values to replace. */
  readonly set?: Readonly<Record<string, number | string>>;
  /** Id of an exact stochastic method. */
  readonly method?: string;
  /** What paths entropy production is asked from: all but jumps are refused. Default "jumps". */
  readonly paths?: PathKind;
  /** Reactions whose learned conductance is read at the residue of a jump, as `attachConductance` names them. Default none. */
  readonly residues?: Residues;
  readonly maxEvents?: number;
  /** Ends the sampling early; the runs that are complete count, where they fill the batches. */
  readonly signal?: AbortSignal;
  /** Called after every run, of the main sample and then of the fluctuation theorem's. */
  readonly progress?: (done: number, total: number) => void;
  /** Called about every 50 ms; default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

/** A reaction's events within the window · per time. */
export interface StochasticThermoReaction {
  readonly id: string;
  readonly kind: ReactionKind;
  /** True where the rate law stands for several steps, so that its sampled fluctuations are not the mechanism's. */
  readonly diffusionIsApproximate: boolean;
  readonly net: Estimate;
  readonly activity: Estimate;
}

/** A current within the window: what an observable gained, or a reaction's net events. */
export interface StochasticThermoCurrent {
  readonly name: string;
  /** <J>/tau · molecules per time. */
  readonly mean: Estimate;
  /** Var(J)/tau · molecules squared per time. */
  readonly variance: Estimate;
  /** Var(J) Sigma / (2 <J>²), at least 1 in a steady state; null where it is not defined or the current is lost in its noise. */
  readonly uncertainty: Estimate | null;
  /** Var(J) N / <J>² with N events, at least 1 in a steady state; null as `uncertainty`. */
  readonly kinetic: Estimate | null;
}

/** Thermodynamics from sampled runs, plain data; entropies · k_B. */
export interface StochasticThermo {
  readonly schema: "thermo-stochastic/1";
  /** Runs that reached the last time: those the estimates are of. */
  readonly runs: number;
  readonly requestedRuns: number;
  readonly seed: string;
  readonly method: string;
  readonly window: { readonly start: number; readonly end: number; readonly duration: number; readonly points: number };
  /** Size of the compartment where there is one. */
  readonly volume: number | null;
  /** Whether steady-state relations are applied; `largestDrift` in standard errors of a species' mean change in the window. */
  readonly steady: { readonly applied: boolean; readonly largestDrift: number; readonly species: string | null };
  /** k_B per time; null where it is not defined. */
  readonly entropyProduction: {
    /** From the jumps: sum of ln a_e/a_-e over the duration; the entropy production in a steady state. */
    readonly jumps: Estimate;
    /** From the states at the times: the expected growth there; the same mean, usually a smaller error. */
    readonly states: Estimate;
    /** The one of the two with the smaller standard error, per volume; null where there is no volume. */
    readonly perVolume: Estimate | null;
  } | null;
  /** From the counts of all runs together. */
  readonly counts: { readonly plugIn: PlugIn & { readonly estimate: Estimate }; readonly shortTime: Estimate };
  readonly reactions: readonly StochasticThermoReaction[];
  readonly currents: readonly StochasticThermoCurrent[];
  /** The least entropy production that the currents need, as inferred from them alone; null outside a steady state. */
  readonly fromCurrents: CurrentBound | null;
  readonly fluctuationTheorem: SampledFluctuations | null;
  readonly findings: readonly Finding[];
  readonly warnings: readonly NetworkProblem[];
}

export type StochasticThermoResult =
  | { readonly report: StochasticThermo; readonly status: Status; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly status?: Status; readonly report?: undefined };

/**
 * Entropy production, currents, uncertainty relations and fluctuation theorem of a network from sampled jumps, with standard errors.
 * @status problems: what cannot be sampled or judged, all of it, and too few complete runs; `status` is the last run's.
 */
export async function stochasticThermo(network: Network, options: StochasticThermoOptions): Promise<StochasticThermoResult> {
  const prepared = await prepare(network, options);
  if (prepared.problems) return prepared;
  const { solver, times, runs, observables, molecules, revised } = prepared;
  const { seed, signal, breathe, maxEvents, progress } = options;
  const shared = { seed, ...(maxEvents !== undefined && { maxEvents }), ...(signal && { signal }), ...(breathe && { breathe }) };
  const judged = pathEntropyOf(solver);
  const entropy = judged.entropy ?? null;
  const samples: RunSample[] = [];
  const isStopped = (): boolean => signal?.aborted ?? false;
  const rest = betweenRuns(breathe);
  let status: Status = { status: "done" };
  for (let index = 0; index < runs && status.status === "done" && !isStopped(); index++) {
    const result = await sampleWindow(solver, { ...shared, index, times, ...(molecules && { molecules }) });
    status = result.status;
    if (result.window) samples.push(sampleOf(result.window, times, entropy));
    progress?.(samples.length, 2 * runs);
    await rest();
  }
  if (isStopped() && status.status === "done" && samples.length < runs) status = { status: "paused", time: 0 };
  if (samples.length < estimateDefaults.batches) {
    const cause = "hint" in status ? `; run ${samples.length + 1} ended at ${status.time}: ${status.worst}: ${status.hint}` : "";
    return { status, problems: [{ where: "option:runs", message: `${samples.length} of ${runs} runs reached the last time; standard errors need at least ${estimateDefaults.batches}${cause}` }] };
  }
  const statistics = runStatistics({ solver, entropy, observables, samples, times, pairs: judged.pairs });
  const fluctuations =
    entropy && status.status === "done"
      ? await sampleFluctuationTheorem(solver, entropy, samples.map(({ end }) => end), { ...shared, duration: statistics.window.duration, firstIndex: runs, ...(progress && { progress: (done: number) => progress(runs + done, 2 * runs) }) })
      : null;
  const unjudged = (judged.problems ?? []).map(({ where, message }) => undefinedFinding(where, message));
  const reactions = statistics.reactions.map(({ id, kind, diffusionIsApproximate }) => ({ id, kind, elementary: !diffusionIsApproximate, reason: null }));
  const findings = [...statistics.findings, ...unjudged, ...(fluctuations ? [fluctuations.finding] : []), ...elementary.check({ ...nothing, reactions })];
  const compartments = [...new Set(revised.species.map(({ compartment }) => compartment))];
  const volume = compartments.length === 1 ? (revised.compartments.find(({ id }) => id === compartments[0])?.size ?? null) : null;
  return {
    status,
    report: {
      schema: "thermo-stochastic/1",
      runs: samples.length,
      requestedRuns: runs,
      seed: formatSeed(seed),
      method: solver.method.facts.id,
      volume,
      ...statistics,
      entropyProduction: statistics.entropyProduction && { ...statistics.entropyProduction, perVolume: perVolume(statistics.entropyProduction, volume) },
      fluctuationTheorem: fluctuations,
      findings,
      warnings: solver.warnings,
    },
  };
}

type Prepared =
  | { readonly solver: StochasticSolver; readonly times: Float64Array; readonly runs: number; readonly observables: readonly Observable[]; readonly molecules: Float64Array | null; readonly revised: Network; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[] };

async function prepare(network: Network, options: StochasticThermoOptions): Promise<Prepared> {
  const problems: NetworkProblem[] = [];
  const note = (where: string, message: string): void => void problems.push({ where, message });
  const runs = options.runs ?? stochasticThermoDefaults.runs;
  if (!(Number.isInteger(runs) && runs >= estimateDefaults.batches)) note("option:runs", `runs is ${runs}; it must be a whole number, at least ${estimateDefaults.batches}, one a batch`);
  const times = options.times ? Float64Array.from(options.times) : defaultTimes();
  const wrong = times.findIndex((time, index) => !(time >= (times[index - 1] ?? 0) && time < Infinity));
  if (wrong >= 0) note("option:times", `time ${wrong + 1} is ${times[wrong]}; times must be finite, at least 0 and ascending`);
  else if (!((times.at(-1) ?? 0) > (times[0] ?? 0))) note("option:times", "the window is empty; give at least two different times, its start and its end");
  const refused = whyNoEntropyProduction(options.paths ?? "jumps");
  if (refused) problems.push(refused);
  const methodId = options.method ?? stochasticThermoDefaults.method;
  const method = Object.values(stochasticMethods).find(({ facts }) => facts.id === methodId);
  if (!method) note("option:method", `there is no stochastic method "${methodId}"; choose one of ${Object.keys(stochasticMethods).join(", ")}`);
  const changed = revise(network, options.set ?? {});
  if (changed.problems) return { problems: [...problems, ...changed.problems] };
  const sized = options.volume === undefined ? { network: changed.network } : inVolume(changed.network, options.volume);
  if (sized.problems) return { problems: [...problems, ...sized.problems] };
  const read = readObservables(sized.network, options.observables ?? []);
  problems.push(...read.problems);
  if (!method) return { problems };
  const compiled = await compileStochastic(sized.network, { method, ...(options.residues && { residues: options.residues }) });
  if (compiled.problems) return { problems: [...problems, ...compiled.problems] };
  const { solver } = compiled;
  for (const [index, id] of solver.system.parameters.entries()) {
    if (Number.isNaN(solver.system.parameterValues[index])) note(`value:${id}`, `"${id}" has no value; give it one`);
  }
  const molecules = options.molecules ? moleculesOf(solver, options.molecules, problems) : null;
  if (problems.length > 0) return { problems };
  return { solver, times, runs, observables: read.observables, molecules, revised: sized.network };
}

function defaultTimes(): Float64Array {
  const [from, to] = stochasticThermoDefaults.times;
  const intervals = stochasticThermoDefaults.points - 1;
  return Float64Array.from({ length: intervals + 1 }, (_, index) => from + ((to - from) * index) / intervals);
}

/** Molecules at time 0: those given, the others as the network starts. */
function moleculesOf(solver: StochasticSolver, given: Readonly<Record<string, number>>, problems: NetworkProblem[]): Float64Array {
  for (const [id, count] of Object.entries(given)) {
    const where = `species:${id}`;
    if (!solver.states.includes(id)) problems.push({ where, message: `"${id}" is no counted species; molecules can be given for ${solver.states.join(", ")}` });
    else if (!(Number.isInteger(count) && count >= 0 && count <= 2 ** 53)) problems.push({ where, message: `"${id}" starts with ${count} molecules; give a whole number from 0 to 2^53` });
  }
  const start = solver.begin({ seed: 0n, times: Float64Array.of(0) });
  start.advance(1);
  return start.path().molecules.map((count, state) => given[solver.states[state] ?? ""] ?? count);
}

function sampleOf({ start, end, molecules, firings, events }: { readonly start: Float64Array; readonly end: Float64Array; readonly molecules: Float64Array; readonly firings: Float64Array; readonly events: number }, times: Float64Array, entropy: PathEntropy | null): RunSample {
  const n = start.length;
  const duration = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const rates = entropy ? Array.from(times, (_, row) => entropy.rate(molecules.subarray(row * n, (row + 1) * n))) : [];
  // The trapezoid's weights add up to one, so that in a steady state any grid gives the right mean.
  const growth = rates.slice(1).reduce((total, rate, index) => total + ((rate + (rates[index] ?? 0)) / 2) * ((times[index + 1] ?? 0) - (times[index] ?? 0)), 0);
  return { start, end, firings, events, jumps: entropy ? entropy.along(start, end, firings) / duration : Number.NaN, states: entropy ? growth / duration : Number.NaN };
}

function perVolume({ jumps, states }: { readonly jumps: Estimate; readonly states: Estimate }, volume: number | null): Estimate | null {
  if (volume === null) return null;
  const better = jumps.standardError < states.standardError ? jumps : states;
  return { value: better.value / volume, standardError: better.standardError / volume, batches: better.batches };
}

const undefinedFinding = (where: string, message: string): Finding => ({
  check: "path-entropy",
  verdict: "not applicable",
  value: null,
  bound: null,
  equation: "Delta s = sum ln[a_e(before) / a_-e(after)]",
  source: "Seifert 2005, doi:10.1103/PhysRevLett.95.040602",
  where: where.startsWith("reaction:") ? message : `${where}: ${message}`,
  topic: "thermodynamics",
});
