import type { Network, Species } from "../../models/network.ts";

/** Entities per mole, exact since 2019. @source BIPM 2019, The International System of Units, 9th edition, sec. 2.2 */
export const avogadro = 6.02214076e23;

/** A unit as a factor times powers of what counts here: mole, item, litre; anything else makes it no amount. */
interface Unit {
  readonly factor: number;
  readonly powers: Readonly<Record<string, number>>;
}

export type MoleculesResult =
  | {
      /** Molecules per unit of amount of every counted species. */
      readonly perAmount: number;
      /** Whether amounts are in mole, so that whole numbers of molecules cannot be expected. */
      readonly isMole: boolean;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly { readonly where: string; readonly message: string }[]; readonly perAmount?: undefined };

/**
 * How many molecules one unit of amount is: 1 where species have no unit or count `item`s, Avogadro's number times the unit's
 * factor where they are in mole. A species' unit may be an amount or an amount per volume; its amount is in that times the compartment's.
 * @status problems: units that are no amounts, and species that do not share one unit of amount.
 */
export function moleculesPerAmount(network: Network, counted: readonly Species[]): MoleculesResult {
  const problems: { where: string; message: string }[] = [];
  const found = counted.map((species) => {
    const result = amountUnit(network, species);
    if ("problem" in result) problems.push({ where: `species:${species.id}`, message: `species "${species.id}": ${result.problem}` });
    return { species, ...result };
  });
  if (problems.length > 0) return { problems };
  const [first] = found;
  if (!first || "problem" in first) return { perAmount: 1, isMole: false };
  for (const other of found) {
    if ("problem" in other || other.perAmount === first.perAmount) continue;
    const message = `species "${other.species.id}" and "${first.species.id}" have different units of amount (${other.perAmount} and ${first.perAmount} molecules); give them the same`;
    problems.push({ where: `species:${other.species.id}`, message });
  }
  return problems.length > 0 ? { problems } : { perAmount: first.perAmount, isMole: first.isMole };
}

function amountUnit(network: Network, species: Species): { readonly perAmount: number; readonly isMole: boolean } | { readonly problem: string } {
  const text = species.unit ?? network.units.find(({ id }) => id === "substance")?.formula ?? null;
  if (text === null) return { perAmount: 1, isMole: false };
  const unit = readUnit(network, text);
  if (typeof unit === "string") return { problem: unit };
  const compartment = network.compartments.find(({ id }) => id === species.compartment);
  const volumeText = compartment?.unit ?? network.units.find(({ id }) => id === "volume")?.formula ?? "litre";
  const volume = readUnit(network, volumeText);
  if (typeof volume === "string") return { problem: volume };
  const isConcentration = unit.powers["litre"] === -1;
  const amount = isConcentration ? times(unit, volume, 1) : unit;
  const left = Object.entries(amount.powers).filter(([, power]) => power !== 0);
  const [name, power] = left[0] ?? ["item", 1];
  if (left.length > 1 || power !== 1 || (name !== "mole" && name !== "item")) {
    return { problem: `its unit "${text}" is no amount (mole or item, or either per volume), so molecules cannot be counted` };
  }
  return { perAmount: name === "mole" ? amount.factor * avogadro : amount.factor, isMole: name === "mole" };
}

const named: Readonly<Record<string, Unit>> = {
  dimensionless: { factor: 1, powers: {} },
  mole: { factor: 1, powers: { mole: 1 } },
  item: { factor: 1, powers: { item: 1 } },
  litre: { factor: 1, powers: { litre: 1 } },
  liter: { factor: 1, powers: { litre: 1 } },
  metre: { factor: 10, powers: { litre: 1 / 3 } },
  meter: { factor: 10, powers: { litre: 1 / 3 } },
};

const rounded = (power: number): number => (Math.abs(power - Math.round(power)) < 1e-9 ? Math.round(power) : power);

function times(a: Unit, b: Unit, sign: 1 | -1): Unit {
  const powers: Record<string, number> = { ...a.powers };
  for (const [id, power] of Object.entries(b.powers)) powers[id] = rounded((powers[id] ?? 0) + sign * power);
  return { factor: sign === 1 ? a.factor * b.factor : a.factor / b.factor, powers };
}

const raised = ({ factor, powers }: Unit, exponent: number): Unit => ({
  // The only fractional unit is the metre: ten decimetres, whose cube is a litre times 1000.
  factor: factor ** exponent,
  powers: Object.fromEntries(Object.entries(powers).map(([id, power]) => [id, rounded(power * exponent)])),
});

/** Reads a unit's text as networks store it: names, numbers, `*`, `/`, `^`, parentheses; a blank multiplies. */
function readUnit(network: Network, text: string, open: readonly string[] = []): Unit | string {
  const tokens = text.match(/[A-Za-z_]\w*|\d+\.?\d*(?:[eE][+-]?\d+)?|[-*/^()]/g) ?? [];
  let at = 0;
  const atom = (): Unit | string => {
    const token = tokens[at++];
    if (token === undefined) return `unit "${text}" ends too early`;
    if (token === "(") {
      const inner = product();
      if (tokens[at++] !== ")") return `unit "${text}" has an open parenthesis`;
      return inner;
    }
    if (/^\d/.test(token)) return { factor: Number(token), powers: {} };
    const known = named[token];
    if (known) return known;
    const definition = network.units.find(({ id }) => id === token);
    if (!definition || open.includes(token)) return { factor: 1, powers: { [token]: 1 } };
    return readUnit(network, definition.formula, [...open, token]);
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
