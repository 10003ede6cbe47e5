import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import { avogadroConstant } from "./units.ts";
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
    const volumeText = network.compartments.find((one) => one.id === compartment)?.unit ?? network.units.find((one) => one.id === "volume")?.formula ?? "litre";
    const volume = readUnit(network, volumeText);
    const value = typeof unit === "string" || typeof volume === "string" ? null : (perLitre(unit) ?? perLitre(times(unit, volume, -1)));
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

/** A unit: a plain number times powers of what counts here, each with its own factor, so that minutes stay apart from micromoles. */
interface Unit {
  readonly number: number;
  readonly parts: Readonly<Record<string, { readonly factor: number; readonly power: number }>>;
}

const part = (name: string, factor: number, power = 1): Unit => ({ number: 1, parts: { [name]: { factor, power } } });
const molar = (factor: number): Unit => ({ number: 1, parts: { mole: { factor, power: 1 }, litre: { factor: 1, power: -1 } } });

/** Base units of SBML, and the abbreviations of concentration and time that laboratories use. */
const named: Readonly<Record<string, Unit>> = {
  dimensionless: { number: 1, parts: {} },
  mole: part("mole", 1),
  mol: part("mole", 1),
  item: part("item", 1),
  litre: part("litre", 1),
  liter: part("litre", 1),
  L: part("litre", 1),
  // Ten decimetres, whose cube is a litre times 1000.
  metre: part("litre", 10, 1 / 3),
  meter: part("litre", 10, 1 / 3),
  M: molar(1),
  mM: molar(1e-3),
  uM: molar(1e-6),
  nM: molar(1e-9),
  pM: molar(1e-12),
  second: part("second", 1),
  s: part("second", 1),
  sec: part("second", 1),
  ms: part("second", 1e-3),
  minute: part("second", 60),
  min: part("second", 60),
  hour: part("second", 3600),
  h: part("second", 3600),
  hr: part("second", 3600),
  day: part("second", 86_400),
};

const isWhole = (power: number): number => (Math.abs(power - Math.round(power)) < 1e-9 ? Math.round(power) : power);

function times(a: Unit, b: Unit, sign: 1 | -1): Unit {
  const parts: Record<string, { factor: number; power: number }> = { ...a.parts };
  for (const [name, { factor, power }] of Object.entries(b.parts)) {
    const before = parts[name] ?? { factor: 1, power: 0 };
    parts[name] = { factor: sign === 1 ? before.factor * factor : before.factor / factor, power: isWhole(before.power + sign * power) };
  }
  return { number: sign === 1 ? a.number * b.number : a.number / b.number, parts };
}

const raised = ({ number, parts }: Unit, exponent: number): Unit => ({
  number: number ** exponent,
  parts: Object.fromEntries(Object.entries(parts).map(([name, { factor, power }]) => [name, { factor: factor ** exponent, power: isWhole(power * exponent) }])),
});

/** The total factor of a unit whose powers are exactly the given ones; null where they are not. */
function factorWith({ number, parts }: Unit, powers: Readonly<Record<string, number>>): number | null {
  const names = new Set([...Object.keys(parts), ...Object.keys(powers)]);
  if ([...names].some((name) => (parts[name]?.power ?? 0) !== (powers[name] ?? 0))) return null;
  return Object.values(parts).reduce((total, { factor }) => total * factor, number);
}

const pureTime = (unit: Unit): number | null => factorWith(unit, { second: 1 });

function perLitre(unit: Unit): number | null {
  const items = factorWith(unit, { item: 1, litre: -1 });
  return factorWith(unit, { mole: 1, litre: -1 }) ?? (items === null ? null : items / avogadroConstant);
}

/** Reads a unit's text as networks store it: names, numbers, `*`, `/`, `^`, parentheses; a blank multiplies. Definitions go before our own names. */
function readUnit(network: Network, text: string, open: readonly string[] = []): Unit | string {
  const tokens = text.match(/[A-Za-z_]\w*|\d+\.?\d*(?:[eE][+-]?\d+)?|[-*/^()]/g) ?? [];
  let at = 0;
  const atom = (): Unit | string => {
    const token = tokens[at++];
    if (token === undefined) return `its unit "${text}" ends too early`;
    if (token === "(") {
      const inner = product();
      return tokens[at++] === ")" ? inner : `its unit "${text}" has an open parenthesis`;
    }
    if (/^\d/.test(token)) return { number: Number(token), parts: {} };
    const definition = network.units.find(({ id }) => id === token);
    if (definition && !open.includes(token)) return readUnit(network, definition.formula, [...open, token]);
    return named[token] ?? `its unit "${token}" is not known here; define it with 'unit ${token} = ...'`;
  };
  const power = (): Unit | string => {
    const base = atom();
    if (typeof base === "string" || tokens[at] !== "^") return base;
    at += 1;
    const sign = tokens[at] === "-" ? -1 : 1;
    if (sign < 0) at += 1;
    return raised(base, sign * Number(tokens[at++]));
  };
  const product = (): Unit | string => {
    let total = power();
    while (typeof total !== "string" && at < tokens.length && tokens[at] !== ")") {
      const sign = tokens[at] === "/" ? -1 : 1;
      if (tokens[at] === "*" || tokens[at] === "/") at += 1;
      const next = power();
      total = typeof next === "string" ? next : times(total, next, sign);
    }
    return total;
  };
  return product();
}
