import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import { type Unit, avogadroConstant, factorWith, readUnit, unitTimes, volumeUnit } from "../models/unit.ts";
import type { ConcentrationAndTime } from "./units.ts";

/** Units that a network leaves out, as text such as `mM` and `min`; they replace what it declares. */
export interface GivenUnits {
  readonly concentration?: string;
  readonly time?: string;
}

export type NetworkUnitsResult =
  | { readonly units: ConcentrationAndTime; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly units?: undefined };

/**
 * What a network's units of concentration and time are in mole per litre and seconds. Concentration: the species' units, an amount
 * per volume or an amount (then per unit of the compartment). Time: `unit time_unit`, else what the parameters' units agree on.
 * @status problems: no unit declared, several that differ, and units that are no concentration or no time; all of them.
 */
export function networkUnits(network: Network, given: GivenUnits = {}): NetworkUnitsResult {
  const problems: NetworkProblem[] = [];
  const note = (where: string, message: string): null => {
    problems.push({ where, message });
    return null;
  };
  const molePerLitre = given.concentration === undefined ? concentrationOf(network, note) : givenUnit(network, "concentration", given.concentration, (unit) => perLitre(unit), note);
  const seconds = given.time === undefined ? timeOf(network, note) : givenUnit(network, "time", given.time, (unit) => pureTime(unit), note);
  return molePerLitre === null || seconds === null ? { problems } : { units: { molePerLitre, seconds } };
}

type Note = (where: string, message: string) => null;

function givenUnit(network: Network, what: string, text: string, read: (unit: Unit) => number | null, note: Note): number | null {
  const unit = readUnit(network, text);
  return (typeof unit === "string" ? null : read(unit)) ?? note(`option:${what}`, `the unit "${text}" is no unit of ${what}; write one such as ${what === "time" ? "s, min or h" : "M, mM, uM or mole/litre"}`);
}

function concentrationOf(network: Network, note: Note): number | null {
  const substance = network.units.find(({ id }) => id === "substance")?.formula ?? null;
  const found = new Map<number, string>();
  let isComplete = network.species.length > 0;
  if (!isComplete) note("network", "there are no species, so no unit of concentration");
  for (const { id, unit: own, compartment } of network.species) {
    const where = `species:${id}`;
    const text = own ?? substance;
    const unit = text === null ? `it has no unit; write '${id} has mM', or give the unit of concentration` : readUnit(network, text);
    const volume = volumeUnit(network, compartment);
    const value = typeof unit === "string" || typeof volume === "string" ? null : (perLitre(unit) ?? perLitre(unitTimes(unit, volume, -1)));
    if (value !== null) found.set(value, id);
    else {
      isComplete = false;
      note(where, typeof unit === "string" ? `species "${id}": ${unit}` : `species "${id}": its unit "${text ?? ""}" is no amount (mole or item) and no amount per volume`);
    }
  }
  if (!isComplete) return null;
  const [[first = Number.NaN, one] = [], [second, other] = []] = [...found];
  if (second === undefined) return first;
  return note(`species:${other ?? ""}`, `species "${one ?? ""}" and "${other ?? ""}" have different units of concentration (${first} and ${second} mole per litre); give them the same`);
}

function timeOf(network: Network, note: Note): number | null {
  const declared = network.units.find(({ id }) => id === "time_unit" || id === "time");
  if (declared) {
    const unit = readUnit(network, declared.formula);
    return (typeof unit === "string" ? null : pureTime(unit)) ?? note(`unit:${declared.id}`, `the unit of time "${declared.formula}" is no multiple of a second`);
  }
  const found = new Map<number, string>();
  for (const { id, unit: text } of network.parameters) {
    const unit = text === null ? null : readUnit(network, text);
    const time = unit === null || typeof unit === "string" ? undefined : unit.parts["second"];
    if (time && Math.abs(time.power) === 1) found.set(time.power === 1 ? time.factor : 1 / time.factor, id);
  }
  const [[first, one] = [], [second, other] = []] = [...found];
  if (first === undefined) return note("unit:time_unit", "no unit of time is declared; write 'unit time_unit = second', or give the unit of time");
  if (second === undefined) return first;
  return note(`parameter:${other ?? ""}`, `parameters "${one ?? ""}" and "${other ?? ""}" are in different units of time (${first} and ${second} s); write 'unit time_unit = ...' to choose`);
}

const pureTime = (unit: Unit): number | null => factorWith(unit, { second: 1 });

function perLitre(unit: Unit): number | null {
  const items = factorWith(unit, { item: 1, litre: -1 });
  return factorWith(unit, { mole: 1, litre: -1 }) ?? (items === null ? null : items / avogadroConstant);
}
