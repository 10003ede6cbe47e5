import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { bootstrapBound, boundFromCurrents, momentsOf } from "../../../src/thermo/inference/current-bound.ts";
import { meanEstimate } from "../../../src/thermo/inference/estimate.ts";
import { noncentralF, noncentralityBound, regularisedBeta } from "../../../src/thermo/inference/noncentral-f.ts";
import { plugInFromCounts } from "../../../src/thermo/inference/plug-in.ts";
import { shortTimeBound } from "../../../src/thermo/inference/short-time.ts";
import { logPoisson } from "../../../src/numerics/distributions.ts";

const fiveStandardErrors = 5;

/** P(Z² d / W <= f) of a normal Z with mean sqrt(lambda) and W chi-square of even d, whose tail is a finite sum: trapezoids over Z, exact to rounding. */
function byQuadrature(d: number, f: number, lambda: number): number {
  const [h, root] = [0.02, Math.sqrt(lambda)];
  let total = 0;
  for (let z = root - 12; z < root + 12; z += h) {
    const half = (d * z * z) / f / 2;
    let [tail, term] = [1, 1];
    for (let k = 1; k < d / 2; k++) tail += term *= half / k;
    total += (h * Math.exp(-((z - root) ** 2) / 2 - half) * tail) / Math.sqrt(2 * Math.PI);
  }
  return total;
}

describe("distribution of F", () => {
  it("has the closed forms of two degrees of freedom", () => {
    for (const f of [1e-3, 0.2, 1, 7, 300]) for (const d of [1, 2, 5, 40]) expect(noncentralF(f, 2, d, 0)).toBeCloseTo(1 - (1 + (2 * f) / d) ** (-d / 2), 13);
  });
  it("is that of a squared normal over chi-square, by quadrature", () => {
    for (const d of [2, 4, 12]) for (const f of [0.3, 2, 9]) for (const lambda of [0.5, 6, 40]) expect(Math.abs(noncentralF(f, 1, d, lambda) - byQuadrature(d, f, lambda))).toBeLessThan(1e-12);
  });
  it("stays a probability at a large noncentrality, and its bound inverts it", () => {
    for (const lambda of [3, 300, 3e5]) {
      const f = (1 + lambda / 4) * 1.02;
      const level = noncentralF(f, 4, 60, lambda);
      expect(level).toBeGreaterThan(0.3);
      expect(level).toBeLessThan(0.8);
      expect(noncentralityBound(f, 4, 60, level) / lambda).toBeCloseTo(1, 6);
    }
    expect(noncentralityBound(0.5, 3, 20, 0.95)).toBe(0);
  });
  it("reflects", () => {
    for (const x of [0.05, 0.4, 0.9]) expect(regularisedBeta(x, 2.5, 7) + regularisedBeta(1 - x, 7, 2.5)).toBeCloseTo(1, 14);
  });
});

describe("short-time bound", () => {
  it("is 2/3 for one step with fluxes 2 and 1, less than ln 2: from fluxes, and from the moments of the walk", () => {
    expect(shortTimeBound([2], [1])).toBeCloseTo(2 / 3, 15);
    expect(shortTimeBound([2], [1])).toBeLessThan(Math.LN2);
    // Net steps of a walk with rates 2 and 1 have mean t and variance 3 t at every t.
    for (const t of [0.1, 1, 50]) expect(boundFromCurrents({ mean: [t], covariance: [3 * t], duration: t, samples: null }).rate).toBeCloseTo(2 / 3, 13);
  });
  it("is the best combination of independent jump currents", () => {
    const [forward, reverse] = [[2, 5, 0.3, 0], [1, 4, 0.9, 0]];
    const difference = forward.map((there, index) => there - (reverse[index] ?? 0));
    const variance = forward.flatMap((there, row) => forward.map((_, column) => (row === column ? there + (reverse[row] ?? 0) : 0)));
    expect(boundFromCurrents({ mean: difference, covariance: variance, duration: 1, samples: null }).rate).toBeCloseTo(shortTimeBound(forward, reverse), 13);
  });
});

const dissipation = (x: number, y: number): number => (x - y) * Math.log(x / y);

