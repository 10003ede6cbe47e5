import { describe, expect, it } from "vitest";
import { dop853 } from "../../../src/solvers/ode/dop853.ts";
import { oneStepMethods } from "../../../src/solvers/ode/index.ts";
import { kvaerno5 } from "../../../src/solvers/ode/kvaerno5.ts";
import type { OdeMethod, Tableau } from "../../../src/solvers/ode/method.ts";
import { rodas4, rodas4Coefficients } from "../../../src/solvers/ode/rodas4.ts";
import { rodas5, rodas5Coefficients } from "../../../src/solvers/ode/rodas5.ts";
import { rodas5p, rodas5pCoefficients } from "../../../src/solvers/ode/rodas5p.ts";
import type { RosenbrockCoefficients } from "../../../src/solvers/ode/method.ts";
import { rosenbrock23, rosenbrock23Coefficients } from "../../../src/solvers/ode/rosenbrock23.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";
import { vern7 } from "../../../src/solvers/ode/vern7.ts";

/** A rooted tree: where its root's subtrees are in the list of all trees. */
interface Tree {
  readonly children: readonly number[];
  readonly order: number;
  readonly density: number;
}

/** All rooted trees up to an order, smaller ones first: 1, 1, 2, 4, 9, 20, 48, 115 of them. */
function rootedTrees(highest: number): Tree[] {
  const found: Tree[] = [];
  const forests = (vertices: number, last: number): number[][] => {
    if (vertices === 0) return [[]];
    return found.flatMap((tree, index) => (index <= last && tree.order <= vertices ? forests(vertices - tree.order, index).map((rest) => [index, ...rest]) : []));
  };
  for (let order = 1; order <= highest; order++) {
    for (const children of forests(order - 1, found.length - 1)) {
      found.push({ children, order, density: children.reduce((product, child) => product * (found[child]?.density ?? 1), order) });
    }
  }
  return found;
}

const trees = rootedTrees(8);

type Matrix = readonly (readonly number[])[];
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, index) => total + value * (b[index] ?? 0), 0);
const apply = (matrix: Matrix, vector: readonly number[]): number[] => matrix.map((row) => dot(row, vector));
const timesMatrix = (row: readonly number[], matrix: Matrix): number[] => matrix.map((_, column) => dot(row, matrix.map((line) => line[column] ?? 0)));

/** Couplings of a method's stages: `many` of a vertex with several children, `single` of one with a single child (they differ for Rosenbrock methods). */
interface OrderForm {
  readonly many: Matrix;
  readonly single: Matrix;
  /** From weights of our stages to weights of the method's k_i. */
  readonly toRates: (weights: readonly number[]) => number[];
}

/** Elementary weights of every stage, tree by tree. */
function stageWeights(form: OrderForm, highest: number): number[][] {
  const many: number[][] = [];
  const single: number[][] = [];
  return trees
    .filter(({ order }) => order <= highest)
    .map(({ children }) => {
      const coupled = children.length === 1 ? single : many;
      const own = form.many.map((_, stage) => children.reduce((product, child) => product * (coupled[child]?.[stage] ?? NaN), 1));
      many.push(apply(form.many, own));
      single.push(apply(form.single, own));
      return own;
    });
}

/** Largest violation of the order conditions up to `order`, for weights that should give Σ b Φ = θ^|t| / γ(t). */
function violation(form: OrderForm, elementary: readonly (readonly number[])[], weights: readonly number[], order: number, theta: number): number {
  const b = form.toRates(weights);
  let worst = 0;
  trees.forEach((tree, index) => {
    if (tree.order <= order) worst = Math.max(worst, Math.abs(dot(b, elementary[index] ?? []) - theta ** tree.order / tree.density));
  });
  return worst;
}

/** A Runge-Kutta method with the stages of its continuous output. */
const runge = ({ nodes, a, extra }: Tableau): OrderForm => {
  const rows = [...a, ...(extra?.a ?? [])];
  const square = rows.map((row) => [...nodes, ...(extra?.nodes ?? [])].map((_, j) => row[j] ?? 0));
  return { many: square, single: square, toRates: (weights) => [...weights] };
};

