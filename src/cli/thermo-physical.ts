import { z } from "zod";
import type { Network } from "../models/index.ts";
import type { StochasticThermo, ThermoReportRow } from "../thermo/index.ts";
import { networkUnits } from "../thermo/network-units.ts";
import { boltzmannConstant, dissipationPerVolume, type ConcentrationAndTime } from "../thermo/units.ts";
import type { Call } from "./arguments.ts";
import { jsonNumber } from "./json-number.ts";
import { thermoVerbDefaults, type ThermoMode } from "./thermo-options.ts";

/** Units and temperature · K of a call. */
export interface CalledUnits extends ConcentrationAndTime {
  readonly temperatureK: number;
}

/** Entropy production in physical units, as `thermo --json` prints it. */
export const physicalOutput = z.object({
  /** K */
  temperature: z.number(),
  /** Mole per litre in one unit of concentration, and seconds in one of time. */
  molePerLitre: z.number(),
  seconds: z.number(),
  at: z.array(
    z.object({
      time: jsonNumber,
      /** J/(K L s) */
      entropyProduction: jsonNumber,
      /** W/L */
      power: jsonNumber,
    }),
  ),
});

const physicalEstimate = z.object({ value: jsonNumber, standardError: jsonNumber });

/** The same of sampled runs: of the whole volume. */
export const stochasticPhysicalOutput = z.object({
  temperature: z.number(),
  seconds: z.number(),
  /** W/K, from the jumps. */
  entropyProduction: physicalEstimate,
  /** W */
  power: physicalEstimate,
});

export type Physical = z.output<typeof physicalOutput>;
export type StochasticPhysical = z.output<typeof stochasticPhysicalOutput>;

/** Units of a call and its model; null units where none are declared and none were asked for. */
export function readUnits(call: Call, network: Network, mode: ThermoMode): { readonly units: CalledUnits | null; readonly problems: readonly string[] } {
  const [concentration, time] = [call.text("concentration-unit"), call.text("time-unit")];
  const isAsked = concentration !== null || time !== null || call.text("temperature") !== null;
  if (mode === "repair") return { units: null, problems: [] };
  // Sampled runs count molecules: no unit of concentration goes into their entropy production.
  const known = concentration ?? (mode === "stochastic" ? "M" : null);
  const read = networkUnits(network, { ...(known === null ? {} : { concentration: known }), ...(time === null ? {} : { time }) });
  if (read.units) return { units: { ...read.units, temperatureK: call.number("temperature") ?? thermoVerbDefaults.temperature }, problems: [] };
  return { units: null, problems: isAsked ? unitProblems(read.problems) : [] };
}

const said = (message: string): string => `physical units: ${message.replace("give the unit of concentration", "give --concentration-unit mM").replace("give the unit of time", "give --time-unit s")}`;

/** What is wrong with units, once for all species that lack theirs, in the words of the options. */
function unitProblems(problems: readonly { readonly where: string; readonly message: string }[]): string[] {
  const ofSpecies = problems.filter(({ where }) => where.startsWith("species:"));
  const [first] = ofSpecies;
  const name = `species "${first?.where.slice("species:".length) ?? ""}"`;
  const others = ofSpecies.length > 1 ? ` (and ${ofSpecies.length - 1} more species)` : "";
  return [
    ...(first ? [said(`${first.message.startsWith("species") ? "" : `${name}: `}${first.message}${others}`)] : []),
    ...problems
      .filter((problem) => !ofSpecies.includes(problem))
      .map(({ where, message }) => (where.startsWith("option:") ? `--${where.slice("option:".length)}-unit: ${message}` : said(message))),
  ];
}

/** Entropy production and power at the rows of a report. */
export function physicalOf(rows: readonly Pick<ThermoReportRow, "time" | "entropyProduction">[], { temperatureK, molePerLitre, seconds }: CalledUnits): Physical {
  return {
    temperature: temperatureK,
    molePerLitre,
    seconds,
    at: rows.map(({ time, entropyProduction }) => ({ time, ...dissipationPerVolume(entropyProduction, { molePerLitre, seconds }, temperatureK) })),
  };
}

/** Entropy production and power of sampled runs; null where there is no entropy production. */
export function stochasticPhysicalOf({ entropyProduction }: Pick<StochasticThermo, "entropyProduction">, { temperatureK, seconds }: CalledUnits): StochasticPhysical | null {
  if (!entropyProduction) return null;
  const scaled = (factor: number): z.output<typeof physicalEstimate> => {
    const { value, standardError } = entropyProduction.jumps;
    return { value: factor * value, standardError: factor * standardError };
  };
  const perTime = boltzmannConstant / seconds;
  return { temperature: temperatureK, seconds, entropyProduction: scaled(perTime), power: scaled(temperatureK * perTime) };
}
