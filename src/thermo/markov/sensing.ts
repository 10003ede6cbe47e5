/** A receptor that ligand binds to and leaves. */
export interface Receptor {
  /** Bindings per time of a free receptor: k_on times concentration · 1/time. */
  readonly bindingRate: number;
  /** 1/time */
  readonly unbindingRate: number;
}

/** Squared relative errors of a concentration read off one receptor. */
export interface SensingError {
  /** From the mean occupancy over the duration, exact to first order in the fluctuation of the occupancy. */
  readonly occupancy: number;
  /** The same for long durations: 2 / bindings. */
  readonly longTime: number;
  /** From all binding and unbinding times by maximum likelihood, long durations: 1 / bindings. */
  readonly maximumLikelihood: number;
  /** Mean number of bindings in the duration. */
  readonly bindings: number;
}

/**
 * How precisely one receptor can tell a concentration in a duration · time, from a stationary start.
 * @source Berg & Purcell 1977, doi:10.1016/S0006-3495(77)85544-6; maximum likelihood Endres & Wingreen 2009, doi:10.1103/PhysRevLett.103.158101
 */
export function sensingError({ bindingRate, unbindingRate }: Receptor, duration: number): SensingError {
  const relaxation = 1 / (bindingRate + unbindingRate);
  const occupied = bindingRate * relaxation;
  const bindings = bindingRate * (1 - occupied) * duration;
  const x = duration / relaxation;
  return { occupancy: (2 / bindings) * (1 + Math.expm1(-x) / x), longTime: 2 / bindings, maximumLikelihood: 1 / bindings, bindings };
}
