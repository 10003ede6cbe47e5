import { describe, expect, it } from "vitest";
import { closedClasses } from "../../src/numerics/closed-classes.ts";
import { inverseXTanh } from "../../src/numerics/inverse-x-tanh.ts";
import { product } from "../../src/numerics/linear.ts";
import { matrixExponential } from "../../src/numerics/matrix-exponential.ts";
import { perronRoot } from "../../src/numerics/perron-root.ts";
import { stream } from "../../src/numerics/random.ts";
import { columnSums, sparseMatrix, sparseProductInto } from "../../src/numerics/sparse-matrix.ts";
import type { SparseMatrix } from "../../src/numerics/sparse-matrix.ts";
import { stationary } from "../../src/numerics/stationary.ts";
import type { Stationary } from "../../src/numerics/stationary.ts";
import { uniformise } from "../../src/numerics/uniformisation.ts";

const random = stream(20_260_303n, "markov algebra", 0);
const largest = (values: Iterable<number>): number => Math.max(...Array.from(values, Math.abs));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((total, value, k) => total + Math.abs(value - b[k]), 0);

/** Rates from j to i at [i, j]; a ring, so that it is irreducible, and other ways with the given chance. */
function randomRates(n: number, chance: number, decades = 1): SparseMatrix {
  const entries: [number, number, number][] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j && (i === (j + 1) % n || random.uniform() < chance)) entries.push([i, j, 10 ** (2 * decades * random.uniform() - decades)]);
  }
  return sparseMatrix(n, n, entries.map(([i]) => i), entries.map(([, j]) => j), entries.map(([, , rate]) => rate));
}
function generator(rates: SparseMatrix): Float64Array {
  const n = rates.rows;
  const w = new Float64Array(n * n);
  columnSums(rates).forEach((exit, j) => (w[j * n + j] = -exit));
  for (let i = 0; i < n; i++) for (let k = rates.starts[i]; k < rates.starts[i + 1]; k++) w[i * n + rates.indices[k]] += rates.values[k];
  return w;
}
function rest(rates: SparseMatrix): Stationary {
  const found = stationary(rates);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}
/** Birth at `birth(n)`, death at `death(n)` on 0 ... size - 1. */
const birthDeath = (size: number, birth: (n: number) => number, death: (n: number) => number): SparseMatrix => {
  const below = Array.from({ length: size - 1 }, (_, n) => n);
  return sparseMatrix(size, size, [...below.map((n) => n + 1), ...below], [...below, ...below.map((n) => n + 1)], [...below.map(birth), ...below.map((n) => death(n + 1))]);
};

describe("sparse matrices", () => {
  it("multiply as dense ones do, and add up entries at one place", () => {
    const [rows, columns, count] = [7, 5, 40];
    const draw = (most: number): number[] => Array.from({ length: count }, () => random.integer(most));
    const [rowOf, columnOf] = [draw(rows), draw(columns)];
    const values = rowOf.map(() => random.normal());
    const dense = new Float64Array(rows * columns);
    values.forEach((value, k) => (dense[rowOf[k] * columns + columnOf[k]] += value));
    const matrix = sparseMatrix(rows, columns, rowOf, columnOf, values);
    expect(matrix.values.length).toBeLessThan(count);
    const x = Float64Array.from({ length: columns }, () => random.normal());
    const y = new Float64Array(rows);
    sparseProductInto(y, matrix, x);
    expect(distance(y, product(dense, x, rows, columns, 1))).toBeLessThan(1e-13);
    expect(() => sparseMatrix(2, 2, [2], [0], [1])).toThrow(/entry 0 at \(2, 0\)/);
  });
});

describe("closed classes", () => {
  it("are the sets that nothing leaves", () => {
    // 0 <-> 1 -> 2 <-> 3, and 4 -> 5: two closed classes.
    const rates = sparseMatrix(6, 6, [1, 0, 2, 3, 2, 5], [0, 1, 1, 2, 3, 4], [1, 1, 1, 1, 1, 1]);
    expect(closedClasses(rates)).toEqual(expect.arrayContaining([[2, 3], [5]]));
    expect(closedClasses(rates)).toHaveLength(2);
    expect(stationary(rates)).toEqual({ problem: expect.stringContaining("2 closed classes") });
  });
});

