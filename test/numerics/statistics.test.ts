import * as fc from "fast-check";
import { mean as meanOracle, quantileSeq, variance as varianceOracle } from "mathjs";
import { describe, expect, it } from "vitest";
import { leastSquaresLine, leastSquaresSlope, mean, median, pearson, quantile, rank, spearman, standardDeviation, sum, variance } from "../../src/numerics/statistics.ts";

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 40 });
/** A few dozen operations on numbers up to 1e3, squared at most. */
const rounding = 1e-8;

describe("statistics", () => {
  it("sums what plain addition loses", () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2);
    expect(sum(Array.from({ length: 10 }, () => 0.1))).toBe(1);
    expect(sum([])).toBe(0);
    expect(sum([1, Infinity])).toBe(Infinity);
    expect(sum([Infinity, -Infinity])).toBeNaN();
  });

  it("agrees with an independent library on mean, variance and quantiles", () => {
    fc.assert(
      fc.property(values, fc.nat(1000).map((thousandths) => thousandths / 1000), (x, probability) => {
        expect(Math.abs(mean(x) - meanOracle(x))).toBeLessThan(rounding);
        const spread = variance(x);
        expect(Math.abs(spread - Number(varianceOracle(x)))).toBeLessThan(rounding);
        expect(standardDeviation(x)).toBe(Math.sqrt(spread));
        expect(Math.abs(quantile(x, probability) - Number(quantileSeq(x, probability)))).toBeLessThan(rounding);
        expect(quantile(x, 1)).toBe(Math.max(...x));
      }),
      { seed: 1 },
    );
  });

  it("gives type-7 quantiles", () => {
    expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile([4, 1, 3, 2], p))).toEqual([1, 1.3, 1.75, 2.5, 3.7, 4]);
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([Infinity, 1, Infinity], 0.75)).toBe(Infinity);
    expect(quantile([], 0.5)).toBeNaN();
    expect(() => quantile([1], 1.1)).toThrow(/probability 1.1/);
  });

  it("correlation ignores shift and scale, follows sign, and is NaN for a constant side", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.1, max: 10, noNaN: true }), fc.double({ min: -10, max: 10, noNaN: true }), (x, scale, shift) => {
        const y = x.map((value, i) => value * Math.cos(i) + i);
        fc.pre(standardDeviation(x) > 1e-3 && standardDeviation(y) > 1e-3);
        const r = pearson(x, y);
        expect(Math.abs(pearson(y, x.map((value) => scale * value + shift)) - r)).toBeLessThan(rounding);
        expect(Math.abs(pearson(x.map((value) => -value), y) + r)).toBeLessThan(rounding);
        expect(Math.abs(pearson(x, x) - 1)).toBeLessThan(rounding);
      }),
      { seed: 2 },
    );
    // Anscombe's first set.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    expect(pearson(x, y)).toBeCloseTo(0.81642, 5);
    expect(leastSquaresSlope(x, y)).toBeCloseTo(0.50009, 5);
    expect(leastSquaresLine(x, y).intercept).toBeCloseTo(3.00009, 5);
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(pearson([1, 2, 3], [0.1, 0.1, 0.1])).toBeNaN();
    expect(pearson([1], [2])).toBeNaN();
    expect(leastSquaresSlope([1, 1], [1, 2])).toBeNaN();
    expect(() => pearson([1, 2], [1])).toThrow(/2 values cannot be paired with 1/);
  });

  it("ranks share ties, and rank correlation sees only order", () => {
    expect([...rank([10, 20, 10, 5, 20, 20])]).toEqual([2.5, 5, 2.5, 1, 5, 5]);
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, -100])).toBeCloseTo(-1, 12);
    // 1 - 6 sum d^2 / (n (n^2 - 1)) without ties
    expect(spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
  });
});
