import { evaluateAll } from "../kernel/evaluate.ts";
import type { NetworkProblem } from "../models/check.ts";
import { odeSystem } from "../models/compile.ts";
import type { Network } from "../models/network.ts";
import { revise } from "../models/revise.ts";
import { speciesIds, stoichiometryOf } from "../models/structure.ts";
import type { IntegerRow } from "../models/structure.ts";
import type { OdeSystem } from "../models/system.ts";
import { compileSolver } from "../solvers/compile.ts";
import type { OdeControl } from "../solvers/ode/control.ts";
import { oneStepMethods } from "../solvers/ode/index.ts";
import type { Status } from "../solvers/status.ts";
import type { SteadyStatus } from "../solvers/steady-state.ts";
import { fluxesAlong, readObservables } from "./along.ts";
import type { Path } from "./along.ts";
import { applicabilityOf } from "./applicability.ts";
import type { Applicability } from "./applicability.ts";
import { compileFluxes } from "./compiled-fluxes.ts";
import type { BoundFacts } from "./bounds/index.ts";
import { densePath } from "./dense-path.ts";
import type { Finding } from "./finding.ts";
import { fluxRows } from "./flux-rows.ts";
import { fluxesOf } from "./fluxes.ts";
import type { Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { boundFacts, reportRow, splitsAt, undecomposed } from "./report-row.ts";
import type { ThermoReportRow } from "./report-row.ts";
import { isRateRuledAlone, rateRuled } from "./rate-ruled.ts";
import { steadyReport } from "./report-steady.ts";
import type { SteadyReport } from "./report-steady.ts";
import { fluxesAtRest } from "./rest-rounding.ts";
import { speedLimits } from "./speed-limit.ts";
import type { SpeedLimits } from "./speed-limit.ts";
import { cycleAffinities, structureOf } from "./structure.ts";
import type { CycleAffinity, NetworkStructure } from "./structure.ts";
import { massBalanceOf, openStructure, structuralEvidence } from "./structure/index.ts";
import type { TheoremVerdict } from "./structure/index.ts";

/** Defaults of a thermodynamic report, in one place: entropy production next to equilibrium is a small difference, so tolerances are tight. */
export const thermoDefaults = { end: 10, points: 101, method: "rodas5p", control: { rtol: 1e-9, atol: 1e-12 } } as const;

export interface ThermoReportOptions {
  /** Ascending, from 0 on; instead of `end` and `points`. */
  readonly times?: readonly number[];
  readonly end?: number;
  /** Rows including 0 and the end, at least 2. */
  readonly points?: number;
  /** Only the steady state that the initial state leads to; takes no times. */
  readonly steady?: boolean;
  /** Chemical formula by species id, for the mass balance. */
  readonly formulas?: Readonly<Record<string, string>>;
  /** Linear in species; default: every species that a reaction changes and that is no chemostat. */
  readonly observables?: readonly string[];
  /** Id of an ODE method. */
  readonly method?: string;
  readonly control?: Partial<OdeControl>;
  /** Parameters, compartments and initial values to replace, before initial assignments. */
  readonly set?: Readonly<Record<string, number | string>>;
  readonly signal?: AbortSignal;
}

/** What `thermo --json` prints, infinities still as numbers. */
export interface ThermoReport {
  readonly schema: "thermo/1";
  readonly structure: NetworkStructure & { readonly wegscheider: readonly CycleAffinity[]; readonly brokenLaws: readonly IntegerRow[]; readonly theorems: readonly TheoremVerdict[] };
  /** Which quantity means what, reaction by reaction: one-way, learned and reduced rate laws. */
  readonly applicability: Applicability;
  readonly at: readonly ThermoReportRow[];
  /** What the bounds in `at` stand on. */
  readonly bounds: readonly BoundFacts[];
  /** Over the whole path; null for a steady state, where no row was reached, and where rate rules alone move the state. */
  readonly speedLimits: SpeedLimits | null;
  /** Null unless the steady state was asked for. */
  readonly steady: SteadyReport | null;
  readonly findings: readonly Finding[];
}

export type ThermoReportResult =
  | { readonly report: ThermoReport; readonly status: Status; readonly problems?: undefined }
  /** `status` is that of a search that found no steady state: then the input is right, and the problem is numerical. */
  | { readonly problems: readonly NetworkProblem[]; readonly status?: SteadyStatus; readonly report?: undefined };

/** A network made ready to be judged. */
interface Prepared {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly fluxes: Fluxes;
  readonly observables: readonly Observable[];
  readonly parameters: Float64Array;
  readonly state: Float64Array;
}

/**
 * Structure, entropy production and its parts, uncertainty relation with its refinements, speed limits and checks of a network
 * along its own trajectory, or at its steady state.
 * @status problems: whatever keeps the network from being simulated or judged, all of it; `status` is the solver's, with the rows reached.
 */
export async function thermoReport(network: Network, options: ThermoReportOptions = {}): Promise<ThermoReportResult> {
  const problems: NetworkProblem[] = [];
  const times = options.steady ? noTimes(options, problems) : timesOf(options, problems);
  const methodId = options.method ?? thermoDefaults.method;
  const method = Object.values(oneStepMethods).find(({ facts }) => facts.id === methodId);
  if (!method) problems.push({ where: `option:method`, message: `there is no method "${methodId}" for thermodynamics along a path; choose one of ${Object.keys(oneStepMethods).join(", ")}` });
  const { rtol = thermoDefaults.control.rtol } = options.control ?? {};
  if (!(rtol > 0 && rtol < Infinity)) problems.push({ where: "option:rtol", message: `rtol is ${rtol}; it must be finite and above 0` });
  const prepared = prepare(network, options, problems);
  if (!prepared || !method || problems.length > 0) return { problems };
  const { fluxes, system, parameters, state } = prepared;

  if (options.steady) {
    const resting = { ...prepared, fluxes: fluxesAtRest(fluxes) };
    const steady = steadyReport(resting);
    if (steady.problems) return steady;
    return judged(resting, options, { times: [Infinity], values: steady.state }, { status: "done" }, null, steady.report);
  }
  const control = { ...thermoDefaults.control, ...options.control };
  const solver = await compileSolver(system, { method, control });
  const trajectory = await solver.solveAsync({ parameters, state, times }, options.signal ? { signal: options.signal } : {});
  const last = trajectory.times.at(-1) ?? 0;
  const isWhole = trajectory.status.status === "done" && last > 0 && !isRateRuledAlone(prepared.network);
  const recorded = isWhole ? await compileSolver(system, { method, control, record: true }) : null;
  const limits = recorded ? speedLimits(fluxes, densePath(recorded, { parameters, state, endTime: last }), prepared.observables) : null;
  return judged(prepared, options, trajectory, trajectory.status, limits, null);
}

/** Puts the report together from a path. */
async function judged(
  { network, fluxes, observables, parameters, state }: Prepared,
  options: ThermoReportOptions,
  path: Path,
  status: Status,
  limits: SpeedLimits | null,
  steady: SteadyReport | null,
): Promise<ThermoReportResult> {
  const structure = structureOf(network);
  const wegscheider = cycleAffinities(network, structure.cycles, fluxes.logEquilibrium(0, parameters, state));
  const structural = structuralEvidence(fluxes, parameters, path, { slack: options.control?.atol ?? thermoDefaults.control.atol, ...(options.formulas ? { formulas: options.formulas } : {}) });
  if (structural.problems) return { problems: structural.problems };
  // Compiled fluxes know nothing of rounding at rest, and one state is not worth compiling for.
  const rows = steady ? fluxRows(fluxes, observables) : await compileFluxes(fluxes, observables);
  const along = fluxesAlong(rows, parameters, path, wegscheider, structural.evidence);
  const width = fluxes.system.states.length;
  const points = Array.from(path.times, (time, row) => fluxes.at(time, parameters, Array.from({ length: width }, (_, column) => path.values[row * width + column] ?? Number.NaN)));
  const [first] = points;
  const splits = points.map((point) => splitsAt(fluxes, point));
  return {
    report: {
      schema: "thermo/1",
      structure: { ...structure, wegscheider, brokenLaws: openStructure(network).broken, theorems: structural.evidence.deficiency ?? [] },
      applicability: applicabilityOf(fluxes.reactions, rateRuled(network)),
      at: points.flatMap((point, row) => {
        const split = splits[row];
        return split ? [reportRow(fluxes, point, observables, Object.fromEntries(Object.entries(along.perReaction).map(([id, values]) => [id, values[row] ?? Number.NaN])), split)] : [];
      }),
      bounds: first ? boundFacts(fluxes, first) : [],
      speedLimits: limits,
      steady,
      findings: [...along.findings, ...undecomposed(points, splits)],
    },
    status,
  };
}

/** Compiles and checks what a report is about; null with all problems noted. */
function prepare(network: Network, options: ThermoReportOptions, problems: NetworkProblem[]): Prepared | null {
  const revised = revise(network, options.set ?? {});
  if (revised.problems) {
    problems.push(...revised.problems);
    return null;
  }
  const compiled = odeSystem(revised.network);
  if (compiled.problems) {
    problems.push(...compiled.problems);
    return null;
  }
  const { system } = compiled;
  for (const [index, id] of system.parameters.entries()) {
    if (Number.isNaN(system.parameterValues[index])) problems.push({ where: `value:${id}`, message: `"${id}" has no value; give it one` });
  }
  const fluxes = fluxesOf(revised.network, system);
  const read = readObservables(revised.network, options.observables ?? changedSpecies(revised.network));
  const balance = options.formulas ? massBalanceOf(revised.network, options.formulas) : null;
  problems.push(...(fluxes.problems ?? []), ...read.problems, ...(balance?.problems ?? []));
  if (!fluxes.fluxes) return null;
  const parameters = Float64Array.from(system.parameterValues);
  return { network: revised.network, system, fluxes: fluxes.fluxes, observables: read.observables, parameters, state: startOf(system, parameters) };
}

function noTimes({ times, end, points }: ThermoReportOptions, problems: NetworkProblem[]): Float64Array {
  if (times !== undefined || end !== undefined || points !== undefined) problems.push({ where: "option:steady", message: "a steady state has no times; give either steady, or times" });
  return new Float64Array(0);
}

function timesOf({ times, end, points }: ThermoReportOptions, problems: NetworkProblem[]): Float64Array {
  const note = (option: string, message: string): void => void problems.push({ where: `option:${option}`, message });
  if (times) {
    if (end !== undefined || points !== undefined) note("times", "give either times, or end and points");
    const wrong = times.findIndex((time, index) => !(time >= (times[index - 1] ?? 0) && time < Infinity));
    if (wrong >= 0) note("times", `time ${wrong + 1} is ${times[wrong]}; times must be finite, at least 0 and ascending`);
    return Float64Array.from(times);
  }
  const last = end ?? thermoDefaults.end;
  const count = points ?? thermoDefaults.points;
  if (!(last >= 0 && last < Infinity)) note("end", `the end is ${last}; it must be finite and at least 0`);
  if (!(Number.isInteger(count) && count >= 2)) {
    note("points", `points is ${count}; it must be a whole number, at least 2`);
    return new Float64Array(0);
  }
  return Float64Array.from({ length: count }, (_, index) => (index === count - 1 ? last : (last * index) / (count - 1)));
}

const changedSpecies = (network: Network): string[] =>
  speciesIds(network, "internal").filter((id) => network.reactions.some((reaction) => stoichiometryOf(reaction, id).change !== 0));

function startOf(system: OdeSystem, parameters: Float64Array): Float64Array {
  const values = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  return Float64Array.from(evaluateAll(system.initialState, (name) => (name === "time" ? 0 : (values.get(name) ?? Number.NaN))));
}
