import { add, divide, multiply, negate, subtract } from "../kernel/arithmetic.ts";
import { expressionGraph } from "../kernel/expression.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import type { NetworkProblem } from "./check.ts";
import { checkNetwork } from "./check.ts";
import type { Network, Species } from "./network.ts";
import { resolverOf } from "./resolve.ts";
import type { Resolver } from "./resolve.ts";
import type { OdeSystem, Output } from "./system.ts";
import { isIdentifier } from "./text/reserved.ts";

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
  const compiled = compile(network, graph, (write) => write());
  return compiled.problems ? compiled : { system: { ...compiled.system, rhs: compiled.derivatives }, warnings: compiled.warnings };
}

/** What `reactionSystem` finds. */
export type ReactionSystemResult =
  | { readonly system: OdeSystem; readonly warnings: readonly NetworkProblem[]; readonly rates: readonly Expression[]; readonly resolver: Resolver; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined; readonly warnings?: undefined; readonly rates?: undefined };

/**
 * The system of `odeSystem`, for methods that fire reactions one by one: its right-hand side is written when it is first
 * read, and the rates of all reactions [nReaction] and the resolver they were read with come along.
 * @status problems: as `odeSystem`.
 */
export function reactionSystem(network: Network, graph: Graph = expressionGraph()): ReactionSystemResult {
  const compiled = compile(network, graph, (write) => write);
  if (compiled.problems) return compiled;
  let rhs: readonly Expression[] | null = null;
  const { system, derivatives, warnings, rates, resolver } = compiled;
  return {
    system: {
      ...system,
      get rhs() {
        rhs ??= derivatives.map((write) => write());
        return rhs;
      },
    },
    warnings,
    rates,
    resolver,
  };
}

type Compiled<Derivative> =
  | {
      readonly system: Omit<OdeSystem, "rhs">;
      /** Of each state [nState]. */
      readonly derivatives: readonly Derivative[];
      readonly warnings: readonly NetworkProblem[];
      readonly rates: readonly Expression[];
      readonly resolver: Resolver;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined; readonly warnings?: undefined };

/** Everything of a system but its right-hand side, and of that what the caller makes of a way to write each derivative. */
function compile<Derivative>(network: Network, graph: Graph, derivativeOf: (write: () => Expression) => Derivative): Compiled<Derivative> {
  const wrong = checkNetwork(network);
  if (wrong.length > 0) return { problems: wrong };
  const resolver = resolverOf(network, graph);
  const rates = ratesOf(network, resolver);
  const states: string[] = [];
  const derivatives: Derivative[] = [];
  const initialState: Expression[] = [];
  const push = (id: string, derivative: Derivative, start: Expression): void => {
    states.push(id);
    derivatives.push(derivative);
    initialState.push(start);
  };

  let changes: SpeciesChanges | null = null;
  const ruled = (formula: string, id: string): Derivative => {
    const written = resolver.formula(formula, `rule:${id}`);
    return derivativeOf(() => written);
  };
  const rateRules = new Map(network.rules.flatMap(({ kind, target, formula }) => (kind === "rate" ? [[target, formula] as const] : [])));
  for (const species of network.species) {
    const role = resolver.role(species);
    if (role === "concentration state" || role === "amount state") {
      const isConcentration = role === "concentration state";
      const derivative = derivativeOf(() => balance((changes ??= changesOf(network)), resolver, species, rates, isConcentration));
      push(species.id, derivative, startOf(resolver, species, isConcentration));
    } else if (role === "symbol state") {
      push(species.id, ruled(rateRules.get(species.id) ?? "", species.id), resolver.initial(species.id, `value:${species.id}`));
    }
  }
  for (const { id } of [...network.parameters, ...network.compartments]) {
    const formula = rateRules.get(id);
    if (formula !== undefined) push(id, ruled(formula, id), resolver.initial(id, `value:${id}`));
  }
  const outputs = outputsOf(network, resolver);
  const parameters = parametersOf(network, resolver);
  for (const { target } of network.initialAssignments) resolver.initial(target, `value:${target}`);

  if (resolver.problems.length > 0) return { problems: resolver.problems };
  const system = {
    id: network.id,
    graph,
    states,
    parameters: parameters.map(({ id }) => id),
    outputs,
    parameterValues: parameters.map(({ value }) => value),
    initialState,
  };
  return { system, derivatives, warnings: warningsOf(network, resolver), rates, resolver };
}

/** Rates of all reactions [nReaction] · amount per time, in the states, parameters and `time` of `odeSystem` on the same graph. */
export function reactionRates(network: Network, graph: Graph): Expression[] {
  return ratesOf(network, resolverOf(network, graph));
}

/** A product of numbers and names without signs or parentheses. */
const plainProduct = /^[\w.]+(?:\*[\w.]+)*$/;
const plainNumber = /^\d{1,9}(?:\.\d{1,9})?$/;

/** Rates of all reactions. Products of numbers and of symbols that stand for themselves, of which large networks have many, are put together from factors read once; that makes the nodes that reading their text makes, in the same order. */
function ratesOf(network: Network, resolver: Resolver): Expression[] {
  const { graph } = resolver;
  const standForThemselves = new Set(["concentration state", "symbol state", "parameter"]);
  const symbols = new Set([
    ...network.species.flatMap((species) => (standForThemselves.has(resolver.role(species)) ? [species.id] : [])),
    ...network.parameters.flatMap(({ id }) => (resolver.isParameter(id) ? [id] : [])),
  ]);
  const factors = new Map<string, Expression | null>();
  const factorOf = (text: string, where: string): Expression | null => {
    const known = factors.get(text);
    if (known !== undefined) return known;
    const factor = plainNumber.test(text) || (symbols.has(text) && isIdentifier(text)) ? resolver.formula(text, where) : null;
    factors.set(text, factor);
    return factor;
  };
  return network.reactions.map(({ id, rate }) => {
    const where = `reaction:${id}`;
    let product: Expression | null = null;
    for (const text of plainProduct.test(rate) ? rate.split("*") : []) {
      const factor = factorOf(text, where);
      if (!factor) return resolver.formula(rate, where);
      product = product ? multiply(graph, product, factor) : factor;
    }
    return product ?? resolver.formula(rate, where);
  });
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
