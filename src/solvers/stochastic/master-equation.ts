import { evaluateAll } from "../../kernel/evaluate.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { odeSystem } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { channelsOf, countSymbol, moleculesPerSymbol } from "./channel.ts";
import { isWhole } from "./initial-molecules.ts";
import type { MoleculesResult } from "./molecules.ts";
import { moleculesPerAmount } from "./molecules.ts";

export interface MasterEquationOptions {
  /**
   * Molecules in one unit of amount: with concentrations in a compartment of size 1, the volume. Default: what the species' units say.
   */
  readonly moleculesPerUnit?: number;
  /** Values of parameters other than the network's own, by id. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Molecules at the start, by state id, in the place of the network's initial values. */
  readonly molecules?: Readonly<Record<string, number>>;
}

/** A network as jumps between molecule numbers. */
export interface MasterEquation {
  readonly network: Network;
  readonly system: OdeSystem;
  /** Ids of what is counted [nState]. */
  readonly states: readonly string[];
  readonly channels: readonly Channel[];
  /** The channel that undoes each channel [nChannel]; -1 for a one-way reaction. */
  readonly undoes: Int32Array;
  readonly moleculesPerUnit: number;
  /** Molecules at the start [nState]. */
  readonly initial: Float64Array;
  /** Rate of a channel · 1/time at molecule numbers [nState]; 0 where a falling factorial lacks molecules. */
  propensity(channel: number, molecules: ArrayLike<number>): number;
}

export type MasterEquationResult =
  | { readonly equation: MasterEquation; readonly warnings: readonly NetworkProblem[]; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly equation?: undefined };

/**
 * The chemical master equation of a network. Parallel channels stay apart, each with the channel that undoes it.
 * @source Gillespie 1992, doi:10.1016/0378-4371(92)90283-V
 * @status problems: what `odeSystem` and `channelsOf` refuse, rate rules, unknown ids in the options, parameters without a value.
 */
export function masterEquation(network: Network, options: MasterEquationOptions = {}): MasterEquationResult {
  const compiled = odeSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system } = compiled;
  const problems: NetworkProblem[] = network.rules.flatMap(({ kind, target }) =>
    kind === "rate" ? [{ where: `rule:${target}`, message: `"${target}" follows a rate rule; a master equation needs everything but molecule numbers constant` }] : [],
  );
  const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? Number.NaN]));
  for (const [id, value] of Object.entries(options.parameters ?? {})) {
    if (values.has(id)) values.set(id, value);
    else problems.push({ where: `parameter:${id}`, message: `there is no parameter "${id}" to set` });
  }
  for (const id of Object.keys(options.molecules ?? {})) if (!system.states.includes(id)) problems.push({ where: `species:${id}`, message: `"${id}" is not counted, so it cannot start with molecules` });
  for (const [id, value] of values) if (Number.isNaN(value)) problems.push({ where: `parameter:${id}`, message: `parameter "${id}" has no value; give it one` });

  const unit: MoleculesResult =
    options.moleculesPerUnit === undefined
      ? moleculesPerAmount(network, network.species.filter(({ id }) => system.states.includes(id)))
      : { perAmount: options.moleculesPerUnit, isMole: false };
  if (unit.problems) return { problems: [...problems, ...unit.problems] };
  const { perAmount } = unit;
  if (!(perAmount > 0 && perAmount < Infinity)) problems.push({ where: "moleculesPerUnit", message: `${perAmount} molecules in a unit of amount; give a positive number` });
  const found = channelsOf(network, system, perAmount);
  if (found.problems) return { problems: [...problems, ...found.problems] };
  if (problems.length > 0) return { problems };

  const { channels } = found;
  const lookup = (name: string): number => (name === "time" ? 0 : (values.get(name) ?? Number.NaN));
  const coefficients = Float64Array.from(evaluateAll(channels.map(({ coefficient }) => coefficient), lookup));
  const places = new Map(system.states.map((id, index) => [countSymbol(id), index]));
  const propensity = (index: number, molecules: ArrayLike<number>): number => {
    const channel = channels[index];
    let value = coefficients[index];
    for (const { state, order } of channel.orders) for (let below = 0; below < order; below++) value *= Math.max(0, molecules[state] - below);
    if (channel.rest === null || value === 0) return value;
    const [rest = Number.NaN] = evaluateAll([channel.rest], (name) => {
      const place = places.get(name);
      return place === undefined ? lookup(name) : molecules[place];
    });
    return value * rest;
  };
  const ids = channels.map(({ id }) => id);
  const undoes = Int32Array.from(channels, ({ id, reaction }) => (id === reaction ? ids.indexOf(`${reaction} (reverse)`) : ids.indexOf(reaction)));
  const start = startOf(system, evaluateAll([...system.initialState, ...moleculesPerSymbol(network, system, perAmount)], lookup), options);
  if (start.problems.length > 0) return { problems: start.problems };
  return {
    equation: { network, system, states: system.states, channels, undoes, moleculesPerUnit: perAmount, initial: start.molecules, propensity },
    warnings: start.warnings,
  };
}

/** Whole molecules at the start; a volume that was asked for may make them uneven, which is rounded with a warning. */
function startOf({ states }: OdeSystem, evaluated: readonly number[], { molecules: given, moleculesPerUnit }: MasterEquationOptions) {
  const problems: NetworkProblem[] = [];
  const warnings: NetworkProblem[] = [];
  const molecules = Float64Array.from(states, (id, index) => {
    const exact = given?.[id] ?? (evaluated[index] ?? Number.NaN) * (evaluated[states.length + index] ?? Number.NaN);
    const whole = Math.round(exact);
    const where = `species:${id}`;
    if (!(exact >= 0 && exact < 2 ** 31)) problems.push({ where, message: `species "${id}" starts with ${exact} molecules; give it a number from 0 to 2^31` });
    else if (!isWhole(exact) && (given?.[id] !== undefined || moleculesPerUnit === undefined)) problems.push({ where, message: `species "${id}" starts with ${exact} molecules, which is no whole number; change its initial amount` });
    else if (!isWhole(exact)) warnings.push({ where, message: `species "${id}" starts with ${exact} molecules; ${whole} is used` });
    return whole;
  });
  return { molecules, problems, warnings };
}
