import exponentialOracle from "@stdlib/random-base-exponential";
import poissonOracle from "@stdlib/random-base-poisson";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logPoisson } from "../../src/numerics/distributions.ts";
import { restoreStream, stream } from "../../src/numerics/random.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { formatSeed, parseSeed } from "../../src/numerics/seed.ts";
import { mean, variance } from "../../src/numerics/statistics.ts";
import { threefry } from "../../src/numerics/threefry.ts";

/** Draws per test. With n = 40,000 the Kolmogorov-Smirnov tests below see any distribution function that is off by .025 somewhere with probability > .999. */
const draws = 40_000;

/** P(D > 1.95 / sqrt n) is about .001 under the hypothesis; seeds are fixed, so a pass stays a pass. */
const kolmogorovCritical = 1.95;

const many = (draw: () => number, count = draws): Float64Array => Float64Array.from({ length: count }, draw);

/** Largest distance between the sample's distribution function and `distribution`, times sqrt n. */
function kolmogorov(sample: Float64Array, distribution: (x: number) => number): number {
  const sorted = sample.toSorted();
  let distance = 0;
  sorted.forEach((x, i) => {
    const expected = distribution(x);
    distance = Math.max(distance, Math.abs(expected - i / sorted.length), Math.abs((i + 1) / sorted.length - expected));
  });
  return distance * Math.sqrt(sample.length);
}

/** Two-sample distance times sqrt(n m / (n + m)); ties are stepped over together, so it serves counts too (conservatively). */
function kolmogorovOfTwo(left: Float64Array, right: Float64Array): number {
  const a = left.toSorted();
  const b = right.toSorted();
  let distance = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && a[i] === x) i++;
    while (j < b.length && b[j] === x) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance * Math.sqrt((a.length * b.length) / (a.length + b.length));
}

/** Chi-square statistic of counts as a normal deviate (Wilson-Hilferty); above 3.1 has probability .001. */
function chiSquareDeviate(observed: readonly number[], expected: readonly number[]): number {
  const statistic = observed.reduce((total, count, i) => total + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 0), 0);
  const freedom = observed.length - 1;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
}
const chiSquareCritical = 3.1;

/** Counts against exact Poisson probabilities, in cells merged until each expects at least 25 draws. */
function poissonDeviate(sample: Float64Array, sampleMean: number): number {
  const counts = new Map<number, number>();
  for (const count of sample) counts.set(count, (counts.get(count) ?? 0) + 1);
  const reach = 12 * Math.sqrt(sampleMean) + 40;
  const observed: number[] = [];
  const expected: number[] = [];
  let seen = 0;
  let due = 0;
  let left = sample.length;
  for (let count = Math.max(0, Math.floor(sampleMean - reach)); count <= sampleMean + reach; count++) {
    seen += counts.get(count) ?? 0;
    due += sample.length * Math.exp(logPoisson(count, sampleMean));
    if (due < 25 || left - due < 25) continue;
    observed.push(seen);
    expected.push(due);
    left -= due;
    seen = 0;
    due = 0;
  }
  observed.push(sample.length - observed.reduce((a, b) => a + b, 0));
  expected.push(left);
  return chiSquareDeviate(observed, expected);
}

/** Standard errors between a sample's mean and variance and their expectations. */
function momentDeviates(sample: Float64Array, expectedMean: number, expectedVariance: number, fourthCentral: number): [number, number] {
  const n = sample.length;
  return [
    (mean(sample) - expectedMean) / Math.sqrt(expectedVariance / n),
    (variance(sample) - expectedVariance) / Math.sqrt((fourthCentral - expectedVariance ** 2) / n),
  ];
}
const fourStandardErrors = 4;

/** Abramowitz and Stegun 7.1.26 is good to 1.5e-7, far below what a sample can see. */
function normalDistribution(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * series * Math.exp((-x * x) / 2);
  return x < 0 ? upper : 1 - upper;
}

