import { divide, multiply, product, subtract, sum } from "../../kernel/arithmetic.ts";
import { differentiator } from "../../kernel/derivative.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { substitution, symbolsOf } from "../../kernel/substitute.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import { covarianceState } from "../linear-noise.ts";
import type { Channel } from "./channel.ts";
import { countSymbol } from "./channel.ts";
import { stochasticModel } from "./stochastic-model.ts";
import type { StochasticModelOptions } from "./stochastic-model.ts";

/** A system of moments, or why there is none. */
export type MomentClosureResult =
  | {
      readonly system: OdeSystem;
      /** Whether every propensity is linear, so that nothing is cut off and the moments are exact. */
      readonly isExact: boolean;
      readonly warnings: readonly NetworkProblem[];
      readonly problems?: undefined;
    }
  | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined };

/**
 * Differential equations for mean and covariance of the molecule numbers, closed by taking them for normal: third central moments
 * are 0, fourth ones are products of covariances. States are means [nState] by the species' ids, then covariances for i <= j row by
 * row, named by `covarianceState`, all in molecules, from a sharp start. Variances that turn negative mean that the law is far from normal.
 *
 * For normal numbers with mean m and covariance C, E[a] = exp(C:dd/2) a at m, and E[a (n - m)] = C E[da]; both end after a few
 * terms, as propensities are polynomials.
 * @status problems: those of `stochasticModel`, and rates that are no polynomials in the species.
 * @source Goodman 1953, doi:10.2307/3001852 (normal closure); Gillespie 2009, doi:10.1049/iet-syb:20070031 (for mass action); Stein 1981, doi:10.1214/aos/1176345632 (second identity)
 */
export function momentClosure(network: Network, options: StochasticModelOptions = {}): MomentClosureResult {
  const found = stochasticModel(network, options);
  if (found.problems) return { problems: found.problems };
  const { system, channels, scales, warnings } = found.model;
  const { graph, states } = system;
  const degrees = channels.map((channel) => degreeOf(system, channel));
  const problems = channels.flatMap(({ reaction, id }, index): NetworkProblem[] =>
    degrees[index] === null ? [{ where: `reaction:${reaction}`, message: `the rate of "${id}" is no polynomial in the species, so its moments do not close; write it as elementary steps` }] : [],
  );
  if (problems.length > 0) return { problems };

  const covariance = (i: number, j: number): Expression => graph.symbol(covarianceState(states[Math.min(i, j)], states[Math.max(i, j)]));
  const derivatives = states.map((id) => differentiator(graph, countSymbol(id)));
  const derivative = (state: number, expression: Expression): Expression => derivatives[state](expression);
  /** Expectation of a polynomial of some degree. */
  const expectation = (expression: Expression, degree: number): Expression => {
    const terms = [expression];
    let term = expression;
    for (let order = 1; 2 * order <= degree; order++) {
      term = divide(graph, contracted(term), graph.constant(2 * order));
      terms.push(term);
    }
    return sum(graph, terms);
  };
  /** Sum over all pairs of states of covariance times second derivative. */
  const contracted = (expression: Expression): Expression => {
    const read = readStates(system, expression);
    return sum(graph, read.flatMap((i) => read.map((j) => multiply(graph, covariance(i, j), derivative(j, derivative(i, expression))))));
  };

  const moments = channels.map((channel, index) => {
    const propensity = propensityOf(graph, system, channel);
    const degree = degrees[index] ?? 0;
    const slopes = readStates(system, propensity).map((state) => ({ state, slope: expectation(derivative(state, propensity), degree - 1) }));
    return {
      channel,
      mean: expectation(propensity, degree),
      /** E[a (n_i - m_i)]. */
      withState: (i: number): Expression => sum(graph, slopes.map(({ state, slope }) => multiply(graph, covariance(i, state), slope))),
    };
  });
  const weighted = (weight: number, expression: Expression): Expression[] => (weight === 0 ? [] : [multiply(graph, graph.constant(weight), expression)]);
  const pairs = states.flatMap((_, i) => states.slice(i).map((__, offset) => [i, i + offset] as const));
  const meanRates = states.map((_, i) => sum(graph, moments.flatMap(({ channel, mean }) => weighted(changeOf(channel, i), mean))));
  const covarianceRates = pairs.map(([i, j]) =>
    sum(
      graph,
      moments.flatMap(({ channel, mean, withState }) => {
        const [nuI, nuJ] = [changeOf(channel, i), changeOf(channel, j)];
        return [...(nuI === 0 ? [] : weighted(nuI, withState(j))), ...(nuJ === 0 ? [] : weighted(nuJ, withState(i))), ...weighted(nuI * nuJ, mean)];
      }),
    ),
  );
  const named = substitution(graph, new Map(states.map((id) => [countSymbol(id), graph.symbol(id)])));
  const ids = [...states, ...pairs.map(([i, j]) => covarianceState(states[i], states[j]))];
  return {
    system: {
      ...system,
      id: `${system.id} moments`,
      states: ids,
      rhs: [...meanRates, ...covarianceRates].map(named),
      initialState: [...system.initialState.map((initial, index) => multiply(graph, initial, scales[index])), ...pairs.map(() => graph.constant(0))],
      outputs: ids.map((id, index) => ({ id, unit: index < states.length ? "item" : "item^2", expression: graph.symbol(id) })),
    },
    isExact: degrees.every((degree) => degree !== null && degree <= 1),
    warnings,
  };
}

const changeOf = ({ changes }: Channel, state: number): number => changes.find((one) => one.state === state)?.change ?? 0;

/** A channel's propensity as a polynomial: falling factorials without a lower bound. */
function propensityOf(graph: Graph, { states }: OdeSystem, { coefficient, orders, rest }: Channel): Expression {
  const factors = orders.flatMap(({ state, order }) => Array.from({ length: order }, (_, below) => subtract(graph, graph.symbol(countSymbol(states[state])), graph.constant(below))));
  return product(graph, [coefficient, ...factors, ...(rest ? [rest] : [])]);
}

const readStates = ({ states }: OdeSystem, expression: Expression): number[] => {
  const names = symbolsOf([expression]);
  return states.flatMap((id, state) => (names.has(countSymbol(id)) ? [state] : []));
};

/** Degree of a channel's propensity in molecule numbers; null where it is no polynomial as written. */
function degreeOf(system: OdeSystem, { orders, rest }: Channel): number | null {
  const counts = new Set(system.states.map(countSymbol));
  const degree = (node: Expression): number | null => {
    if ([...symbolsOf([node])].every((name) => !counts.has(name))) return 0;
    const [a, b] = node.operands;
    if (!a) return 1;
    const first = degree(a);
    if (node.operation === "negate") return first;
    if (!b || first === null) return null;
    if (node.operation === "power") return b.operation === "constant" && Number.isInteger(b.value) && b.value >= 0 ? first * b.value : null;
    const second = degree(b);
    if (second === null) return null;
    if (node.operation === "add" || node.operation === "subtract") return Math.max(first, second);
    if (node.operation === "multiply") return first + second;
    return node.operation === "divide" && second === 0 ? first : null;
  };
  const beside = rest ? degree(rest) : 0;
  return beside === null ? null : orders.reduce((sumOfOrders, { order }) => sumOfOrders + order, beside);
}
