import type { FluxPoint, Fluxes } from "../fluxes.ts";
import { totalEntropyProduction } from "../uncertainty.ts";
import type { Dissipation, Undecomposed } from "./dissipation.ts";
import { changeOf, internalStoichiometry, undecomposed } from "./internal-stoichiometry.ts";

/** The split against a steady state: `housekeeping` is the adiabatic part, `excess` the nonadiabatic. */
export interface AdiabaticDecomposition extends Dissipation {
  /** Adiabatic part of each reaction [nReaction]: j (F + S·ln(x/x*)). */
  readonly perReaction: Float64Array;
}

/**
 * Splits entropy production against a steady state x*: nonadiabatic -ln(x/x*)·ẋ, and the rest, adiabatic, reaction by reaction.
 * Both are sure to be 0 or more only where x* is complex balanced.
 * @param steady values of the species' symbols there [nSpecies], in the order of `fluxes.species`; those of chemostats are not read.
 * @status problem: reactions without entropy production, concentrations without a logarithm in either state.
 * @source Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064; Ge & Qian 2016, doi:10.1016/j.chemphys.2016.03.026
 */
export function adiabaticDecomposition(fluxes: Fluxes, point: FluxPoint, steady: ArrayLike<number>): AdiabaticDecomposition | Undecomposed {
  const wrong = undecomposed(fluxes, point);
  if (wrong) return wrong;
  const stoichiometry = internalStoichiometry(fluxes.network);
  const internal = new Set(stoichiometry.species);
  const missing = fluxes.species.filter((id, at) => internal.has(id) && !((steady[at] ?? Number.NaN) > 0 && (point.species[at] ?? Number.NaN) > 0));
  if (missing.length > 0) return { problem: `entropy production cannot be split against a steady state: species ${missing.map((id) => `"${id}"`).join(", ")} must be positive in both states` };

  const logRatio = new Map(fluxes.species.map((id, at) => [id, logarithmOfRatio(point.species[at] ?? Number.NaN, steady[at] ?? Number.NaN)]));
  const change = changeOf(stoichiometry, point.net);
  const excess = stoichiometry.species.reduce((total, id, at) => total - (logRatio.get(id) ?? 0) * (change[at] ?? 0), 0);
  const perReaction = Float64Array.from(fluxes.reactions, ({ changes }, reaction) => {
    const net = point.net[reaction] ?? 0;
    if (net === 0) return 0;
    const shift = changes.reduce((total, { species, change: by }) => {
      const id = fluxes.species[species] ?? "";
      return internal.has(id) ? total + by * (logRatio.get(id) ?? 0) : total;
    }, 0);
    return net * ((point.force[reaction] ?? 0) + shift);
  });
  return { total: totalEntropyProduction(fluxes, point), housekeeping: perReaction.reduce((total, part) => total + part, 0), excess, perReaction };
}

/** ln(x/x*) with all its digits next to x*. */
function logarithmOfRatio(x: number, reference: number): number {
  const relative = (x - reference) / reference;
  return Math.abs(relative) < 0.5 ? Math.log1p(relative) : Math.log(x) - Math.log(reference);
}
