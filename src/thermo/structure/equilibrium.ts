import type { Network } from "../../models/network.ts";
import { conservationLaws } from "../../models/structure.ts";
import { solveCholesky } from "../../numerics/linear.ts";

/** The search of an equilibrium: residual of the conserved amounts relative to what they are made of, and Newton steps before it gives up. */
export const equilibriumDefaults = { tolerance: 1e-12, steps: 200 } as const;

/**
 * The equilibrium of an ideal closed network with the conserved amounts of a state: `x = exp(-mu0/(RT) + sum y l)`, found where
 * the convex function `sum x(y) - y l x0` is least. `standard`: mu0/(RT) by species; `start`: concentrations by species.
 * Null where the amounts allow no positive equilibrium, such as an element of which there is none.
 * @source White, Johnson & Dantzig 1958, doi:10.1063/1.1744264 (least free energy, here by its dual); Feinberg 1987, doi:10.1016/0009-2509(87)80099-4
 */
export function equilibriumOf(network: Network, standard: Readonly<Record<string, number>>, start: Readonly<Record<string, number>>): Record<string, number> | null {
  const ids = network.species.map(({ id }) => id);
  const laws = conservationLaws(network, "all").map((law) => ids.map((id) => law[id] ?? 0));
  const x0 = ids.map((id) => start[id] ?? Number.NaN);
  const totals = laws.map((law) => dot(law, x0));
  const amountsOf = (values: readonly number[]): number[] => laws.map((law) => law.reduce((sum, weight, i) => sum + Math.abs(weight * (values[i] ?? 0)), 0));
  const scales = amountsOf(x0);
  if (!totals.every(Number.isFinite) || scales.some((scale) => scale === 0)) return null;
  const at = (y: readonly number[]): number[] => ids.map((id, i) => Math.exp(-(standard[id] ?? Number.NaN) + y.reduce((sum, multiplier, row) => sum + multiplier * (laws[row]?.[i] ?? 0), 0)));
  const objective = (y: readonly number[], x: readonly number[]): Objective => {
    const terms = [...x, ...y.map((multiplier, row) => -multiplier * (totals[row] ?? 0))];
    return { value: terms.reduce((sum, term) => sum + term, 0), size: terms.reduce((sum, term) => sum + Math.abs(term), 0) };
  };
  const result = (x: readonly number[]): Record<string, number> => Object.fromEntries(ids.map((id, i) => [id, x[i] ?? Number.NaN]));

  let y = laws.map(() => 0);
  let x = at(y);
  for (let step = 0; step < equilibriumDefaults.steps; step += 1) {
    const residual = laws.map((law, row) => (totals[row] ?? 0) - dot(law, x));
    // A law such as A - B may hold between amounts far larger than those at the start, and rounds as they do.
    const amounts = amountsOf(x);
    if (residual.every((rest, row) => Math.abs(rest) <= equilibriumDefaults.tolerance * Math.max(scales[row] ?? 0, amounts[row] ?? 0))) return result(x);
    const hessian = Float64Array.from(laws.flatMap((one) => laws.map((other) => one.reduce((sum, weight, i) => sum + weight * (other[i] ?? 0) * (x[i] ?? 0), 0))));
    const solved = solveCholesky(hessian, Float64Array.from(residual), laws.length);
    if ("problem" in solved) return null;
    const next = descent(y, objective(y, x), solved.solution, dot(residual, [...solved.solution]), at, objective);
    if (!next) return null;
    y = next;
    x = at(y);
  }
  return null;
}

/** The convex function and the sum of the magnitudes of its terms, which its rounding goes with. */
interface Objective {
  readonly value: number;
  readonly size: number;
}

/** The Newton step, halved until the objective falls by enough; at rounding's end any step that does not raise it. */
function descent(
  y: readonly number[],
  { value, size }: Objective,
  direction: Float64Array,
  slope: number,
  at: (y: readonly number[]) => number[],
  objective: (y: readonly number[], x: readonly number[]) => Objective,
): number[] | null {
  // A step of more than this many e-folds in any multiplier leaves the region where the quadratic model means anything.
  const longest = Math.max(1, ...Array.from(direction, Math.abs));
  let length = Math.min(1, 20 / longest);
  for (let halving = 0; halving < 60; halving += 1) {
    const candidate = y.map((multiplier, row) => multiplier + length * (direction[row] ?? 0));
    const reached = objective(candidate, at(candidate)).value;
    if (reached <= value - 1e-4 * length * slope + 4 * Number.EPSILON * size) return candidate;
    length /= 2;
  }
  return null;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/**
 * Relative entropy of one state to another, `sum x ln(x/x*) - x + x*` · concentration: free energy above equilibrium in units
 * of RT, and the Lyapunov function of complex balanced networks. Each term is at least 0, without cancellation.
 * @source Horn & Jackson 1972, doi:10.1007/BF00251225
 */
export function relativeEntropy(x: ArrayLike<number>, reference: ArrayLike<number>): number {
  return Array.from(x).reduce((total, value, index) => total + distanceOf(value, reference[index] ?? Number.NaN), 0);
}

function distanceOf(x: number, reference: number): number {
  if (x === 0) return reference;
  const u = (x - reference) / reference;
  // Next to the reference the logarithm's first term cancels: the series of (1 + u) ln(1 + u) - u instead.
  if (Math.abs(u) < 1e-2) return reference * u * u * (1 / 2 - u * (1 / 6 - u * (1 / 12 - u * (1 / 20 - u * (1 / 30 - u * (1 / 42 - u * (1 / 56 - u / 72)))))));
  return x * Math.log(x / reference) - x + reference;
}
