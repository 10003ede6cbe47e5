import type { Network } from "../../models/network.ts";
import { cycles } from "../../models/structure.ts";
import type { IntegerRow } from "../../models/structure.ts";
import { affinityOf } from "./cycle-currents.ts";

/** Rounding of a sum of logarithms of constants that were written with 15 digits; dimensionless. */
export const affinityRounding = 1e-10;

/** What one reaction has to do with the conditions. */
export interface WegscheiderReaction {
  readonly reaction: string;
  /** Cycles of `conditions` it takes part in that are violated. */
  readonly violated: number;
  /** What added to its ln(k+/k-) would alone meet every condition; null where no change of this reaction alone can. */
  readonly repairsAlone: number | null;
}

/** Wegscheider's conditions of a network with its constants. */
export interface WegscheiderConditions {
  /** An independent condition per cycle of the reactions with two constants: its affinity, dimensionless, must be 0. */
  readonly conditions: readonly { readonly cycle: IntegerRow; readonly affinity: number; readonly isMet: boolean }[];
  /** Reactions of some cycle; the constants of all others are free. */
  readonly reactions: readonly WegscheiderReaction[];
  /** Reactions without two positive constants, which no condition can hold. */
  readonly leftOut: readonly string[];
}

/**
 * Wegscheider's conditions `sum w ln(k+/k-) = 0`, one per independent cycle over all species, chemostats included.
 * `logEquilibrium` [nReaction] is ln k+ - ln k-; reactions where it is not finite are left out, with the cycles that need them.
 * @source Wegscheider 1901, doi:10.1007/BF01517498
 */
export function wegscheiderConditions(network: Network, logEquilibrium: ArrayLike<number>): WegscheiderConditions {
  const ids = network.reactions.map(({ id }) => id);
  const isKnown = ids.map((_, index) => Number.isFinite(logEquilibrium[index]));
  const reversible = { ...network, reactions: network.reactions.filter((_, index) => isKnown[index]) };
  const conditions = cycles(reversible, "all").map((cycle) => {
    const affinity = affinityOf(cycle, ids, logEquilibrium);
    return { cycle, affinity, isMet: Math.abs(affinity) <= affinityRounding };
  });
  const reactions = ids.flatMap((reaction): WegscheiderReaction[] => {
    const through = conditions.filter(({ cycle }) => cycle[reaction] !== undefined);
    if (through.length === 0) return [];
    return [{ reaction, violated: through.filter(({ isMet }) => !isMet).length, repairsAlone: aloneRepair(reaction, conditions) }];
  });
  return { conditions, reactions, leftOut: ids.filter((_, index) => !isKnown[index]) };
}

/** The change of one reaction that brings every affinity to 0 together, if there is one. */
function aloneRepair(reaction: string, conditions: WegscheiderConditions["conditions"]): number | null {
  const worst = conditions.reduce<WegscheiderConditions["conditions"][number] | null>((most, one) => (most === null || Math.abs(one.affinity) > Math.abs(most.affinity) ? one : most), null);
  if (!worst || worst.isMet) return null;
  const weight = worst.cycle[reaction] ?? 0;
  if (weight === 0) return null;
  const change = -worst.affinity / weight;
  return conditions.every(({ cycle, affinity }) => Math.abs(affinity + (cycle[reaction] ?? 0) * change) <= affinityRounding) ? change : null;
}
