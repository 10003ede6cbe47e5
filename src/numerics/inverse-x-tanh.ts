/**
 * The x >= 0 with x tanh x = y, for y >= 0; Infinity of Infinity, NaN of anything else. Relative error a few roundings.
 * @source Vo, Van Vu, Hasegawa 2022, doi:10.1088/1751-8121/ac9099
 */
export function inverseXTanh(y: number): number {
  if (!(y >= 0)) return Number.NaN;
  // From x = 20 on tanh x is 1 in double precision.
  if (y === 0 || y > 20) return y;
  let x = y < 1 ? Math.sqrt(y) : y;
  // Newton's method from the right of a convex stretch: the error squares each time, eight steps are more than enough.
  for (let step = 0; step < 8; step++) {
    const tanh = Math.tanh(x);
    const change = (x * tanh - y) / (tanh + x * (1 - tanh * tanh));
    x -= change;
    if (Math.abs(change) <= Number.EPSILON * x) break;
  }
  return x;
}
