/** Fluxes of one reaction at one state · concentration per time; the force is dimensionless. */
export interface Flux {
  readonly net: number;
  readonly activity: number;
  /** `ln(forward / reverse)`; infinite where one of them is 0. */
  readonly force: number;
  /** `net * force` in units of R; Infinity where one direction alone runs, 0 where neither does. */
  readonly entropyProduction: number;
}

const atRest: Flux = { net: 0, activity: 0, force: 0, entropyProduction: 0 };

/** Below this |force| the difference of the rounded fluxes loses more digits than `expm1` of the force; dimensionless. */
const smallForce = 0.1;

/**
 * Net flux, activity and entropy production from the two one-way fluxes and the force in logarithms.
 *
 * Next to equilibrium the net flux comes from the force, not from the difference of rounded fluxes, so that it keeps its
 * digits and its sign; far from it the difference is as exact, and cancels exactly where two reactions balance.
 * @source Kondepudi & Prigogine 2014, Modern Thermodynamics, sec. 9.5 (entropy production of a reaction is flux times force)
 */
export function fluxFrom(forward: number, reverse: number, force: number): Flux {
  if (forward === 0 && reverse === 0) return atRest;
  const net = Math.abs(force) > smallForce ? forward - reverse : force >= 0 ? -forward * Math.expm1(-force) : reverse * Math.expm1(force);
  return { net, activity: forward + reverse, force, entropyProduction: net === 0 ? 0 : net * force };
}
