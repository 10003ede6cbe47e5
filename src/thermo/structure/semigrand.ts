import type { Network } from "../../models/network.ts";
import { speciesIds, stoichiometryOf } from "../../models/structure.ts";
import { reducedRowEchelon } from "../../numerics/rational.ts";
import type { FluxPoint } from "../fluxes.ts";
import { openStructure } from "./laws.ts";

/** What a chemostat of `reference` is the reservoir of: the internal species' part of a broken law, per unit of the chemostat. */
export interface Moiety {
  readonly chemostat: string;
  /** Weight of each internal species, l_yp^-1 l_x; only non-zero ones. */
  readonly weights: Readonly<Record<string, number>>;
}

/** A force between a chemostat and the reservoirs that could replace it, as potentials to add up. */
export interface ChemostatForce {
  readonly chemostat: string;
  /** mu of the chemostat itself has weight 1, those of the reference chemostats -l_yp^-1 l_yf. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Which chemostats set the potential of an open network, and which work against them. */
export interface Semigrand {
  readonly network: Network;
  /** One chemostat per broken law. */
  readonly reference: readonly string[];
  readonly moieties: readonly Moiety[];
  readonly forces: readonly ChemostatForce[];
}

/**
 * Splits the chemostats into a reference set, one per broken law, and the rest, in exact arithmetic. Chemostats in `prefer` are
 * taken for the reference first, then the others in declaration order.
 * @source Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064
 */
export function semigrandOf(network: Network, prefer: readonly string[] = []): Semigrand {
  const { chemostats, broken } = openStructure(network);
  const ordered = [...prefer.filter((id) => chemostats.includes(id)), ...chemostats.filter((id) => !prefer.includes(id))];
  const internal = speciesIds(network, "internal");
  const columns = [...ordered, ...internal];
  // Reduced rows have each pivot alone in its column: they are l_yp^-1 times the laws, up to the pivot.
  const { rows, pivots } = reducedRowEchelon(broken.map((law) => columns.map((id) => BigInt(law[id] ?? 0))));
  const solved = rows.map((row, index) => {
    const pivot = Number(row[pivots[index] ?? 0] ?? 1n);
    return { chemostat: columns[pivots[index] ?? 0] ?? "", weights: new Map(columns.map((id, column) => [id, Number(row[column] ?? 0n) / pivot])) };
  });
  const reference = solved.map(({ chemostat }) => chemostat);
  return {
    network,
    reference,
    moieties: solved.map(({ chemostat, weights }) => ({ chemostat, weights: nonZero(internal.map((id) => [id, weights.get(id) ?? 0])) })),
    forces: chemostats
      .filter((id) => !reference.includes(id))
      .map((id) => ({ chemostat: id, weights: { [id]: 1, ...nonZero(solved.map(({ chemostat, weights }) => [chemostat, -(weights.get(id) ?? 0)])) } })),
  };
}

const nonZero = (entries: readonly (readonly [string, number])[]): Record<string, number> => Object.fromEntries(entries.filter(([, weight]) => weight !== 0));

/** The semigrand potential at one state and how it changes. In units of RT: concentration, and concentration per time. */
export interface SemigrandPoint {
  /** G_X - sum mu_yp moiety_yp. */
  readonly value: number;
  /** Free energy of the internal species alone, sum x (mu - 1). */
  readonly internal: number;
  /** Amount of each moiety, by its chemostat. */
  readonly moieties: Readonly<Record<string, number>>;
  /** Bracket of each working chemostat, dimensionless; all of them 0 makes the value a Lyapunov function. */
  readonly forces: Readonly<Record<string, number>>;
  /** Rate at which each chemostat is supplied, -(S_y j). */
  readonly supply: Readonly<Record<string, number>>;
  /** Work that the working chemostats do, sum force times supply. */
  readonly work: number;
  /** Work of chemostats whose potential is driven. */
  readonly driving: number;
  /** Entropy production sigma. */
  readonly dissipation: number;
  /** Time derivative by the chain rule; equal to work + driving - dissipation. */
  readonly rate: number;
}

/**
 * The semigrand potential of an ideal network and the two sides of its balance, `dG/dt = -sigma + work + driving`.
 * `standard`: mu0/(RT) by species. `drive`: d(mu/RT)/dt by chemostat where its concentration is changed from outside.
 * @throws RangeError naming a species without a standard potential.
 * @source Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064
 */
export function semigrandAt(semigrand: Semigrand, point: Pick<FluxPoint, "species" | "net" | "entropyProduction">, standard: Readonly<Record<string, number>>, drive: Readonly<Record<string, number>> = {}): SemigrandPoint {
  const { network } = semigrand;
  const x = new Map(network.species.map(({ id }, index) => [id, point.species[index] ?? Number.NaN]));
  const potential = (id: string): number => {
    const standardPotential = standard[id];
    if (standardPotential === undefined) throw new RangeError(`semigrand potential: species "${id}" has no standard potential; give mu0/(RT) for every species`);
    return standardPotential + Math.log(x.get(id) ?? Number.NaN);
  };
  const change = (id: string): number => network.reactions.reduce((total, reaction, index) => total + stoichiometryOf(reaction, id).change * (point.net[index] ?? Number.NaN), 0);
  const internalIds = speciesIds(network, "internal");
  // x ln x goes to 0 with x.
  const internal = internalIds.reduce((total, id) => ((x.get(id) ?? 0) === 0 ? total : total + (x.get(id) ?? 0) * (potential(id) - 1)), 0);
  const moieties = Object.fromEntries(semigrand.moieties.map(({ chemostat, weights }) => [chemostat, weighted(weights, (id) => x.get(id) ?? Number.NaN)]));
  const forces = Object.fromEntries(semigrand.forces.map(({ chemostat, weights }) => [chemostat, weighted(weights, potential)]));
  const supply = Object.fromEntries(speciesIds(network, "boundary").map((id) => [id, -change(id)]));
  const moved = internalIds.reduce((total, id) => {
    const rate = change(id);
    return rate === 0 ? total : total + rate * potential(id);
  }, 0);
  const driving = -Object.entries(drive).reduce((total, [id, rate]) => total + rate * (moieties[id] ?? 0), 0);
  return {
    value: internal - Object.entries(moieties).reduce((total, [id, amount]) => total + potential(id) * amount, 0),
    internal,
    moieties,
    forces,
    supply,
    work: Object.entries(forces).reduce((total, [id, force]) => total + force * (supply[id] ?? 0), 0),
    driving,
    dissipation: point.entropyProduction.reduce((total, term) => total + term, 0),
    rate: moved - semigrand.moieties.reduce((total, { chemostat, weights }) => total + potential(chemostat) * weighted(weights, change), 0) + driving,
  };
}

const weighted = (weights: Readonly<Record<string, number>>, of: (id: string) => number): number => Object.entries(weights).reduce((total, [id, weight]) => total + weight * of(id), 0);
