import { speciesIds } from "../models/structure.ts";
import type { FluxPoint, Fluxes } from "./fluxes.ts";
import { totalEntropyProduction } from "./uncertainty.ts";

/** Below this relative distance from x* the two terms of the sum cancel, and the series in it is exact to rounding. */
const smallDistance = 0.1;

/**
 * V = Σ x ln(x/x*) - x + x* · concentration: at least 0, and 0 at x* alone. It never grows where x* is complex balanced; it falls
 * by exactly the entropy production in a closed ideal network with detailed balance. `state` and `reference` x* > 0 [nSpecies].
 * @source Horn & Jackson 1972, doi:10.1007/BF00251225 (the pseudo-Helmholtz function)
 */
export const lyapunovFunction = (state: ArrayLike<number>, reference: ArrayLike<number>): number =>
  Array.from(reference).reduce((total, at, index) => total + at * excess(((state[index] ?? Number.NaN) - at) / at), 0);

/** dV/dt = Σ ln(x/x*) dx/dt · concentration per time; a species at rest adds nothing, also at 0. */
export const lyapunovDerivative = (state: ArrayLike<number>, reference: ArrayLike<number>, rate: ArrayLike<number>): number =>
  Array.from(reference).reduce((total, at, index) => {
    const speed = rate[index] ?? Number.NaN;
    return speed === 0 ? total : total + speed * logRatio(state[index] ?? Number.NaN, at);
  }, 0);

/** (1 + d) ln(1 + d) - d. */
function excess(d: number): number {
  if (d === -1) return 1;
  if (Math.abs(d) >= smallDistance) return (1 + d) * Math.log1p(d) - d;
  // Σ (-d)^n / (n (n - 1)) from n = 2: the first that is left out is below 1e-18 of the first.
  let sum = 0;
  for (let n = 18; n >= 2; n--) sum = 1 / (n * (n - 1)) - d * sum;
  return d * d * sum;
}

const logRatio = (x: number, at: number): number => (Math.abs(x - at) < at / 2 ? Math.log1p((x - at) / at) : Math.log(x) - Math.log(at));

/** What a chemostat brings. */
export interface ChemostatSupply {
  readonly species: string;
  /** I_y = -(S_y j): what has to be supplied to hold the concentration · concentration per time. */
  readonly rate: number;
  /** μ_y I_y/RT · concentration per time. */
  readonly power: number;
}

/** The ideal free energy of the internal species and where its change comes from, all in units of RT. */
export interface FreeEnergyBalance {
  /** G/RT = Σ x (μ/RT - 1) over the internal species · concentration. */
  readonly freeEnergy: number;
  /** dG/dt = Σ μ dx/dt over the internal species · concentration per time. */
  readonly rate: number;
  /** Entropy production σ: what is lost. */
  readonly entropyProduction: number;
  readonly supplies: readonly ChemostatSupply[];
  /** rate + σ - Σ power: 0 up to rounding under local detailed balance with these potentials; NaN where σ is not known. */
  readonly residual: number;
}

/**
 * Free energy of an ideal network, closed or fed by chemostats: dG/dt = -RT σ + Σ μ_y I_y. `standardPotentials` μ°/RT of all
 * species [nSpecies], for the concentrations' unit as standard concentration, chemostats included.
 * @source Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064, section V
 */
export function freeEnergyBalance(fluxes: Fluxes, point: FluxPoint, standardPotentials: ArrayLike<number>): FreeEnergyBalance {
  const internal = new Set(speciesIds(fluxes.network, "internal"));
  const change = new Float64Array(fluxes.species.length);
  fluxes.reactions.forEach(({ changes }, reaction) => {
    for (const { species, change: count } of changes) change[species] = (change[species] ?? 0) + count * (point.net[reaction] ?? Number.NaN);
  });
  let [freeEnergy, rate] = [0, 0];
  const supplies: ChemostatSupply[] = [];
  fluxes.species.forEach((species, index) => {
    const x = point.species[index] ?? Number.NaN;
    const potential = (standardPotentials[index] ?? Number.NaN) + Math.log(x);
    const speed = change[index] ?? Number.NaN;
    if (!internal.has(species)) {
      if (speed !== 0) supplies.push({ species, rate: -speed, power: -potential * speed });
      return;
    }
    freeEnergy += x === 0 ? 0 : x * (potential - 1);
    rate += speed === 0 ? 0 : potential * speed;
  });
  const entropyProduction = totalEntropyProduction(fluxes, point);
  return { freeEnergy, rate, entropyProduction, supplies, residual: supplies.reduce((rest, { power }) => rest - power, rate + entropyProduction) };
}
