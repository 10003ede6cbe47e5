import { describe, expect, it } from "vitest";
import { product, transpose } from "../../src/numerics/linear.ts";
import { solveLyapunov } from "../../src/numerics/lyapunov.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";

/** G Gᵀ, positive semidefinite. */
function covariance(random: RandomStream, n: number): Float64Array {
  const g = Float64Array.from({ length: n * n }, () => random.normal());
  return product(g, transpose(g, n, n), n, n, n);
}
/** -(G Gᵀ + I) + antisymmetric: eigenvalues left of -1, some complex. */
function stable(random: RandomStream, n: number): Float64Array {
  const g = Float64Array.from({ length: n * n }, () => random.normal());
  return covariance(random, n).map((value, at) => -value - (at % (n + 1) === 0 ? 1 : 0) + (g[at] ?? 0) - (g[(at % n) * n + Math.floor(at / n)] ?? 0));
}
/** The D that makes X the solution. */
function diffusionOf(a: Float64Array, x: Float64Array, n: number): Float64Array {
  const half = product(a, x, n, n, n);
  return half.map((value, at) => -value - (half[(at % n) * n + Math.floor(at / n)] ?? 0));
}

describe("the Lyapunov equation A X + X A' + D = 0", () => {
  it.each([1, 2, 5, 12, 24, 25, 40])("gives back a chosen X of %i variables", (n) => {
    const random = stream(11n, "lyapunov", n);
    for (let round = 0; round < (n > 12 ? 2 : 20); round++) {
      const a = stable(random, n);
      const x = covariance(random, n);
      const found = solveLyapunov(a, diffusionOf(a, x, n), n);
      if (!found.solution) throw new Error(found.problem);
      // The separation of A is at least 2, so X is off by at most |residual| / 2: rounding of n² products of |A| |X|.
      const slack = 10 * n * Number.EPSILON * Math.hypot(...a) * Math.hypot(...x);
      found.solution.forEach((value, at) => expect(Math.abs(value - (x[at] ?? NaN))).toBeLessThan(slack));
      expect(found.residual).toBeLessThan(10 * n * Number.EPSILON);
    }
  });

  it("solves unstable matrices too, where no two eigenvalues add up to 0", () => {
    const found = solveLyapunov(Float64Array.of(3), Float64Array.of(-12), 1);
    expect(found.solution?.[0]).toBe(2);
  });

  it("keeps digits of variables of very different size when told their scale", () => {
    const random = stream(12n, "lyapunov scale", 0);
    const sizes = [1e-6, 1, 1e6];
    const a = stable(random, 3);
    const x = covariance(random, 3);
    const [big, wide] = [a, x].map((matrix, which) => matrix.map((value, at) => value * (sizes[Math.floor(at / 3)] ?? 1) * (which === 0 ? 1 / (sizes[at % 3] ?? 1) : (sizes[at % 3] ?? 1)))) as [Float64Array, Float64Array];
    const found = solveLyapunov(big, diffusionOf(big, wide, 3), 3, sizes);
    if (!found.solution) throw new Error(found.problem);
    const slack = 30 * Number.EPSILON * Math.hypot(...a) * Math.hypot(...x);
    found.solution.forEach((value, at) => expect(Math.abs(value / (sizes[Math.floor(at / 3)] ?? 1) / (sizes[at % 3] ?? 1) - (x[at] ?? NaN))).toBeLessThan(slack));
  });

  it("says when there is no single solution, and which eigenvalues are to blame", () => {
    expect(solveLyapunov(Float64Array.of(1, 0, 0, -1), Float64Array.of(1, 0, 0, 1), 2).problem).toMatch(/no unique solution.*1\.00 and -1\.00/);
    expect(solveLyapunov(Float64Array.of(0, 1, -1, 0), Float64Array.of(1, 0, 0, 1), 2).problem).toMatch(/1\.00i/);
    expect(solveLyapunov(Float64Array.of(-1, 1, 1, -1), Float64Array.of(1, 0, 0, 1), 2).problem).toMatch(/no unique solution/);
  });

  it("refuses other shapes", () => {
    expect(() => solveLyapunov(Float64Array.of(1, 2), Float64Array.of(1), 1)).toThrow(/\[1, 1\]/);
    expect(() => solveLyapunov(Float64Array.of(Number.NaN), Float64Array.of(1), 1)).toThrow(/not finite/);
  });
});
