import type { Network } from "../models/network.ts";
import { canonicalFormula } from "./formula.ts";

/**
 * Adds a quantity whose time integral is ∫ Σ q² dt over some quantities: what an output penalty holds small.
 *
 * For fitting with differential equations; the stochastic solver takes no rate rules, so it gets the network without.
 * @throws when the id is taken
 */
export function withOutputPenalty(network: Network, id: string, quantities: readonly string[]): Network {
  if ([...network.species, ...network.parameters, ...network.reactions].some((each) => each.id === id)) throw new Error(`output penalty ${id}: the model ${network.id} already has something of this name`);
  return {
    ...network,
    parameters: [...network.parameters, { id, value: 0, constant: false, unit: null }],
    rules: [...network.rules, { kind: "rate", target: id, formula: canonicalFormula(quantities.map((quantity) => `${quantity}^2`).join(" + ")) }],
  };
}
