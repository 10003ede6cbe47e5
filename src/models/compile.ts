import { add, divide, multiply, negate, subtract } from "../kernel/arithmetic.ts";
import { expressionGraph } from "../kernel/expression.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import type { NetworkProblem } from "./check.ts";
import { checkNetwork, eventTargets } from "./check.ts";
import { elementaryReactionsOf } from "./elementary-reactions.ts";
import { type NetChanges, elementaryChanges, elementaryRates } from "./elementary-terms.ts";
import { systemEvents } from "./event.ts";
import type { Network, Participant, Reaction, Species } from "./network.ts";
import { resolverOf } from "./resolve.ts";
import type { Resolver } from "./resolve.ts";
import { withReactionTerms } from "./reaction-terms.ts";
import type { ElementaryRates, ReactionRate, ReactionTerms } from "./reaction-terms.ts";
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
 * `substanceOnly` or its compartment has a rule or is assigned by an event; the symbol itself where the species, parameter or
 * compartment has a rate rule. What an event assigns is a state too, at rest where nothing else changes it.
 * Assignment rules, initial assignments of constants and reaction ids are substituted. The implied compartment of size 1 is
 * no parameter. A species without an initial value starts at 0, with a warning. The right-hand side is written when it is first read.
 * @status problems: undefined symbols and circular definitions, all of them.
 */
export function odeSystem(network: Network, graph: Graph = expressionGraph()): SystemResult {
  const made = reactionSystem(network, graph);
  return made.problems ? made : { system: made.system, warnings: made.warnings };
}

/** What `reactionSystem` finds. */
export type ReactionSystemResult =
  | { readonly system: OdeSystem; readonly warnings: readonly NetworkProblem[]; readonly rates: readonly Expression[]; readonly resolver: Resolver; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined; readonly warnings?: undefined; readonly rates?: undefined };

/** The system of `odeSystem`, with the rates of all reactions [nReaction], written when they are first read, and their resolver. @status problems: as `odeSystem`. */
export function reactionSystem(network: Network, graph: Graph = expressionGraph()): ReactionSystemResult {
  const compiled = compile(network, graph);
  if (compiled.problems) return compiled;
  const { system, derivatives, terms, warnings, rates, resolver } = compiled;
  let rhs: readonly Expression[] | null = null;
  let reactions: OdeSystem["reactions"] = undefined;
  const withRhs = {
    ...system,
    get rhs() {
      rhs ??= derivatives.map((write) => write());
      return rhs;
    },
    get reactions() {
      reactions ??= network.reactions.map(({ id }, index) => ({ id, rate: rates()[index] ?? graph.constant(Number.NaN) }));
      return reactions;
    },
  };
  return {
    system: withReactionTerms(withRhs, terms),
    warnings,
    get rates() {
      return rates();
    },
    resolver,
  };
}

type Compiled =
  | {
      readonly system: Omit<OdeSystem, "rhs" | "reactions">;
      /** Write the derivative of each state [nState]. */
      readonly derivatives: readonly (() => Expression)[];
      readonly terms: () => ReactionTerms;
      readonly warnings: readonly NetworkProblem[];
      readonly rates: () => readonly Expression[];
      readonly resolver: Resolver;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined; readonly warnings?: undefined };

