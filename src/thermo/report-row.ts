import { boundsAt } from "./bounds/index.ts";
import type { BoundFacts } from "./bounds/index.ts";
import { informationGeometricDecomposition, onsagerDecomposition } from "./decomposition/index.ts";
import type { Dissipation, Undecomposed } from "./decomposition/index.ts";
import type { FluxPoint, Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { observe, totalEntropyProduction } from "./uncertainty.ts";

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

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);
const splitOf = (answer: Dissipation | Undecomposed): ReportedDissipation | null => ("problem" in answer ? null : { housekeeping: answer.housekeeping, excess: answer.excess });

/** Everything a report says about one state. `perReaction` holds the reactions that have an entropy production. */
export function reportRow(fluxes: Fluxes, point: FluxPoint, observables: readonly Observable[], perReaction: Readonly<Record<string, number>>): ThermoReportRow {
  const entropyProduction = totalEntropyProduction(fluxes, point);
  const byReaction = <Value>(value: (index: number) => Value): Record<string, Value> => Object.fromEntries(fluxes.reactions.map(({ id }, index) => [id, value(index)]));
  return {
    time: point.time,
    entropyProduction,
    perReaction,
    fluxes: byReaction((index) => point.net[index] ?? Number.NaN),
    forces: byReaction((index) => known(point.force[index])),
    onsager: splitOf(onsagerDecomposition(fluxes, point)),
    informationGeometric: splitOf(informationGeometricDecomposition(fluxes, point)),
    observables: observables.map((observable) => ({
      ...observe(point, observable, entropyProduction),
      bounds: boundsAt(fluxes, point, observable.perReaction).map(({ name, value, actual, holds, tightness }) => ({ name, value: known(value), actual: known(actual), holds, tightness })),
    })),
  };
}

/** What the bounds of a report stand on. */
export function boundFacts(fluxes: Fluxes, point: FluxPoint): BoundFacts[] {
  return boundsAt(fluxes, point, fluxes.reactions.map(() => 1)).map(({ name, quantity, sense, equation, source }) => ({ name, quantity, sense, equation, source }));
}
