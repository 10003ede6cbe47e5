import { maximum, product, subtract } from "../../kernel/arithmetic.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { substitution, symbolsOf } from "../../kernel/substitute.ts";
import { postorder } from "../../kernel/traverse.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { reactionSystem } from "../../models/compile.ts";
import type { Network, Participant } from "../../models/network.ts";
import type { OdeSystem, SystemEvent } from "../../models/system.ts";
import { channelsOf, countSymbol, inMolecules, moleculesPerSymbol } from "./channel.ts";
import type { Channel } from "./channel.ts";
import { initialMolecules } from "./initial-molecules.ts";
import { moleculesPerAmount } from "./molecules.ts";
import type { MoleculesResult } from "./molecules.ts";
import { outputsOf } from "./output.ts";
import type { StochasticModelOptions } from "./stochastic-model.ts";

/** What a channel does some time after it fires. */
export interface ReactionDelay {
  /** Time from the firing to its products · the network's time; a formula is read when the channel fires. */
  readonly delay: number | string;
  /** Whether reactants are gone at once; if not, they too go at the end, and may be taken again meanwhile. */
  readonly consuming: boolean;
}

export interface TimedModelOptions extends StochasticModelOptions {
  /** What species are recorded as. Default "concentrations". */
  readonly record?: "concentrations" | "molecules";
  /** By channel id: a reaction's, and with ` (reverse)` its way back. Default none. */
  readonly delays?: Readonly<Record<string, ReactionDelay>>;
}

type Change = Channel["changes"][number];

/** A channel whose propensity may change with time and whose products may come later. */
export interface TimedChannel {
  readonly id: string;
  readonly reaction: string;
  /** Over `countSymbol`s, parameters and `time` · 1/time. */
  readonly propensity: Expression;
  /** What happens when it fires. */
  readonly starts: readonly Change[];
  /** What happens after the delay; null = there is none. */
  readonly delayed: { readonly delay: Expression; readonly changes: readonly Change[] } | null;
}

/** A network as channels and events between molecule numbers. All expressions are over `countSymbol`s, parameters and `time`. */
export interface TimedModel {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly channels: readonly TimedChannel[];
  readonly events: readonly SystemEvent[];
  /** Molecules that one unit of each state's symbol stands for [nState]. */
  readonly scales: readonly Expression[];
  /** Whether a state is counted; what events alone change, such as a parameter, is not [nState]. */
  readonly isCounted: readonly boolean[];
  /** Whether amounts are in mole, so that events cannot be expected to leave whole numbers of molecules. */
  readonly isMole: boolean;
  readonly outputs: readonly { readonly id: string; readonly unit: string | null; readonly expression: Expression }[];
  /** Molecules at the start, and what is not counted times the molecules in a unit of amount [nState]. */
  readonly initial: Float64Array;
  readonly warnings: readonly NetworkProblem[];
}

export type TimedModelResult = { readonly model: TimedModel; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly model?: undefined };

/** Whether a network needs propensities that change with time, or events, which the compiled exact methods do not follow. */
export function needsThinning(network: Network): boolean {
  if ((network.events ?? []).length > 0) return true;
  // Large networks are not worth compiling to learn that none of their formulas has the word.
  if (![...network.reactions.map(({ rate }) => rate), ...network.rules.map(({ formula }) => formula)].some((text) => /\btime\b/.test(text))) return false;
  const { rates } = reactionSystem(network);
  return rates !== undefined && symbolsOf(rates).has("time");
}

/**
 * Reads a network as molecules that react at rates that may change with time, with events and delays.
 * @status problems: what `odeSystem` refuses, rate rules, events that set a compartment, delays of no channel, stoichiometries
 * that are no whole numbers, units that are no amounts, and initial amounts that are no whole numbers where amounts are items.
 */
