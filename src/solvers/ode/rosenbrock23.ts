import type { Tableau } from "./method.ts";
import { rosenbrock } from "./rosenbrock.ts";

/** d and e₃₂ of the paper. */
const d = 1 / (2 + Math.SQRT2);
const e32 = 6 + Math.SQRT2;

/** The paper's k₁ and k₂ are U₁ / (hd) and (U₁ + U₂) / (hd); the same sum makes k₃. */
const tableau: Tableau = {
  stageUnit: "increment",
  nodes: [0, 0.5, 1],
  a: [[], [1 / (2 * d)], [1 / d, 1 / d]],
  weights: [1 / d, 1 / d, 0],
  error: [-1 / (6 * d), (2 - e32) / (6 * d), -1 / (6 * d)],
  dense: [
    [1 / d, 0],
    [-2 / (1 - 2 * d), 1 / (d * (1 - 2 * d))],
    [0, 0],
  ],
};

/** What the method has beside its tableau. */
export const rosenbrock23Coefficients = {
  gamma: d,
  coupling: [[], [-1 / d], [-2 / d, -e32 / d]],
  timeWeights: [d, 0, -d],
} as const;

/**
 * Linearly implicit (Rosenbrock) method of order 2(3) with three stages, L-stable; the step ends with the solution of order 2: for stiff
 * systems at crude tolerances.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424, section 3
 */
export const rosenbrock23 = rosenbrock(
  {
    id: "rosenbrock23",
    title: "Shampine-Reichelt 2(3) Rosenbrock",
    order: 2,
    errorOrder: 3,
    denseOrder: 2,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: false,
    rhsPerStep: 3,
    factorizationsPerStep: 1,
    source: "Shampine & Reichelt 1997, doi:10.1137/S1064827594276424",
  },
  tableau,
  rosenbrock23Coefficients,
);
