import type { Instrumented } from "../../experiments/perturbation.ts";
import { attachConductance } from "../../hybrid/conductance.ts";
import { attachLearnedFlux } from "../../hybrid/learned-flux.ts";
import { withOutputPenalty } from "../../hybrid/output-penalty.ts";
import type { DenseOptions } from "../../hybrid/residual/index.ts";
import type { Network, Reaction } from "../../models/network.ts";
import { stream } from "../../numerics/random.ts";
import type { LearnedConductanceTerm, LearnedFluxTerm } from "../scenario-schema.ts";
import { instrumentFor } from "./design.ts";
import type { ReactionNetworkScenario } from "./schema.ts";

/** What is learned inside a mechanism. */
export interface LearnedPart {
  /** Ids of everything trainable; the mechanism alone where all are 0. */
  readonly weights: readonly string[];
  /** Prior standard deviations where they are not those of the other weights. */
  readonly priors: Readonly<Record<string, number>>;
  /** Id of the quantity whose time integral is the output penalty. */
  readonly penalty: string;
  /** Reactions whose rate is learned, wholly or up to a factor. */
  readonly reactions: readonly string[];
}

/** A model with every agent woven in, and what is learned in it; null for the mechanism alone. */
export interface WovenModel {
  readonly instrumented: Instrumented;
  readonly learned: LearnedPart | null;
}

/** Whether a learned term multiplies known reactions, as opposed to a flux of its own. */
export const isConductance = (term: ReactionNetworkScenario["learned"][number]): term is LearnedConductanceTerm => term.kind === "conductance";
/** Learned fluxes, which no thermodynamic law binds. */
export const additiveFluxes = (scenario: ReactionNetworkScenario): readonly LearnedFluxTerm[] => scenario.learned.flatMap((term) => (isConductance(term) ? [] : [term]));

/**
 * Weaves agents and the learned term into a model. A conductance comes after the agents, so that doses can be inputs of it.
 * @throws when an agent or the term does not fit; the scenario was checked with the same networks before
 */
export function weave(scenario: ReactionNetworkScenario, model: Network, isLearned: boolean, seed: string): WovenModel {
  const term = isLearned ? scenario.learned[0] : undefined;
  const options: DenseOptions = { hidden: scenario.budget.hidden, gain: 1 };
  if (!term) return { instrumented: mustInstrument(scenario, model), learned: null };
  if (isConductance(term)) {
    const instrumented = mustInstrument(scenario, model);
    const { attached, problems } = attachConductance(instrumented.network, term, options, stream(BigInt(seed), "weights of the learned conductance", 0));
    if (!attached) throw new Error(problems.map(({ message }) => message).join("; "));
    const penalty = `${term.id}_power`;
    return {
      instrumented: { ...instrumented, network: withOutputPenalty(attached.network, penalty, Object.values(attached.logConductances)) },
      learned: {
        weights: [...attached.weights, ...attached.shifts.map(({ id }) => id)],
        priors: Object.fromEntries(attached.shifts.map(({ id, prior }) => [id, prior.sd])),
        penalty,
        reactions: term.reactions,
      },
    };
  }
  const flux = attachLearnedFlux(model, term, options, stream(BigInt(seed), "weights of the learned flux", 0));
  return { instrumented: mustInstrument(scenario, flux.network), learned: { weights: flux.weights, priors: {}, penalty: flux.penalty, reactions: [term.id] } };
}

function mustInstrument(scenario: ReactionNetworkScenario, network: Network): Instrumented {
  const instrumented = instrumentFor(scenario, network);
  if ("problems" in instrumented) throw new Error(instrumented.problems.join("; "));
  return instrumented;
}

