/** Below this |(J+ - J-)/(J+ + J-)| the series is exact to rounding and the quotient j/F is not; dimensionless. */
const smallRatio = 1e-3;

/**
 * Logarithmic mean L = (J+ - J-)/ln(J+/J-) of two one-way fluxes, from the net flux j, the activity a = J+ + J- and the force
 * F = ln(J+/J-): the Onsager coefficient j = L F of a reaction. 0 where a direction stands still · concentration per time.
 *
 * @source Carlson 1972, doi:10.1080/00029890.1972.11993095 (logarithmic mean); series of t/artanh t around 0.
 */
export function logMean(net: number, activity: number, force: number): number {
  if (activity === 0 || Math.abs(force) === Infinity) return 0;
  const t = net / activity;
  if (Math.abs(t) >= smallRatio) return net / force;
  const square = t * t;
  return (activity / 2) * (1 - square / 3 - (4 / 45) * square ** 2 - (44 / 945) * square ** 3);
}
