import type { Expression } from "../../kernel/expression.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { reactionSystem } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import type { Resolver } from "../../models/resolve.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { channelsOf, moleculesPerSymbol } from "./channel.ts";
import { initialMolecules } from "./initial-molecules.ts";
import type { MoleculesResult } from "./molecules.ts";
import { moleculesPerAmount } from "./molecules.ts";
import { propensityWarnings } from "./validity.ts";

export interface StochasticModelOptions {
  /** Molecules in one unit of amount: with concentrations in a compartment of size 1, the volume. Default: what the species' units say. */
  readonly moleculesPerUnit?: number;
}

/** A network as channels between molecule numbers, ready for a method to be written over it. */
export interface StochasticModel {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly resolver: Resolver;
  readonly perAmount: number;
  readonly channels: readonly Channel[];
  /** Molecules that one unit of each state's symbol stands for [nState]. */
  readonly scales: readonly Expression[];
  /** Whole molecules at the start [nState]. */
  readonly initial: Float64Array;
  readonly warnings: readonly NetworkProblem[];
}

export type StochasticModelResult = { readonly model: StochasticModel; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly model?: undefined };

/**
 * Reads a network as molecules that react.
 * @status problems: what `odeSystem` refuses, rate rules, rates that depend on time, stoichiometries that are no whole numbers,
 * units that are no amounts, and initial amounts that are no whole numbers of molecules where amounts are counted in items.
 */
export function stochasticModel(network: Network, { moleculesPerUnit }: StochasticModelOptions = {}): StochasticModelResult {
  const compiled = reactionSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system, resolver } = compiled;
  const problems = network.rules.flatMap(({ kind, target }): NetworkProblem[] =>
    kind === "rate" ? [{ where: `rule:${target}`, message: `"${target}" follows a rate rule; between two events stochastic methods need constant propensities` }] : [],
  );
  const isState = new Set(system.states);
  const unit: MoleculesResult =
    moleculesPerUnit === undefined ? moleculesPerAmount(network, network.species.filter(({ id }) => isState.has(id))) : { perAmount: moleculesPerUnit, isMole: true };
  if (unit.problems) return { problems: [...problems, ...unit.problems] };
  const { perAmount, isMole } = unit;
  if (!(perAmount > 0 && perAmount < Infinity)) problems.push({ where: "moleculesPerUnit", message: `${perAmount} molecules in a unit of amount; give a positive number` });
  const found = channelsOf(network, system, perAmount, undefined, compiled);
  if (found.problems) problems.push(...found.problems);
  if (problems.length > 0 || found.problems) return { problems };
  const { channels } = found;
  const scales = moleculesPerSymbol(network, system, perAmount, resolver);
  const start = initialMolecules(system, scales, isMole);
  if (start.problems.length > 0) return { problems: start.problems };
  const warnings = [...start.warnings, ...propensityWarnings(system, channels, start.molecules)];
  return { model: { network, system, resolver, perAmount, channels, scales, initial: start.molecules, warnings } };
}