const take = (from: RandomStream, count = 8): number[] => Array.from({ length: count }, () => from.nextUint32());
const drawEach = (from: RandomStream): unknown => [from.normal(), from.poisson(3), from.poisson(300), from.integer(10), from.shuffle([1, 2, 3, 4]), from.uniform(), from.exponential()];
/** Extreme words are hard to find in a stream; they go through the same formula here. */
const uniformOf = (high: number, low: number): number => Math.max((high >>> 5) * 67_108_864 + (low >>> 6), 0.5) * 2 ** -53;
const exponentialDistribution = (x: number): number => -Math.expm1(-x);

describe("threefry", () => {
  it("gives the known answers of Random123", () => {
    const answers = [
      [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
    ] as const;
    for (const [key0, key1, counter0, counter1, first, second] of answers) {
      const block = new Uint32Array(2);
      threefry(block, key0, key1, counter0, counter1);
      expect([...block]).toEqual([first, second]);
    }
  });
});

describe("streams", () => {
  it("follow the documented key chain", () => {
    const key = Uint32Array.of(0x9abcdef0, 0x12345678);
    const encrypt = (first: number, second: number): void => threefry(key, key[0] ?? 0, key[1] ?? 0, first, second);
    // "purpose: π" is 11 bytes: two blocks.
    const bytes = new TextEncoder().encode("purpose: π");
    expect(bytes.length).toBe(11);
    encrypt(11, 0);
    encrypt(0x70727570, 0x3a65736f);
    encrypt(0x0080cf20, 0);
    encrypt(5, 1);
    expect(stream(0x123456789abcdef0n, "purpose: π", 2n ** 32n + 5n).state()).toEqual({
      generator: "threefry2x32-20",
      key: `0x${((BigInt(key[1] ?? 0) << 32n) | BigInt(key[0] ?? 0)).toString(16).padStart(16, "0")}`,
      counter: "0x0000000000000000",
      buffered: null,
    });
  });

  it("depend on seed, purpose and index, and on nothing else", () => {
    const names = ["", "a", "b", "ab", "noise", "a\0", "noise of the second gene"];
    const keys = new Set<string>();
    for (const seed of [0n, 1n, 2n ** 32n, 2n ** 64n - 1n]) {
      for (const name of names) for (const index of [0, 1, 2n ** 32n, 2n ** 63n]) keys.add(stream(seed, name, index).state().key);
    }
    expect(keys.size).toBe(4 * names.length * 4);
    expect(take(stream(5n, "noise", 3))).toEqual(take(stream(5n, "noise", 3n)));
    expect(() => stream(-1n, "noise", 0)).toThrow(/seed -1 is not in/);
    expect(() => stream(1n, "noise", 2n ** 64n)).toThrow(/index/);
    expect(() => stream(1n, "noise", 0.5)).toThrow(/index 0.5/);
  });

  it("go on exactly where a state was taken, also through JSON and across the counter's carry", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(20), fc.constantFrom("0x0", "0xfffffffe", "0xfffffffffffffffe"), (seed, skip, counter) => {
        const original = stream(seed, "state", 0);
        original.restore({ ...original.state(), counter });
        take(original, skip);
        const copy = restoreStream(JSON.parse(JSON.stringify(original.state())) as ReturnType<RandomStream["state"]>);
        expect(drawEach(copy)).toEqual(drawEach(original));
        expect(copy.state()).toEqual(original.state());
      }),
      { seed: 3, numRuns: 200 },
    );
    const state = stream(1n, "state", 0).state();
    expect(() => restoreStream({ ...state, key: "12" })).toThrow(/cannot restore/);
    expect(() => restoreStream({ ...state, buffered: 2 ** 32 })).toThrow(/cannot restore/);
  });

  it("keep uniforms strictly inside (0, 1) at both ends", () => {
    expect(uniformOf(0, 0)).toBe(2 ** -54);
    expect(uniformOf(0xffffffff, 0xffffffff)).toBe(1 - 2 ** -53);
    const from = stream(9n, "formula", 0);
    const words = restoreStream(from.state());
    for (let i = 0; i < 1000; i++) expect(from.uniform()).toBe(uniformOf(words.nextUint32(), words.nextUint32()));
  });
});