describe("matrix exponential", () => {
  it("of a nilpotent, a rotation and a diagonal matrix", () => {
    expect(Array.from(matrixExponential(Float64Array.of(0, 1, 2, 0, 0, 3, 0, 0, 0), 3))).toEqual([1, 1, 3.5, 0, 1, 3, 0, 0, 1].map((value) => expect.closeTo(value, 14)));
    for (const angle of [0.1, 1, 10, 300]) {
      const [c, minusS, s] = matrixExponential(Float64Array.of(0, -angle, angle, 0), 2);
      // Squaring doubles the error of the angle each time.
      expect(largest([c - Math.cos(angle), s - Math.sin(angle), minusS + Math.sin(angle)])).toBeLessThan(1e-14 * Math.max(1, angle));
    }
    const [a, , , b] = matrixExponential(Float64Array.of(-700, 0, 0, 2), 2);
    expect(Math.abs(b / Math.exp(2) - 1)).toBeLessThan(1e-12);
    expect(a).toBeGreaterThanOrEqual(0);
  });
  it("adds times: exp(A) exp(A) = exp(2 A), and exp(-A) undoes exp(A)", () => {
    for (let n = 2; n < 9; n++) {
      const a = Float64Array.from({ length: n * n }, () => random.normal());
      const once = matrixExponential(a, n);
      const twice = matrixExponential(a.map((value) => 2 * value), n);
      const scale = largest(twice) * n;
      expect(distance(product(once, once, n, n, n), twice)).toBeLessThan(1e-12 * scale);
      const undone = product(once, matrixExponential(a.map((value) => -value), n), n, n, n);
      for (let i = 0; i < n; i++) undone[i * n + i] -= 1;
      expect(largest(undone)).toBeLessThan(1e-12 * largest(once) * largest(matrixExponential(a.map((value) => -value), n)));
    }
  });
  it("agrees with the power series, summed on its own", () => {
    const n = 5;
    const a = Float64Array.from({ length: n * n }, () => random.normal());
    let term = new Float64Array(n * n);
    for (let i = 0; i < n; i++) term[i * n + i] = 1;
    const series = term.slice();
    for (let k = 1; k < 80; k++) {
      term = Float64Array.from(product(term, a, n, n, n), (value) => value / k);
      term.forEach((value, i) => (series[i] += value));
    }
    expect(distance(matrixExponential(a, n), series)).toBeLessThan(1e-13 * n * n * largest(series));
  });
  it("refuses what has none", () => {
    expect(() => matrixExponential(Float64Array.of(1, 2), 2)).toThrow(/4 entries/);
    expect(() => matrixExponential(Float64Array.of(Infinity), 1)).toThrow(/not finite/);
  });
});

