import { stationary } from "../../numerics/stationary.ts";
import type { Stationary } from "../../numerics/stationary.ts";
import { uniformise } from "../../numerics/uniformisation.ts";
import type { Flux } from "../force.ts";
import { fluxFrom } from "../force.ts";
import type { Chain } from "./chain.ts";
import { ratesOf } from "./chain.ts";

/** A law of the states; logarithms [n] where they are known better than the law itself, as far below the smallest double. */
export interface Law {
  /** [n] */
  readonly law: ArrayLike<number>;
  readonly logLaw?: ArrayLike<number>;
}

/** Jumps this much rarer than all together count as none: their law may have been rounded to 0 on one side only. */
const negligible = 1e-280;

/** The stationary law of a chain. @status problem: several closed classes. */
export function stationaryOf(chain: Chain): Stationary | { readonly problem: string } {
  return stationary(ratesOf(chain));
}

/** Net jumps, activity, force and entropy production of every edge [nEdge] under a law · 1/time, entropy in units of k_B. */
export function edgeFluxes({ edges }: Chain, { law, logLaw }: Law): Flux[] {
  const oneWay = edges.map(({ from, to, forward, backward }) => [forward * law[from], backward * law[to]] as const);
  const total = oneWay.reduce((sum, [there, back]) => sum + there + back, 0);
  const logOf = (state: number): number => logLaw?.[state] ?? Math.log(law[state]);
  return edges.map(({ from, to, forward, backward }, index) => {
    const [there, back] = oneWay[index];
    if (there + back <= negligible * total) return fluxFrom(0, 0, 0);
    const force = Math.log(forward) - Math.log(backward) + (from === to ? 0 : logOf(from) - logOf(to));
    return fluxFrom(there, back, force);
  });
}

/**
 * Entropy production rate of a chain under a law · k_B per time, parallel channels apart; Infinity where a jump happens
 * whose opposite cannot (under this law).
 * @source Schnakenberg 1976, doi:10.1103/RevModPhys.48.571
 */
export function chainEntropyProduction(chain: Chain, law: Law): number {
  return edgeFluxes(chain, law).reduce((total, { entropyProduction }) => total + entropyProduction, 0);
}

/** Mean number of jumps per time under a law. */
export function chainActivity(chain: Chain, law: Law): number {
  return edgeFluxes(chain, law).reduce((total, { activity }) => total + activity, 0);
}

/** Entropy produced on the way from a law, in units of k_B. */
export interface TransientEntropyProduction {
  /** `medium` + `system`; at least 0 but for rounding. */
  readonly total: number;
  /** Mean of ln(rate / opposite rate) over all jumps. */
  readonly medium: number;
  /** Change of -sum p ln p. */
  readonly system: number;
  /** Law at the end [n]. */
  readonly law: Float64Array;
  /** Mean number of jumps. */
  readonly jumps: number;
}

/**
 * Mean total entropy production over [0, duration] from any initial law, through the exact times spent in the states; no
 * quadrature. Rounding is that of the medium and system parts, which may cancel.
 * @source Seifert 2005, doi:10.1103/PhysRevLett.95.040602 (the two parts)
 */
export function transientEntropyProduction(chain: Chain, initial: Float64Array, duration: number): TransientEntropyProduction {
  const { law, occupation } = uniformise(ratesOf(chain), initial, duration);
  let [medium, jumps] = [0, 0];
  for (const { from, to, forward, backward } of chain.edges) {
    const [there, back] = [forward * occupation[from], backward * occupation[to]];
    jumps += there + back;
    if (there === 0 && back === 0) continue;
    if (forward === 0 || backward === 0) medium = Infinity;
    else medium += (there - back) * (Math.log(forward) - Math.log(backward));
  }
  const system = entropyOf(law) - entropyOf(initial);
  return { total: medium + system, medium, system, law, jumps };
}

/** -sum p ln p */
const entropyOf = (law: Float64Array): number => law.reduce((total, p) => (p > 0 ? total - p * Math.log(p) : total), 0);
