/** A number from samples with its standard error. */
export interface Estimate {
  /** NaN where it is not defined, Infinity where it is infinite. */
  readonly value: number;
  /** Standard error from batches; NaN where the value or a batch's share of it is not finite. */
  readonly standardError: number;
  /** Batches the standard error is from. */
  readonly batches: number;
}

/** Batches of a standard error, in one place: fewer make the error itself uncertain by more than a sixth. */
export const estimateDefaults = { batches: 20 } as const;

/**
 * The estimate that `estimator` makes of independent samples, with a standard error by leaving out one batch at a time.
 *
 * Batches are runs of consecutive samples of nearly equal size. For a mean of equal batches this is the standard error of
 * batch means; it also holds for smooth functions of means such as variances and ratios.
 * @throws RangeError when there are fewer samples than batches, or fewer than two batches.
 * @source Efron & Stein 1981, doi:10.1214/aos/1176345462 (jackknife); Miller 1974, doi:10.1093/biomet/61.1.1, sec. 2 (grouped)
 */
export function jackknife<Sample>(samples: readonly Sample[], estimator: (samples: readonly Sample[]) => number, batches: number = estimateDefaults.batches): Estimate {
  if (!(Number.isInteger(batches) && batches >= 2)) throw new RangeError(`standard error: batches is ${batches}; it must be a whole number, at least 2`);
  if (samples.length < batches) throw new RangeError(`standard error: ${samples.length} samples for ${batches} batches; sample more`);
  const value = estimator(samples);
  const edges = Array.from({ length: batches + 1 }, (_, batch) => Math.floor((batch * samples.length) / batches));
  const without = edges.slice(1).map((to, batch) => estimator([...samples.slice(0, edges[batch]), ...samples.slice(to)]));
  const centre = without.reduce((total, one) => total + one, 0) / batches;
  const spread = without.reduce((total, one) => total + (one - centre) ** 2, 0);
  return { value, standardError: Number.isFinite(value) ? Math.sqrt(((batches - 1) / batches) * spread) : Number.NaN, batches };
}

/** Mean of independent samples with its standard error. @throws RangeError as `jackknife`. */
export const meanEstimate = (values: ArrayLike<number>, batches: number = estimateDefaults.batches): Estimate =>
  jackknife(Array.from(values), (some) => some.reduce((total, value) => total + value, 0) / some.length, batches);
