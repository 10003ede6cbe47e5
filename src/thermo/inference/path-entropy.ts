import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { massAction } from "../../models/mass-action.ts";
import type { Reaction } from "../../models/network.ts";
import { resolverOf } from "../../models/resolve.ts";
import { channelsOf, countSymbol, moleculesPerSymbol, statesRead } from "../../solvers/stochastic/channel.ts";
import type { Channel } from "../../solvers/stochastic/channel.ts";
import { moleculesPerAmount } from "../../solvers/stochastic/molecules.ts";
import type { StochasticSolver } from "../../solvers/stochastic/solver.ts";
import type { ReactionKind } from "../reaction-flux.ts";
import { whyNoEntropyProduction } from "./path-kind.ts";

/** A reaction as a stochastic solver runs it: which channels are its two directions. */
export interface ChannelPair {
  readonly id: string;
  readonly kind: ReactionKind;
  /** True where the rate law stands for several steps: its entropy production is right, its fluctuations are not. */
  readonly diffusionIsApproximate: boolean;
  /** Index into the solver's channels. */
  readonly forward: number;
  /** Null where there is no way back. */
  readonly reverse: number | null;
  /** ln of the ratio of the two coefficients, dimensionless; Infinity where there is no way back, NaN where it is not defined. */
  readonly logRatio: number;
}

/** Entropy along jumps of one network at one set of parameters · k_B. */
export interface PathEntropy {
  readonly pairs: readonly ChannelPair[];
  /** Reactions that run one way alone, which make it infinite. */
  readonly oneWay: readonly string[];
  /**
   * sum over jumps of ln[a_e(before) / a_-e(after)] · k_B, from molecules at start and end [nState] and firings [nChannel];
   * Infinity where a one-way reaction fired.
   */
  along(start: ArrayLike<number>, end: ArrayLike<number>, firings: ArrayLike<number>): number;
  /** Its expected growth at a state, sum_e a_e ln[a_e(n) / a_-e(n + S_e)] · k_B per time; molecules [nState]. */
  rate(molecules: ArrayLike<number>): number;
}

/** The reactions' channels are known even where there is no entropy along paths. */
export type PathEntropyResult =
  | { readonly entropy: PathEntropy; readonly pairs: readonly ChannelPair[]; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly pairs: readonly ChannelPair[]; readonly entropy?: undefined };

/**
 * Entropy production along sampled jumps, from how often each channel fired.
 *
 * With falling factorials a_+(n) = c_+ prod n!/(n - nu+)! and a_-(n') = c_- prod n'!/(n' - nu-)!, and n - nu+ = n' - nu- for
 * the jump n -> n' = n + S. Both denominators are the same, so ln[a_+(n) / a_-(n')] = ln(c_+/c_-) + sum_i ln(n_i!/n'_i!),
 * the last a difference of one function of state. Along a path it telescopes:
 *
 *     sum over jumps = sum_rho (N_rho+ - N_rho-) ln(c_rho+/c_rho-) + sum_i ln[n_i(0)! / n_i(tau)!],
 *
 * exact for any order of the jumps; a common factor cancels where the reaction does not change what the factor reads, and where
 * it is read at the residue r = n - nu+ = n' - nu-, which a jump and its reverse share.
 * The total entropy production adds ln p_0(n_0) - ln p_tau(n_tau).
 * @source Seifert 2005, doi:10.1103/PhysRevLett.95.040602; Schmiedl & Seifert 2007, doi:10.1063/1.2428297 (reaction networks)
 * @status problems: a method that is not exact, rates without known one-way fluxes, factors that hold what the reaction itself changes, excess free energies.
 */
