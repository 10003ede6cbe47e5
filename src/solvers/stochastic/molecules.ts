import type { Network, Species } from "../../models/network.ts";
import { avogadroConstant, factorWith, readUnit, unitTimes, volumeUnit } from "../../models/unit.ts";

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
  const volume = volumeUnit(network, species.compartment);
  if (typeof volume === "string") return { problem: volume };
  const amount = unit.parts["litre"]?.power === -1 ? unitTimes(unit, volume, 1) : unit;
  const mole = factorWith(amount, { mole: 1 });
  if (mole !== null) return { perAmount: mole * avogadroConstant, isMole: true };
  const items = factorWith(amount, { item: 1 }) ?? factorWith(amount, {});
  if (items !== null) return { perAmount: items, isMole: false };
  return { problem: `its unit "${text}" is no amount (mole or item, or either per volume), so molecules cannot be counted` };
}
