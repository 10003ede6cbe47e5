import { describe, expect, it } from "vitest";
import { blockCount } from "../../../src/solvers/stochastic/ensemble-blocks.ts";
import { blockRuns, ensembleStatistics, ensembleSum, mergeBlocks, statisticsBlock } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import type { EnsembleState } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import { readExactJson, writeExactJson } from "../../../src/study/exact-json.ts";
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
    const problem = { seed, runs: 300, times };
    const count = blockCount(problem.runs);
    for (const make of [() => solverOf(network), () => leapSolverOf(network, "tau-leaping"), () => leapSolverOf(network, "cle")]) {
      const one = await ensembleStatistics(await make(), problem);
      const [first, second] = [await make(), await make()];
      const blocks = new Map<number, Awaited<ReturnType<typeof statisticsBlock>>>();
      for (let block = count - 1; block >= 0; block--) blocks.set(block, structuredClone(await statisticsBlock(block % 3 === 0 ? first : second, problem, block)));
      const merged = mergeBlocks(first, problem, Array.from({ length: count }, (_, block) => blocks.get(block) ?? []).flat());
      expect(merged.runs).toBe(problem.runs);
      expect(merged.firings).toEqual(one.firings);
      for (const time of times) {
        const [a, b] = [one.at(time, "A"), merged.at(time, "A")];
        expect([b.mean, b.variance, b.quantile(0.3), b.counts.entries()]).toEqual([a.mean, a.variance, a.quantile(0.3), a.counts.entries()]);
      }
    }
  });

  it("goes on from a state, through a file, to the same bits, be it with more runs", async () => {
    for (const method of ["cle", "exact-events"] as const) {
      const solver = await leapSolverOf(network, method);
      const blockOf = (runs: number, block: number) => statisticsBlock(solver, { seed, runs, times, paths: 3 }, block);
      const whole = ensembleSum(solver, { times });
      for (let block = 0; block < blockCount(400); block++) whole.add(await blockOf(400, block));
      const half = ensembleSum(solver, { times });
      for (let block = 0; block < blockCount(200); block++) half.add(await blockOf(200, block));
      const rest = ensembleSum(solver, { times }, readExactJson(writeExactJson(half.state())) as EnsembleState);
      for (let block = blockCount(200); block < blockCount(400); block++) rest.add(await blockOf(400, block));
      expect(rest.state()).toEqual(whole.state());
      expect(rest.result().paths).toEqual(whole.result().paths);
      for (const time of times) expect(rest.result().at(time, "A").quantile(0.9)).toEqual(whole.result().at(time, "A").quantile(0.9));
    }
  });

  it("counts the values it is asked to count, and keeps the paths it is asked to keep", async () => {
    const solver = await solverOf(network);
    const all = await ensembleStatistics(solver, { seed, runs: 40, times, paths: 3 });
    const some = await ensembleStatistics(solver, { seed, runs: 40, times, counted: [1], paths: 0 });
    expect(some.at(6, "A").quantile(0.5)).toEqual(all.at(6, "A").quantile(0.5));
    expect(some.at(0.5, "A").mean).toEqual(all.at(0.5, "A").mean);
    expect(() => some.at(0.5, "A").quantile(0.5)).toThrow(/values of "A" at time 0.5 were not counted/);
    expect([some.paths.length, some.first]).toEqual([0, null]);
    expect(all.paths).toEqual([0, 1, 2].map((index) => solver.run({ seed, index, times })));
  });

  it("blocks hold every run once, few at first, and an ensemble of more runs begins with the same ones", () => {
    let next = 0;
    for (let block = 0; block < 1000; block++) {
      const { first, end } = blockRuns(block);
      expect(first).toBe(next);
      expect(end - first).toBeLessThanOrEqual(Math.max(1, first / 64));
      expect(end - first).toBeLessThanOrEqual(256);
      for (const runs of new Set([first + 1, end])) expect(blockCount(runs)).toBe(block + 1);
      next = end;
    }
    expect(next).toBeGreaterThan(1e5);
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