/** Everything of a system but its right-hand side, and of that how it is written. */
function compile(network: Network, graph: Graph): Compiled {
  const wrong = checkNetwork(network);
  if (wrong.length > 0) return { problems: wrong };
  const resolver = resolverOf(network, graph);
  const read = readRates(network, resolver);
  let inOne: readonly Expression[] | null = null;
  const rates = (): readonly Expression[] => (inOne ??= read.rates().map((rate) => rateOf(rate, graph)));
  const states: string[] = [];
  const derivatives: (() => Expression)[] = [];
  const ruled: { state: number; derivative: Expression }[] = [];
  const initialState: Expression[] = [];
  const push = (id: string, derivative: () => Expression, start: Expression): void => {
    states.push(id);
    derivatives.push(derivative);
    initialState.push(start);
  };

  let changes: SpeciesChanges | null = null;
  const byRule = (formula: string, id: string): (() => Expression) => {
    const written = resolver.formula(formula, `rule:${id}`);
    ruled.push({ state: states.length, derivative: written });
    return () => written;
  };
  const atRest = (): (() => Expression) => {
    const zero = graph.constant(0);
    ruled.push({ state: states.length, derivative: zero });
    return () => zero;
  };
  const byEvents = eventTargets(network);
  const rateRules = new Map(network.rules.flatMap(({ kind, target, formula }) => (kind === "rate" ? [[target, formula] as const] : [])));
  for (const species of network.species) {
    const role = resolver.role(species);
    if (role === "concentration state" || role === "amount state") {
      const isConcentration = role === "concentration state";
      const derivative = species.boundary ? atRest() : () => balance((changes ??= changesOf(network)), resolver, species, rates(), isConcentration);
      push(species.id, derivative, startOf(resolver, species, isConcentration));
    } else if (role === "symbol state") {
      push(species.id, byRule(rateRules.get(species.id) ?? "", species.id), resolver.initial(species.id, `value:${species.id}`));
    }
  }
  for (const { id } of [...network.parameters, ...network.compartments]) {
    const formula = rateRules.get(id);
    if (formula !== undefined) push(id, byRule(formula, id), resolver.initial(id, `value:${id}`));
    else if (byEvents.has(id)) push(id, atRest(), resolver.initial(id, `value:${id}`));
  }
  // Where there are none, what the reactions move is not asked for.
  const events = network.events && network.events.length > 0 ? systemEvents(network, resolver) : [];
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
    ...(events.length > 0 ? { events } : {}),
  };
  return { system, derivatives, terms: () => termsOf(network, resolver, states, read, ruled), warnings: warningsOf(network, resolver), rates, resolver };
}

/** Rates of all reactions [nReaction] · amount per time, in the states, parameters and `time` of `odeSystem` on the same graph. */
export function reactionRates(network: Network, graph: Graph): Expression[] {
  const read = rateReader(network, resolverOf(network, graph));
  return network.reactions.map((reaction) => rateOf(read(reaction), graph));
}

/** Rates as they were read: in one list, and in numbers where the network came with them. */
interface ReadRates {
  readonly count: number;
  readonly elementary: ElementaryRates | null;
  rates(): readonly ReactionRate[];
}

function readRates(network: Network, resolver: Resolver): ReadRates {
  const elementary = elementaryReactionsOf(network);
  const rate = rateReader(network, resolver);
  if (!elementary) {
    const list = network.reactions.map(rate);
    return { count: list.length, elementary: null, rates: () => list };
  }
  // States of species stand before all others, in their order.
  let next = 0;
  const states = Int32Array.from(network.species, (species) => {
    const role = resolver.role(species);
    if (role !== "concentration state" && role !== "amount state" && role !== "symbol state") return -1;
    const state = next++;
    return role === "amount state" && !species.substanceOnly ? -1 : state;
  });
  const inNumbers = elementaryRates(elementary, network.species, { states, rate, symbol: ({ id }, reaction) => resolver.formula(id, `reaction:${reaction}`) });
  let list: readonly ReactionRate[] | null = null;
  return { count: elementary.count, elementary: inNumbers, rates: () => (list ??= Array.from({ length: elementary.count }, (_, at) => inNumbers.rate(at))) };
}

const plainNumber = /^\d{1,9}(?:\.\d{1,9})?$/;

