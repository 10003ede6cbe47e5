/** Moves relative to a value, from those whose truncation shows to those whose rounding does. */
const moves = [3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];

/**
 * Sixth-order central differences of several values along one component that is not 0, each at the move where it agrees best
 * with that of the next larger one.
 *
 * @source Ridders 1982, doi:10.1016/S0141-1195(82)80057-0
 */
export function differences(vector: Float64Array, index: number, evaluate: (moved: Float64Array) => Float64Array): Float64Array {
  const value = vector[index] ?? 0;
  const estimates = moves.map((move) => {
    const h = move * value;
    const [down3, down2, down, up, up2, up3] = [-3, -2, -1, 1, 2, 3].map((shift) => evaluate(vector.with(index, value + shift * h)));
    return Float64Array.from(up ?? [], (_, at) => (45 * span(up, down, at) - 9 * span(up2, down2, at) + span(up3, down3, at)) / (60 * h));
  });
  return Float64Array.from(estimates[0] ?? [], (_, at) => {
    let [best, least] = [Number.NaN, Infinity];
    for (let k = 1; k < estimates.length; k++) {
      const change = Math.abs((estimates[k]?.[at] ?? 0) - (estimates[k - 1]?.[at] ?? 0));
      if (change < least) [best, least] = [estimates[k]?.[at] ?? 0, change];
    }
    return best;
  });
}

const span = (above: Float64Array | undefined, below: Float64Array | undefined, at: number): number => (above?.[at] ?? Number.NaN) - (below?.[at] ?? Number.NaN);

/** The same of one value. */
export const difference = (vector: Float64Array, index: number, evaluate: (moved: Float64Array) => number): number => differences(vector, index, (moved) => Float64Array.of(evaluate(moved)))[0] ?? Number.NaN;
