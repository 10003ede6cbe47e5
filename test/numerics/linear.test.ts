import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { product, ridgeRegression, solveCholesky, solveLinear, transpose } from "../../src/numerics/linear.ts";
import type { RidgeProblem, Solved } from "../../src/numerics/linear.ts";
import { stream } from "../../src/numerics/random.ts";

const normals = (count: number, index: number): Float64Array => Float64Array.from({ length: count }, stream(12n, "matrices", index).normal);
const solutionOf = (solved: Solved): Float64Array => {
  if ("problem" in solved) throw new Error(solved.problem);
  return solved.solution;
};
const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - (b[i] ?? Number.NaN));
/** Backward error of elimination with pivoting: a modest multiple of n eps |A| |x|. */
const backward = (size: number, a: Float64Array, x: Float64Array): number => 100 * size * Number.EPSILON * largest(a) * (largest(x) + 1) * size;

describe("dense solves", () => {
  it("LU and Cholesky leave residuals at rounding level", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 3 }), fc.nat(1e6), (size, columns, index) => {
        const a = normals(size * size, index);
        const b = normals(size * columns, index + 1);
        const x = solutionOf(solveLinear(a, b, size));
        expect(largest(difference(product(a, x, size, size, columns), b))).toBeLessThanOrEqual(backward(size, a, x));
        const gram = product(a, transpose(a, size, size), size, size, size).map((value, i) => value + (i % (size + 1) === 0 ? 1 : 0));
        const y = solutionOf(solveCholesky(gram, b, size));
        expect(largest(difference(product(gram, y, size, size, columns), b))).toBeLessThanOrEqual(backward(size, gram, y));
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("needs its pivoting, and says where a matrix fails", () => {
    expect([...solutionOf(solveLinear(Float64Array.of(0, 1, 1, 0), Float64Array.of(2, 3), 2))]).toEqual([3, 2]);
    const tiny = solutionOf(solveLinear(Float64Array.of(1e-20, 1, 1, 1), Float64Array.of(1, 2), 2));
    expect([...tiny]).toEqual([1, 1]);
    expect(solveLinear(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 1), 2)).toEqual({ problem: "the matrix is singular: no pivot in column 2 of 2" });
    expect(solveCholesky(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)).toEqual({ problem: "the matrix is not positive definite: row 2 of 2" });
    expect(solveCholesky(Float64Array.of(Number.NaN), Float64Array.of(1), 1)).toHaveProperty("problem");
    expect(() => solveLinear(new Float64Array(4), new Float64Array(3), 2)).toThrow(/are not \[2, 2\]/);
  });
});

const objective = ({ inputs, outputs, samples, penalty }: RidgeProblem, weights: Float64Array, intercept: Float64Array): number => {
  const targets = outputs.length / samples;
  const fitted = product(inputs, weights, samples, inputs.length / samples, targets);
  let total = 0;
  fitted.forEach((value, i) => (total += ((outputs[i] ?? 0) - value - (intercept[i % targets] ?? 0)) ** 2));
  return total + penalty * weights.reduce((all, weight) => all + weight * weight, 0);
};

describe("ridge regression", () => {
  it("sits at the minimum of its objective, with fewer or more samples than features", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(0.01, 1, 50), fc.boolean(), fc.nat(1e6), (samples, features, targets, penalty, intercept, index) => {
        const problem = { inputs: normals(samples * features, index), outputs: normals(samples * targets, index + 1).map((y) => y + 3), samples, penalty, intercept };
        const fit = ridgeRegression(problem);
        if ("problem" in fit) throw new Error(fit.problem);
        const best = objective(problem, fit.weights, fit.intercept);
        // The objective is convex: no small step in any direction may lower it beyond rounding.
        const step = 1e-3;
        const slack = 1e-10 * (1 + best);
        for (let at = 0; at < fit.weights.length; at++) {
          for (const sign of [-step, step]) {
            expect(objective(problem, fit.weights.map((weight, i) => weight + (i === at ? sign : 0)), fit.intercept)).toBeGreaterThan(best - slack);
          }
        }
        for (let at = 0; at < (intercept ? targets : 0); at++) {
          for (const sign of [-step, step]) expect(objective(problem, fit.weights, fit.intercept.map((value, i) => value + (i === at ? sign : 0)))).toBeGreaterThan(best - slack);
        }
        if (!intercept) expect(largest(fit.intercept)).toBe(0);
      }),
      { seed: 6, numRuns: 150 },
    );
  });

  it("recovers an exact line without a penalty, and refuses what has no answer", () => {
    const inputs = Float64Array.of(1, 0, 0, 1, 1, 1, 2, -1);
    const outputs = Float64Array.from({ length: 4 }, (_, i) => 2 * (inputs[2 * i] ?? 0) - 3 * (inputs[2 * i + 1] ?? 0) + 5);
    const fit = ridgeRegression({ inputs, outputs, samples: 4, penalty: 0, intercept: true });
    if ("problem" in fit) throw new Error(fit.problem);
    expect(fit.weights[0]).toBeCloseTo(2, 12);
    expect(fit.weights[1]).toBeCloseTo(-3, 12);
    expect(fit.intercept[0]).toBeCloseTo(5, 12);
    expect(ridgeRegression({ inputs: Float64Array.of(1, 1, 2, 2), outputs: Float64Array.of(1, 2), samples: 2, penalty: 0, intercept: false })).toHaveProperty("problem");
    expect(() => ridgeRegression({ inputs, outputs, samples: 4, penalty: -1, intercept: true })).toThrow(/penalty -1/);
    expect(() => ridgeRegression({ inputs, outputs, samples: 3, penalty: 1, intercept: true })).toThrow(/do not split into 3 samples/);
  });
});