/** α = A Γ, β = α + Γ, b = m Γ with Γ⁻¹ = I/γ - C. @source Hairer & Wanner 1996, section IV.7, equations 7.21-7.25 */
function rosenbrockForm(tableau: Tableau, { coupling, gamma }: RosenbrockCoefficients): OrderForm & { readonly gammaMatrix: Matrix } {
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
const rowSum = (row: readonly number[]): number => row.reduce((total, value) => total + value, 0);

interface Subject {
  readonly method: OdeMethod;
  /** Orders of the embedded solutions: of the first error estimate, and of the second. */
  readonly embedded: readonly [number, number?];
  readonly coefficients?: RosenbrockCoefficients;
}

/** Everything the coefficients must satisfy, as one number. */
function residual({ method: { facts }, embedded }: Subject, tableau: Tableau, coefficients: RosenbrockCoefficients | undefined): number {
  const rosenbrock = coefficients && rosenbrockForm(tableau, coefficients);
  const form = rosenbrock ?? runge(tableau);
  const elementary = stageWeights(form, Math.max(facts.order, facts.denseOrder, embedded[0]));
  const nodes = [...tableau.nodes, ...(tableau.extra?.nodes ?? [])];
  const { weights, error, coarseError } = tableau;
  const last = denseAt(tableau, 1);
  return Math.max(
    ...form.many.map((row, i) => Math.abs(rowSum(row) - (nodes[i] ?? 0))),
    ...(rosenbrock?.gammaMatrix.map((row, i) => Math.abs(rowSum(row) - (coefficients?.timeWeights[i] ?? 0))) ?? []),
    violation(form, elementary, weights, facts.order, 1),
    violation(form, elementary, difference(weights, error), embedded[0], 1),
    coarseError ? violation(form, elementary, difference(weights, coarseError), embedded[1] ?? 0, 1) : 0,
    ...thetas.map((theta) => violation(form, elementary, denseAt(tableau, theta), facts.denseOrder, theta)),
    ...last.map((weight, index) => Math.abs(weight - (weights[index] ?? 0))),
  );
}

const subjects: readonly Subject[] = [
  { method: tsit5, embedded: [4] },
  { method: dop853, embedded: [5, 3] },
  { method: vern7, embedded: [6] },
  { method: rosenbrock23, embedded: [3], coefficients: rosenbrock23Coefficients },
  { method: rodas4, embedded: [3], coefficients: rodas4Coefficients },
  { method: rodas5, embedded: [4], coefficients: rodas5Coefficients },
  { method: rodas5p, embedded: [4], coefficients: rodas5pCoefficients },
  { method: kvaerno5, embedded: [4] },
];

/** Sixteen printed digits, coefficients up to 1e3, sums over sixteen stages, elementary weights of depth eight. */
const roundingOfSixteenDigits = 5e-12;
/** A wrong digit, six places before the last one. */
const mistyped = 1e-7;

/** Every number of a nested array changed once, at its place. */
function* mutations(matrix: Matrix): Generator<Matrix> {
  for (const [i, row] of matrix.entries()) {
    for (const [j, value] of row.entries()) {
      if (value === 0) continue;
      yield matrix.map((line, k) => (k === i ? line.map((entry, l) => (l === j ? value + mistyped * Math.max(1, Math.abs(value)) : entry)) : line));
    }
  }
}

const isLastIncrement = ({ stageUnit, error }: Tableau): boolean => stageUnit === "increment" && error.slice(0, -1).every((value) => value === 0);

/** Every table with one number mistyped, and where. */
function* mistakes({ method: { tableau }, coefficients }: Subject): Generator<{ readonly where: string; readonly tableau: Tableau; readonly coefficients: RosenbrockCoefficients | undefined }> {
  const changed = (where: string, part: Partial<Tableau>) => ({ where, tableau: { ...tableau, ...part }, coefficients });
  for (const a of mutations(tableau.a)) yield changed("a", { a });
  for (const [nodes = []] of mutations([tableau.nodes])) yield changed("nodes", { nodes });
  for (const [weights = []] of mutations([tableau.weights])) yield changed("weights", { weights });
  for (const dense of mutations(tableau.dense)) yield changed("dense", { dense });
  // Of two solutions of order 4 every mean is one too: where the last increment is the estimate, no condition sees its factor.
  if (!isLastIncrement(tableau)) for (const [error = []] of mutations([tableau.error])) yield changed("error", { error });
  if (tableau.coarseError) for (const [coarseError = []] of mutations([tableau.coarseError])) yield changed("coarseError", { coarseError });
  const { extra } = tableau;
  if (extra) {
    for (const a of mutations(extra.a)) yield changed("extra.a", { extra: { ...extra, a } });
    for (const [nodes = []] of mutations([extra.nodes])) yield changed("extra.nodes", { extra: { ...extra, nodes } });
  }
  if (!coefficients) return;
  for (const coupling of mutations(coefficients.coupling)) yield { where: "coupling", tableau, coefficients: { ...coefficients, coupling } };
  for (const [timeWeights = []] of mutations([coefficients.timeWeights])) yield { where: "timeWeights", tableau, coefficients: { ...coefficients, timeWeights } };
}

describe("coefficient tables", () => {
  it("counts rooted trees as Cayley does", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((order) => trees.filter((tree) => tree.order === order).length)).toEqual([1, 1, 2, 4, 9, 20, 48, 115]);
  });

  it("of every one-step method are here", () => {
    expect(subjects.map(({ method }) => method.facts.id).toSorted()).toEqual(Object.keys(oneStepMethods).toSorted());
  });

  it.each(subjects)("of $method.facts.id satisfy the conditions of their orders: steps, embedded solutions, continuous output", (subject) => {
    expect(residual(subject, subject.method.tableau, subject.coefficients)).toBeLessThan(roundingOfSixteenDigits);
  });

  it.each(subjects)("of $method.facts.id satisfy no more than that: the error estimate is one", ({ method: { facts, tableau }, embedded, coefficients }) => {
    const form = coefficients ? rosenbrockForm(tableau, coefficients) : runge(tableau);
    const elementary = stageWeights(form, 8);
    const beyond = (weights: readonly number[], order: number): number => violation(form, elementary, weights, order, 1);
    expect(beyond(tableau.weights, Math.min(8, facts.order + 1))).toBeGreaterThan(facts.order === 8 ? 0 : 1e-7);
    expect(beyond(difference(tableau.weights, tableau.error), embedded[0] + 1)).toBeGreaterThan(1e-6);
    if (tableau.coarseError) expect(beyond(difference(tableau.weights, tableau.coarseError), (embedded[1] ?? 0) + 1)).toBeGreaterThan(1e-4);
  });

  it.each(subjects)("a digit mistyped anywhere in $method.facts.id breaks a condition", (subject) => {
    for (const { where, tableau, coefficients } of mistakes(subject)) {
      expect(residual(subject, tableau, coefficients), where).toBeGreaterThan(3 * roundingOfSixteenDigits);
    }
  });

  it.each(subjects.filter(({ method }) => method.facts.stiff && method !== rosenbrock23))("the stability of $method.facts.id vanishes at infinity: its last stage is the new state", ({ method: { tableau } }) => {
    const { a, weights, nodes, error, stageUnit } = tableau;
    const last = a.at(-1) ?? [];
    expect(weights.slice(0, last.length)).toEqual(last);
    if (stageUnit === "increment") expect([weights.at(-1), error]).toEqual([1, weights.map((_, stage) => (stage === weights.length - 1 ? 1 : 0))]);
    expect(nodes.slice(-2)).toEqual([1, 1]);
  });

  it("the stability of rosenbrock23 vanishes at infinity", () => {
    // R(z) on y' = λy from the increments: (1/γ - z) U_i = z (1 + Σ a_ij U_j) + Σ c_ij U_j, far out on the left.
    const { a, weights } = rosenbrock23.tableau;
    const { gamma, coupling } = rosenbrock23Coefficients;
    const stability = (z: number): number => {
      const increments: number[] = [];
      a.forEach((row, i) => increments.push((z * (1 + dot(row, increments)) + dot(coupling[i] ?? [], increments)) / (1 / gamma - z)));
      return 1 + dot(weights, increments);
    };
    expect(Math.abs(stability(-1e6))).toBeLessThan(1e-5);
    expect(stability(-1e-3)).toBeCloseTo(Math.exp(-1e-3), 9);
  });
});
