import type { Tableau } from "./method.ts";
import { denseFromEnds, rosenbrock } from "./rosenbrock.ts";

/** Stages 5 and 6 share these; each adds the stages before it with weight 1 (stiffly accurate). */
const last = [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895];

const weights = [...last, 1, 1];

/** Rows H₁ and H₂ of the continuous output. */
const interpolant: readonly (readonly number[])[] = [
  [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662, 0],
  [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872, 0],
];

const tableau: Tableau = {
  stageUnit: "increment",
  nodes: [0, 0.386, 0.21, 0.63, 1, 1],
  a: [[], [1.544], [0.9466785280815826, 0.2557011698983284], [3.314825187068521, 2.896124015972201, 0.9986419139977817], last, [...last, 1]],
  weights,
  error: [0, 0, 0, 0, 0, 1],
  dense: denseFromEnds(weights, interpolant),
};

/** What the method has beside its tableau. */
export const rodas4Coefficients = {
  gamma: 0.25,
  coupling: [
    [],
    [-5.6688],
    [-2.430093356833875, -0.2063599157091915],
    [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
    [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
    [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
  ],
  timeWeights: [0.25, -0.1043, 0.1035, -0.0362, 0, 0],
} as const;

/**
 * Linearly implicit (Rosenbrock) method of order 4(3) with six stages, L-stable and stiffly accurate: for stiff systems at moderate tolerances.
 *
 * @source Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7, section VI.4, equation 4.23 and the code RODAS
 */
export const rodas4 = rosenbrock(
  {
    id: "rodas4",
    title: "Rodas4 Rosenbrock",
    order: 4,
    denseOrder: 3,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: false,
    rhsPerStep: 6,
    factorizationsPerStep: 1,
    source: "Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7",
  },
  tableau,
  rodas4Coefficients,
);
