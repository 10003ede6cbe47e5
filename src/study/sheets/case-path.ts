import { odeSystem } from "../../models/compile.ts";
import { initialState } from "../../models/initial-state.ts";
import type { Network } from "../../models/network.ts";
import { revise } from "../../models/revise.ts";
import { speciesIds } from "../../models/structure.ts";
import { compileSolver } from "../../solvers/compile.ts";
import type { OdeControl } from "../../solvers/ode/control.ts";
import type { OdeMethod } from "../../solvers/ode/method.ts";
import type { WovenSolver } from "../../solvers/ode/solver.ts";
import { limitCycle } from "../../thermo/cycle-integral.ts";
import { onsagerDecomposition } from "../../thermo/decomposition/onsager.ts";
import { densePath, type DensePath } from "../../thermo/dense-path.ts";
import { fluxesOf, type Fluxes } from "../../thermo/fluxes.ts";
import { readObservable } from "../../thermo/observable.ts";
import { integrateAlong } from "../../thermo/path-integral.ts";
import { cycleDecomposition, openStructure } from "../../thermo/structure/index.ts";
import { totalEntropyProduction } from "../../thermo/uncertainty.ts";
import type { Finding } from "../result.ts";

/** A solved case: from `network`'s initial state over `times`, a whole period where it is a limit cycle. */
export interface CasePath {
  readonly network: Network;
  readonly times: readonly number[];
  /** By species that is no chemostat, each [nTime] · concentration. */
  readonly concentrations: Readonly<Record<string, readonly number[]>>;
  /** Integral of Onsager's excess, NaN where it is not known · R per volume. */
  readonly excess: number;
  /** False where that integral is not known to the solver's tolerance. */
  readonly resolved: boolean;
  /** The entropy production of a period once more, from affinities and currents of its cycles; null for what is no period. */
  readonly byCycles: number | null;
  readonly findings: readonly Omit<Finding, "where">[];
}

export interface CasePathOptions {
  readonly method: OdeMethod;
  readonly control: Partial<OdeControl>;
  readonly observables: readonly string[];
  readonly points: number;
  readonly end?: number;
  /** Search for a limit cycle within this time, and follow it once around. */
  readonly horizon?: number;
}

type CasePathResult = { readonly path: CasePath; readonly problems?: undefined } | { readonly problems: readonly string[]; readonly path?: undefined };

/** Solves a path, or searches for a limit cycle and follows it once around. @status problems: no cycle, a run that fails */
export async function alongCase(network: Network, options: CasePathOptions): Promise<CasePathResult> {
  const compiled = odeSystem(network);
  if (compiled.problems) return { problems: compiled.problems.map(({ message }) => message) };
  const { system } = compiled;
  const made = fluxesOf(network, system);
  if (made.problems) return { problems: made.problems.map(({ message }) => message) };
  const unreadable = options.observables.flatMap((text) => readObservable(network, text).problem ?? []);
  if (unreadable.length > 0) return { problems: unreadable };
  const { fluxes } = made;
  const solver = await compileSolver(system, { method: options.method, control: options.control, record: true });
  const parameters = Float64Array.from(system.parameterValues);
  const state = initialState(system, parameters);
  if (options.horizon === undefined) {
    const path = densePath(solver, { parameters, state, endTime: options.end ?? Number.NaN });
    if (path.status.status !== "done") return { problems: [`the solver ended with ${path.status.status} at time ${path.endTime}`] };
    return { path: { network, ...followed(fluxes, solver, path, options.points), byCycles: null, findings: [] } };
  }
  const found = limitCycle(solver, { parameters, state, horizon: options.horizon });
  if (found.problems) return { problems: found.problems.map(({ message }) => message) };
  const { path, gap } = found.cycle;
  const start = fluxes.at(0, parameters, path.start).species;
  const internal = new Set(speciesIds(network, "internal"));
  const moved = revise(network, Object.fromEntries(fluxes.species.flatMap((id, index) => (internal.has(id) ? [[id, start[index] ?? Number.NaN]] : []))));
  if (moved.problems) return { problems: moved.problems.map(({ message }) => message) };
  const { byCycles, finding } = cyclesOf(fluxes, path, gap);
  return { path: { network: moved.network, ...followed(fluxes, solver, path, options.points), byCycles, findings: [finding] } };
}

/** States at even times and the integral of the excess. */
function followed(fluxes: Fluxes, solver: WovenSolver, path: DensePath, points: number): Pick<CasePath, "times" | "concentrations" | "excess" | "resolved"> {
  const { parameters, start: state, endTime } = path;
  const times = Array.from({ length: points }, (_, row) => (endTime * row) / (points - 1));
  const { values } = solver.solve({ parameters, state, times: Float64Array.from(times) });
  const rows = times.map((time, row) => fluxes.at(time, parameters, values.subarray(row * state.length, (row + 1) * state.length)).species);
  const { integrals, resolved } = integrateAlong(path, (time, at) => {
    const split = onsagerDecomposition(fluxes, fluxes.at(time, parameters, at));
    return ["problem" in split ? Number.NaN : split.excess];
  });
  const [excess = Number.NaN] = integrals;
  const concentrations = Object.fromEntries(speciesIds(fluxes.network, "internal").map((id) => [id, rows.map((row) => row[fluxes.species.indexOf(id)] ?? Number.NaN)]));
  return { times, concentrations, excess, resolved };
}

/** What a period's fluxes amount to: currents around cycles, whose affinities are the same at every state while chemostats stand still. */
function cyclesOf(fluxes: Fluxes, path: DensePath, gap: number): { readonly byCycles: number; readonly finding: Omit<Finding, "where"> } {
  const [whole = Number.NaN, ...net] = integrateAlong(path, (time, state) => {
    const point = fluxes.at(time, path.parameters, state);
    return [totalEntropyProduction(fluxes, point), ...point.net];
  }).integrals;
  const { force } = fluxes.at(path.startTime, path.parameters, path.start);
  const { entropyProduction, distance } = cycleDecomposition(fluxes.network, openStructure(fluxes.network), { net: Float64Array.from(net), force });
  // The path is closed to `gap`, its integrals are good to about ten times the solver's tolerance.
  const slack = 10 * (path.rtol + gap + distance);
  return {
    byCycles: entropyProduction,
    finding: {
      check: "period by cycles",
      verdict: Math.abs(whole - entropyProduction) <= slack * Math.abs(whole) ? "ok" : "violated",
      value: whole,
      bound: entropyProduction,
      equation: "int sigma dt = sum over cycles of affinity times int current dt, over a period",
      source: "Polettini & Esposito 2014, doi:10.1063/1.4886396",
      topic: "thermodynamics",
    },
  };
}
