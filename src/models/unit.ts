import type { Network } from "./network.ts";

/** N_A · 1/mol, exact since 2019. @source BIPM 2019, The International System of Units, 9th edition, sec. 2.2 (CODATA 2018) */
export const avogadroConstant = 6.02214076e23;

/** A unit: a plain number times powers of what counts here, each with its own factor, so that minutes stay apart from micromoles. */
export interface Unit {
  readonly number: number;
  readonly parts: Readonly<Record<string, { readonly factor: number; readonly power: number }>>;
}

const part = (name: string, factor: number, power = 1): Unit => ({ number: 1, parts: { [name]: { factor, power } } });
const molar = (factor: number): Unit => ({ number: 1, parts: { mole: { factor, power: 1 }, litre: { factor: 1, power: -1 } } });

/** Base units of SBML, and the abbreviations of amount, concentration and time that laboratories use. */
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
  gram: part("gram", 1),
  kilogram: part("gram", 1000),
  kelvin: part("kelvin", 1),
  avogadro: { number: avogadroConstant, parts: {} },
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

/** `a * b` for sign 1, `a / b` for -1. */
export function unitTimes(a: Unit, b: Unit, sign: 1 | -1): Unit {
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
export function factorWith({ number, parts }: Unit, powers: Readonly<Record<string, number>>): number | null {
  const names = new Set([...Object.keys(parts), ...Object.keys(powers)]);
  if ([...names].some((name) => (parts[name]?.power ?? 0) !== (powers[name] ?? 0))) return null;
  return Object.values(parts).reduce((total, { factor }) => total * factor, number);
}

/** Reads a unit's text as networks store it: names, numbers, `*`, `/`, `^`, parentheses; a blank multiplies. The network's definitions go before these names; a string says what is wrong. */
export function readUnit(network: Pick<Network, "units">, text: string, open: readonly string[] = []): Unit | string {
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
      total = typeof next === "string" ? next : unitTimes(total, next, sign);
    }
    return total;
  };
  return product();
}

/** The unit of a compartment's size: its own, else the model's `volume`, else litre; a string says what is wrong. */
export const volumeUnit = (network: Network, compartment: string): Unit | string =>
  readUnit(network, network.compartments.find(({ id }) => id === compartment)?.unit ?? network.units.find(({ id }) => id === "volume")?.formula ?? "litre");