describe("plug-in estimate", () => {
  it("has the stated bias for Poisson counts", () => {
    for (const scale of [1, 4]) {
      const [there, back] = [60 * scale, 25 * scale];
      let mean = 0;
      // The chance of no reverse count, where it is infinite, is below 1e-10.
      for (let x = 1; x < 4 * there; x++) for (let y = 1; y < 6 * back; y++) mean += Math.exp(logPoisson(x, there) + logPoisson(y, back)) * dissipation(x, y);
      const stated = 1 + Math.cosh(Math.log(there / back));
      expect(plugInFromCounts([there], [back], 1).bias).toBeCloseTo(stated, 12);
      // The next order is smaller by about one count: 1/25, 1/100.
      expect(Math.abs((mean - dissipation(there, back)) / stated - 1)).toBeLessThan(2 / back);
    }
  });
  it("is infinite where one direction was never seen, and lies above the short-time bound otherwise", () => {
    expect(plugInFromCounts([5, 3], [0, 2], 2)).toMatchObject({ rate: Infinity, bias: Infinity, oneDirection: [0] });
    expect(plugInFromCounts([0, 4], [0, 4], 2)).toEqual({ rate: 0, bias: 1, oneDirection: [] });
    for (const back of [1, 30, 99]) expect(plugInFromCounts([100], [back], 1).rate).toBeGreaterThan(shortTimeBound([100], [back]));
  });
});

/** Two dependent normal currents. */
const truth = { mean: [1.2, -0.7], spread: [1, 1.5], correlation: 0.6, duration: 4 } as const;
const truthCovariance = [1, 0.6 * 1.5, 0.6 * 1.5, 1.5 ** 2];
const trueRate = boundFromCurrents({ mean: truth.mean, covariance: truthCovariance, duration: truth.duration, samples: null }).rate;
function repetitions(index: number, count: number): number[][] {
  const random = stream(5n, "measured currents", index);
  return Array.from({ length: count }, () => {
    const [a, b] = [random.normal(), random.normal()];
    return [truth.mean[0] + a, truth.mean[1] + 1.5 * (truth.correlation * a + Math.sqrt(1 - truth.correlation ** 2) * b)];
  });
}

describe("bound from currents", () => {
  it("is the maximum over combinations", () => {
    const { weights, rate } = boundFromCurrents({ mean: truth.mean, covariance: truthCovariance, duration: truth.duration, samples: null });
    const of = (u: number, v: number): number => (2 * (u * truth.mean[0] + v * truth.mean[1]) ** 2) / (truth.duration * (u * u + 2 * u * v * 0.9 + v * v * 2.25));
    const best = Math.max(...Array.from({ length: 20_000 }, (_, index) => of(Math.cos((index * Math.PI) / 20_000), Math.sin((index * Math.PI) / 20_000))));
    expect(Math.abs(rate / best - 1)).toBeLessThan(1e-6);
    expect(of((weights[0] ?? 0) / 1, (weights[1] ?? 0) / 1.5)).toBeCloseTo(rate, 12);
  });
  it("does not change when currents are mixed or given twice", () => {
    const mixed = repetitions(0, 40).map(([a = 0, b = 0]) => [a + b, a - 3 * b]);
    const doubled = repetitions(0, 40).map(([a = 0, b = 0]) => [a, b, 2 * a - b]);
    const plain = boundFromCurrents(momentsOf(repetitions(0, 40), 4));
    for (const other of [mixed, doubled]) {
      const bound = boundFromCurrents(momentsOf(other, 4));
      expect(bound.rank).toBe(2);
      expect(bound.rate).toBeCloseTo(plain.rate, 9);
      expect(bound.lower).toBeCloseTo(plain.lower ?? Number.NaN, 9);
    }
  });
  it("is infinite where something flows and does not vary, 0 where nothing flows", () => {
    expect(boundFromCurrents({ mean: [1, 2], covariance: [1, 0, 0, 0], duration: 1, samples: 9 })).toMatchObject({ rate: Infinity, lower: null, weights: [0, 1] });
    expect(boundFromCurrents({ mean: [3, 2], covariance: [1, 1, 1, 1], duration: 1, samples: 9 }).rate).toBe(Infinity);
    expect(boundFromCurrents({ mean: [0, 0], covariance: [1, 0, 0, 0], duration: 1, samples: 9 })).toMatchObject({ rate: 0, lower: 0 });
  });
  it("refuses what is no covariance", () => {
    for (const covariance of [[1, 2, 2, 1], [1, 0.5, 0.2, 1], [1, 0, 0], [-1, 0, 0, 1]]) expect(() => boundFromCurrents({ mean: [1, 1], covariance, duration: 1, samples: 5 })).toThrow(RangeError);
    expect(() => boundFromCurrents({ mean: [1], covariance: [1], duration: 0, samples: 5 })).toThrow(RangeError);
    expect(() => boundFromCurrents({ mean: [1], covariance: [1], duration: 1, samples: 5 }, 1)).toThrow(RangeError);
  });
  it("has no confidence without enough repetitions", () => {
    expect(boundFromCurrents(momentsOf(repetitions(0, 2), 4)).lower).toBeNull();
    expect(boundFromCurrents({ mean: [1], covariance: [1], duration: 1, samples: null })).toMatchObject({ lower: null, unbiased: null, bias: null });
    // A covariance of two repetitions has a direction without variance by construction, which shows nothing.
    expect(boundFromCurrents(momentsOf([[1], [1], [1], [1]], 4))).toMatchObject({ rate: Infinity, lower: null });
    const three = boundFromCurrents(momentsOf(repetitions(0, 3), 4));
    expect(three.lower).not.toBeNull();
    expect(three.unbiased).toBeNull();
  });
});

