import { describe, expect, it } from "vitest";
import { blockRuns, ensembleStatistics, mergeBlocks, statisticsBlock } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import { ensemble } from "../../../src/solvers/stochastic/ensemble.ts";
import { expectEstimate, leapSolverOf, manyErrors, seed } from "./leaps.ts";
import { logFactorial, solverOf } from "./networks.ts";

const network = "J1: => A; 10; J2: A => ; A; A = 0";
const times = Float64Array.of(0.5, 6);

describe("statistics of an ensemble", () => {
  it("of an exact solver: mean, variance, quantiles and histogram of the Poisson law", async () => {
    const statistics = await ensembleStatistics(await solverOf(network), { seed, runs: 4000, times });
    expect(statistics).toMatchObject({ status: { status: "done" }, runs: 4000 });
    const law = statistics.at(6, "A");
    const rest = 10 * -Math.expm1(-6);
    expectEstimate(law.mean, rest, 0.06);
    expectEstimate(law.variance, rest, 0.3);
    const p = (n: number): number => Math.exp(n * Math.log(rest) - rest - logFactorial(n));
    law.histogram(Array.from({ length: 22 }, (_, n) => n)).slice(0, 20).forEach(({ value }, n) => {
      expect(Math.abs(value - p(n))).toBeLessThanOrEqual(manyErrors * Math.sqrt((p(n) * (1 - p(n))) / 4000) + 1 / 4000);
    });
    // The exact 5 %, 50 % and 95 % points of the law lie inside five standard errors of rank.
    for (const [probability, exact] of [[0.05, 5], [0.5, 10], [0.95, 15]]) {
      const { value } = law.quantile(probability);
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(1);
    }
    expect(statistics.firings[0] - statistics.firings[1]).toBeCloseTo(law.mean.value * 4000, 6);
  });

  it("is the same as the plain ensemble's mean and standard deviation", async () => {
    const [plain, rich] = [await ensemble(await solverOf(network), { seed, runs: 700, times }), await ensembleStatistics(await solverOf(network), { seed, runs: 700, times })];
    times.forEach((time, row) => {
      expect(rich.at(time, "A").mean.value).toBeCloseTo(plain.mean[row], 10);
      expect(Math.sqrt(rich.at(time, "A").variance.value)).toBeCloseTo(plain.sd?.[row] ?? NaN, 10);
    });
    expect(rich.first).toEqual(plain.first);
    expect(rich.events).toBe(plain.events);
  });

  it("is the same bits whoever does which block in which order", async () => {
    const problem = { seed, runs: 3 * blockRuns + 17, times };
    for (const make of [() => solverOf(network), () => leapSolverOf(network, "tau-leaping"), () => leapSolverOf(network, "cle")]) {
      const one = await ensembleStatistics(await make(), problem);
      const [first, second] = [await make(), await make()];
      const blocks = new Map<number, Awaited<ReturnType<typeof statisticsBlock>>>();
      for (const [block, solver] of [[3, first], [1, second], [0, first], [2, second]] as const) blocks.set(block, await statisticsBlock(solver, problem, block));
      const merged = mergeBlocks(first, problem, [0, 1, 2, 3].flatMap((block) => blocks.get(block) ?? []));
      expect(merged.runs).toBe(problem.runs);
      expect(merged.firings).toEqual(one.firings);
      for (const time of times) {
        const [a, b] = [one.at(time, "A"), merged.at(time, "A")];
        expect([b.mean, b.variance, b.quantile(0.3), b.counts.entries()]).toEqual([a.mean, a.variance, a.quantile(0.3), a.counts.entries()]);
      }
    }
  });

  it("stops when asked and where a run fails, with what is complete", async () => {
    const stop = new AbortController();
    const stopped = await ensembleStatistics(await solverOf(network), { seed, runs: 1e6, times: Float64Array.of(30), signal: stop.signal, breathe: async () => stop.abort() });
    expect(stopped.status.status).toBe("paused");
    expect(stopped.runs).toBe(stopped.at(30, "A").count);
    const failing = await ensembleStatistics(await solverOf("J: A => ; 5; A = 2"), { seed, runs: 10, times: Float64Array.of(0, 100) });
    expect(failing).toMatchObject({ status: { status: "negative-propensity", worst: "J" }, runs: 0 });
    expect(failing.first?.times).toEqual(Float64Array.of(0));
  });

  it("refuses what was not recorded, and no runs", async () => {
    const statistics = await ensembleStatistics(await solverOf(network), { seed, runs: 2, times });
    expect(() => statistics.at(1, "A")).toThrow(/time 1 was not asked for/);
    expect(() => statistics.at(6, "B")).toThrow(/no output "B"/);
    await expect(ensembleStatistics(await solverOf(network), { seed, runs: 0, times })).rejects.toThrow(/runs is 0/);
  });
});
