import { evaluateAll } from "../kernel/evaluate.ts";
import type { Expression } from "../kernel/expression.ts";
import type { NetworkProblem } from "../models/check.ts";
import { odeSystem } from "../models/compile.ts";
import { massAction } from "../models/mass-action.ts";
import type { Network, Participant, Reaction } from "../models/network.ts";
import { resolverOf } from "../models/resolve.ts";
import { stoichiometryOf } from "../models/structure.ts";
import type { OdeSystem } from "../models/system.ts";
import type { Residues } from "../solvers/stochastic/channel.ts";

/** Where the two directions of a step read their common conductance: between the states of the jump, or at the state it starts from. */
export type ConductanceReading = "residue" | "source state";

/** Propensities of the reactions named in `residues` · events per time. */
export interface ConductancePropensities {
  readonly system: OdeSystem;
  readonly reactions: readonly string[];
  /**
   * Forward and reverse propensities [nReaction] of leaving a state of molecule numbers [nState] in the system's order.
   * @param volume molecules per unit of concentration
   * @param parameters [nParameter]
   */
  at(molecules: ArrayLike<number>, volume: number, parameters: ArrayLike<number>, reading?: ConductanceReading): { readonly forward: Float64Array; readonly reverse: Float64Array };
}

export type ConductancePropensitiesResult =
  | { readonly propensities: ConductancePropensities; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly propensities?: undefined };

/**
 * The jump process of reactions with a learned conductance, written down state by state: `a+(n) = V κ(r/V) k+ ∏ ff(n, nu+)/V^nu+`
 * with r = n - nu+ = n' - nu-, times exp(V (Phi(n/V) - Phi(n'/V))/2) where there is an excess free energy, with κ then times
 * exp((nu+ + nu-)·grad Phi(r/V)/2). It balances exactly against product-Poisson times exp(-V Phi(n/V)); `compileStochastic` runs
 * the same process when it is given the same residues.
 *
 * Reading κ at the source state breaks the balance; it is offered to show that.
 * @source van Kampen 2007, Stochastic Processes in Physics and Chemistry, sec. VII.3 (detailed balance of jump processes)
 * @status problems: what `odeSystem` refuses, species that are no concentrations, reactions that are no reversible mass action.
 */
export function conductancePropensities(network: Network, residues: Residues): ConductancePropensitiesResult {
  const compiled = odeSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system } = compiled;
  const { graph } = system;
  const resolver = resolverOf(network, graph);
  const problems: NetworkProblem[] = [];
  const laws = residues.reactions.flatMap((id) => {
    const reaction = network.reactions.find((each) => each.id === id);
    const law = massAction(network, id, graph);
    if (reaction && law.kind === "reversible") return [{ reaction, law }];
    problems.push({ where: `reaction:${id}`, message: `"${id}" has no conductance: ${law.kind === "reversible" ? "it is unknown" : (law.reason ?? "its rate has no reverse term")}` });
    return [];
  });
  for (const { id, substanceOnly, compartment } of network.species) {
    if (substanceOnly || compartment !== network.species[0]?.compartment) problems.push({ where: `species:${id}`, message: `species "${id}" is no concentration in the one compartment of the others; propensities are per volume` });
  }
  if (problems.length > 0) return { problems };

  const place = new Map<string, { readonly isState: boolean; readonly index: number }>();
  system.parameters.forEach((id, index) => place.set(id, { isState: false, index }));
  system.states.forEach((id, index) => place.set(id, { isState: true, index }));
  const evaluateAt = (expressions: readonly Expression[], x: ArrayLike<number>, parameters: ArrayLike<number>): number[] =>
    evaluateAll(expressions, (name) => {
      const at = place.get(name);
      return (at === undefined ? undefined : (at.isState ? x : parameters)[at.index]) ?? Number.NaN;
    });
  const one = graph.constant(1);
  const compartment = network.species[0]?.compartment;
  const size = compartment === undefined ? one : resolver.volume(compartment, `compartment:${compartment}`);
  const energy = residues.excess === null ? null : resolver.symbol(residues.excess, "excess free energy");
  const reservoirs = new Map(network.species.filter(({ id }) => !system.states.includes(id)).map(({ id }) => [id, resolver.symbol(id, `species:${id}`)]));

  /** V ∏ ff(n, nu)/V^nu, with reservoirs at their concentrations. */
  const arrivals = (side: readonly Participant[], molecules: ArrayLike<number>, volume: number, concentration: (id: string) => number): number => {
    let product = volume;
    for (const { species, stoichiometry } of side) {
      const state = system.states.indexOf(species);
      for (let taken = 0; taken < stoichiometry; taken++) product *= state === -1 ? concentration(species) : Math.max(0, (molecules[state] ?? Number.NaN) - taken) / volume;
    }
    return product;
  };

  const propensity = (reaction: Reaction, law: (typeof laws)[number]["law"], isForward: boolean, molecules: ArrayLike<number>, volume: number, parameters: ArrayLike<number>, reading: ConductanceReading): number => {
    const changes = system.states.map((id) => stoichiometryOf(reaction, id));
    const here = Float64Array.from(molecules, (count) => count / volume);
    const concentrations = new Map([...reservoirs].map(([id, expression]) => [id, evaluateAt([expression], here, parameters)[0] ?? Number.NaN]));
    const encounters = arrivals(isForward ? reaction.reactants : reaction.products, molecules, volume, (id) => concentrations.get(id) ?? Number.NaN);
    if (encounters === 0) return 0;
    const taken = (state: number): number => (isForward ? changes[state]?.taken : changes[state]?.made) ?? 0;
    const between = reading === "source state" ? here : here.map((_, state) => ((molecules[state] ?? 0) - taken(state)) / volume);
    const constant = isForward ? law.kPlus : law.kMinus;
    const [size0 = 1, factor = 0, rateConstant = 0, forwardExcess = 1, reverseExcess = 1] = evaluateAt([size, law.factor, constant, law.excess?.forward ?? one, law.excess?.reverse ?? one], between, parameters);
    const common = (encounters * factor * rateConstant) / size0;
    if (!energy) return common;
    const after = here.map((_, state) => ((molecules[state] ?? 0) + (isForward ? 1 : -1) * (changes[state]?.change ?? 0)) / volume);
    const [before = 0] = evaluateAt([energy], here, parameters);
    const [later = 0] = evaluateAt([energy], after, parameters);
    return common * Math.sqrt(isForward ? reverseExcess / forwardExcess : forwardExcess / reverseExcess) * Math.exp((volume * (before - later)) / 2);
  };

  return {
    propensities: {
      system,
      reactions: laws.map(({ reaction }) => reaction.id),
      at(molecules, volume, parameters, reading = "residue") {
        const direction = (isForward: boolean): Float64Array => Float64Array.from(laws, ({ reaction, law }) => propensity(reaction, law, isForward, molecules, volume, parameters, reading));
        return { forward: direction(true), reverse: direction(false) };
      },
    },
  };
}