describe("distributions", () => {
  it("uniform: Kolmogorov-Smirnov, bits, and neighbouring streams are uncorrelated", () => {
    expect(kolmogorov(many(stream(1n, "uniform", 0).uniform), (x) => x)).toBeLessThan(kolmogorovCritical);
    const from = stream(1n, "bits", 0);
    const ones = Array.from({ length: 32 }, () => 0);
    for (let i = 0; i < draws; i++) {
      const word = from.nextUint32();
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((word >>> bit) & 1);
    }
    for (const count of ones) expect(Math.abs(count - draws / 2) / Math.sqrt(draws / 4)).toBeLessThan(fourStandardErrors);
    const products = Float64Array.from({ length: draws }, (_, index) => (stream(1n, "pair", index).uniform() - 0.5) * (stream(1n, "pair", index + 1).uniform() - 0.5));
    expect(Math.abs(mean(products)) / Math.sqrt(1 / 144 / draws)).toBeLessThan(fourStandardErrors);
  });

  it("normal: Kolmogorov-Smirnov and moments; a 5 % wider one is seen", () => {
    const sample = many(stream(2n, "normal", 0).normal);
    expect(kolmogorov(sample, normalDistribution)).toBeLessThan(kolmogorovCritical);
    for (const deviate of momentDeviates(sample, 0, 1, 3)) expect(Math.abs(deviate)).toBeLessThan(fourStandardErrors);
    expect(kolmogorov(sample.map((x) => 1.05 * x), normalDistribution)).toBeGreaterThan(kolmogorovCritical);
  });

  it("exponential: Kolmogorov-Smirnov, moments and the oracle on the same uniforms; a 5 % slower one is seen", () => {
    const sample = many(stream(3n, "exponential", 0).exponential);
    expect(kolmogorov(sample, exponentialDistribution)).toBeLessThan(kolmogorovCritical);
    for (const deviate of momentDeviates(sample, 1, 1, 9)) expect(Math.abs(deviate)).toBeLessThan(fourStandardErrors);
    expect(kolmogorov(sample.map((x) => 1.05 * x), exponentialDistribution)).toBeGreaterThan(kolmogorovCritical);
    const oracle = exponentialOracle.factory(1, { prng: stream(4n, "oracle", 0).uniform });
    expect(kolmogorovOfTwo(sample, many(oracle))).toBeLessThan(kolmogorovCritical);
  });

  it.each([0.01, 0.5, 3, 9.99, 10, 10.01, 30, 250, 1e4, 1e6])("poisson of mean %d: chi-square on exact probabilities, moments, the oracle; a shifted one is seen", (poissonMean) => {
    const from = stream(5n, "poisson", 0);
    const sample = many(() => from.poisson(poissonMean));
    expect(Math.abs(poissonDeviate(sample, poissonMean))).toBeLessThan(chiSquareCritical);
    for (const deviate of momentDeviates(sample, poissonMean, poissonMean, poissonMean + 3 * poissonMean ** 2)) expect(Math.abs(deviate)).toBeLessThan(fourStandardErrors);
    const oracle = poissonOracle.factory(poissonMean, { prng: stream(6n, "oracle", 0).uniform });
    expect(kolmogorovOfTwo(sample, many(oracle))).toBeLessThan(kolmogorovCritical);
    // Power: .05 means of shift is 5 standard errors of the mean once n * mean > 10^4.
    const shifted = poissonMean * 1.05;
    if (draws * poissonMean > 1e4) expect(poissonDeviate(many(() => from.poisson(shifted)), poissonMean)).toBeGreaterThan(chiSquareCritical);
  });

  it("poisson keeps its exactness at large means, and refuses what it cannot draw", () => {
    const from = stream(7n, "poisson", 1);
    for (const huge of [1e9, 1e12, 1e15]) {
      const scaled = many(() => (from.poisson(huge) - huge) / Math.sqrt(huge));
      expect(kolmogorov(scaled, normalDistribution)).toBeLessThan(kolmogorovCritical);
    }
    expect(from.poisson(0)).toBe(0);
    for (const bad of [-1, Number.NaN, Infinity, 1e16]) expect(() => from.poisson(bad)).toThrow(/Poisson number of mean/);
  });

  it("log Poisson probabilities are those of the product formula, and add up to 1", () => {
    for (const poissonMean of [0.3, 1, 7.5, 12, 80]) {
      let logFactorial = 0;
      for (let count = 0; count <= 150; count++) {
        if (count > 1) logFactorial += Math.log(count);
        const direct = count * Math.log(poissonMean) - poissonMean - logFactorial;
        // The direct form adds `count` rounded logarithms of size up to 5.
        const rounding = 4 * Number.EPSILON * (5 * count + Math.abs(direct) + poissonMean);
        expect(Math.abs(logPoisson(count, poissonMean) - direct)).toBeLessThan(rounding);
      }
    }
    for (const poissonMean of [20, 1e4, 1e6]) {
      let total = 0;
      for (let count = Math.max(0, Math.floor(poissonMean - 9 * Math.sqrt(poissonMean) - 20)); count < poissonMean + 9 * Math.sqrt(poissonMean) + 20; count++) total += Math.exp(logPoisson(count, poissonMean));
      expect(Math.abs(total - 1)).toBeLessThan(1e-12);
    }
  });

  it("integers are unbiased where a plain remainder is not", () => {
    const from = stream(8n, "integer", 0);
    for (const n of [1, 2, 7, 1000]) {
      const counts = Array.from({ length: n }, () => 0);
      for (let i = 0; i < draws; i++) {
        const drawn = from.integer(n);
        counts[drawn] = (counts[drawn] ?? 0) + 1;
      }
      if (n > 1) expect(Math.abs(chiSquareDeviate(counts, counts.map(() => draws / n)))).toBeLessThan(chiSquareCritical);
      else expect(counts).toEqual([draws]);
    }
    // A remainder would give the lower half of 3 * 2^30 twice as often as the upper.
    const n = 3 * 2 ** 30;
    const low = many(() => from.integer(n)).filter((x) => x < n / 3).length;
    expect(Math.abs(low - draws / 3) / Math.sqrt((draws * 2) / 9)).toBeLessThan(fourStandardErrors);
    const wide = many(() => from.integer(2 ** 53));
    expect(kolmogorov(wide.map((x) => x / 2 ** 53), (x) => x)).toBeLessThan(kolmogorovCritical);
    expect(wide.some((x) => x % 2 === 1)).toBe(true);
    for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 54]) expect(() => from.integer(bad)).toThrow(/whole number below/);
  });

  it("shuffles every order alike, leaves its argument, and samples without replacement", () => {
    const from = stream(10n, "shuffle", 0);
    const counts = new Map<string, number>();
    const items = Object.freeze(["a", "b", "c", "d"]);
    for (let i = 0; i < draws; i++) {
      const order = from.shuffle(items).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareDeviate([...counts.values()], Array.from(counts, () => draws / 24)))).toBeLessThan(chiSquareCritical);
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), (size, wanted) => {
        const all = Array.from({ length: size }, (_, i) => i);
        if (wanted > size) {
          expect(() => from.sample(all, wanted)).toThrow(/without replacement/);
          return;
        }
        const drawn = from.sample(all, wanted);
        expect(drawn.length).toBe(wanted);
        expect(new Set(drawn).size).toBe(wanted);
        expect(drawn.every((each) => all.includes(each))).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe("seeds", () => {
  it("are read back as they are written, decimal or hexadecimal", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        expect(parseSeed(formatSeed(seed))).toEqual({ seed });
        expect(parseSeed(String(seed))).toEqual({ seed });
      }),
    );
    expect(parseSeed(" 0X2A ")).toEqual({ seed: 42n });
  });

  it("say what is wrong", () => {
    for (const bad of ["", "x", "-1", "1.5", "0x", "1e3", "0b1"]) expect(parseSeed(bad)).toEqual({ problem: expect.stringContaining(`seed "${bad}" is not a number`) });
    expect(parseSeed(String(2n ** 64n))).toEqual({ problem: expect.stringContaining("more than 64 bits") });
  });
});