describe("uniformisation", () => {
  it("agrees with the dense exponential, for short and long times", () => {
    for (const time of [1e-3, 0.1, 1, 30, 3000]) {
      const n = 6;
      const rates = randomRates(n, 0.4);
      const start = Float64Array.from({ length: n }, (_, i) => (i === 2 ? 1 : 0));
      const { law, error, occupation } = uniformise(rates, start, time);
      const dense = product(matrixExponential(generator(rates).map((value) => value * time), n), start, n, n, 1);
      expect(error).toBeLessThanOrEqual(1e-14);
      // The dense exponential loses a few digits to its squarings.
      expect(distance(law, dense)).toBeLessThan(1e-15 * (100 + 100 * time * 10));
      expect(Math.abs(occupation.reduce((a, b) => a + b, 0) / time - 1)).toBeLessThan(1e-12);
    }
  });
  it("times spent are the integral of the law", () => {
    const rates = randomRates(4, 0.5);
    const start = Float64Array.of(0.7, 0.1, 0.2, 0);
    const [n, size, time] = [4, 8, 2.5];
    const w = generator(rates);
    const block = new Float64Array(size * size);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) block[i * size + j] = w[i * n + j] * time;
      block[(n + i) * size + i] = time;
    }
    const moved = matrixExponential(block, size);
    const expected = Array.from({ length: n }, (_, i) => start.reduce((total, p, j) => total + moved[(n + i) * size + j] * p, 0));
    expect(distance(uniformise(rates, start, time).occupation, expected)).toBeLessThan(1e-12);
  });
  it("keeps a relative accuracy in rare states that a subtraction would lose", () => {
    // Pure death from 1 state: the chance to have gone k steps of rate 1e-6 in time 1e-3 is Poisson.
    const n = 6;
    const chain = sparseMatrix(n, n, [1, 2, 3, 4, 5], [0, 1, 2, 3, 4], [1e-6, 1e-6, 1e-6, 1e-6, 1e-6]);
    const { law } = uniformise(chain, Float64Array.of(1, 0, 0, 0, 0, 0), 1e-3, 1e-40);
    expect(Math.abs(law[3] / ((1e-9) ** 3 / 6) - 1)).toBeLessThan(1e-8);
  });
  it("meets its stated bound where the tolerance is coarse", () => {
    const rates = randomRates(6, 0.4);
    const start = Float64Array.of(1, 0, 0, 0, 0, 0);
    for (const tolerance of [1e-2, 1e-4, 1e-8]) {
      for (const time of [0.5, 5, 500]) {
        const fine = uniformise(rates, start, time, 1e-15);
        const coarse = uniformise(rates, start, time, tolerance);
        expect(coarse.error).toBeLessThanOrEqual(tolerance);
        expect(distance(coarse.law, fine.law)).toBeLessThanOrEqual(coarse.error + 1e-13 * (1 + time));
        expect(coarse.products).toBeLessThanOrEqual(fine.products);
      }
    }
  });
  it("does not go on when the law has come to rest", () => {
    const { products } = uniformise(randomRates(5, 0.6), Float64Array.of(1, 0, 0, 0, 0), 1e6);
    expect(products).toBeLessThan(1e5);
  });
});

const logFactorial = (n: number): number => Array.from({ length: n }, (_, k) => Math.log(k + 1)).reduce((x, y) => x + y, 0);

