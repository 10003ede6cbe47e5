import { odeSystem } from "../../models/compile.ts";
import { initialState } from "../../models/initial-state.ts";
import type { Network } from "../../models/network.ts";
import { inequalityTolerance } from "../../thermo/checks/check.ts";
import { adiabaticDecomposition } from "../../thermo/decomposition/adiabatic.ts";
import { fluxesOf } from "../../thermo/fluxes.ts";
import type { ReportedBound, ThermoReportRow } from "../../thermo/report-row.ts";
import type { ThermoReport } from "../../thermo/report.ts";
import { kineticsOf, networkBalance } from "../../thermo/structure/index.ts";
import type { Finding } from "../result.ts";
import type { CasePath } from "./case-path.ts";

/** A number by the name that tables and `expected.json` use. */
export interface Named {
  readonly metric: string;
  readonly value: number;
}

const named = (metric: string, value: number | null | undefined): Named[] => (value === null || value === undefined || Number.isNaN(value) ? [] : [{ metric, value }]);

/** Bounds that do not depend on the observable are told once, without its name. */
const isCommon = (row: ThermoReportRow, name: string): boolean => name === "pseudo-entropy-production" || name === "best-observable" || row.observables.length === 0;

/** The numbers of one state, and of the noise around it where it is steady. */
export function instantValues(report: ThermoReport): Named[] {
  const [row] = report.at;
  if (!row) return [];
  const { onsager, informationGeometric, observables } = row;
  const common = observables[0]?.bounds.filter(({ name }) => isCommon(row, name)) ?? [];
  return [
    ...named("sigma", row.entropyProduction),
    ...named("sigma_ex", onsager?.excess),
    ...named("sigma_hk", onsager?.housekeeping),
    ...named("sigma_ex_ig", informationGeometric?.excess),
    ...common.flatMap(({ name, value }) => named(name, value)),
    ...observables.flatMap(({ name, current, diffusion, tightness, bounds }) => [
      ...named(`f(${name})`, current),
      ...named(`D(${name})`, diffusion),
      ...named(`tightness(${name})`, tightness),
      ...bounds
        .filter((each) => !isCommon(row, each.name) && each.name !== "uncertainty-relation")
        .flatMap((each) => [...named(`${each.name}(${name})`, each.value), ...named(`tightness of ${each.name}(${name})`, each.tightness)]),
    ]),
    ...Object.entries(report.steady?.state ?? {}).flatMap(([id, value]) => named(id, value)),
    ...Object.entries(report.steady?.noise ?? {}).flatMap(([id, { variance, fano }]) => [...named(`variance(${id})`, variance), ...named(`fano(${id})`, fano)]),
  ];
}

/** Adiabatic and nonadiabatic entropy production of the initial state, where the constants are complex balanced: only there both are sure to be positive. */
export function adiabaticExcess(network: Network): Named[] {
  const compiled = odeSystem(network);
  if (compiled.problems) return [];
  const { system } = compiled;
  const made = fluxesOf(network, system);
  const balanced = networkBalance(network, kineticsOf(network, system)).balance?.state;
  if (made.problems || !balanced) return [];
  const parameters = Float64Array.from(system.parameterValues);
  const { fluxes } = made;
  const split = adiabaticDecomposition(fluxes, fluxes.at(0, parameters, initialState(system, parameters)), fluxes.species.map((id) => balanced[id] ?? Number.NaN));
  return "problem" in split ? [] : [...named("sigma_na", split.excess), ...named("sigma_ad", split.housekeeping)];
}

/** The integrals over a path or a period, the speed limits on it, and the least tightness of every bound. */
export function integralValues({ speedLimits, at }: ThermoReport, path: CasePath, kind: "path" | "cycle"): Named[] {
  if (!speedLimits) return [];
  return [
    ...named(kind === "cycle" ? "period" : "duration", speedLimits.duration),
    ...named("Sig", speedLimits.entropyProduction),
    ...named("Sig_ex", path.excess),
    ...named("Sig by cycles", path.byCycles),
    ...speedLimits.limits.flatMap(({ name, value }) => named(name, value)),
    ...speedLimits.observables.flatMap(({ name, displacement, length, diffusion, limits }) => [
      ...named(`displacement(${name})`, displacement),
      ...named(`length(${name})`, length),
      ...named(`int D(${name})`, diffusion),
      ...limits.flatMap((limit) => named(`${limit.name}(${name})`, limit.value)),
      ...named(`least tightness(${name})`, leastOf(at, name, (bound) => bound.name === "uncertainty-relation")?.least),
    ]),
  ];
}

/** One finding for each bound and observable: whether it holds at every row, and where it is tightest; then the speed limits. */
export function boundFindings(report: ThermoReport, where: string): Finding[] {
  const [row] = report.at;
  if (!row) return [];
  const source = new Map(report.bounds.map((facts) => [facts.name, facts]));
  const bounds = row.observables.flatMap(({ name: observable, bounds: list }, index) =>
    list.flatMap(({ name }): Finding[] => {
      // The uncertainty relation has a check of its own.
      if (name === "uncertainty-relation" || (index > 0 && isCommon(row, name))) return [];
      const found = leastOf(report.at, observable, (bound) => bound.name === name);
      const facts = source.get(name);
      if (!found || !facts) return [];
      const what = isCommon(row, name) ? "" : ` observable "${observable}",`;
      return [{ check: `bound ${name}`, verdict: found.holds ? "ok" : "violated", value: found.least, bound: 1, equation: facts.equation, source: facts.source, where: `${where}:${what} least tightness of ${found.count}`, topic: "thermodynamics" }];
    }),
  );
  const limits = report.speedLimits;
  const all = limits ? [...limits.limits.map((limit) => ({ limit, what: "" })), ...limits.observables.flatMap(({ name, limits: own }) => own.map((limit) => ({ limit, what: ` observable "${name}",` })))] : [];
  return [
    ...bounds,
    ...all.flatMap(({ limit, what }): Finding[] =>
      limit.holds === null
        ? []
        : [{ check: limit.name, verdict: limit.holds ? "ok" : "violated", value: limit.actual, bound: limit.value, equation: limit.equation, source: limit.source, where: `${where}:${what} duration against its limit`, topic: "thermodynamics" }],
    ),
  ];
}

/** The least tightness of a bound over all rows that know it; null where none does. */
function leastOf(at: readonly ThermoReportRow[], observable: string, is: (bound: ReportedBound) => boolean): { readonly least: number; readonly holds: boolean; readonly count: number } | null {
  const known = at.flatMap((row) => row.observables.filter(({ name }) => name === observable).flatMap(({ bounds }) => bounds.filter((bound) => is(bound) && bound.tightness !== null)));
  if (known.length === 0) return null;
  const least = known.reduce((low, { tightness }) => Math.min(low, tightness ?? Infinity), Infinity);
  return { least, holds: known.every(({ holds, tightness }) => holds ?? (tightness ?? 0) >= 1 - inequalityTolerance), count: known.length };
}
