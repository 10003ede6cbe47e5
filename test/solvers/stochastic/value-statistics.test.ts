import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { mean, variance } from "../../../src/numerics/statistics.ts";
import { valueCounts, valueCountsDefaults } from "../../../src/solvers/stochastic/value-counts.ts";
import { valueStatistics } from "../../../src/solvers/stochastic/value-statistics.ts";
import type { ValueStatistics } from "../../../src/solvers/stochastic/value-statistics.ts";
import { manyErrors, seed } from "./leaps.ts";

const of = (values: Iterable<number>, options = {}): ValueStatistics => {
  const statistics = valueStatistics(options);
  for (const value of values) statistics.add(value);
  return statistics;
};
const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 });
/** Smallest value that a share of a sample does not exceed. */
const quantileOf = (values: readonly number[], probability: number): number => values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(probability * values.length * (1 - 1e-12)) - 1)];

describe("statistics of a stream of values", () => {
  it("mean and variance are those of the whole sample, merged or not", () => {
    fc.assert(
      fc.property(numbers, fc.nat(60), (values, cut) => {
        const merged = of(values.slice(0, cut));
        merged.merge(of(values.slice(cut)));
        const scale = Math.max(1, ...values.map(Math.abs));
        for (const statistics of [of(values), merged]) {
          expect(statistics.count).toBe(values.length);
          expect(Math.abs(statistics.mean.value - mean(values))).toBeLessThanOrEqual(1e-13 * scale);
          expect(Math.abs(statistics.variance.value - variance(values))).toBeLessThanOrEqual(1e-12 * scale * scale);
          expect([statistics.least, statistics.greatest]).toEqual([Math.min(...values), Math.max(...values)]);
        }
        // Third and fourth powers, which the error of the variance needs.
        const centre = mean(values);
        const sums = [2, 3, 4].map((power) => values.reduce((sum, value) => sum + (value - centre) ** power, 0));
        merged.powerSums().forEach((sum, at) => expect(Math.abs(sum - sums[at])).toBeLessThanOrEqual(1e-11 * 60 * scale ** (at + 2)));
      }),
    );
  });

  it("standard errors are what repeated samples scatter by", () => {
    // 400 samples of 250 exponential values: mean 1, variance 1, fourth central moment 9.
    const [repeats, size] = [400, 250];
    const [means, variances] = [valueStatistics(), valueStatistics()];
    const claimed = [0, 0];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const random = stream(seed, "sample", repeat);
      const sample = of(Array.from({ length: size }, () => random.exponential()));
      means.add(sample.mean.value);
      variances.add(sample.variance.value);
      claimed[0] += sample.mean.error / repeats;
      claimed[1] += sample.variance.error / repeats;
    }
    expect(Math.abs(means.mean.value - 1)).toBeLessThanOrEqual(manyErrors * means.mean.error);
    expect(Math.abs(variances.mean.value - 1)).toBeLessThanOrEqual(manyErrors * variances.mean.error);
    // The scatter of 400 is known to 1/sqrt(800) = 3.5 %; sqrt(8/250) of the variance is claimed a little low, as fourth moments of small samples are.
    expect(Math.abs(claimed[0] / Math.sqrt(means.variance.value) - 1)).toBeLessThan(0.15);
    expect(Math.abs(claimed[1] / Math.sqrt(variances.variance.value) - 1)).toBeLessThan(0.25);
    expect(Math.abs(Math.sqrt(variances.variance.value) / Math.sqrt(8 / size) - 1)).toBeLessThan(0.25);
  });

  it("quantiles of molecule numbers are exact, in any order and however merged", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200), (values, probability, cut) => {
        const merged = of(values.slice(cut));
        merged.merge(of(values.slice(0, cut)));
        for (const statistics of [of(values), merged]) {
          expect(statistics.counts.relativeError).toBe(0);
          expect(statistics.quantile(probability).value).toBe(quantileOf(values, probability));
        }
      }),
    );
  });

  it("quantiles of many different values are within the stated relative error, and merging gives the same buckets", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), { minLength: 20, maxLength: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(80), (values, probability, cut) => {
        const options = { distinct: 10, relativeError: 0.01 };
        const all = of(values, options);
        const merged = of(values.slice(cut), options);
        merged.merge(of(values.slice(0, cut), options));
        expect(merged.counts.entries()).toEqual(all.counts.entries());
        const exact = quantileOf(values, probability);
        // Below the smallest normal number logarithms of neighbours are too coarse.
        if (Math.abs(exact) > 1e-300) expect(Math.abs(all.quantile(probability).value - exact)).toBeLessThanOrEqual(all.counts.relativeError * Math.abs(exact) * (1 + 1e-9));
      }),
    );
  });

  it("the band of a quantile holds the true one as often as one standard error should", () => {
    const [repeats, size, probability] = [500, 300, 0.75];
    let held = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const random = stream(seed, "quantile", repeat);
      const { lower, upper } = of(Array.from({ length: size }, () => random.exponential())).quantile(probability);
      if (lower <= -Math.log(1 - probability) && -Math.log(1 - probability) <= upper) held += 1;
    }
    // 68 %, 2.1 % standard error; whole ranks add up to 2/size of a rank's share on 2 * 2.5 %, some 3 %.
    expect(Math.abs(held / repeats - 0.683)).toBeLessThan(manyErrors * 0.021 + 0.03);
  });

  it("histograms count each value once, the last edge included", () => {
    const statistics = of([0, 1, 1, 2, 3, 4, 4, 9]);
    expect(statistics.histogram([0, 1, 2, 4]).map(({ value }) => value * 8)).toEqual([1, 2, 4]);
    expect(statistics.histogram([0, 1, 2, 4])[2].error).toBeCloseTo(Math.sqrt(0.5 * 0.5 / 8), 12);
  });

  it("says how many more values are needed, and that is what it takes", () => {
    const random = stream(seed, "more", 0);
    const wanted = 0.01;
    for (const what of ["mean", "variance", { quantile: 0.9 }] as const) {
      const statistics = of(Array.from({ length: 2000 }, () => random.exponential()));
      const more = statistics.more(what, wanted);
      // Exponential: relative errors 1, sqrt 8 and sqrt(9)/ln 10 over sqrt n; the guess is from 2000 values, good to about 10 %.
      const factor = what === "mean" ? 1 : what === "variance" ? 8 : 9 / Math.log(10) ** 2;
      expect(Math.abs((more + 2000) / (factor / wanted ** 2) - 1)).toBeLessThan(0.5);
      for (let at = 0; at < more; at++) statistics.add(random.exponential());
      expect(statistics.more(what, 1.2 * wanted)).toBe(0);
    }
    expect(of([3, 3, 3, 3, 3]).more("mean", 0.1)).toBe(0);
    expect(of([1, -1, 1, -1]).more("mean", 0.1)).toBe(Infinity);
  });

  it("memory does not grow with the number of values", () => {
    const counts = valueCounts();
    const random = stream(seed, "flat", 0);
    const sizes = [20_000, 80_000].map((upTo) => {
      while (counts.count < upTo) counts.add(random.exponential());
      return counts.entries().length;
    });
    // Buckets over twenty decades at most, of 4e-3 each.
    for (const size of sizes) expect(size).toBeLessThan((20 * Math.LN10) / (2 * valueCountsDefaults.relativeError));
    expect(sizes[1]).toBeLessThan(1.3 * sizes[0]);
  });
});
