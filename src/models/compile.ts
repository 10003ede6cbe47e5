import { add, divide, multiply, negate, subtract } from "../kernel/arithmetic.ts";
import { expressionGraph } from "../kernel/expression.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import type { NetworkProblem } from "./check.ts";
import { checkNetwork } from "./check.ts";
import type { Network, Species } from "./network.ts";
import { resolverOf } from "./resolve.ts";
import type { Resolver } from "./resolve.ts";
import type { OdeSystem, Output } from "./system.ts";

/** A system with what is worth a look, or everything that keeps the network from being simulated. */
export type SystemResult =
  | { readonly system: OdeSystem; readonly warnings: readonly NetworkProblem[]; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined; readonly warnings?: undefined };

/**
 * The ordinary differential equations of a network.
 *
 * A state is the concentration of a floating species (`dC/dt = sum nu rate / V`); the amount where the species is
 * `substanceOnly` or its compartment has a rule; the symbol itself where the species, parameter or compartment has a rate rule.
 * Assignment rules, initial assignments of constants and reaction ids are substituted. The implied compartment of size 1 is
 * no parameter. A species without an initial value starts at 0, with a warning.
 * @status problems: undefined symbols and circular definitions, all of them.
 */
export function odeSystem(network: Network, graph: Graph = expressionGraph()): SystemResult {
  const wrong = checkNetwork(network);
  if (wrong.length > 0) return { problems: wrong };
  const resolver = resolverOf(network, graph);
  const rates = network.reactions.map(({ id, rate }) => resolver.formula(rate, `reaction:${id}`));
  const states: string[] = [];
  const rhs: Expression[] = [];
  const initialState: Expression[] = [];
  const push = (id: string, derivative: Expression, start: Expression): void => {
    states.push(id);
    rhs.push(derivative);
    initialState.push(start);
  };

  const changes = changesOf(network);
  const rateRules = new Map(network.rules.flatMap(({ kind, target, formula }) => (kind === "rate" ? [[target, formula] as const] : [])));
  for (const species of network.species) {
    const role = resolver.role(species);
    if (role === "concentration state" || role === "amount state") {
      push(species.id, balance(changes, resolver, species, rates, role === "concentration state"), startOf(resolver, species, role === "concentration state"));
    } else if (role === "symbol state") {
      push(species.id, resolver.formula(rateRules.get(species.id) ?? "", `rule:${species.id}`), resolver.initial(species.id, `value:${species.id}`));
    }
  }
  for (const { id } of [...network.parameters, ...network.compartments]) {
    const formula = rateRules.get(id);
    if (formula !== undefined) push(id, resolver.formula(formula, `rule:${id}`), resolver.initial(id, `value:${id}`));
  }
  const outputs = outputsOf(network, resolver);
  const parameters = parametersOf(network, resolver);
  for (const { target } of network.initialAssignments) resolver.initial(target, `value:${target}`);

  if (resolver.problems.length > 0) return { problems: resolver.problems };
  const system: OdeSystem = {
    id: network.id,
    graph,
    states,
    parameters: parameters.map(({ id }) => id),
    rhs,
    outputs,
    parameterValues: parameters.map(({ value }) => value),
    initialState,
  };
  return { system, warnings: warningsOf(network, resolver) };
}

/** Rates of all reactions [nReaction] · amount per time, in the states, parameters and `time` of `odeSystem` on the same graph. */
export function reactionRates(network: Network, graph: Graph): Expression[] {
  const resolver = resolverOf(network, graph);
  return network.reactions.map(({ id, rate }) => resolver.formula(rate, `reaction:${id}`));
}

/** For each species, the reactions that take or make it, in order, and by how much they change it. */
type SpeciesChanges = ReadonlyMap<string, readonly { readonly reaction: number; readonly change: number }[]>;

function changesOf(network: Network): SpeciesChanges {
  const changes = new Map<string, { reaction: number; change: number }[]>();
  network.reactions.forEach((reaction, index) => {
    for (const [side, sign] of [[reaction.reactants, -1], [reaction.products, 1]] as const) {
      for (const { species, stoichiometry } of side) {
        const list = changes.get(species) ?? [];
        changes.set(species, list);
        const last = list.at(-1);
        if (last?.reaction === index) last.change += sign * stoichiometry;
        else list.push({ reaction: index, change: sign * stoichiometry });
      }
    }
  });
  return changes;
}

