import { add, divide, exponential, maximum, multiply, power, product, squareRoot, subtract } from "../../kernel/arithmetic.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { substitution, symbolsOf } from "../../kernel/substitute.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { reactionRates } from "../../models/compile.ts";
import { refusedEvents } from "../../models/event.ts";
import { massAction } from "../../models/mass-action.ts";
import type { MassAction } from "../../models/mass-action.ts";
import type { Network, Participant, Reaction } from "../../models/network.ts";
import type { ReactionTerms } from "../../models/reaction-terms.ts";
import { reactionTermsOf } from "../../models/reaction-terms.ts";
import { resolverOf } from "../../models/resolve.ts";
import type { Resolver } from "../../models/resolve.ts";
import { stoichiometryOf } from "../../models/structure.ts";
import type { OdeSystem } from "../../models/system.ts";
import { isMonomial, merged, plainFactors, singleFactors } from "./plain-factors.ts";

/** Name of a state's number of molecules in a channel's expressions; a colon cannot be in an id. */
export const countSymbol = (state: string): string => `molecules:${state}`;

/** A falling factorial of a state's molecule number. */
interface Order {
  readonly state: number;
  readonly order: number;
}

/** By how much an event changes a state's molecule number. */
interface Change {
  readonly state: number;
  readonly change: number;
}

/** Changes by 1 and by -1 of each state, where they have been needed, and a list to fill. */
interface OneChanges {
  readonly made: Change[];
  readonly taken: Change[];
  readonly changes: Change[];
}

/** One way in which molecules can react. A reversible reaction is two channels. */
export interface Channel {
  /** Reaction id; with ` (reverse)` for the way back. */
  readonly id: string;
  readonly reaction: string;
  /** Factor that holds parameters alone. */
  readonly coefficient: Expression;
  /** Factor that holds molecule numbers other than as falling factorials; null = 1. */
  readonly rest: Expression | null;
  /** Falling factorials n(n-1)...(n-order+1) of states. */
  readonly orders: readonly Order[];
  /** What one event does to the states' molecule numbers. */
  readonly changes: readonly Change[];
  /** Whether the rate is known to vanish where a reactant is used up. */
  readonly isMassAction: boolean;
}

/**
 * Reactions whose rate law is read between the two states of a jump, at the residue r = n - nu+ = n' - nu-, so that the step and its
 * reverse see the same conductance and balance exactly, as the states themselves do not.
 */
export interface Residues {
  readonly reactions: readonly string[];
  /** Id of the excess free energy over RT · concentration, whose difference between the two states drives the jump; null in an ideal solution. */
  readonly excess: string | null;
}

/** Turns every state in an expression into molecules over what one unit of it holds. */
export function inMolecules(network: Network, system: OdeSystem, perAmount: number, resolver?: Resolver): (expression: Expression) => Expression {
  const { graph } = system;
  const one = graph.constant(1);
  // Made when first asked for: a large network of mass action alone never does.
  let replace: ((expression: Expression) => Expression) | null = null;
  const isState = new Set(system.states);
  const make = (): ((expression: Expression) => Expression) => {
    const scales = moleculesPerSymbol(network, system, perAmount, resolver);
    const inCounts = system.states.map((id, index) => {
      const scale = scales[index] ?? one;
      const count = graph.symbol(countSymbol(id));
      return [id, scale === one ? count : divide(graph, count, scale)] as const;
    });
    return substitution(graph, new Map(inCounts));
  };
  return (expression) => (expression.operation === "symbol" && !isState.has(expression.name) ? expression : (replace ??= make())(expression));
}

/** Molecules per unit of concentration; without the factors that are 1, which large networks need not carry. */
function perVolume(graph: Graph, perAmount: number, volume: Expression): Expression {
  const one = graph.constant(1);
  if (volume === one) return graph.constant(perAmount);
  return perAmount === 1 ? volume : multiply(graph, graph.constant(perAmount), volume);
}

