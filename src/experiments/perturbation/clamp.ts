import { expressionGraph } from "../../kernel/expression.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import type { Network } from "../../models/network.ts";
import type { PerturbationKind } from "./kind.ts";
import { formulaIn, formulaText, netStoichiometry, reactingSpecies } from "./rewrite.ts";

/**
 * Clamp: a species is held at the dose while its reactions go on for everything else.
 *
 * The species becomes a boundary species whose rate rule is (1 - c) times its balance of reactions, so that c = 1 holds it exactly and c = 0 is the free species.
 * What that costs is said by the network itself: conservation laws that include the species no longer hold, as under a real clamp.
 */
export const clamp: PerturbationKind = {
  facts: {
    id: "clamp",
    title: "species held at a value",
    source: "chemostatted species of an open network, Polettini & Esposito 2014, doi:10.1063/1.4886396",
    dose: { title: "the value held", minimum: 0, maximum: Infinity, wholeSteps: false },
    constants: [],
    stage: "balance",
    neutral: 0,
  },
  edit(network, target, _agent, control) {
    const graph = expressionGraph();
    const free = graph.apply("subtract", graph.constant(1), graph.symbol(control));
    const held = (rate: Expression): string => formulaText(graph.apply("multiply", free, rate));
    const rule = network.rules.find((candidate) => candidate.target === target);
    if (rule?.kind === "rate" && network.species.some((species) => species.id === target)) {
      return { network: { ...network, rules: network.rules.map((other) => (other === rule ? { ...rule, formula: held(formulaIn(graph, rule.formula)) } : other)) } };
    }
    const species = reactingSpecies(network, target);
    if ("reason" in species) return species;
    const compartment = network.compartments.find((candidate) => candidate.id === species.compartment);
    if (compartment !== undefined && network.rules.some((other) => other.target === compartment.id)) {
      return { reason: `"${target}" lies in compartment "${compartment.id}", whose size follows a rule; a clamp needs a constant size` };
    }
    const amountRate = balance(graph, network, target);
    const rate = species.isAmount ? amountRate : graph.apply("divide", amountRate, graph.symbol(species.compartment));
    return {
      network: {
        ...network,
        species: network.species.map((other) => (other.id === target ? { ...other, boundary: true } : other)),
        rules: [...network.rules, { kind: "rate", target, formula: held(rate) }],
      },
    };
  },
  values: (_agent, _dose, control) => ({ [control]: 1 }),
  start: (agent, dose) => Object.fromEntries(agent.targets.map((target) => [target, dose])),
};

/** Amount per time that the reactions change a species by, summed in the order of the reactions. */
function balance(graph: Graph, network: Network, species: string): Expression {
  let total: Expression | null = null;
  for (const reaction of network.reactions) {
    const nu = netStoichiometry(reaction, species);
    if (nu === 0) continue;
    const rate = formulaIn(graph, reaction.rate);
    const size = Math.abs(nu) === 1 ? rate : graph.apply("multiply", graph.constant(Math.abs(nu)), rate);
    if (total === null) total = nu > 0 ? size : graph.apply("negate", size);
    else total = graph.apply(nu > 0 ? "add" : "subtract", total, size);
  }
  return total ?? graph.constant(0);
}
