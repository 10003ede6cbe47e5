import { divide } from "../kernel/arithmetic.ts";
import type { Expression } from "../kernel/expression.ts";
import type { NetworkProblem } from "../models/check.ts";
import { massAction } from "../models/mass-action.ts";
import type { Network } from "../models/network.ts";
import { resolverOf } from "../models/resolve.ts";
import { stoichiometryOf } from "../models/structure.ts";
import type { OdeSystem } from "../models/system.ts";

/** A reaction as a source of noise · concentration per time. */
export interface OneWayRates {
  readonly id: string;
  /** Net changes of states per event. */
  readonly changes: readonly { readonly state: number; readonly change: number }[];
  readonly forward: Expression;
  /** Null where the reaction runs one way. */
  readonly reverse: Expression | null;
  /** False where the rate law stands for several steps, so that forward + reverse is not its diffusion. */
  readonly elementary: boolean;
}

export type OneWayRatesResult = { readonly reactions: readonly OneWayRates[]; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly reactions?: undefined };

/**
 * The one-way rates of every reaction that changes a state, per volume, over the states and parameters of `system`, which
 * `odeSystem` made of the same network.
 * @status problems: rates that are no difference of two positive parts, species in several compartments, states that are no concentrations.
 */
export function oneWayRates(network: Network, system: OdeSystem): OneWayRatesResult {
  const { graph } = system;
  const resolver = resolverOf(network, graph);
  const problems: NetworkProblem[] = [];
  for (const id of system.states) {
    const species = network.species.find((one) => one.id === id);
    if (!species || resolver.role(species) !== "concentration state") {
      problems.push({ where: `state:${id}`, message: `"${id}" is no concentration that reactions alone change, so its noise per volume is not defined; leave out its rule, substanceOnly or changing volume` });
    }
  }
  const compartments = [...new Set(network.species.map(({ compartment }) => compartment))];
  if (compartments.length > 1) problems.push({ where: `compartment:${compartments[1] ?? ""}`, message: `species lie in several compartments (${compartments.join(", ")}); noise is per volume and takes one compartment so far` });
  const volume = compartments[0] === undefined ? graph.constant(1) : resolver.volume(compartments[0], `compartment:${compartments[0]}`);
  const perVolume = (rate: Expression): Expression => divide(graph, rate, volume);
  const reactions = network.reactions.flatMap((reaction): OneWayRates[] => {
    const changes = system.states.flatMap((id, state) => {
      const { change } = stoichiometryOf(reaction, id);
      return change === 0 ? [] : [{ state, change }];
    });
    if (changes.length === 0) return [];
    const law = massAction(network, reaction, graph);
    if (law.kind === "not mass action") {
      problems.push({ where: `reaction:${reaction.id}`, message: `the one-way rates of "${reaction.id}" are not known apart: ${law.reason}; write it as two reactions, one for each way` });
      return [];
    }
    return [{ id: reaction.id, changes, forward: perVolume(law.forward), reverse: law.kind === "reversible" ? perVolume(law.reverse) : null, elementary: law.elementary }];
  });
  return problems.length > 0 ? { problems } : { reactions };
}