/** Molecules that one unit of each state's symbol stands for [nState], over the parameters. */
export function moleculesPerSymbol(network: Network, system: OdeSystem, perAmount: number, resolver: Resolver = resolverOf(network, system.graph)): Expression[] {
  const { graph } = system;
  const speciesOf = new Map(network.species.map((species) => [species.id, species]));
  return system.states.map((id) => {
    const species = speciesOf.get(id);
    const isAmount = !species || resolver.role(species) !== "concentration state";
    return isAmount ? graph.constant(perAmount) : perVolume(graph, perAmount, resolver.volume(species.compartment, `species:${id}`));
  });
}

/**
 * The channels of a network: `V k` times falling factorials where a rate is recognised mass action, otherwise the rate as it
 * stands, with amounts turned into molecules. Boundary species are reservoirs: their powers stand as they are. Of the reactions in
 * `residues`, everything but the falling factorials is read at the residue.
 * @source Gillespie 1977, doi:10.1021/j100540a008, sec. II (falling factorials in the place of powers)
 * @param read rates of all reactions [nReaction] and their resolver, on the system's graph, where they are at hand.
 * @status problems: events, stoichiometries that are no whole numbers, rates that depend on time.
 */
export function channelsOf(network: Network, system: OdeSystem, perAmount: number, residues?: Residues, read?: { readonly rates: readonly Expression[]; readonly resolver: Resolver }): { readonly channels: readonly Channel[]; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[] } {
  const { graph } = system;
  const resolver = read?.resolver ?? resolverOf(network, graph);
  const stateOf = new Map(system.states.map((id, index) => [id, index]));
  const isCount = new Set(system.states.map(countSymbol));
  const one = graph.constant(1);
  const toMolecules = inMolecules(network, system, perAmount, resolver);
  // Products stand as factors in the system's terms; they are multiplied out only where a rate is no plain mass action.
  const terms = read ? reactionTermsOf(system) : null;
  let written: readonly Expression[] | null = null;
  const rateAt = (index: number): Expression => (written ??= read?.rates ?? reactionRates(network, graph))[index] ?? graph.constant(Number.NaN);
  const parts = new Set<Expression>();
  network.reactions.forEach((_, index) => {
    const { factors, expression } = terms?.rates[index] ?? { expression: rateAt(index) };
    if (expression) parts.add(expression);
    else for (const factor of factors ?? []) parts.add(factor);
  });
  const hasTime = symbolsOf([...parts]).has("time");
  const speciesOf = new Map(network.species.map((species) => [species.id, species]));
  const problems = refusedEvents(network, "stochastic methods");
  // By the expression's id.
  const fixedKnown: (boolean | undefined)[] = [];
  const isFixed = (expression: Expression): boolean =>
    (fixedKnown[expression.id] ??= [...symbolsOf([expression])].every((name) => !stateOf.has(name) && !isCount.has(name)));

  const monomialKnown: (boolean | undefined)[] = [];
  /** Whether a factor is a product of parameters and positive numbers, as a constant given by a formula often is. */
  const isFixedMonomial = (expression: Expression): boolean => (monomialKnown[expression.id] ??= isMonomial(expression) && isFixed(expression));

  /** Molecules that one unit of a species' symbol in a rate stands for; where a rule sets the volume, that is not the state's scale. */
  const perConcentration = (id: string): Expression => {
    const known = scales.get(id);
    if (known) return known;
    const species = speciesOf.get(id);
    const scale = !species || species.substanceOnly ? graph.constant(perAmount) : perVolume(graph, perAmount, resolver.volume(species.compartment, `species:${id}`));
    scales.set(id, scale);
    return scale;
  };
  const scales = new Map<string, Expression>();

  // Many reactions share few constants: looking a quotient up by two numbers is quicker than making it again.
  const quotients = new Map<number, Expression>();
  const quotient = (above: Expression, below: Expression): Expression => {
    const key = above.id * 2 ** 26 + below.id;
    const known = quotients.get(key) ?? divide(graph, above, below);
    quotients.set(key, known);
    return known;
  };

  // A large network has few orders and changes that differ: its channels share them.
  const single: Order[] = [];
  // Filled anew for each channel and copied out: a list that grows is given room for many more.
  const fixed: Expression[] = [];
  const varying: Expression[] = [];
  const left: Expression[] = [];
  const orders: Order[] = [];
  const byOne: OneChanges = { made: [], taken: [], changes: [] };
  const writeChannel = (reaction: Reaction, index: number, id: string, sign: 1 | -1, factors: readonly Expression[], reactants: readonly Participant[] | null): Channel => {
    fixed.length = 0;
    varying.length = 0;
    orders.length = 0;
    if (perAmount !== 1) fixed.push(graph.constant(perAmount));
    for (const factor of factors) (isFixed(factor) ? fixed : varying).push(factor);
    const [only] = fixed;
    let coefficient = only && fixed.length === 1 ? only : product(graph, fixed);
    for (const { species, stoichiometry } of merged(reactants ?? [])) {
      const state = stateOf.get(species);
      if (state === undefined) {
        const reservoir = power(graph, resolver.symbol(species, `reaction:${reaction.id}`), graph.constant(stoichiometry));
        if (isFixed(reservoir)) coefficient = multiply(graph, coefficient, reservoir);
        else varying.push(reservoir);
      } else {
        orders.push(stoichiometry === 1 ? (single[state] ??= { state, order: 1 }) : { state, order: stoichiometry });
        const perMolecule = perConcentration(species);
        if (perMolecule === one) continue;
        const inAll = stoichiometry === 1 ? perMolecule : power(graph, perMolecule, graph.constant(stoichiometry));
        if (isFixed(inAll)) coefficient = quotient(coefficient, inAll);
        else varying.push(divide(graph, graph.constant(1), inAll));
      }
    }
    const changes = terms ? changesIn(terms, index, sign, byOne) : changesOf(reaction, sign, stateOf);
    return {
      id,
      reaction: reaction.id,
      coefficient,
      rest: varying.length === 0 ? null : toMolecules(product(graph, varying)),
      orders: orders.slice(),
      changes,
      isMassAction: reactants !== null,
    };
  };

  const isPlain = network.rules.every(({ target }) => !speciesOf.has(target) && !network.compartments.some(({ id }) => id === target));
  const channelsFrom = (reaction: Reaction, index: number): Channel | readonly Channel[] => {
    noteUnfit(problems, reaction, hasTime ? rateAt(index) : null);
    const factors = isPlain ? terms?.rates[index]?.factors : undefined;
    const plain = (factors && singleFactors(reaction, factors, isFixedMonomial, left)) ?? (isPlain ? plainFactors(reaction, rateAt(index), graph) : null);
    if (plain) return writeChannel(reaction, index, reaction.id, 1, plain, reaction.reactants);
    const law = massAction(network, reaction, graph);
    if (law.kind === "reversible" && residues?.reactions.includes(reaction.id)) {
      const { excess } = residues;
      const [plus, minus] = residueFactors(network, system, perAmount, reaction, law, excess === null ? null : resolver.symbol(excess, `reaction:${reaction.id}`));
      return [writeChannel(reaction, index, reaction.id, 1, plus, reaction.reactants), writeChannel(reaction, index, `${reaction.id} (reverse)`, -1, minus, reaction.products)];
    }
    if (law.kind === "reversible") {
      return [
        writeChannel(reaction, index, reaction.id, 1, [law.factor, law.kPlus], reaction.reactants),
        writeChannel(reaction, index, `${reaction.id} (reverse)`, -1, [law.factor, law.kMinus], reaction.products),
      ];
    }
    if (law.kind === "one-way" && law.kPlus) return writeChannel(reaction, index, reaction.id, 1, [law.factor, law.kPlus], reaction.reactants);
    return writeChannel(reaction, index, reaction.id, 1, [rateAt(index)], null);
  };
  const channels: Channel[] = [];
  network.reactions.forEach((reaction, index) => {
    const made = channelsFrom(reaction, index);
    if ("id" in made) channels.push(made);
    else channels.push(...made);
  });
  return problems.length > 0 ? { problems } : { channels };
}

