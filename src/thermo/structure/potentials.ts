import type { Network } from "../../models/network.ts";
import { speciesIds, stoichiometryMatrix } from "../../models/structure.ts";
import { leastSquares } from "../../numerics/least-squares.ts";

/** Standard potentials that rate constants imply. */
export interface ImpliedPotentials {
  /** mu0/(RT) by species, chemostats included, dimensionless; the ones of least norm among those that differ by conservation laws. */
  readonly potentials: Readonly<Record<string, number>>;
  /** Largest |ln(k+/k-) + sum S mu0/(RT)| of a reaction: 0 where Wegscheider's conditions are met. */
  readonly residual: number;
}

/**
 * Standard potentials with `ln(k+/k-) = -sum S mu0/(RT)`, by least squares over the reactions where `logEquilibrium` [nReaction]
 * is finite.
 * @source Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094
 */
export function impliedPotentials(network: Network, logEquilibrium: ArrayLike<number>): ImpliedPotentials {
  const species = speciesIds(network);
  const matrix = stoichiometryMatrix(network, "all");
  const known = network.reactions.flatMap((_, index) => (Number.isFinite(logEquilibrium[index]) ? [index] : []));
  const right = known.map((index) => -(logEquilibrium[index] ?? 0));
  const rows = known.map((index) => matrix.map((row) => row[index] ?? 0));
  const { solution } = leastSquares(rows.flat(), right, known.length, species.length);
  const residual = rows.reduce((worst, row, index) => Math.max(worst, Math.abs(row.reduce((total, change, i) => total + change * (solution[i] ?? 0), 0) - (right[index] ?? 0))), 0);
  return { potentials: Object.fromEntries(species.map((id, index) => [id, solution[index] ?? 0])), residual };
}
