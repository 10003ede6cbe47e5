import type { OdeSystem } from "../models/system.ts";
import { product, solveLinear } from "../numerics/linear.ts";
import type { LinearInvariant } from "./linear-invariants.ts";
import type { LinearisedPoint } from "./linearisation.ts";

/** What is known to fewer than two digits counts as not known. */
const leastDigits = 0.01;

/**
 * The inverse of the Jacobian with the laws in the rows of their dependent states [n, n], or why it is none.
 *
 * A Jacobian counts as singular where rounding decides about it: where it has no inverse to working precision, or where the
 * state's own doubt (what rounding of the rates makes of it) changes it by half or more, as at a fold.
 */
export function steadyStateInverse(system: OdeSystem, point: LinearisedPoint, state: Float64Array, invariants: readonly LinearInvariant[], at: (state: Float64Array) => LinearisedPoint): Float64Array | string {
  const n = state.length;
  const bordered = (jacobian: Float64Array, law: (weights: Float64Array) => Float64Array): Float64Array => {
    const matrix = jacobian.slice();
    for (const { weights, dependent } of invariants) matrix.set(law(weights), dependent * n);
    return matrix;
  };
  const matrix = bordered(point.jacobian, (weights) => weights);
  const rows = largestInRows(matrix, n);
  const singular = (): string => {
    const slowest = rows.indexOf(Math.min(...rows));
    return `the Jacobian of "${system.id}" is singular beyond its conservation laws at the steady state, so that state does not move smoothly with the parameters: it is a fold or another bifurcation, or steady states are not isolated (weakest row: "${system.states[slowest] ?? ""}"); move a parameter away from it`;
  };
  if (!rows.every((size) => size > 0 && size < Infinity)) return singular();
  const scaled = matrix.map((value, index) => value / (rows[Math.floor(index / n)] ?? 1));
  const identity = Float64Array.from({ length: n * n }, (_, index) => (index % (n + 1) === 0 ? 1 : 0));
  const solved = solveLinear(scaled, identity, n);
  if ("problem" in solved) return singular();
  // With columns brought to like size as well, the units of the states play no part in |A⁻¹| |A|.
  const columns = Float64Array.from({ length: n }, (_, column) => scaled.reduce((largest, value, index) => (index % n === column ? Math.max(largest, Math.abs(value)) : largest), 0));
  const spread = product(scaled.map(Math.abs), columns.map((size) => 1 / size), n, n, 1);
  const condition = product(solved.solution.map(Math.abs), spread, n, n, 1).reduce((largest, sum, row) => Math.max(largest, sum * (columns[row] ?? 1)), 0);
  if (!(condition * n * Number.EPSILON < leastDigits)) return singular();
  const inverse = solved.solution.map((value, index) => value / (rows[index % n] ?? 1));

  const errors = Float64Array.from(point.rate, (rate, row) => Math.max(Math.abs(rate), Number.EPSILON * (point.turnover[row] ?? 0)));
  for (const { dependent, weights } of invariants) errors[dependent] = Number.EPSILON * weights.reduce((total, weight, index) => total + Math.abs(weight * (state[index] ?? 0)), 0);
  const doubt = product(inverse.map(Math.abs), errors, n, n, 1);
  const moved = at(state.map((value, index) => value + (doubt[index] ?? 0)));
  const change = bordered(moved.jacobian, (weights) => new Float64Array(weights.length));
  for (let row = 0; row < n; row++) {
    if (invariants.some(({ dependent }) => dependent === row)) continue;
    for (let column = 0; column < n; column++) change[row * n + column] -= point.jacobian[row * n + column] ?? 0;
  }
  const relative = product(inverse, change, n, n, n);
  // Each state is measured by its own doubt, so that units and scarce states play no part.
  const measured = Array.from({ length: n }, (_, row) => {
    const own = doubt[row] ?? 0;
    let total = 0;
    for (let column = 0; column < n; column++) total += Math.abs(relative[row * n + column] ?? 0) * (doubt[column] ?? 0);
    return own > 0 ? total / own : 0;
  });
  return Math.max(...measured, 0) < 0.5 ? inverse : singular();
}

const largestInRows = (matrix: Float64Array, n: number): number[] =>
  Array.from({ length: n }, (_, row) => matrix.subarray(row * n, (row + 1) * n).reduce((largest, value) => (Number.isNaN(value) ? Number.NaN : Math.max(largest, Math.abs(value))), 0));
