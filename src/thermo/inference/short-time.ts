/**
 * 2 sum j²/a over reactions · k_B per time (R per volume and time for concentrations): what the uncertainty relation of the best
 * combination of jump currents tells in short observations. At most the entropy production, and below it away from equilibrium.
 *
 * `forward` and `reverse` [nReaction] are one-way fluxes or, with `duration`, counts of events within it.
 * @throws RangeError when the two differ in length.
 * @source Otsubo, Ito, Dechant & Sagawa 2020, doi:10.1103/PhysRevE.101.062106 (short-time uncertainty relation)
 */
export function shortTimeBound(forward: ArrayLike<number>, reverse: ArrayLike<number>, duration = 1): number {
  if (forward.length !== reverse.length) throw new RangeError(`short-time bound: ${forward.length} forward and ${reverse.length} reverse fluxes; give one of each for every reaction`);
  return (
    Array.from(forward).reduce((total, there, index) => {
      const back = reverse[index] ?? Number.NaN;
      const activity = there + back;
      return activity === 0 ? total : total + (2 * (there - back) ** 2) / activity;
    }, 0) / duration
  );
}