export function timedModel(network: Network, { moleculesPerUnit, record = "concentrations", delays = {} }: TimedModelOptions = {}): TimedModelResult {
  const compiled = reactionSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system, resolver } = compiled;
  const { graph } = system;
  const problems: NetworkProblem[] = [];
  for (const { kind, target } of network.rules) if (kind === "rate") problems.push({ where: `rule:${target}`, message: `"${target}" follows a rate rule; between two events stochastic methods need states that stand still` });
  const compartments = new Set(network.compartments.map(({ id }) => id));
  for (const { id, assignments } of network.events ?? []) {
    const set = assignments.find(({ target }) => compartments.has(target));
    if (set) problems.push({ where: `event:${id}`, message: `event "${id}" sets the size of compartment "${set.target}", which stochastic methods do not follow; use an ODE method` });
  }
  const species = new Map(network.species.map((one) => [one.id, one]));
  const isCounted = system.states.map((id) => species.has(id));
  const unit: MoleculesResult =
    moleculesPerUnit === undefined ? moleculesPerAmount(network, system.states.flatMap((id) => species.get(id) ?? [])) : { perAmount: moleculesPerUnit, isMole: true };
  if (unit.problems) return { problems: [...problems, ...unit.problems] };
  const { perAmount, isMole } = unit;
  if (!(perAmount > 0 && perAmount < Infinity)) problems.push({ where: "moleculesPerUnit", message: `${perAmount} molecules in a unit of amount; give a positive number` });
  const { events: _, ...eventless } = network;
  const hidden = hideTime(graph, compiled.rates, new Set(system.states));
  const found = channelsOf(eventless, system, perAmount, undefined, { rates: hidden.expressions, resolver });
  if (found.problems) problems.push(...found.problems);
  if (problems.length > 0 || found.problems) return { problems };

  const toMolecules = inMolecules(network, system, perAmount, resolver);
  const isReservoir = system.states.map((id) => species.get(id)?.boundary === true);
  const moves = ({ state }: Change): boolean => !isReservoir[state];
  const reactions = new Map(network.reactions.map((reaction) => [reaction.id, reaction]));
  const channels = found.channels.map((channel): TimedChannel => {
    const { id, reaction } = channel;
    const propensity = toMolecules(hidden.show(propensityOf(graph, system, channel, isReservoir)));
    const changes = channel.changes.filter(moves);
    const given = delays[id];
    if (!given) return { id, reaction, propensity, starts: changes, delayed: null };
    const text = typeof given.delay === "string" ? given.delay : null;
    const delay = text === null ? graph.constant(Number(given.delay)) : toMolecules(resolver.formula(text, `delay:${id}`));
    if (text === null && !(Number(given.delay) >= 0 && Number(given.delay) < Infinity)) problems.push({ where: `delay:${id}`, message: `the delay of "${id}" is ${given.delay}; it must be finite and at least 0` });
    if (!given.consuming) return { id, reaction, propensity, starts: [], delayed: { delay, changes } };
    const { reactants = [], products = [] } = reactions.get(reaction) ?? {};
    const [taken, made] = id === reaction ? [reactants, products] : [products, reactants];
    return { id, reaction, propensity, starts: sideOf(system, taken, -1).filter(moves), delayed: { delay, changes: sideOf(system, made, 1).filter(moves) } };
  });
  const known = new Set(channels.map(({ id }) => id));
  for (const id of Object.keys(delays)) if (!known.has(id)) problems.push({ where: `delay:${id}`, message: `there is no channel "${id}" to delay; choose one of ${[...known].join(", ")}` });
  problems.push(...resolver.problems);
  const scales = moleculesPerSymbol(network, system, perAmount, resolver);
  const start = initialMolecules(system, scales, isMole, isCounted);
  problems.push(...start.problems);
  if (problems.length > 0) return { problems };
  const optional = (expression: Expression | null): Expression | null => expression && toMolecules(expression);
  const events = (system.events ?? []).map((event) => ({
    ...event,
    trigger: toMolecules(event.trigger),
    delay: optional(event.delay),
    priority: optional(event.priority),
    assignments: event.assignments.map(({ target, value, factor, divisor }) => ({ target, value: toMolecules(value), factor: optional(factor), divisor: optional(divisor) })),
  }));
  const outputs = outputsOf(network, system, perAmount, record).map(({ id, unit: own, expression }) => ({ id, unit: own, expression: toMolecules(expression) }));
  return { model: { network, system, channels, events, scales: scales.map(toMolecules), isCounted, isMole, outputs, initial: start.molecules, warnings: start.warnings } };
}

/**
 * Gives every largest part of expressions that reads time but no state a name, so that mass action is recognised around it;
 * `show` puts the parts back.
 */
function hideTime(graph: Graph, expressions: readonly Expression[], states: ReadonlySet<string>): { readonly expressions: Expression[]; show(expression: Expression): Expression } {
  const parts = new Map<string, Expression>();
  const reads = new Map<number, { readonly time: boolean; readonly state: boolean }>();
  const done = new Map<number, Expression>();
  const hiddenOf = (node: Expression): Expression => {
    if (!reads.get(node.id)?.time || reads.get(node.id)?.state) return done.get(node.id) ?? node;
    const name = `time:${node.id}`;
    parts.set(name, node);
    return graph.symbol(name);
  };
  for (const node of postorder(expressions)) {
    const below = node.operands.map(({ id }) => reads.get(id));
    const read = { time: node.name === "time" || below.some((one) => one?.time), state: states.has(node.name) || below.some((one) => one?.state) };
    reads.set(node.id, read);
    done.set(node.id, read.time && read.state ? graph.apply(node.operation, ...node.operands.map(hiddenOf)) : node);
  }
  const hidden = expressions.map(hiddenOf);
  return { expressions: hidden, show: substitution(graph, parts) };
}

/** A channel's propensity; a reservoir that events refill counts by powers, as one that stands still does. */
function propensityOf(graph: Graph, system: OdeSystem, { coefficient, orders, rest }: Channel, isReservoir: readonly boolean[]): Expression {
  const factors = orders.flatMap(({ state, order }) => {
    const count = graph.symbol(countSymbol(system.states[state]));
    return Array.from({ length: order }, (_, below) => (isReservoir[state] || below === 0 ? count : maximum(graph, graph.constant(0), subtract(graph, count, graph.constant(below)))));
  });
  return product(graph, [coefficient, ...factors, ...(rest ? [rest] : [])]);
}

/** One side of a reaction as changes of states. */
function sideOf({ states }: OdeSystem, side: readonly Participant[], sign: 1 | -1): Change[] {
  const counts = new Map<number, number>();
  for (const { species, stoichiometry } of side) {
    const state = states.indexOf(species);
    if (state >= 0) counts.set(state, (counts.get(state) ?? 0) + sign * stoichiometry);
  }
  return [...counts].map(([state, change]) => ({ state, change }));
}
