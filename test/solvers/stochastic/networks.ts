import type { Network } from "../../../src/models/network.ts";
import { readReactionText } from "../../../src/models/text.ts";
import { compileStochastic } from "../../../src/solvers/stochastic/compile.ts";
import type { StochasticOptions } from "../../../src/solvers/stochastic/compile.ts";
import { direct } from "../../../src/solvers/stochastic/direct.ts";
import type { StochasticSolver } from "../../../src/solvers/stochastic/solver.ts";

/** The network of a text. @throws with its problems. */
export function networkOfText(text: string): Network {
  const result = readReactionText(text);
  if (result.problems) throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return result.network;
}

/** @throws with what keeps the network from being compiled. */
export async function solverOf(network: Network | string, options: Partial<StochasticOptions> = {}): Promise<StochasticSolver> {
  const result = await compileStochastic(typeof network === "string" ? networkOfText(network) : network, { method: direct, ...options });
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.solver;
}

/** Messages of what is refused. */
export async function problemsOf(text: string): Promise<string[]> {
  const result = await compileStochastic(networkOfText(text), { method: direct });
  return result.problems?.map(({ message }) => message) ?? [];
}

/** Pearson's statistic of counts against probabilities, bins joined until each expects at least five, and its degrees of freedom. */
export function chiSquare(counts: ReadonlyMap<number, number>, probability: (value: number) => number, largest: number): { readonly statistic: number; readonly freedom: number } {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let [statistic, bins, seen, expected, seenBefore, expectedBefore] = [0, 0, 0, 0, 0, 0];
  for (let value = 0; value <= largest; value++) {
    seen += counts.get(value) ?? 0;
    expected += total * probability(value);
    if (expected < 5 || total - expectedBefore - expected < 5) continue;
    statistic += (seen - expected) ** 2 / expected;
    [seenBefore, expectedBefore] = [seenBefore + seen, expectedBefore + expected];
    bins += 1;
    [seen, expected] = [0, 0];
  }
  const [lastSeen, lastExpected] = [total - seenBefore, total - expectedBefore];
  return { statistic: statistic + (lastSeen - lastExpected) ** 2 / lastExpected, freedom: bins };
}

/**
 * Upper quantile of the chi-square distribution at the standard normal quantile z.
 * @source Wilson & Hilferty 1931, doi:10.1073/pnas.17.12.684
 */
export const chiSquareQuantile = (freedom: number, z: number): number => freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;

/** False alarms once in ten thousand seeds. */
export const oneInTenThousand = 3.719;

/** How often each value was seen. */
export function histogram(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const logFactorials: number[] = [0];
/** ln n!, summed. */
export function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++) logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  return logFactorials[n] ?? Number.NaN;
}