describe("stationary law", () => {
  it("stands still, and agrees with the long run, on random chains over six decades", () => {
    for (let n = 2; n < 12; n++) {
      const rates = randomRates(n, 0.4, 3);
      const { law } = rest(rates);
      expect(Math.abs(law.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-14);
      const exits = columnSums(rates);
      const inflow = new Float64Array(n);
      sparseProductInto(inflow, rates, law);
      // Relative to the flux through each state, not to the largest.
      inflow.forEach((value, i) => expect(Math.abs(value - exits[i] * law[i])).toBeLessThan(1e-13 * n * exits[i] * law[i]));
    }
  });
  it("of birth and death with 10,000 states is the product formula, far below the smallest double", () => {
    const mean = 4000;
    const size = 10_000;
    const { law, logLaw } = rest(birthDeath(size, () => mean, (n) => n));
    const logs = new Float64Array(size);
    for (let n = 1; n < size; n++) logs[n] = logs[n - 1] + Math.log(mean / n);
    const top = Math.max(...logs);
    const total = logs.reduce((sum, value) => sum + Math.exp(value - top), 0);
    for (const n of [0, 1, 100, 3000, 4000, 5000, 9999]) {
      const expected = logs[n] - top - Math.log(total);
      // Thousands of rounded logarithms were added up for the comparison.
      expect(Math.abs(logLaw[n] - expected)).toBeLessThan(1e-8);
      expect(Math.abs(law[n] - Math.exp(expected))).toBeLessThan(1e-9 * Math.exp(expected) + Number.MIN_VALUE);
    }
    expect(law[0]).toBe(0);
    expect(logLaw[0]).toBeLessThan(-3900);
  });
  it("of two species in a grid of 60 x 60 is the product of Poisson laws", () => {
    const side = 60;
    const entries: [number, number, number][] = [];
    const at = (a: number, b: number): number => a * side + b;
    for (let a = 0; a < side; a++) {
      for (let b = 0; b < side; b++) {
        if (a + 1 < side) entries.push([at(a + 1, b), at(a, b), 10], [at(a, b), at(a + 1, b), a + 1]);
        if (b + 1 < side) entries.push([at(a, b + 1), at(a, b), 6], [at(a, b), at(a, b + 1), 2 * (b + 1)]);
      }
    }
    const { logLaw } = rest(sparseMatrix(side * side, side * side, entries.map(([i]) => i), entries.map(([, j]) => j), entries.map(([, , rate]) => rate)));
    for (const [a, b] of [[1, 1], [10, 3], [50, 50]]) {
      const expected = a * Math.log(10) - logFactorial(a) + b * Math.log(3) - logFactorial(b);
      expect(Math.abs(logLaw[at(a, b)] - logLaw[0] - expected)).toBeLessThan(1e-11);
    }
  });
  it("is 0 where nothing comes back to", () => {
    const { law, logLaw } = rest(sparseMatrix(3, 3, [1, 2, 1], [0, 1, 2], [5, 2, 3]));
    expect(Array.from(law)).toEqual([0, expect.closeTo(0.6, 15), expect.closeTo(0.4, 15)]);
    expect(logLaw[0]).toBe(-Infinity);
  });
  it("solves W x = b with the sum of x 0", () => {
    for (let n = 2; n < 10; n++) {
      const rates = randomRates(n, 0.5, 2);
      const right = Float64Array.from({ length: n }, () => random.normal());
      const mean = right.reduce((a, b) => a + b, 0) / n;
      const balanced = right.map((value) => value - mean);
      const x = rest(rates).solve(balanced);
      const back = product(generator(rates), x, n, n, 1);
      expect(Math.abs(x.reduce((a, b) => a + b, 0))).toBeLessThan(1e-13 * n * largest(x));
      expect(distance(back, balanced)).toBeLessThan(1e-13 * n * n * largest(x) * largest(generator(rates)));
    }
  });
});

describe("top eigenvalue", () => {
  it("of a generator is 0, with the stationary law as its vector", () => {
    for (let n = 2; n < 8; n++) {
      const rates = randomRates(n, 0.5);
      const found = perronRoot(generator(rates), n);
      if ("problem" in found) throw new Error(found.problem);
      expect(Math.abs(found.value)).toBeLessThan(1e-13 * n * largest(generator(rates)));
      expect(distance(found.vector, rest(rates).law)).toBeLessThan(1e-10);
    }
  });
  it("of two states is the root of the quadratic", () => {
    const found = perronRoot(Float64Array.of(-5, 3, 7, -2), 2);
    expect("value" in found ? found.value : Number.NaN).toBeCloseTo(-3.5 + Math.sqrt(1.5 ** 2 + 21), 13);
  });
  it("refuses negative off-diagonals, and says where it cannot enclose it", () => {
    expect(() => perronRoot(Float64Array.of(1, -1, 1, 1), 2)).toThrow(/\(0, 1\) is -1/);
    expect(perronRoot(Float64Array.of(1, 0, 0, 2), 2)).toEqual({ problem: expect.stringContaining("between 1 and 2") });
  });
});

describe("inverse of x tanh x", () => {
  it("inverts it from 1e-300 to 1e300", () => {
    for (let decade = -300; decade <= 300; decade += 3) {
      const y = 10 ** (decade + random.uniform());
      const x = inverseXTanh(y);
      expect(Math.abs((x * Math.tanh(x)) / y - 1)).toBeLessThan(2e-15);
    }
    for (let k = 1; k < 400; k++) {
      const x = inverseXTanh(k / 20);
      expect(Math.abs((x * Math.tanh(x)) / (k / 20) - 1)).toBeLessThan(2e-15);
    }
    expect([inverseXTanh(0), inverseXTanh(Infinity), inverseXTanh(-1)]).toEqual([0, Infinity, Number.NaN]);
  });
});