export function pathEntropyOf(solver: StochasticSolver, parameters: ArrayLike<number> = solver.system.parameterValues): PathEntropyResult {
  const { network, system, method, residues } = solver;
  const unit = moleculesPerAmount(network, network.species.filter(({ id }) => system.states.includes(id)));
  if (unit.problems) return { problems: unit.problems, pairs: [] };
  const found = channelsOf(network, system, unit.perAmount, residues ?? undefined);
  if (found.problems) return { problems: found.problems, pairs: [] };
  const { channels } = found;
  const values = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  const coefficients = evaluateAll(channels.map(({ coefficient }) => coefficient), (name) => values.get(name) ?? Number.NaN);
  const leaps = method.facts.exact ? null : whyNoEntropyProduction("tau-leaping");
  const problems: NetworkProblem[] = leaps ? [leaps] : [];
  const isConstant = (expression: Expression): boolean => [...symbolsOf([expression])].every((name) => !system.states.includes(name));
  const areScalesConstant = moleculesPerSymbol(network, system, unit.perAmount).every(isConstant);
  const resolver = resolverOf(network, system.graph);
  const isAtResidue = (id: string): boolean => residues?.reactions.includes(id) ?? false;
  // Only the rate law is read at the residue: reservoirs and volumes that follow the states are not.
  const isSharedResidue = ({ id, reactants, products }: Reaction): boolean =>
    areScalesConstant && [...reactants, ...products].every(({ species }) => system.states.includes(species) || isConstant(resolver.symbol(species, `reaction:${id}`)));
  const pairs = network.reactions.map((reaction): ChannelPair => {
    const law = massAction(network, reaction, system.graph);
    const forward = channels.findIndex((channel) => channel.reaction === reaction.id);
    const back = channels.findIndex((channel, index) => index > forward && channel.reaction === reaction.id);
    const reverse = back < 0 ? null : back;
    const [there, backwards] = [channels[forward], reverse === null ? undefined : channels[reverse]];
    const where = `reaction:${reaction.id}`;
    if (law.kind === "not mass action") problems.push({ where, message: `reaction "${reaction.id}" has no entropy production along paths: ${law.reason}` });
    else if (law.kind === "reversible" && law.excess && isAtResidue(reaction.id)) {
      problems.push({ where, message: `reaction "${reaction.id}" has no entropy production along paths: its jumps also change an excess free energy, which the sum over jumps does not hold; leave the excess out, or ask along a trajectory` });
    } else if (there && backwards && !(isAtResidue(reaction.id) ? isSharedResidue(reaction) : isSharedFactor(there, backwards, system))) {
      problems.push({ where, message: `reaction "${reaction.id}" has no entropy production along paths: its rate has a factor that it changes itself, so forward and back jumps do not meet; write its elementary steps` });
    }
    const logRatio = law.kind === "not mass action" ? Number.NaN : reverse === null ? Infinity : Math.log(coefficients[forward] ?? Number.NaN) - Math.log(coefficients[reverse] ?? Number.NaN);
    const isOneWay = Math.abs(logRatio) === Infinity;
    return { id: reaction.id, kind: law.kind === "reversible" && isOneWay ? "one-way" : law.kind, diffusionIsApproximate: law.kind === "not mass action" || !law.elementary, forward, reverse, logRatio };
  });
  if (problems.length > 0) return { problems, pairs };
  const propensity = propensities(channels, coefficients, system, values);
  return {
    pairs,
    entropy: {
      pairs,
      oneWay: pairs.flatMap(({ id, kind }) => (kind === "one-way" ? [id] : [])),
      along: (start, end, firings) => {
        const ofStates = system.states.reduce((total, _, state) => total - logFactorialRatio(start[state] ?? 0, end[state] ?? 0), 0);
        return pairs.reduce((total, pair) => total + timesLog(net(pair, firings), pair.logRatio), ofStates);
      },
      rate: (molecules) => {
        const at = propensity(molecules);
        const term = (channel: number, logRatio: number): number => jumpTerm(at[channel] ?? 0, channels[channel], molecules, logRatio);
        return pairs.reduce((total, { forward, reverse, logRatio }) => total + term(forward, logRatio) + (reverse === null ? 0 : term(reverse, -logRatio)), 0);
      },
    },
  };
}

/** Whether the varying factors of two directions cancel between the states before and after a jump. */
function isSharedFactor(forward: Channel, reverse: Channel, system: StochasticSolver["system"]): boolean {
  if (forward.rest !== reverse.rest) return false;
  if (forward.rest === null) return true;
  const read = statesRead({ ...forward, orders: [] }, system);
  return forward.changes.every(({ state }) => !read.has(state));
}

/** A current that does not run has no entropy, whatever its force. */
const timesLog = (count: number, log: number): number => (count === 0 ? 0 : count * log);

const net = ({ forward, reverse }: ChannelPair, firings: ArrayLike<number>): number => (firings[forward] ?? 0) - (reverse === null ? 0 : (firings[reverse] ?? 0));

const jumpTerm = (propensity: number, channel: Channel | undefined, molecules: ArrayLike<number>, logRatio: number): number =>
  propensity === 0 ? 0 : propensity * (channel?.changes ?? []).reduce((total, { state, change }) => total - logFactorialRatio(molecules[state] ?? 0, (molecules[state] ?? 0) + change), logRatio);

/** ln(to! / from!), factor by factor: differences of log-gamma lose digits at large numbers. */
function logFactorialRatio(from: number, to: number): number {
  let total = 0;
  for (let factor = from + 1; factor <= to; factor++) total += Math.log(factor);
  for (let factor = to + 1; factor <= from; factor++) total -= Math.log(factor);
  return total;
}

/** Propensities of all channels at molecule numbers, by interpretation. */
function propensities(channels: readonly Channel[], coefficients: readonly number[], system: StochasticSolver["system"], values: ReadonlyMap<string, number>): (molecules: ArrayLike<number>) => readonly number[] {
  const rests = channels.flatMap(({ rest }, index): { index: number; rest: Expression }[] => (rest ? [{ index, rest }] : []));
  const stateAt = new Map(system.states.map((id, state) => [countSymbol(id), state]));
  return (molecules) => {
    const result = channels.map(({ orders }, index) => {
      let value = coefficients[index] ?? Number.NaN;
      for (const { state, order } of orders) for (let below = 0; below < order; below++) value *= (molecules[state] ?? Number.NaN) - below;
      return value;
    });
    if (rests.length === 0) return result;
    const factors = evaluateAll(rests.map(({ rest }) => rest), (name) => {
      const state = stateAt.get(name);
      return (state === undefined ? values.get(name) : molecules[state]) ?? Number.NaN;
    });
    rests.forEach(({ index }, position) => {
      result[index] = (result[index] ?? Number.NaN) * (factors[position] ?? Number.NaN);
    });
    return result;
  };
}
