import type { Tableau } from "./method.ts";
import { denseFromEnds, rosenbrock } from "./rosenbrock.ts";

/** Stages 6, 7 and 8 share these; each adds the stages before it with weight 1 (stiffly accurate). */
const last = [-14.09640773051259, 6.925207756232704, -41.47510893210728, 2.343771018586405, 24.13215229196062];

const weights = [...last, 1, 1, 1];

/** Rows H₁, H₂, H₃ of the continuous output. */
const interpolant: readonly (readonly number[])[] = [
  [27.354592673333357, -6.925207756232857, 26.40037733258859, 0.5635230501052979, -4.699151156849391, -1.6008677469422725, -1.5306074446748028, -1.3929872940716344],
  [44.19024239501722, 0, 202.93261852171622, -35.5669339789154, -181.91095152160645, 3.4116351403665033, 2.5793540257308067, 2.2435122582734066],
  [-44.0988150021747, 0, -181.26175034586677, 56.99302194811676, 183.21182741427398, -7.480257918273637, -5.792426076169686, -5.32503859794143],
];

const tableau: Tableau = {
  stageUnit: "increment",
  nodes: [0, 0.38, 0.3878509998321533, 0.483971893787384, 0.457047700881958, 1, 1, 1],
  a: [
    [],
    [2],
    [3.040894194418781, 1.041747909077569],
    [2.576417536461461, 1.62208306077664, -0.9089668560264532],
    [2.760842080225597, 1.446624659844071, -0.3036980084553738, 0.2877498600325443],
    last,
    [...last, 1],
    [...last, 1, 1],
  ],
  weights,
  error: [0, 0, 0, 0, 0, 0, 0, 1],
  dense: denseFromEnds(weights, interpolant),
};

/** What the method has beside its tableau. */
export const rodas5Coefficients = {
  gamma: 0.19,
  coupling: [
    [],
    [-10.31323885133993],
    [-21.04823117650003, -7.234992135176716],
    [32.22751541853323, -4.943732386540191, 19.44922031041879],
    [-20.69865579590063, -8.816374604402768, 1.260436877740897, -0.7495647613787146],
    [-46.22004352711257, -17.49534862857472, -289.6389582892057, 93.60855400400906, 318.3822534212147],
    [34.20013733472935, -14.1553540271769, 57.823356409884, 25.83362985412365, 1.408950972071624, -6.551835421242162],
    [42.57076742291101, -13.80770672017997, 93.98938432427124, 18.77919633714503, -31.5835918722337, -6.685968952921985, -5.810979938412932],
  ],
  timeWeights: [0.19, -0.18230792253337147, -0.3192318321868749, 0.3449828624725343, -0.3774175643920898, 0, 0, 0],
} as const;

/**
 * Linearly implicit (Rosenbrock) method of order 5(4) with eight stages, L-stable and stiffly accurate: for stiff systems, at less error a
 * step than Rodas5P has where what drives them is not itself stiff.
 *
 * @source Di Marzo 1993, RODAS5(4) - Methodes de Rosenbrock d'ordre 5(4) adaptees aux problemes differentiels-algebriques, thesis, University of Geneva; form as in Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7, section IV.7
 */
export const rodas5 = rosenbrock(
  {
    id: "rodas5",
    title: "Rodas5 Rosenbrock",
    order: 5,
    denseOrder: 4,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: false,
    rhsPerStep: 8,
    factorizationsPerStep: 1,
    source: "Di Marzo 1993, thesis, University of Geneva; form as in Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7",
  },
  tableau,
  rodas5Coefficients,
);