describe("few repetitions", () => {
  const [sets, count] = [2000, 12];
  const bounds = Array.from({ length: sets }, (_, index) => boundFromCurrents(momentsOf(repetitions(index, count), truth.duration), 0.9));
  it("has the stated bias, which the correction takes off", () => {
    const unbiased = meanEstimate(bounds.map((bound) => bound.unbiased ?? Number.NaN));
    expect(Math.abs(unbiased.value - trueRate)).toBeLessThan(fiveStandardErrors * unbiased.standardError);
    const raw = meanEstimate(bounds.map(({ rate }) => rate));
    const stated = (2 / truth.duration) * (((count - 1) / (count - 4)) * ((trueRate * truth.duration) / 2 + 2 / count));
    expect(Math.abs(raw.value - stated)).toBeLessThan(fiveStandardErrors * raw.standardError);
    expect(raw.value - trueRate).toBeGreaterThan(fiveStandardErrors * raw.standardError);
  });
  it("covers the truth as often as it says, within the binomial band", () => {
    const covered = bounds.filter(({ lower }) => (lower ?? Infinity) <= trueRate).length;
    const band = fiveStandardErrors * Math.sqrt(sets * 0.9 * 0.1);
    expect(Math.abs(covered - 0.9 * sets)).toBeLessThan(band);
    // The estimate itself would be no bound at all.
    expect(Math.abs(bounds.filter(({ rate }) => rate <= trueRate).length - 0.9 * sets)).toBeGreaterThan(band);
  });
  it("covers the truth as often as it says where nothing flows", () => {
    const still = Array.from({ length: sets }, (_, index) => {
      const centred = repetitions(index, count).map(([a = 0, b = 0]) => [a - truth.mean[0], b - truth.mean[1]]);
      return boundFromCurrents(momentsOf(centred, 4), 0.9).lower === 0;
    });
    expect(Math.abs(still.filter(Boolean).length - 0.9 * sets)).toBeLessThan(fiveStandardErrors * Math.sqrt(sets * 0.09));
  });
});

describe("bootstrap bound", () => {
  it("agrees with the exact one for many normal repetitions, and depends on the seed alone", () => {
    const many = repetitions(77, 600);
    const exact = boundFromCurrents(momentsOf(many, 4));
    const drawn = bootstrapBound(many, 4, { seed: 3n });
    // A 5 % quantile of 1000 replicates is off by up to 5 * 0.067 standard deviations; the bound lies 1.645 below the estimate.
    expect(Math.abs(drawn - (exact.lower ?? Number.NaN))).toBeLessThan(((5 * 0.067) / 1.645) * ((exact.unbiased ?? Number.NaN) - (exact.lower ?? Number.NaN)));
    expect(bootstrapBound(many, 4, { seed: 3n })).toBe(drawn);
    expect(() => bootstrapBound(many.slice(0, 4), 4, { seed: 3n })).toThrow(RangeError);
  });
});