/** What is wrong with the learned terms themselves, as sentences. */
export function learnedProblems(scenario: ReactionNetworkScenario, model: Network): string[] {
  const { learned } = scenario;
  const many = learned.length > 1 ? [`${learned.length} learned terms are declared; one at a time is supported so far`] : [];
  const taken = new Set([...model.species, ...model.parameters, ...model.reactions, ...model.compartments].map(({ id }) => id));
  return [
    ...many,
    ...learned.flatMap((term) => {
      if (isConductance(term)) return conductanceProblems(scenario, term, model);
      const { id, stoichiometry } = term;
      return [
        ...(taken.has(id) ? [`learned flux ${id}: the model already has something of this name`] : []),
        ...(Object.keys(stoichiometry).length === 0 ? [`learned flux ${id}: its stoichiometry is empty, so it changes nothing`] : []),
        ...Object.entries(stoichiometry).flatMap(([species, change]) => (change === 0 ? [`learned flux ${id}: the stoichiometry of "${species}" is 0; leave it out, or name it as an input`] : [])),
      ];
    }),
  ];
}

function conductanceProblems(scenario: ReactionNetworkScenario, term: LearnedConductanceTerm, model: Network): string[] {
  const instrumented = instrumentFor(scenario, model);
  // Agents that do not fit are reported on their own.
  if ("problems" in instrumented) return [];
  const tried = attachConductance(instrumented.network, term, { hidden: scenario.budget.hidden, gain: 1 }, stream(0n, "trial", 0));
  const known = new Set([...instrumented.network.parameters, ...instrumented.network.reactions].map(({ id }) => id));
  const penalty = known.has(`${term.id}_power`) ? [`the model already has something called "${term.id}_power"`] : [];
  return [...(tried.problems ?? []).map(({ message }) => message), ...penalty].map((message) => `learned conductance ${term.id}: ${message}`);
}

/** Species that learned terms read and a network lacks, as sentences. */
export function missingSpecies(scenario: ReactionNetworkScenario, model: Network, network: Network): string[] {
  const species = new Set(network.species.map(({ id }) => id));
  return scenario.learned.flatMap((term) => {
    if (!isConductance(term)) return [...Object.keys(term.stoichiometry), ...term.inputs].filter((id) => !species.has(id)).map((id) => `learned flux ${term.id}: no species "${id}"`);
    const read = model.reactions.flatMap(({ id, reactants, products }) => (term.reactions.includes(id) ? [...reactants, ...products].map((one) => one.species) : []));
    const own = new Set(model.species.map(({ id }) => id));
    const needed = new Set([...read, ...term.inputs.filter((id) => own.has(id))]);
    return [...needed].filter((id) => !species.has(id)).map((id) => `learned conductance ${term.id}: no species "${id}"`);
  });
}

/** The true reaction behind each learned one: that of the same name, or for a learned flux the one that the model lacks and whose net stoichiometry it has. */
export function counterparts(scenario: ReactionNetworkScenario, model: Network, truth: Network): ReadonlyMap<string, string> {
  return new Map(
    scenario.learned.flatMap((term): (readonly [string, string])[] => {
      if (isConductance(term)) return term.reactions.filter((id) => truth.reactions.some((reaction) => reaction.id === id)).map((id) => [id, id] as const);
      const deleted = truth.reactions.find((reaction) => isDeleted(reaction, model, term.stoichiometry));
      return deleted ? [[term.id, deleted.id]] : [];
    }),
  );
}

function isDeleted(reaction: Reaction, model: Network, stoichiometry: Readonly<Record<string, number>>): boolean {
  if (model.reactions.some((each) => each.id === reaction.id)) return false;
  const net = new Map<string, number>();
  for (const { species, stoichiometry: amount } of reaction.reactants) net.set(species, (net.get(species) ?? 0) - amount);
  for (const { species, stoichiometry: amount } of reaction.products) net.set(species, (net.get(species) ?? 0) + amount);
  const changed = [...net].filter(([, change]) => change !== 0);
  return changed.length === Object.keys(stoichiometry).length && changed.every(([species, change]) => stoichiometry[species] === change);
}
