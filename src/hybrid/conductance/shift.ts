import type { Network, Reaction } from "../../models/network.ts";
import { stoichiometryOf } from "../../models/structure.ts";
import { integerKernel, integerRows } from "../../numerics/rational.ts";

/** A trainable shift dm of a species' standard potential over RT, dimensionless. */
export interface PotentialShift {
  readonly id: string;
  readonly species: string;
  /** Gaussian prior of the shift. */
  readonly prior: { readonly mean: number; readonly sd: number };
}

/**
 * Shifts of standard potentials with the gauge fixed: along every conservation law of the reversible reactions within the shifted
 * species one species stays at 0, since adding a multiple of the law to all shifts changes no equilibrium constant. The prior of a
 * shift that stays is that of its difference to the species at rest.
 * @param spread prior standard deviation of each species' own shift
 * @source Noor, Haraldsdóttir, Milo & Fleming 2013, doi:10.1371/journal.pcbi.1003098 (Gaussian estimates of formation energies)
 */
export function potentialShifts(network: Network, id: string, spread: Readonly<Record<string, number>>, reversible: readonly Reaction[]): PotentialShift[] {
  const species = network.species.map((each) => each.id).filter((each) => each in spread);
  if (species.length === 0) return [];
  const changes = reversible.map((reaction) => species.map((each) => stoichiometryOf(reaction, each).change));
  // Reduced rows: the first entry of each is alone in its column.
  const laws = integerKernel(integerRows(changes), species.length).map((row) => row.map(Number));
  const pinned = laws.map((law) => law.findIndex((entry) => entry !== 0));
  return species.flatMap((each, index): PotentialShift[] => {
    if (pinned.includes(index)) return [];
    const variance = laws.reduce((total, law, row) => {
      const at = pinned[row] ?? 0;
      return total + (((law[index] ?? 0) / (law[at] ?? 1)) * (spread[species[at] ?? ""] ?? 0)) ** 2;
    }, (spread[each] ?? 0) ** 2);
    return [{ id: `${id}_dm_${each}`, species: each, prior: { mean: 0, sd: Math.sqrt(variance) } }];
  });
}
