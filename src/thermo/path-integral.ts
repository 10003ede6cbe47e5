import { absoluteIntegral, changesSign } from "./absolute-integral.ts";
import type { DensePath, PathPiece } from "./dense-path.ts";
import { gaussNodes, gaussWeights } from "./dense-path.ts";

/** Defaults of integrals along a path: how often a piece is halved at most, and how many pieces there may be. */
export const pathIntegralDefaults = { mostHalvings: 30, piecesPerStep: 10, morePieces: 500 } as const;

/** Integrals of several functions over time. */
export interface PathIntegrals {
  /** ∫ f dt [nFunction]. */
  readonly integrals: Float64Array;
  /** ∫ |f| dt [nFunction]. */
  readonly absolute: Float64Array;
  /** Estimated error of the quadrature [nFunction]; the solver's own error is not in it. */
  readonly error: Float64Array;
  /** False where pieces ran out, or rounding kept the functions from looking smooth, before the error was below the path's tolerance. */
  readonly resolved: boolean;
}

/** Functions of time and state [nFunction]; the state is a view that is only valid inside the call. */
export type PathFunctions = (time: number, state: Float64Array) => ArrayLike<number>;

/** A piece and its share of each integral. */
interface Part {
  readonly piece: PathPiece;
  readonly integrals: readonly number[];
  readonly absolute: readonly number[];
  readonly error: readonly number[];
  /** What the rates at the nodes miss of the change of the state, in units of the solver's tolerance. */
  readonly missed: number;
  readonly halvings: number;
}

/**
 * Integrates functions along a path to its relative tolerance: pieces are halved where a function is not smooth at the scale of
 * the piece, or where the rates at its nodes do not add up to the change of the state, so that a fast transient a stiff method
 * stepped over still counts. Weights are positive: what holds at every state between products of functions and sums of squares
 * holds between their integrals, to rounding.
 * @source Trefethen 2008, doi:10.1137/060659831, theorem 4.5 (Legendre coefficients that fall as r^-k leave an error of r^-2n)
 */
export function integrateAlong(path: DensePath, functions: PathFunctions): PathIntegrals {
  let parts = path.pieces.map((piece) => partOf(path, piece, functions, 0));
  const most = pathIntegralDefaults.piecesPerStep * parts.length + pathIntegralDefaults.morePieces;
  for (;;) {
    const width = parts[0]?.integrals.length ?? functions(path.startTime, path.start).length;
    const sum = (of: "integrals" | "absolute" | "error"): Float64Array => Float64Array.from({ length: width }, (_, column) => parts.reduce((total, part) => total + (part[of][column] ?? Number.NaN), 0));
    const absolute = sum("absolute");
    const allowed = absolute.map((size) => (path.rtol * size) / parts.length);
    const isCoarse = ({ error, missed }: Part): boolean => missed > 1 || error.some((value, column) => value > (allowed[column] ?? 0));
    const coarse = parts.filter(isCoarse);
    const open = new Set(coarse.filter(({ halvings }) => halvings < pathIntegralDefaults.mostHalvings));
    if (open.size === 0 || parts.length + open.size > most) return { integrals: sum("integrals"), absolute, error: sum("error"), resolved: coarse.length === 0 };
    parts = parts.flatMap((part) => (open.has(part) ? halvesOf(path, part, functions) : [part]));
  }
}

/** Both halves of a part. What they change about its integrals was its error, and is more than theirs. */
function halvesOf(path: DensePath, part: Part, functions: PathFunctions): Part[] {
  const halves = path.split(part.piece).map((piece) => partOf(path, piece, functions, part.halvings + 1));
  const change = (of: "integrals" | "absolute", column: number): number => Math.abs(halves.reduce((rest, half) => rest - (half[of][column] ?? Number.NaN), part[of][column] ?? Number.NaN));
  return halves.map((half) => ({ ...half, error: half.error.map((value, column) => Math.min(value, Math.max(change("integrals", column), change("absolute", column)))) }));
}

function partOf(path: DensePath, piece: PathPiece, functions: PathFunctions, halvings: number): Part {
  const width = piece.start.length;
  const change = new Float64Array(width);
  const rows = gaussNodes.map((_, node) => {
    const time = piece.times[node] ?? Number.NaN;
    const state = piece.states.subarray(node * width, (node + 1) * width);
    path.rates(time, state).forEach((rate, index) => (change[index] = (change[index] ?? 0) + piece.size * (gaussWeights[node] ?? 0) * rate));
    return functions(time, state);
  });
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => rows.map((row) => row[column] ?? Number.NaN));
  const missed = change.reduce((worst, made, index) => {
    const [from, to] = [piece.start[index] ?? Number.NaN, piece.final[index] ?? Number.NaN];
    return Math.max(worst, Math.abs(to - from - made) / (path.atol + path.rtol * Math.max(Math.abs(from), Math.abs(to), Number.MIN_VALUE)));
  }, 0);
  return {
    piece,
    integrals: columns.map((f) => piece.size * f.reduce((total, value, node) => total + (gaussWeights[node] ?? 0) * value, 0)),
    absolute: columns.map((f) => piece.size * absoluteIntegral(f)),
    error: columns.map((f) => piece.size * errorOf(f)),
    missed,
    halvings,
  };
}

/** Legendre polynomials of degree 2 and 3 at the nodes, times what makes sums over the nodes their coefficients. */
const projections = [2, 3].map((degree) =>
  gaussNodes.map((node, place) => {
    const x = 2 * node - 1;
    return (gaussWeights[place] ?? 0) * (2 * degree + 1) * (degree === 2 ? (3 * x * x - 1) / 2 : (5 * x * x * x - 3 * x) / 2);
  }),
);

/** Error of the rule over [0, 1] for a function whose Legendre coefficients go on falling as they do; of |f| where f changes sign. */
function errorOf(f: readonly number[]): number {
  const size = f.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (size === 0 || !(size < Infinity)) return 0;
  const [second = 0, third = 0] = projections.map((row) => Math.abs(row.reduce((total, weight, node) => total + weight * ((f[node] ?? 0) / size), 0)));
  // Falling as r^-k: the second coefficient tells of r^-3 as well, should the third vanish by chance.
  const cubed = Math.min(1, Math.max(third, second ** 1.5));
  // The first coefficient that the nodes cannot see is the eighth for the integral, the fourth for the function itself.
  return size * cubed ** (changesSign(f) ? 4 / 3 : 8 / 3);
}