/** Reads rates of reactions. Products of numbers and names, of which large networks have many, are left as factors, each of which is read once. */
function rateReader(network: Network, resolver: Resolver): (reaction: Reaction) => ReactionRate {
  const names = new Set<string>();
  for (const list of [network.species, network.parameters, network.compartments]) for (const { id } of list) names.add(id);
  const known = new Map<string, Expression | null>();
  const factorOf = (text: string, reaction: string): Expression | null => {
    let factor = known.get(text);
    if (factor === undefined) {
      factor = plainNumber.test(text) || (names.has(text) && isIdentifier(text)) ? resolver.formula(text, `reaction:${reaction}`) : null;
      known.set(text, factor);
    }
    return factor;
  };
  // Filled anew for each reaction and copied out: a list that grows is given room for many more.
  const factors: Expression[] = [];
  return ({ id, rate }) => {
    factors.length = 0;
    for (let from = 0; from <= rate.length; ) {
      const star = rate.indexOf("*", from);
      const to = star === -1 ? rate.length : star;
      const factor = factorOf(rate.slice(from, to), id);
      if (!factor) return { expression: resolver.formula(rate, `reaction:${id}`) };
      factors.push(factor);
      from = to + 1;
    }
    return { factors: factors.slice() };
  };
}

/** A rate as one expression: the node that reading its text makes. */
const rateOf = ({ factors, expression }: ReactionRate, graph: Graph): Expression => (factors ? factors.reduce((product, factor) => multiply(graph, product, factor)) : expression);

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

/** The same sums as a table. */
function termsOf(network: Network, resolver: Resolver, states: readonly string[], { count, elementary, rates }: ReadRates, ruled: ReactionTerms["ruled"]): ReactionTerms {
  const isRuled = new Set(ruled.map(({ state }) => state));
  const stateOf = new Map<string, number>();
  states.forEach((id, index) => void (isRuled.has(index) || stateOf.set(id, index)));
  const inNumbers = elementaryReactionsOf(network);
  const changes = inNumbers ? elementaryChanges(inNumbers, Int32Array.from(network.species, ({ id }) => stateOf.get(id) ?? -1), stateOf) : netChanges(network, stateOf, states.length);
  const divisors: (Expression | null)[] = states.map(() => null);
  const one = resolver.graph.constant(1);
  for (const species of network.species) {
    const state = stateOf.get(species.id);
    if (state === undefined || resolver.role(species) !== "concentration state") continue;
    const volume = resolver.volume(species.compartment, `species:${species.id}`);
    if (volume !== one) divisors[state] = volume;
  }
  return {
    count,
    elementary,
    get rates() {
      return rates();
    },
    ...changes,
    divisors,
    ruled,
  };
}

/** By how much each reaction changes the amounts of which states. */
function netChanges(network: Network, stateOf: ReadonlyMap<string, number>, stateCount: number): NetChanges {
  const changeStart = new Int32Array(network.reactions.length + 1);
  const changedState: number[] = [];
  const change: number[] = [];
  const net = new Float64Array(stateCount);
  const touched: number[] = [];
  const count = (side: readonly Participant[], sign: 1 | -1): void => {
    for (const { species, stoichiometry } of side) {
      const state = stateOf.get(species);
      if (state === undefined) continue;
      // Kept in order: there are few.
      let at = 0;
      while (at < touched.length && (touched[at] ?? 0) < state) at++;
      if (touched[at] !== state) touched.splice(at, 0, state);
      net[state] = (net[state] ?? 0) + sign * stoichiometry;
    }
  };
  network.reactions.forEach(({ reactants, products }, index) => {
    touched.length = 0;
    count(reactants, -1);
    count(products, 1);
    for (const state of touched) {
      if (net[state] !== 0) {
        changedState.push(state);
        change.push(net[state] ?? 0);
      }
      net[state] = 0;
    }
    changeStart[index + 1] = change.length;
  });
  return { changeStart, changedState: new Int32Array(changedState), change: new Float64Array(change) };
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
  const ruled = network.rules.map(({ target }) => target).filter((id) => !isSpecies.has(id));
  const byEvents = eventTargets(network);
  const isRuled = new Set(ruled);
  const assigned = [...network.parameters, ...network.compartments].map(({ id }) => id).filter((id) => byEvents.has(id) && !isRuled.has(id));
  const units = new Map([...network.parameters, ...network.compartments].map(({ id, unit }) => [id, unit]));
  return [...species, ...[...ruled, ...assigned].map((id) => ({ id, unit: units.get(id) ?? null, expression: resolver.symbol(id, `rule:${id}`) }))];
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
  const ruled = new Set([...network.rules.map(({ target }) => target), ...eventTargets(network)]);
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
