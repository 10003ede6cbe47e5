import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import { pairReverses } from "../models/pair-reverses.ts";
import type { OdeSystem } from "../models/system.ts";
import type { Evidence } from "./checks/check.ts";
import { findingsOf } from "./checks/index.ts";
import type { Finding } from "./finding.ts";
import { fluxRows } from "./flux-rows.ts";
import type { FluxRows, Path } from "./flux-rows.ts";
import { numbersOf } from "./flux-table.ts";
import type { ObservedAlong } from "./flux-table.ts";
import type { Fluxes, FluxesOptions } from "./fluxes.ts";
import { fluxesOf } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { readObservable } from "./observable.ts";
import { rateRuled } from "./rate-ruled.ts";
import { isThermodynamic } from "./reaction-flux.ts";
import type { CycleAffinity } from "./structure.ts";

export type { Path } from "./flux-rows.ts";

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
  return { along: fluxesAlong(fluxRows(compiled.fluxes, read.observables), parameters, path, []) };
}

/** Reads observables; all problems. */
export function readObservables(network: Network, texts: readonly string[]): { readonly observables: Observable[]; readonly problems: NetworkProblem[] } {
  const results = texts.map((text) => ({ text, ...readObservable(network, text) }));
  return {
    observables: results.flatMap(({ observable }) => (observable ? [observable] : [])),
    problems: results.flatMap(({ text, problem }) => (problem === undefined ? [] : [{ where: `observable:${text}`, message: problem }])),
  };
}

/** As `thermoAlong`, from what is made ready already (by `compileFluxes`, where speed counts); `wegscheider` and `structural` go into the findings. */
export function fluxesAlong(rows: FluxRows, parameters: ArrayLike<number>, path: Path, wegscheider: readonly CycleAffinity[], structural: Partial<Evidence> = {}): ThermoAlong {
  const { reactions } = rows.fluxes;
  const { times, total, activity, observed, outOfDomain, perReaction: terms } = numbersOf(rows.sums(parameters, path), rows.observables);
  const perReaction = Object.fromEntries(reactions.flatMap((reaction, index) => (isThermodynamic(reaction) ? [[reaction.id, terms[index] ?? new Float64Array(0)]] : [])));
  const evidence: Evidence = {
    ...structural,
    reactions,
    times,
    entropyProduction: total,
    perReaction,
    observables: observed.map(({ tightness, ...rest }) => ({ ...rest, tightness: orNull(tightness) })),
    wegscheider,
    outOfDomain,
    activity,
    reverses: reversesOf(rows.fluxes),
    rateRuled: rateRuled(rows.fluxes.network).map((id) => ({ id, isSpecies: rows.fluxes.species.includes(id) })),
  };
  const byName = (pick: (one: ObservedAlong) => Float64Array): Record<string, Float64Array> => Object.fromEntries(observed.map((one) => [one.name, pick(one)]));
  return {
    times,
    total,
    perReaction,
    activity,
    current: byName((one) => one.current),
    diffusion: byName((one) => one.diffusion),
    tightness: byName((one) => one.tightness),
    findings: findingsOf(evidence),
  };
}

/** Which one-way reactions are each other's reverse, both ways round. */
function reversesOf({ network, reactions }: Fluxes): Record<string, string> {
  const oneWay = new Set(reactions.flatMap(({ id, kind }) => (kind === "one-way" ? [id] : [])));
  if (oneWay.size < 2) return {};
  const pairs = pairReverses(network).pairs.filter(({ reaction, reverse }) => oneWay.has(reaction) && oneWay.has(reverse));
  return Object.fromEntries(pairs.flatMap(({ reaction, reverse }) => [[reaction, reverse] as const, [reverse, reaction] as const]));
}

/** NaN as null. A loop, because this is a good part of what a report of a small network costs. */
function orNull(values: Float64Array): (number | null)[] {
  const list: (number | null)[] = [];
  for (const value of values) list.push(Number.isNaN(value) ? null : value);
  return list;
}
