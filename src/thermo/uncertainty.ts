import type { FluxPoint, Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { isRateRuledAlone } from "./rate-ruled.ts";
import { isThermodynamic } from "./reaction-flux.ts";

/** What an observable does at one state, per volume. */
export interface ObservablePoint {
  readonly name: string;
  /** f = g·j · concentration per time. */
  readonly current: number;
  /** D = sum g² (J+ + J-) · concentration per time; null where a reaction that changes the observable has no known one-way fluxes. */
  readonly diffusion: number | null;
  /** σ·D/(2 f²), dimensionless, at least 1; Infinity where f = 0 < σ·D; null where it is 0/0 or not known. */
  readonly tightness: number | null;
}

/**
 * Total entropy production · R per volume and time: the sum over the reactions that have one. Each term is at least 0, so
 * what is left out can only add; NaN where no reaction has one, and where rate rules alone move the state. 0 where nothing moves it.
 */
export function totalEntropyProduction(fluxes: Fluxes, point: FluxPoint): number {
  if (!hasEntropyProduction(fluxes)) return Number.NaN;
  const terms = fluxes.reactions.flatMap((reaction, index) => (isThermodynamic(reaction) ? [point.entropyProduction[index] ?? Number.NaN] : []));
  return terms.reduce((total, term) => total + term, 0);
}

/** Whether a network has a total entropy production: a reaction that has one, or nothing at all that changes the state. */
export const hasEntropyProduction = ({ network, reactions }: Pick<Fluxes, "network" | "reactions">): boolean => reactions.some(isThermodynamic) || (reactions.length === 0 && !isRateRuledAlone(network));

/** Activity A: forward plus reverse fluxes of the reactions that have them · concentration per time. */
export function totalActivity(fluxes: Fluxes, point: FluxPoint): number {
  return fluxes.reactions.reduce((total, reaction, index) => (isThermodynamic(reaction) ? total + (point.activity[index] ?? Number.NaN) : total), 0);
}

/**
 * Scaled diffusion matrix D = S diag(J+ + J-) Sᵀ [nSpecies, nSpecies] · concentration per time, chemostats included: the
 * limit of volume times the growth of the covariance of concentrations at short times. NaN where one-way fluxes are not known.
 * @source form after Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601
 */
export function scaledDiffusion(fluxes: Fluxes, point: FluxPoint): number[][] {
  const matrix = fluxes.species.map(() => fluxes.species.map(() => 0));
  fluxes.reactions.forEach(({ changes }, index) => {
    const activity = point.activity[index] ?? Number.NaN;
    for (const row of changes) {
      const line = matrix[row.species];
      if (!line) continue;
      for (const column of changes) line[column.species] = (line[column.species] ?? 0) + row.change * column.change * activity;
    }
  });
  return matrix;
}

/**
 * Current, scaled diffusion and tightness of an observable; `entropyProduction` is the total at the same point.
 * @source Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601 (σ D / f² ≥ 2)
 */
export function observe(point: FluxPoint, observable: Observable, entropyProduction: number): ObservablePoint {
  let current = 0;
  let diffusion = 0;
  observable.perReaction.forEach((change, reaction) => {
    if (change === 0) return;
    current += change * (point.net[reaction] ?? Number.NaN);
    diffusion += change * change * (point.activity[reaction] ?? Number.NaN);
  });
  const isKnown = !Number.isNaN(diffusion);
  return { name: observable.name, current, diffusion: isKnown ? diffusion : null, tightness: isKnown ? tightnessOf(entropyProduction, diffusion, current) : null };
}

/** σ·D/(2 f²); Infinity where f = 0 < σ·D, null where it is 0/0 or σ is not known. */
export function tightnessOf(entropyProduction: number, diffusion: number, current: number): number | null {
  if (Number.isNaN(entropyProduction) || Number.isNaN(current)) return null;
  if (current === 0) return entropyProduction > 0 && diffusion > 0 ? Infinity : null;
  // One factor f under each: f² underflows long before the ratio does.
  return ((entropyProduction / current) * (diffusion / current)) / 2;
}
