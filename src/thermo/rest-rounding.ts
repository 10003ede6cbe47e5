import type { FluxPoint, Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import type { ObservablePoint } from "./uncertainty.ts";
import { observe, tightnessOf } from "./uncertainty.ts";

/**
 * What a net flux may be of its activity at a steady state that was searched for, and still be 0; dimensionless.
 *
 * A one-way flux is a constant times concentrations. Each of up to four concentrations is known to about 6 epsilon (the search
 * ends at rates of one epsilon of their turnover, a sum of some terms), and each of up to sixteen operations adds half an epsilon:
 * 4 * 6 + 16 / 2 = 32 of each one-way flux, so of their sum.
 */
export const restRounding = 32 * Number.EPSILON;

/** Fluxes at steady states: what is rounding there is 0, with its force and entropy production, so that 0/0 is seen as such. */
export function fluxesAtRest(fluxes: Fluxes): Fluxes {
  return {
    ...fluxes,
    at(time, parameters, state) {
      const point = fluxes.at(time, parameters, state);
      const isRounding = Array.from(point.net, (net, reaction) => Math.abs(net) <= restRounding * (point.activity[reaction] ?? Number.NaN));
      const settled = (values: Float64Array): Float64Array => values.map((value, reaction) => (isRounding[reaction] ? 0 : value));
      return { ...point, net: settled(point.net), force: settled(point.force), entropyProduction: settled(point.entropyProduction), rounding: restRounding };
    },
  };
}

/** What `observe` says, with a current of 0 where it is within the rounding of the point, sum |g| a times `rounding`. */
export function observeAt(point: FluxPoint, observable: Observable, entropyProduction: number): ObservablePoint {
  const observed = observe(point, observable, entropyProduction);
  const { rounding } = point;
  if (rounding === undefined || observed.diffusion === null) return observed;
  const weighted = observable.perReaction.reduce((total, change, reaction) => (change === 0 ? total : total + Math.abs(change) * (point.activity[reaction] ?? Number.NaN)), 0);
  if (!(Math.abs(observed.current) <= rounding * weighted)) return observed;
  return { ...observed, current: 0, tightness: tightnessOf(entropyProduction, observed.diffusion, 0) };
}