/** Sum of stoichiometry times rate, over the volume where the state is a concentration. */
function balance(changes: SpeciesChanges, resolver: Resolver, species: Species, rates: readonly Expression[], isConcentration: boolean): Expression {
  const graph = resolver.graph;
  let total: Expression | null = null;
  for (const { reaction, change } of changes.get(species.id) ?? []) {
    const rate = rates[reaction];
    if (change === 0 || !rate) continue;
    const size = Math.abs(change);
    const term = size === 1 ? rate : multiply(graph, graph.constant(size), rate);
    if (!total) total = change < 0 ? negate(graph, term) : term;
    else total = change < 0 ? subtract(graph, total, term) : add(graph, total, term);
  }
  if (!total) return graph.constant(0);
  return isConcentration ? divide(graph, total, resolver.volume(species.compartment, `species:${species.id}`)) : total;
}

function startOf(resolver: Resolver, species: Species, isConcentration: boolean): Expression {
  const where = `value:${species.id}`;
  const symbol = resolver.initial(species.id, where);
  return isConcentration || species.substanceOnly ? symbol : multiply(resolver.graph, symbol, resolver.initial(species.compartment, where));
}

function outputsOf(network: Network, resolver: Resolver): Output[] {
  const species = network.species.map(({ id, compartment, substanceOnly, unit }) => {
    const symbol = resolver.symbol(id, `species:${id}`);
    if (!substanceOnly) return { id, unit, expression: symbol };
    const volumeUnit = network.compartments.find((one) => one.id === compartment)?.unit ?? null;
    const expression = divide(resolver.graph, symbol, resolver.volume(compartment, `species:${id}`));
    return { id, unit: unit !== null && volumeUnit !== null ? `${unit}/${volumeUnit}` : unit, expression };
  });
  const isSpecies = new Set(network.species.map(({ id }) => id));
  const ruled = network.rules.filter(({ target }) => !isSpecies.has(target));
  const units = new Map([...network.parameters, ...network.compartments].map(({ id, unit }) => [id, unit]));
  return [...species, ...ruled.map(({ target }) => ({ id: target, unit: units.get(target) ?? null, expression: resolver.symbol(target, `rule:${target}`) }))];
}

function parametersOf(network: Network, resolver: Resolver): { id: string; value: number }[] {
  return [
    ...network.parameters.map(({ id, value }) => ({ id, value: value ?? Number.NaN })),
    ...network.species.filter(({ boundary }) => boundary).map((species) => ({ id: species.id, value: resolver.boundaryValue(species) ?? Number.NaN })),
    ...network.compartments.map(({ id, size }) => ({ id, value: size ?? Number.NaN })),
  ].filter(({ id }) => resolver.isParameter(id));
}

function warningsOf(network: Network, resolver: Resolver): NetworkProblem[] {
  const assigned = new Set([...network.initialAssignments, ...network.rules.filter(({ kind }) => kind === "assignment")].map(({ target }) => target));
  const ruled = new Set(network.rules.map(({ target }) => target));
  const warnings: NetworkProblem[] = [];
  for (const { id, initial } of network.species) {
    if (initial === null && !assigned.has(id)) warnings.push({ where: `species:${id}`, message: `species "${id}" has no initial value; 0 is used` });
  }
  for (const { id, value } of network.parameters) {
    if (value === null && !assigned.has(id)) warnings.push({ where: `parameter:${id}`, message: `parameter "${id}" has no value; it must be set before a run` });
    if (!resolver.used.has(id) && !ruled.has(id)) warnings.push({ where: `parameter:${id}`, message: `parameter "${id}" is never used` });
  }
  for (const { id, size } of network.compartments) {
    if (size === null && !assigned.has(id)) warnings.push({ where: `compartment:${id}`, message: `compartment "${id}" has no size; it must be set before a run` });
  }
  return warnings;
}
