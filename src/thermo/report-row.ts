import { boundsAt } from "./bounds/index.ts";
import type { BoundFacts } from "./bounds/index.ts";
import { finding, placesInTime } from "./checks/check.ts";
import type { CheckFacts } from "./checks/check.ts";
import { informationGeometricDecomposition, onsagerDecomposition } from "./decomposition/index.ts";
import type { Dissipation, Undecomposed } from "./decomposition/index.ts";
import type { Finding } from "./finding.ts";
import type { FluxPoint, Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { observeAt } from "./rest-rounding.ts";
import { totalEntropyProduction } from "./uncertainty.ts";

/** A bound as a report shows it; its facts stand once, under the same name. */
export interface ReportedBound {
  readonly name: string;
  /** What the bound allows, and the quantity itself; null = not known. */
  readonly value: number | null;
  readonly actual: number | null;
  readonly holds: boolean | null;
  readonly tightness: number | null;
}

/** Current and diffusion · concentration per time; null = not defined or not known. */
export interface ThermoReportObservable {
  readonly name: string;
  readonly current: number;
  readonly diffusion: number | null;
  readonly tightness: number | null;
  readonly bounds: readonly ReportedBound[];
}

/** How entropy production splits · R per volume and time; null where that needs a reverse rate that is not there. */
export interface ReportedDissipation {
  readonly housekeeping: number | null;
  readonly excess: number;
}

/** One time of a report; NaN where no reaction has an entropy production, or a value has no logarithm. */
export interface ThermoReportRow {
  /** Infinity at a steady state that was searched for. */
  readonly time: number;
  /** R per volume and time. */
  readonly entropyProduction: number;
  readonly perReaction: Readonly<Record<string, number>>;
  /** Forward minus reverse flux by reaction · concentration per time. */
  readonly fluxes: Readonly<Record<string, number>>;
  /** ln(J+/J-) by reaction, dimensionless; null where it is not defined. */
  readonly forces: Readonly<Record<string, number | null>>;
  /** By Onsager's metric and by information geometry; null where a reaction has no entropy production. */
  readonly onsager: ReportedDissipation | null;
  readonly informationGeometric: ReportedDissipation | null;
  readonly observables: readonly ThermoReportObservable[];
}

/** Both splits of one state, or why there is none. */
export interface Splits {
  readonly onsager: Dissipation | Undecomposed;
  readonly informationGeometric: Dissipation | Undecomposed;
}

export const splitsAt = (fluxes: Fluxes, point: FluxPoint): Splits => ({ onsager: onsagerDecomposition(fluxes, point), informationGeometric: informationGeometricDecomposition(fluxes, point) });

const facts: CheckFacts = {
  id: "decomposition",
  title: "Entropy production that cannot be split",
  equation: "sigma = housekeeping + excess",
  source: "Yoshimura, Kolchinsky, Dechant & Ito 2023, doi:10.1103/PhysRevResearch.5.013017; Kolchinsky, Dechant, Yoshimura & Ito 2024, arXiv:2412.08432",
};

/** Why rows of a report have no split: each reason once, with its first time. */
export function undecomposed(points: readonly FluxPoint[], splits: readonly Splits[]): Finding[] {
  const times = points.map(({ time }) => time);
  const rows = new Map<string, Set<number>>();
  splits.forEach(({ onsager, informationGeometric }, row) => {
    for (const answer of [onsager, informationGeometric]) {
      if (!("problem" in answer)) continue;
      // What differs from row to row, the time and how far an iteration came, makes no new reason.
      const reason = answer.problem.replace(` at time ${times[row]}`, "").replace(/ \(best value [^)]*\)/, "");
      rows.set(reason, (rows.get(reason) ?? new Set()).add(row));
    }
  });
  return [...rows].map(([reason, at]) => finding(facts, "not applicable", `${placesInTime(times, [...at])}: ${reason}`));
}

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);
const splitOf = (answer: Dissipation | Undecomposed): ReportedDissipation | null => ("problem" in answer ? null : { housekeeping: answer.housekeeping, excess: answer.excess });

/** Everything a report says about one state. `perReaction` holds the reactions that have an entropy production. */
export function reportRow(fluxes: Fluxes, point: FluxPoint, observables: readonly Observable[], perReaction: Readonly<Record<string, number>>, splits: Splits): ThermoReportRow {
  const entropyProduction = totalEntropyProduction(fluxes, point);
  const byReaction = <Value>(value: (index: number) => Value): Record<string, Value> => Object.fromEntries(fluxes.reactions.map(({ id }, index) => [id, value(index)]));
  return {
    time: point.time,
    entropyProduction,
    perReaction,
    fluxes: byReaction((index) => point.net[index] ?? Number.NaN),
    forces: byReaction((index) => known(point.force[index])),
    onsager: splitOf(splits.onsager),
    informationGeometric: splitOf(splits.informationGeometric),
    observables: observables.map((observable) => ({
      ...observeAt(point, observable, entropyProduction),
      bounds: boundsAt(fluxes, point, observable.perReaction).map(({ name, value, actual, holds, tightness }) => ({ name, value: known(value), actual: known(actual), holds, tightness })),
    })),
  };
}

/** What the bounds of a report stand on. */
export function boundFacts(fluxes: Fluxes, point: FluxPoint): BoundFacts[] {
  return boundsAt(fluxes, point, fluxes.reactions.map(() => 1)).map(({ name, quantity, sense, equation, source }) => ({ name, quantity, sense, equation, source }));
}