/**
 * What multiplies the falling factorials of a reaction and of its reverse, over molecule numbers of the state each starts from. With an
 * excess free energy Phi, `nu . grad Phi` of the constants gives way to the difference of Phi between the states of the jump.
 */
function residueFactors(network: Network, system: OdeSystem, perAmount: number, reaction: Reaction, law: Extract<MassAction, { kind: "reversible" }>, energy: Expression | null): [Expression[], Expression[]] {
  const { graph } = system;
  const scales = moleculesPerSymbol(network, system, perAmount);
  const number = (value: number): Expression => graph.constant(value);
  const shifted = (by: (id: string) => number): ((expression: Expression) => Expression) =>
    substitution(
      graph,
      new Map(
        system.states.map((id, index) => {
          // Where molecules are lacking the falling factorial is 0; the largest of both keeps logarithms of the residue defined there.
          const count = maximum(graph, number(0), add(graph, graph.symbol(countSymbol(id)), number(by(id))));
          return [id, divide(graph, count, scales[index] ?? number(1))];
        }),
      ),
    );
  const compartment = network.species[0]?.compartment;
  const volume = compartment === undefined ? number(1) : resolverOf(network, graph).volume(compartment, `compartment:${compartment}`);
  const half = multiply(graph, number(perAmount / 2), volume);
  const direction = (sign: 1 | -1): Expression[] => {
    const atResidue = shifted((id) => -stoichiometryOf(reaction, id)[sign === 1 ? "taken" : "made"]);
    const constants = [law.factor, sign === 1 ? law.kPlus : law.kMinus];
    if (!energy || !law.excess) return constants.map(atResidue);
    const { forward, reverse } = law.excess;
    constants.push(squareRoot(graph, sign === 1 ? divide(graph, reverse, forward) : divide(graph, forward, reverse)));
    const fall = subtract(graph, shifted(() => 0)(energy), shifted((id) => sign * stoichiometryOf(reaction, id).change)(energy));
    return [...constants.map(atResidue), exponential(graph, multiply(graph, half, fall))];
  };
  return [direction(1), direction(-1)];
}

