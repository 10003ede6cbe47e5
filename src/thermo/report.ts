import { evaluateAll } from "../kernel/evaluate.ts";
import type { NetworkProblem } from "../models/check.ts";
import { odeSystem } from "../models/compile.ts";
import type { Network } from "../models/network.ts";
import { revise } from "../models/revise.ts";
import { speciesIds, stoichiometryOf } from "../models/structure.ts";
import type { OdeSystem } from "../models/system.ts";
import { compileSolver } from "../solvers/compile.ts";
import type { OdeControl } from "../solvers/ode/control.ts";
import { odeMethods } from "../solvers/ode/index.ts";
import type { Status } from "../solvers/status.ts";
import { fluxesAlong, readObservables } from "./along.ts";
import type { ThermoAlong } from "./along.ts";
import type { Finding } from "./finding.ts";
import { fluxesOf } from "./fluxes.ts";
import { cycleAffinities, structureOf } from "./structure.ts";
import type { CycleAffinity, NetworkStructure } from "./structure.ts";

/** Defaults of a thermodynamic report, in one place: entropy production next to equilibrium is a small difference, so tolerances are tight. */
export const thermoDefaults = { end: 10, points: 101, method: "rodas5p", control: { rtol: 1e-9, atol: 1e-12 } } as const;

export interface ThermoReportOptions {
  /** Ascending, from 0 on; instead of `end` and `points`. */
  readonly times?: readonly number[];
  readonly end?: number;
  /** Rows including 0 and the end, at least 2. */
  readonly points?: number;
  /** Not supported yet: refused by name. */
  readonly steadyState?: boolean;
  /** Linear in species; default: every species that a reaction changes and that is no chemostat. */
  readonly observables?: readonly string[];
  /** Id of an ODE method. */
  readonly method?: string;
  readonly control?: Partial<OdeControl>;
  /** Parameters, compartments and initial values to replace, before initial assignments. */
  readonly set?: Readonly<Record<string, number | string>>;
  readonly signal?: AbortSignal;
}

/** Current and diffusion · concentration per time; null = not defined or not known. */
export interface ThermoReportObservable {
  readonly name: string;
  readonly current: number;
  readonly diffusion: number | null;
  readonly tightness: number | null;
}

/** One time of a report; NaN where no reaction has an entropy production, or a value has no logarithm. */
export interface ThermoReportRow {
  readonly time: number;
  /** R per volume and time. */
  readonly entropyProduction: number;
  readonly perReaction: Readonly<Record<string, number>>;
  readonly observables: readonly ThermoReportObservable[];
}

/** What `thermo --json` prints, infinities still as numbers. */
export interface ThermoReport {
  readonly schema: "thermo/1";
  readonly structure: NetworkStructure & { readonly wegscheider: readonly CycleAffinity[] };
  readonly at: readonly ThermoReportRow[];
  readonly findings: readonly Finding[];
}

export type ThermoReportResult =
  | { readonly report: ThermoReport; readonly status: Status; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly report?: undefined };

/**
 * Structure, entropy production, uncertainty relation and checks of a network along its own trajectory.
 * @status problems: whatever keeps the network from being simulated or judged, all of it; `status` is the solver's, with the rows reached.
 */
export async function thermoReport(network: Network, options: ThermoReportOptions = {}): Promise<ThermoReportResult> {
  const problems: NetworkProblem[] = [];
  if (options.steadyState) problems.push({ where: "option:steadyState", message: "the steady state is not searched for yet; give an end time at which the model has come to rest" });
  const times = timesOf(options, problems);
  const methodId = options.method ?? thermoDefaults.method;
  const method = Object.values(odeMethods).find(({ facts }) => facts.id === methodId);
  if (!method) problems.push({ where: `option:method`, message: `there is no method "${methodId}" for thermodynamics along a path; choose one of ${Object.keys(odeMethods).join(", ")}` });
  const revised = revise(network, options.set ?? {});
  if (revised.problems) return { problems: [...problems, ...revised.problems] };
  const compiled = odeSystem(revised.network);
  if (compiled.problems) return { problems: [...problems, ...compiled.problems] };
  const { system } = compiled;
  for (const [index, id] of system.parameters.entries()) {
    if (Number.isNaN(system.parameterValues[index])) problems.push({ where: `value:${id}`, message: `"${id}" has no value; give it one` });
  }
  const fluxes = fluxesOf(revised.network, system);
  const read = readObservables(revised.network, options.observables ?? changedSpecies(revised.network));
  problems.push(...(fluxes.problems ?? []), ...read.problems);
  if (!fluxes.fluxes || !method || problems.length > 0) return { problems };

  const parameters = Float64Array.from(system.parameterValues);
  const state = startOf(system, parameters);
  const solver = await compileSolver(system, { method, control: { ...thermoDefaults.control, ...options.control } });
  const trajectory = await solver.solveAsync({ parameters, state, times }, options.signal ? { signal: options.signal } : {});
  const structure = structureOf(revised.network);
  const wegscheider = cycleAffinities(revised.network, structure.cycles, fluxes.fluxes.logEquilibrium(0, parameters, state));
  const along = fluxesAlong(fluxes.fluxes, read.observables, parameters, trajectory, wegscheider);
  return {
    report: { schema: "thermo/1", structure: { ...structure, wegscheider }, at: rowsOf(along), findings: along.findings },
    status: trajectory.status,
  };
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

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

function rowsOf(along: ThermoAlong): ThermoReportRow[] {
  return Array.from(along.times, (time, row) => ({
    time,
    entropyProduction: along.total[row] ?? Number.NaN,
    perReaction: Object.fromEntries(Object.entries(along.perReaction).map(([id, values]) => [id, values[row] ?? Number.NaN])),
    observables: Object.keys(along.current).map((name) => ({
      name,
      current: along.current[name]?.[row] ?? Number.NaN,
      diffusion: known(along.diffusion[name]?.[row]),
      tightness: known(along.tightness[name]?.[row]),
    })),
  }));
}
