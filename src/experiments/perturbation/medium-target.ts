import type { Network } from "../../models/network.ts";

/**
 * Ids that a medium may set: parameters and boundary species whose value is a number of the model.
 * What a rule or an initial assignment gives, and a concentration in a compartment that changes its size, is no such number.
 */
export function mediumTargets(network: Network): readonly string[] {
  const given = new Set([...network.rules, ...network.initialAssignments].map(({ target }) => target));
  const sized = new Set(network.compartments.filter(({ id, size }) => size !== null && !given.has(id)).map(({ id }) => id));
  const boundary = network.species.filter((species) => species.boundary && (species.substanceOnly || sized.has(species.compartment)));
  return [...boundary, ...network.parameters].map(({ id }) => id).filter((id) => !given.has(id));
}

/** Whether a medium may set the id. */
export function isMediumTarget(network: Network, id: string): boolean {
  return mediumTargets(network).includes(id);
}
