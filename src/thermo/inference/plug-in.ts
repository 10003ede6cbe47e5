/** Entropy production from counted events alone · k_B per time. */
export interface PlugIn {
  /** (1/T) sum (N+ - N-) ln(N+/N-); Infinity where one direction of a reaction was seen and the other never. */
  readonly rate: number;
  /** Leading bias, (1/T) sum (1 + cosh ln(N+/N-)), of counts that vary as Poisson numbers; Infinity as `rate`. */
  readonly bias: number;
  /** Indices of the reactions seen in one direction alone. */
  readonly oneDirection: readonly number[];
}

/**
 * Plug-in estimate from forward and reverse counts [nReaction] over a total observation time.
 *
 * Counts lump the states a reaction starts from, so even exact counts give no more than the entropy production, by the log-sum
 * inequality. Low counts give too much: to second order, E[(x - y) ln(x/y)] exceeds its value at the means by half of
 * f_xx x + f_yy y = 2 (1 + cosh ln(x/y)) for Poisson numbers.
 * @throws RangeError when the two differ in length.
 * @source Roldán & Parrondo 2010, doi:10.1103/PhysRevLett.105.150607 (plug-in estimators, their bias at low counts)
 */
export function plugInFromCounts(forward: ArrayLike<number>, reverse: ArrayLike<number>, duration: number): PlugIn {
  if (forward.length !== reverse.length) throw new RangeError(`plug-in estimate: ${forward.length} forward and ${reverse.length} reverse counts; give one of each for every reaction`);
  let [rate, bias] = [0, 0];
  const oneDirection: number[] = [];
  Array.from(forward).forEach((there, index) => {
    const back = reverse[index] ?? Number.NaN;
    if (there === 0 && back === 0) return;
    if (there === 0 || back === 0) oneDirection.push(index);
    rate += (there === back ? 0 : (there - back) * Math.log(there / back)) / duration;
    bias += (1 + (there / back + back / there) / 2) / duration;
  });
  return { rate, bias, oneDirection };
}
