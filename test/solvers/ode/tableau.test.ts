import { describe, expect, it } from "vitest";
import type { Tableau } from "../../../src/solvers/ode/method.ts";
import { rodas5p, rodas5pCoefficients } from "../../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";

/** A rooted tree is the list of its root's subtrees. */
type Tree = readonly Tree[];

const size = (tree: Tree): number => 1 + tree.reduce((total, child) => total + size(child), 0);
const density = (tree: Tree): number => tree.reduce((product, child) => product * density(child), size(tree));

/** All rooted trees of an order: 1, 1, 2, 4, 9, … of them. */
function trees(order: number): Tree[] {
  const forests = (vertices: number, largest: Tree | null): Tree[][] => {
    if (vertices === 0) return [[]];
    const found: Tree[][] = [];
    for (let first = 1; first <= vertices; first++) {
      for (const tree of trees(first)) {
        if (largest && JSON.stringify(tree) > JSON.stringify(largest)) continue;
        for (const rest of forests(vertices - first, tree)) found.push([tree, ...rest]);
      }
    }
    return found;
  };
  return forests(order - 1, null);
}

type Matrix = readonly (readonly number[])[];
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, index) => total + value * (b[index] ?? 0), 0);
const timesMatrix = (row: readonly number[], matrix: Matrix): number[] => matrix.map((_, column) => dot(row, matrix.map((line) => line[column] ?? 0)));

/** Elementary weight of every stage: `many` couples a vertex with several children, `single` one with a single child (they differ for Rosenbrock methods). */
function stageWeights(tree: Tree, many: Matrix, single: Matrix): number[] {
  const couple = tree.length === 1 ? single : many;
  return couple.map((row) => tree.reduce((product, child) => product * dot(row, stageWeights(child, many, single)), 1));
}

interface OrderForm {
  readonly many: Matrix;
  readonly single: Matrix;
  /** From weights of our stages to weights of the method's k_i. */
  readonly toRates: (weights: readonly number[]) => number[];
}

/** Largest violation of the order conditions up to `order`, for weights that should give Σ b Φ = θ^|t| / γ(t). */
function violation(form: OrderForm, weights: readonly number[], order: number, theta: number): number {
  const b = form.toRates(weights);
  let worst = 0;
  for (let n = 1; n <= order; n++) {
    for (const tree of trees(n)) worst = Math.max(worst, Math.abs(dot(b, stageWeights(tree, form.many, form.single)) - theta ** n / density(tree)));
  }
  return worst;
}

const runge = (tableau: Tableau): OrderForm => {
  const square = tableau.a.map((row) => tableau.nodes.map((_, j) => row[j] ?? 0));
  return { many: square, single: square, toRates: (weights) => [...weights] };
};

/** α = A Γ, β = α + Γ, b = m Γ with Γ⁻¹ = I/γ - C. @source Hairer & Wanner 1996, section IV.7, equations 7.21-7.25 */
function rosenbrock(tableau: Tableau, coupling: Matrix, gamma: number): OrderForm & { readonly gammaMatrix: Matrix } {
  const count = tableau.nodes.length;
  const gammaMatrix = Array.from({ length: count }, () => Array.from({ length: count }, () => 0));
  for (let column = 0; column < count; column++) {
    for (let row = 0; row < count; row++) {
      const target = gammaMatrix[row];
      if (!target) continue;
      let value = row === column ? 1 : 0;
      for (let k = 0; k < row; k++) value += (coupling[row]?.[k] ?? 0) * (gammaMatrix[k]?.[column] ?? 0);
      target[column] = gamma * value;
    }
  }
  const alpha = tableau.a.map((row) => timesMatrix(row, gammaMatrix));
  const beta = alpha.map((row, i) => row.map((value, j) => value + (gammaMatrix[i]?.[j] ?? 0)));
  return { many: alpha, single: beta, toRates: (weights) => timesMatrix(weights, gammaMatrix), gammaMatrix };
}

const denseAt = (tableau: Tableau, theta: number): number[] => tableau.dense.map((row) => row.reduceRight((value, coefficient) => theta * (value + coefficient), 0));
const difference = (a: readonly number[], b: readonly number[]): number[] => a.map((value, index) => value - (b[index] ?? 0));
const thetas = [0.1, 0.25, 0.5, 0.77, 1];

/** Everything the coefficients must satisfy, as one number. */
function residual(tableau: Tableau, form: OrderForm): number {
  const nodes = Math.max(...form.many.map((row, i) => Math.abs(row.reduce((a, b) => a + b, 0) - (tableau.nodes[i] ?? 0))));
  return Math.max(
    nodes,
    violation(form, tableau.weights, 5, 1),
    violation(form, difference(tableau.weights, tableau.error), 4, 1),
    ...thetas.map((theta) => violation(form, denseAt(tableau, theta), 4, theta)),
    ...denseAt(tableau, 1).map((weight, index) => Math.abs(weight - (tableau.weights[index] ?? 0))),
  );
}

