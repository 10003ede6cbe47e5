import { describe, expect, it } from "vitest";
import { pathEntropyOf } from "../../src/thermo/inference/path-entropy.ts";
import { runStatistics } from "../../src/thermo/inference/run-statistics.ts";
import type { RunStatistics } from "../../src/thermo/inference/run-statistics.ts";
import { sampleWindow } from "../../src/thermo/inference/window.ts";
import { solverOf } from "../solvers/stochastic/networks.ts";
import { chainOf, currentMoments, entropyProductionOf, lawAt, libraryNetwork, stationary } from "./inference/chain.ts";
import type { SmallNetwork } from "./inference/chain.ts";
import { twenty } from "./inference/small-networks.ts";

const seed = 7n;
const runs = Number(process.env["SEMIMECH_PROPERTY_CASES"] ?? 0) > 1000 ? 20_000 : 1000;
/** Long enough for every one of the twenty to forget its start: checked below by the exact law. */
const burnIn = 25;
const duration = 2;
const points = 5;
const times = Float64Array.from({ length: points }, (_, index) => burnIn + (duration * index) / (points - 1));

async function sampled(network: SmallNetwork, weights: readonly number[]): Promise<RunStatistics> {
  const solver = await solverOf(libraryNetwork(network));
  const { entropy, pairs, problems } = pathEntropyOf(solver);
  if (problems) throw new Error(problems.map(({ message }) => message).join());
  const samples = [];
  for (let index = 0; index < runs; index++) {
    const { window } = await sampleWindow(solver, { seed, index, times });
    if (!window) throw new Error("a run did not end");
    const n = solver.states.length;
    const rates = Array.from({ length: points }, (_, row) => entropy.rate(window.molecules.subarray(row * n, (row + 1) * n)));
    const states = rates.reduce((total, rate, row) => total + rate * (row === 0 || row === points - 1 ? 0.5 : 1), 0) / (points - 1);
    samples.push({ ...window, jumps: entropy.along(window.start, window.end, window.firings) / duration, states });
  }
  return runStatistics({ solver, entropy, observables: [{ name: "current", weights: [], perReaction: weights }], samples, times, pairs });
}

const fiveStandardErrors = 5;

interface Exact {
  readonly rate: number;
  readonly mean: number;
  readonly variance: number;
}

const known = new Map<string, Exact>();

/** Stationary entropy production, and mean and variance of the current per time, without sampling. */
function exactOf(network: SmallNetwork, weights: readonly number[], combinations: boolean): Exact {
  const key = `${network.name} ${combinations}`;
  const before = known.get(key);
  if (before) return before;
  const chain = chainOf(network, combinations);
  const law = stationary(chain);
  const { mean, variance } = currentMoments(chain, law, weights, duration);
  const exact = { rate: entropyProductionOf(chain, law), mean: mean / duration, variance: variance / duration };
  known.set(key, exact);
  return exact;
}

interface Deviation {
  readonly what: string;
  readonly standardErrors: number;
}

/** How far samples lie from the exact chain, whose propensities are falling factorials, or on purpose combinations. */
function deviations(statistics: RunStatistics, network: SmallNetwork, weights: readonly number[], combinations = false): Deviation[] {
  const exact = exactOf(network, weights, combinations);
  const current = statistics.currents[0];
  const pairs = [
    { what: "entropy production from jumps", estimate: statistics.entropyProduction?.jumps, expected: exact.rate },
    { what: "entropy production from states", estimate: statistics.entropyProduction?.states, expected: exact.rate },
    { what: "mean current", estimate: current?.mean, expected: exact.mean },
    { what: "variance of the current", estimate: current?.variance, expected: exact.variance },
  ];
  return pairs.map(({ what, estimate, expected }) => {
    const difference = Math.abs((estimate?.value ?? Number.NaN) - expected);
    // An estimate without spread must be exact to rounding.
    return { what, standardErrors: difference <= 1e-12 * (1 + Math.abs(expected)) ? 0 : difference / (estimate?.standardError ?? Number.NaN) };
  });
}

/** Exact values of the wrong chain less those of the right one, in the samples' standard errors. */
function deviationsOfChains(statistics: RunStatistics, network: SmallNetwork, weights: readonly number[]): number[] {
  const [right = [], wrong = []] = [false, true].map((combinations) => {
    const { rate, mean, variance } = exactOf(network, weights, combinations);
    return [rate, rate, mean, variance];
  });
  const current = statistics.currents[0];
  const errors = [statistics.entropyProduction?.jumps, statistics.entropyProduction?.states, current?.mean, current?.variance].map((one) => one?.standardError ?? Number.NaN);
  return errors.map((error, index) => {
    const difference = Math.abs((wrong[index] ?? Number.NaN) - (right[index] ?? Number.NaN));
    return difference === 0 ? 0 : difference / error;
  });
}

describe("22: sampled jumps against the exact chain, on twenty fixed networks", () => {
  const results: Promise<RunStatistics>[] = [];
  const resultOf = (index: number): Promise<RunStatistics> => (results[index] ??= sampled(twenty[index]?.network ?? { name: "", species: {}, steps: [] }, twenty[index]?.weights ?? []));

  it.each(twenty.map(({ network, weights }, index) => ({ index, network, weights })))("network $index", async ({ index, network, weights }) => {
    const statistics = await resultOf(index);
    expect(statistics.entropyProduction?.jumps.batches).toBeGreaterThanOrEqual(20);
    for (const { what, standardErrors } of deviations(statistics, network, weights)) expect(standardErrors, what).toBeLessThan(fiveStandardErrors);
  });

  it("starts its windows in the steady state", () => {
    for (const { network } of twenty) {
      const chain = chainOf(network);
      const law = stationary(chain);
      const late = lawAt(chain, burnIn);
      // What is left of the start shifts a bounded mean by this much of its range; standard errors are above 1e-3 of theirs.
      expect(law.reduce((total, value, state) => total + Math.abs(value - (late[state] ?? 0)), 0)).toBeLessThan(1e-5);
    }
  });

  it("catches propensities that count combinations, off by 2, wherever they make a difference of ten standard errors", async () => {
    let caught = 0;
    for (const [index, { network, weights }] of twenty.entries()) {
      const statistics = await resultOf(index);
      const right = deviations(statistics, network, weights);
      const wrong = deviations(statistics, network, weights, true);
      const apart = deviationsOfChains(statistics, network, weights);
      if (Math.max(...apart) > 2 * fiveStandardErrors) {
        expect(Math.max(...wrong.map(({ standardErrors }) => standardErrors))).toBeGreaterThan(fiveStandardErrors);
        caught += 1;
      } else if (apart.every((one) => one === 0)) expect(wrong).toEqual(right);
    }
    // Twelve of the twenty hold a step that takes two of one species.
    expect(caught).toBeGreaterThanOrEqual(6);
  });
});
