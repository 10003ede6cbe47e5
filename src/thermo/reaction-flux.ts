import type { Expression } from "../kernel/expression.ts";
import { substitution } from "../kernel/substitute.ts";
import { reactionRates } from "../models/compile.ts";
import { massAction } from "../models/mass-action.ts";
import type { MassAction } from "../models/mass-action.ts";
import type { Network, Participant, Reaction } from "../models/network.ts";
import { resolverOf } from "../models/resolve.ts";
import { stoichiometryOf } from "../models/structure.ts";
import type { OdeSystem } from "../models/system.ts";

/** What thermodynamics can say about a reaction. */
export type ReactionKind = "reversible" | "one-way" | "not mass action" | "non-thermodynamic";

/** A reaction as thermodynamics sees it: who takes part, and its one-way fluxes as expressions of the system. */
export interface ReactionFlux {
  readonly id: string;
  readonly kind: ReactionKind;
  /** Why it is not plain reversible mass action; null where it is. */
  readonly reason: string | null;
  /** False where the rate law stands for several steps, so that forward + reverse is not its diffusion. */
  readonly elementary: boolean;
  /** Indices of all species that take part, catalysts included. */
  readonly participants: readonly number[];
  /** Non-zero net changes `S = nu- - nu+` per event, chemostats included. */
  readonly changes: readonly { readonly species: number; readonly change: number }[];
  /** One-way fluxes and net rate · amount per time; null where the kind has none. */
  readonly forward: Expression | null;
  readonly reverse: Expression | null;
  readonly net: Expression;
  /** Constants such that `ln(forward / reverse) = ln kPlus - ln kMinus - sum S ln(gamma x)`; null where the reaction is not reversible. */
  readonly kPlus: Expression | null;
  readonly kMinus: Expression | null;
}

/** Ids of the parameters that are activity coefficients, by species. */
export type CoefficientIds = Readonly<Record<string, string>>;

/**
 * Every reaction of a network with its one-way fluxes, as far as its rate tells them. `exclude`: reactions that are no mechanism;
 * `coefficients`: species whose activity `gamma x`, not the concentration alone, stands in mass action.
 */
export function reactionFluxes(network: Network, system: OdeSystem, exclude: readonly string[], coefficients: CoefficientIds = {}): ReactionFlux[] {
  const rates = reactionRates(network, system.graph);
  const recognise = recogniser(network, system, coefficients);
  return network.reactions.map((reaction, index): ReactionFlux => {
    const takingPart = network.species.flatMap(({ id }, species) => {
      const { taken, made, change } = stoichiometryOf(reaction, id);
      return taken === 0 && made === 0 ? [] : [{ species, change }];
    });
    const excluded = exclude.includes(reaction.id);
    const law: MassAction = excluded
      ? { kind: "not mass action", reason: "its rate is learned: separate one-way fluxes and a force are not defined" }
      : recognise(reaction);
    return {
      id: reaction.id,
      kind: excluded ? "non-thermodynamic" : law.kind,
      reason: law.kind === "reversible" ? null : law.kind === "one-way" ? (law.reason ?? "its rate has no reverse term") : law.reason,
      elementary: law.kind === "not mass action" ? false : law.elementary,
      participants: takingPart.map(({ species }) => species),
      changes: takingPart.filter(({ change }) => change !== 0),
      forward: law.kind === "not mass action" ? null : law.forward,
      reverse: law.kind === "reversible" ? law.reverse : null,
      net: rates[index] ?? system.graph.constant(Number.NaN),
      kPlus: law.kind === "reversible" ? law.kPlus : null,
      kMinus: law.kind === "reversible" ? law.kMinus : null,
    };
  });
}

/**
 * Mass action in activities is mass action in twice as many species: next to every species its activity coefficient, with the same
 * stoichiometries. So the coefficients stand in as species where the form is read, and their formulas are put back afterwards.
 */
function recogniser(network: Network, { graph }: OdeSystem, coefficients: CoefficientIds): (reaction: Reaction) => MassAction {
  if (Object.keys(coefficients).length === 0) return (reaction) => massAction(network, reaction, graph);
  const ids = new Set(Object.values(coefficients));
  const compartment = network.species[0]?.compartment ?? "";
  const standIn: Network = {
    ...network,
    species: [
      ...network.species,
      ...[...ids].map((id) => ({ id, compartment, initial: 1, initialKind: "concentration" as const, boundary: true, constant: false, substanceOnly: false, unit: null })),
    ],
    parameters: network.parameters.filter(({ id }) => !ids.has(id)),
    rules: network.rules.filter(({ target }) => !ids.has(target)),
    initialAssignments: network.initialAssignments.filter(({ target }) => !ids.has(target)),
  };
  const withCoefficients = (side: readonly Participant[]): Participant[] => {
    const orders = new Map<string, number>();
    for (const { species, stoichiometry } of side) {
      const id = coefficients[species];
      if (id !== undefined) orders.set(id, (orders.get(id) ?? 0) + stoichiometry);
    }
    return [...side, ...[...orders].map(([species, stoichiometry]) => ({ species, stoichiometry }))];
  };
  const resolver = resolverOf(network, graph);
  const putBack = substitution(graph, new Map([...ids].map((id) => [id, resolver.symbol(id, `parameter:${id}`)])));
  return (reaction) => {
    const law = massAction(standIn, { ...reaction, reactants: withCoefficients(reaction.reactants), products: withCoefficients(reaction.products) }, graph);
    if (law.kind === "not mass action") return law;
    if (law.kind === "one-way") return { ...law, forward: putBack(law.forward), factor: putBack(law.factor), kPlus: law.kPlus && putBack(law.kPlus) };
    return { ...law, forward: putBack(law.forward), reverse: putBack(law.reverse), factor: putBack(law.factor), kPlus: putBack(law.kPlus), kMinus: putBack(law.kMinus) };
  };
}

/** Whether entropy production is defined for a reaction of this kind (infinite for a one-way one). */
export const isThermodynamic = ({ kind }: Pick<ReactionFlux, "kind">): boolean => kind === "reversible" || kind === "one-way";