/** The same as `changesOf`, where the terms of the system have it. */
function changesIn({ changeStart, changedState, change }: ReactionTerms, reaction: number, sign: 1 | -1, { made, taken, changes }: OneChanges): Change[] {
  changes.length = 0;
  const end = changeStart[reaction + 1] ?? 0;
  for (let at = changeStart[reaction] ?? 0; at < end; at++) {
    const state = changedState[at] ?? 0;
    const by = sign * (change[at] ?? 0);
    if (by === 1) changes.push((made[state] ??= { state, change: 1 }));
    else changes.push(by === -1 ? (taken[state] ??= { state, change: -1 }) : { state, change: by });
  }
  return changes.slice();
}

/** By how much a reaction, or its reverse, changes each state's molecule number; ascending, none by 0. */
function changesOf({ reactants, products }: Reaction, sign: 1 | -1, stateOf: ReadonlyMap<string, number>): { state: number; change: number }[] {
  const changes: { state: number; change: number }[] = [];
  const count = (side: readonly Participant[], by: 1 | -1): void => {
    for (const { species, stoichiometry } of side) {
      const state = stateOf.get(species);
      if (state === undefined) continue;
      const known = changes.find((each) => each.state === state);
      if (known) known.change += by * stoichiometry;
      else changes.push({ state, change: by * stoichiometry });
    }
  };
  count(products, sign);
  count(reactants, sign === 1 ? -1 : 1);
  const net = changes.some(({ change }) => change === 0) ? changes.filter(({ change }) => change !== 0) : changes;
  return net.length > 1 ? net.toSorted((first, second) => first.state - second.state) : net;
}

