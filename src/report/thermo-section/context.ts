import type { ThermoReport, ThermoReportRow } from "../../thermo/index.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { formatNumber } from "../number.ts";
import { thermoUnits } from "./about.ts";
import type { ThermoPageAbout, ThermoUnits } from "./about.ts";

/** A named curve with its look. */
export interface StyledValues {
  readonly name: string;
  readonly style: SeriesStyle;
  /** [nTime] */
  readonly values: readonly number[];
}

/** What every section of a thermodynamic page reads. */
export interface ThermoContext {
  readonly report: ThermoReport;
  readonly about: ThermoPageAbout;
  readonly units: ThermoUnits;
  readonly rows: readonly ThermoReportRow[];
  /** [nTime] */
  readonly times: readonly number[];
  /** The one state that bars are drawn of, null along a trajectory. */
  readonly single: ThermoReportRow | null;
  /** In the model's order. */
  readonly reactions: readonly string[];
  readonly observables: readonly string[];
  /** Reactions whose force is infinite wherever they run. */
  readonly oneWay: readonly string[];
  /** Reactions whose force is infinite at some times alone, where a concentration is 0. */
  readonly momentary: readonly string[];
  /** One look for each reaction on the whole page. */
  reactionStyle(id: string): SeriesStyle;
}

export function thermoContext(report: ThermoReport, about: ThermoPageAbout): ThermoContext {
  const rows = report.at;
  const [first] = rows;
  const reactions = Object.keys(first?.fluxes ?? {});
  const place = new Map(reactions.map((id, index) => [id, index]));
  const isInfinite = (id: string): boolean => rows.some((row) => row.perReaction[id] === Infinity || Math.abs(row.forces[id] ?? 0) === Infinity);
  // At a single state only the findings tell a missing reverse rate from a missing product.
  const lacksProduct = (id: string): boolean => rows.length === 1 && report.findings.some(({ check, where }) => check === "logarithm-domain" && where.includes(`"${id}"`));
  const runsFinitely = (id: string): boolean => rows.some(({ forces }) => Number.isFinite(forces[id] ?? Number.NaN) && forces[id] !== 0);
  const isMomentary = (id: string): boolean => runsFinitely(id) || lacksProduct(id);
  const infinite = reactions.filter(isInfinite);
  return {
    report,
    about,
    units: thermoUnits(about),
    rows,
    times: rows.map(({ time }) => time),
    single: rows.length === 1 ? (first ?? null) : null,
    reactions,
    observables: (first?.observables ?? []).map(({ name }) => name),
    oneWay: infinite.filter((id) => !isMomentary(id)),
    momentary: infinite.filter(isMomentary),
    reactionStyle: (id) => seriesStyle(place.get(id) ?? 0),
  };
}

/** A moment in words. */
export const timeWords = (time: number): string => (time === Infinity ? "at the steady state" : `at time ${formatNumber(time)}`);

/** Names in a sentence, the first few and how many more. */
export function listed(names: readonly string[], shown: number = 8): string {
  const head = names.slice(0, shown);
  if (names.length > shown) return `${head.join(", ")} and ${names.length - shown} more`;
  return head.length < 2 ? head.join("") : `${head.slice(0, -1).join(", ")} and ${head.at(-1)}`;
}

/** Largest size of the finite values; -1 where there is none. */
export const sizeOf = (values: readonly number[]): number => values.reduce((top, value) => (Number.isFinite(value) ? Math.max(top, Math.abs(value)) : top), -1);

/** Names with the largest finite values, at most `limit`, in their given order. */
export function leading(names: readonly string[], valuesOf: (name: string) => readonly number[], limit: number): readonly string[] {
  const chosen = new Set(names.toSorted((a, b) => sizeOf(valuesOf(b)) - sizeOf(valuesOf(a))).slice(0, limit));
  return names.filter((name) => chosen.has(name));
}
