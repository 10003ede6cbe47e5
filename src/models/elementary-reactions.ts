import type { Network, Participant, Reaction } from "./network.ts";

/**
 * Reactions in numbers: a constant times the populations of up to two reactants, up to two products. What a reader of a large network
 * knows of them, so that whoever compiles it need not read them back from text.
 */
export interface ElementaryReactions {
  readonly count: number;
  /** Which of `constants` each rate begins with [nReaction]; -1 = a reaction that is not of this kind. */
  readonly constant: Int32Array;
  /** Canonical texts: products of numbers and names. */
  readonly constants: readonly string[];
  /** Two reactants and two products of each by their places in the network's species [nReaction, 4]; -1 = none. What takes part twice stands twice. */
  readonly participants: Int32Array;
  idOf(at: number): string;
  /** A reaction that is not of this kind. */
  other(at: number): Reaction;
}

// Kept beside the network, not in it: whoever copies a network to change it must not take the numbers along.
const numbersOf = new WeakMap<Network, ElementaryReactions>();

/**
 * The network with these reactions, which are written out when they are first read, in the place of its own. Their ids, prefix and number,
 * must be identifiers that nothing else has, and the other reactions must be right as `checkNetwork` says.
 */
export function withElementaryReactions(network: Omit<Network, "reactions">, elementary: ElementaryReactions): Network {
  let reactions: readonly Reaction[] | null = null;
  const { schema, id, compartments, species, parameters, ...others } = network;
  const made: Network = {
    schema,
    id,
    compartments,
    species,
    parameters,
    get reactions() {
      return (reactions ??= writtenOut(elementary, species.map((one) => one.id)));
    },
    ...others,
  };
  numbersOf.set(made, elementary);
  return made;
}

/** The reactions of a network in numbers; null for one that was made in another way, copies of such a network among them. */
export const elementaryReactionsOf = (network: Network): ElementaryReactions | null => numbersOf.get(network) ?? null;

/** The same reactions as data. */
export function writtenOut(elementary: ElementaryReactions, species: readonly string[]): Reaction[] {
  const { count, constant, constants, participants } = elementary;
  const single = species.map((id) => [{ species: id, stoichiometry: 1 }] as const);
  const none: readonly Participant[] = [];
  const side = (first: number, second: number): readonly Participant[] => {
    const one = single[first];
    const other = single[second];
    if (!one) return none;
    if (!other) return one;
    return first === second ? [{ species: one[0].species, stoichiometry: 2 }] : [one[0], other[0]];
  };
  const reactions: Reaction[] = [];
  for (let at = 0; at < count; at++) {
    const which = constant[at] ?? -1;
    if (which < 0) {
      reactions.push(elementary.other(at));
      continue;
    }
    const [first = -1, second = -1, third = -1, fourth = -1] = participants.subarray(4 * at, 4 * at + 4);
    let rate = constants[which] ?? "";
    if (first >= 0) rate += `*${species[first] ?? ""}`;
    if (second >= 0) rate += `*${species[second] ?? ""}`;
    reactions.push({ id: elementary.idOf(at), reactants: side(first, second), products: side(third, fourth), rate, reversible: false });
  }
  return reactions;
}
