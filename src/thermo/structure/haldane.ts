import { evaluateAll } from "../../kernel/evaluate.ts";
import { massAction } from "../../models/mass-action.ts";
import type { Network, Reaction } from "../../models/network.ts";
import { speciesIds, stoichiometryOf } from "../../models/structure.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { IntegerRow } from "../../models/structure.ts";
import { wegscheiderConditions } from "./wegscheider.ts";

/** The constants of a reversible Michaelis-Menten rate, `(V+ S/KS - V- P/KP) / (1 + S/KS + P/KP)`. */
export interface EnzymeConstants {
  readonly substrate: string;
  readonly product: string;
  /** Largest forward and reverse rate · amount per time, at the enzyme concentrations of the state. */
  readonly forwardMaximum: number;
  readonly reverseMaximum: number;
  /** Michaelis constants · concentration. */
  readonly KS: number;
  readonly KP: number;
}

/** What an enzyme's kinetic constants say about equilibrium, and what the rest of the model says. */
export interface HaldaneRelation {
  readonly reaction: string;
  /** Null where the rate is reversible but of another form. */
  readonly constants: EnzymeConstants | null;
  /** ln Keq of the kinetic constants, ln(V+ KP / (V- KS)). */
  readonly implied: number;
  /** ln Keq that standard potentials, or the other reactions of a cycle, ask for. */
  readonly expected: number;
  /** The cycle; null where `expected` comes from standard potentials. */
  readonly cycle: IntegerRow | null;
}

/**
 * Haldane relations of the reactions whose rates hold more than reactants and products to their orders: each against
 * `standard` potentials mu0/(RT) where those of all its species are given, else against every cycle it closes with other
 * reactions. `logEquilibrium` [nReaction] is ln k+ - ln k-; parameters [nParameter] and state [nState] in the system's order.
 * @source Haldane 1930, Enzymes; Cleland 1963, doi:10.1016/0006-3002(63)90211-6; Noor, Flamholz, Liebermeister, Bar-Even & Milo 2013, doi:10.1016/j.febslet.2013.07.028
 */
export function haldaneRelations(network: Network, system: OdeSystem, parameters: ArrayLike<number>, state: ArrayLike<number>, logEquilibrium: ArrayLike<number>, standard: Readonly<Record<string, number>> = {}): HaldaneRelation[] {
  const { conditions } = wegscheiderConditions(network, logEquilibrium);
  return network.reactions.flatMap((reaction, index): HaldaneRelation[] => {
    const implied = logEquilibrium[index] ?? Number.NaN;
    const law = massAction(network, reaction, system.graph);
    if (law.kind !== "reversible" || law.elementary || law.excess !== null || !Number.isFinite(implied)) return [];
    const constants = enzymeConstants(network, reaction, system, parameters, state);
    const potentials = standardChange(network, reaction, standard);
    if (potentials !== null) return [{ reaction: reaction.id, constants, implied, expected: -potentials, cycle: null }];
    return conditions.flatMap(({ cycle, affinity }) => {
      const weight = cycle[reaction.id];
      return weight === undefined ? [] : [{ reaction: reaction.id, constants, implied, expected: implied - affinity / weight, cycle }];
    });
  });
}

/** sum S mu0/(RT) of a reaction; null where a potential is not given. */
function standardChange(network: Network, reaction: Reaction, standard: Readonly<Record<string, number>>): number | null {
  let total = 0;
  for (const { id } of network.species) {
    const { change } = stoichiometryOf(reaction, id);
    if (change === 0) continue;
    const potential = standard[id];
    if (potential === undefined) return null;
    total += change * potential;
  }
  return total;
}

/** Relative slack when a denominator is tried at a few points; dimensionless. */
const shapeTolerance = 1e-10;

/**
 * The constants of a rate with one substrate and one product whose common denominator is `1 + S/KS + P/KP`, read off its values;
 * null where the rate has another form.
 */
export function enzymeConstants(network: Network, reaction: Reaction, system: OdeSystem, parameters: ArrayLike<number>, state: ArrayLike<number>): EnzymeConstants | null {
  const law = massAction(network, reaction, system.graph);
  if (law.kind !== "reversible") return null;
  const changing = speciesIds(network).filter((id) => stoichiometryOf(reaction, id).change !== 0);
  const sided = (sign: 1 | -1): string[] => changing.filter((id) => Math.sign(stoichiometryOf(reaction, id).change) === sign);
  const [[substrate, ...moreSubstrates], [product, ...moreProducts]] = [sided(-1), sided(1)];
  const isOne = (id: string): boolean => Math.abs(stoichiometryOf(reaction, id).change) === 1;
  if (substrate === undefined || product === undefined || moreSubstrates.length + moreProducts.length > 0 || !isOne(substrate) || !isOne(product)) return null;
  const places = new Map<string, number>();
  system.parameters.forEach((id, index) => places.set(id, parameters[index] ?? Number.NaN));
  system.states.forEach((id, index) => places.set(id, state[index] ?? Number.NaN));
  const valuesAt = (s: number, p: number): number[] =>
    evaluateAll([law.factor, law.kPlus, law.kMinus], (name) => (name === substrate ? s : name === product ? p : name === "time" ? 0 : (places.get(name) ?? Number.NaN)));
  const [empty = Number.NaN, kPlus = Number.NaN, kMinus = Number.NaN] = valuesAt(0, 0);
  const denominator = (s: number, p: number): number => empty / (valuesAt(s, p)[0] ?? Number.NaN);
  const [perSubstrate, perProduct] = [denominator(1, 0) - 1, denominator(0, 1) - 1];
  if (!(perSubstrate > 0 && perProduct > 0 && empty > 0)) return null;
  const isAffine = ([[2, 0], [0, 3], [5, 7], [0.5, 11]] as const).every(([s, p]) => {
    const expected = 1 + s * perSubstrate + p * perProduct;
    return Math.abs(denominator(s, p) - expected) <= shapeTolerance * expected;
  });
  if (!isAffine) return null;
  return { substrate, product, forwardMaximum: (empty * kPlus) / perSubstrate, reverseMaximum: (empty * kMinus) / perProduct, KS: 1 / perSubstrate, KP: 1 / perProduct };
}
