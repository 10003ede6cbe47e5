import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import type { OdeSystem } from "../models/system.ts";
import type { Evidence } from "./checks/check.ts";
import { findingsOf } from "./checks/index.ts";
import type { Finding } from "./finding.ts";
import type { FluxesOptions, Fluxes, OutOfDomain } from "./fluxes.ts";
import { fluxesOf } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { readObservable } from "./observable.ts";
import { isThermodynamic } from "./reaction-flux.ts";
import type { CycleAffinity } from "./structure.ts";
import { observe, totalActivity, totalEntropyProduction } from "./uncertainty.ts";

/** States at times, row-major [nTime, nState] in the system's order; a `Trajectory` is one. */
export interface Path {
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Thermodynamics along a path. Entropy production · R per volume and time; NaN = not defined. */
export interface ThermoAlong {
  readonly times: Float64Array;
  /** Entropy production of all reactions that have one [nTime]. */
  readonly total: Float64Array;
  /** By reaction id, each [nTime]; reactions without one are left out, with a finding. */
  readonly perReaction: Readonly<Record<string, Float64Array>>;
  /** Forward plus reverse fluxes of those reactions [nTime] · concentration per time. */
  readonly activity: Float64Array;
  /** By observable, each [nTime] · concentration per time. */
  readonly current: Readonly<Record<string, Float64Array>>;
  readonly diffusion: Readonly<Record<string, Float64Array>>;
  /** σ·D/(2 f²) by observable, each [nTime], dimensionless; NaN where it is 0/0 or not known. */
  readonly tightness: Readonly<Record<string, Float64Array>>;
  readonly findings: readonly Finding[];
}

export type ThermoAlongResult =
  | { readonly along: ThermoAlong; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly along?: undefined };

/**
 * Thermodynamics along a solved path. `system` is `odeSystem(network)`, `parameters` [nParameter] the values the path was solved
 * with, `observables` as `readObservable` reads them.
 * @status problems: several compartments, unreadable or non-linear observables, unknown reactions in `exclude`.
 */
export function thermoAlong(network: Network, system: OdeSystem, parameters: ArrayLike<number>, path: Path, observables: readonly string[], options: FluxesOptions = {}): ThermoAlongResult {
  const compiled = fluxesOf(network, system, options);
  const read = readObservables(network, observables);
  const problems = [...(compiled.problems ?? []), ...read.problems];
  if (!compiled.fluxes || problems.length > 0) return { problems };
  return { along: fluxesAlong(compiled.fluxes, read.observables, parameters, path, []) };
}

/** Reads observables; all problems. */
export function readObservables(network: Network, texts: readonly string[]): { readonly observables: Observable[]; readonly problems: NetworkProblem[] } {
  const results = texts.map((text) => ({ text, ...readObservable(network, text) }));
  return {
    observables: results.flatMap(({ observable }) => (observable ? [observable] : [])),
    problems: results.flatMap(({ text, problem }) => (problem === undefined ? [] : [{ where: `observable:${text}`, message: problem }])),
  };
}

/** As `thermoAlong`, from what is compiled already; `wegscheider` goes into the findings. */
export function fluxesAlong(fluxes: Fluxes, observables: readonly Observable[], parameters: ArrayLike<number>, path: Path, wegscheider: readonly CycleAffinity[]): ThermoAlong {
  const count = path.times.length;
  const width = fluxes.system.states.length;
  const values = Float64Array.from(path.values);
  const column = (): Float64Array => new Float64Array(count);
  const times = Float64Array.from(path.times);
  const [total, activity] = [column(), column()];
  const terms = fluxes.reactions.map((reaction, index) => ({ reaction, index, values: column() })).filter(({ reaction }) => isThermodynamic(reaction));
  const observed = observables.map((observable) => ({ observable, current: column(), diffusion: column(), tightness: Array.from<number | null>({ length: count }) }));
  const outOfDomain: OutOfDomain[] = [];
  times.forEach((time, row) => {
    const point = fluxes.at(time, parameters, values.subarray(row * width, (row + 1) * width));
    total[row] = totalEntropyProduction(fluxes, point);
    activity[row] = totalActivity(fluxes, point);
    for (const term of terms) term.values[row] = point.entropyProduction[term.index] ?? Number.NaN;
    for (const one of observed) {
      const { current, diffusion, tightness } = observe(point, one.observable, total[row] ?? Number.NaN);
      one.current[row] = current;
      one.diffusion[row] = diffusion ?? Number.NaN;
      one.tightness[row] = tightness;
    }
    outOfDomain.push(...point.outOfDomain);
  });
  const perReaction = Object.fromEntries(terms.map(({ reaction, values: term }) => [reaction.id, term]));
  const evidence: Evidence = {
    reactions: fluxes.reactions,
    times,
    entropyProduction: total,
    perReaction,
    observables: observed.map(({ observable, ...rest }) => ({ name: observable.name, ...rest })),
    wegscheider,
    outOfDomain,
  };
  const byName = (pick: (one: (typeof observed)[number]) => Float64Array): Record<string, Float64Array> => Object.fromEntries(observed.map((one) => [one.observable.name, pick(one)]));
  return {
    times,
    total,
    perReaction,
    activity,
    current: byName((one) => one.current),
    diffusion: byName((one) => one.diffusion),
    tightness: byName((one) => Float64Array.from(one.tightness, (value) => value ?? Number.NaN)),
    findings: findingsOf(evidence),
  };
}