/** Notes what keeps a reaction from being a channel; `rate` is null where it cannot depend on time. */
function noteUnfit(problems: NetworkProblem[], reaction: Reaction, rate: Expression | null): void {
  const note = (message: string): void => void problems.push({ where: `reaction:${reaction.id}`, message });
  const checkWhole = ({ species, stoichiometry }: Participant): void => {
    if (!Number.isInteger(stoichiometry)) note(`reaction "${reaction.id}" takes or makes ${stoichiometry} of "${species}"; molecules react in whole numbers`);
  };
  reaction.reactants.forEach(checkWhole);
  reaction.products.forEach(checkWhole);
  if (rate && symbolsOf([rate]).has("time")) note(`the rate of "${reaction.id}" depends on time; between two events this method needs constant propensities; simulate --method ssa thins it`);
}

/** States whose molecule numbers a channel's propensity reads, each once. */
function readBy({ orders, rest }: Channel, stateOf: () => ReadonlyMap<string, number>): readonly number[] {
  const read = orders.map(({ state }) => state);
  for (const name of rest ? symbolsOf([rest]) : []) {
    const state = stateOf().get(name);
    if (state !== undefined && !read.includes(state)) read.push(state);
  }
  return read;
}

const countedStates = (system: OdeSystem): (() => ReadonlyMap<string, number>) => {
  let made: ReadonlyMap<string, number> | null = null;
  return () => (made ??= new Map(system.states.map((id, state) => [countSymbol(id), state])));
};

/** For each channel, the states whose molecule numbers its propensity reads [nChannel]. */
export function statesReadBy(channels: readonly Channel[], system: OdeSystem): readonly ReadonlySet<number>[] {
  const stateOf = countedStates(system);
  return channels.map((channel) => new Set(readBy(channel, stateOf)));
}

/** For each state, the channels whose propensities read it. */
export interface Readers {
  /** Where each state's channels begin, and behind the last one their number [nState + 1]. */
  readonly start: Int32Array;
  /** Ascending within a state. */
  readonly channels: Int32Array;
}

/** What was found for a list of channels: the choice of a method and the method both ask. */
const readersKnown = new WeakMap<readonly Channel[], { readonly system: OdeSystem; readonly readers: Readers }>();

export function readersOf(channels: readonly Channel[], system: OdeSystem): Readers {
  const known = readersKnown.get(channels);
  if (known?.system === system) return known.readers;
  const stateOf = countedStates(system);
  // Without a list for each channel that reads its orders alone.
  const reads = channels.map((channel) => (channel.rest ? readBy(channel, stateOf) : null));
  const each = (visit: (state: number, channel: number) => void): void => {
    for (let channel = 0; channel < channels.length; channel++) {
      const states = reads[channel];
      if (states) for (const state of states) visit(state, channel);
      else for (const { state } of channels[channel]?.orders ?? []) visit(state, channel);
    }
  };
  const start = new Int32Array(system.states.length + 1);
  each((state) => void (start[state + 1] = (start[state + 1] ?? 0) + 1));
  for (let state = 0; state < system.states.length; state++) start[state + 1] = (start[state + 1] ?? 0) + (start[state] ?? 0);
  const list = new Int32Array(start.at(-1) ?? 0);
  const next = start.slice();
  each((state, channel) => {
    const place = next[state] ?? 0;
    list[place] = channel;
    next[state] = place + 1;
  });
  const readers = { start, channels: list };
  readersKnown.set(channels, { system, readers });
  return readers;
}

/** States whose molecule numbers one channel's propensity reads. */
export const statesRead = (channel: Channel, system: OdeSystem): ReadonlySet<number> => new Set(readBy(channel, countedStates(system)));