function rodasResidual(tableau: Tableau, { coupling, gamma, timeWeights }: { coupling: Matrix; gamma: number; timeWeights: readonly number[] }): number {
  const form = rosenbrock(tableau, coupling, gamma);
  const rows = form.gammaMatrix.map((row, i) => Math.abs(row.reduce((a, b) => a + b, 0) - (timeWeights[i] ?? 0)));
  return Math.max(residual(tableau, form), ...rows);
}

/** Sixteen printed digits, coefficients up to 1e2, sums over eight stages, elementary weights of depth five. */
const roundingOfSixteenDigits = 2e-12;
/** A wrong digit, eight places before the last one. */
const mistyped = 1e-8;

/** Every number of a nested array changed once, at its place. */
function* mutations(matrix: Matrix): Generator<Matrix> {
  for (const [i, row] of matrix.entries()) {
    for (const [j, value] of row.entries()) {
      if (value === 0) continue;
      yield matrix.map((line, k) => (k === i ? line.map((entry, l) => (l === j ? value + mistyped * Math.max(1, Math.abs(value)) : entry)) : line));
    }
  }
}

describe("coefficient tables", () => {
  it("counts rooted trees as Cayley does", () => {
    expect([1, 2, 3, 4, 5].map((order) => trees(order).length)).toEqual([1, 1, 2, 4, 9]);
  });

  it("tsit5 satisfies the conditions of order 5, 4 (embedded) and 4 (interpolant)", () => {
    expect(residual(tsit5.tableau, runge(tsit5.tableau))).toBeLessThan(roundingOfSixteenDigits);
    expect(violation(runge(tsit5.tableau), difference(tsit5.tableau.weights, tsit5.tableau.error), 5, 1)).toBeGreaterThan(1e-5);
  });

  it("rodas5p satisfies the Rosenbrock conditions of order 5, 4 (embedded) and 4 (interpolant)", () => {
    expect(rodasResidual(rodas5p.tableau, rodas5pCoefficients)).toBeLessThan(roundingOfSixteenDigits);
    const form = rosenbrock(rodas5p.tableau, rodas5pCoefficients.coupling, rodas5pCoefficients.gamma);
    expect(violation(form, difference(rodas5p.tableau.weights, rodas5p.tableau.error), 5, 1)).toBeGreaterThan(1e-5);
  });

  it("a digit mistyped anywhere in tsit5 breaks a condition", () => {
    const { tableau } = tsit5;
    for (const a of mutations(tableau.a)) expect(residual({ ...tableau, a }, runge({ ...tableau, a }))).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const [weights = []] of mutations([tableau.weights])) expect(residual({ ...tableau, weights }, runge(tableau))).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const [error = []] of mutations([tableau.error])) expect(residual({ ...tableau, error }, runge(tableau))).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const dense of mutations(tableau.dense)) expect(residual({ ...tableau, dense }, runge(tableau))).toBeGreaterThan(10 * roundingOfSixteenDigits);
  });

  it("a digit mistyped anywhere in rodas5p breaks a condition", () => {
    const { tableau } = rodas5p;
    const found = (changed: Partial<Tableau>, other: Partial<typeof rodas5pCoefficients> | { coupling: Matrix } | { timeWeights: readonly number[] } = {}): number =>
      rodasResidual({ ...tableau, ...changed }, { ...rodas5pCoefficients, ...other });
    for (const a of mutations(tableau.a)) expect(found({ a })).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const coupling of mutations(rodas5pCoefficients.coupling)) expect(found({}, { coupling })).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const [timeWeights = []] of mutations([rodas5pCoefficients.timeWeights])) expect(found({}, { timeWeights })).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const [nodes = []] of mutations([tableau.nodes])) expect(found({ nodes })).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const [weights = []] of mutations([tableau.weights])) expect(found({ weights })).toBeGreaterThan(10 * roundingOfSixteenDigits);
    for (const dense of mutations(tableau.dense)) expect(found({ dense })).toBeGreaterThan(10 * roundingOfSixteenDigits);
  });

  it("the stability of rodas5p vanishes at infinity: the last two increments are those of a stiffly accurate method", () => {
    const { a, weights, nodes } = rodas5p.tableau;
    expect(weights.slice(0, 7)).toEqual(a[7]);
    expect(weights[7]).toBe(1);
    expect(nodes.slice(5)).toEqual([1, 1, 1]);
  });
});
