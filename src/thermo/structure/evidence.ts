import { symbolsOf } from "../../kernel/substitute.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { conservationLaws, speciesIds, stoichiometryMatrix } from "../../models/structure.ts";
import { integerRows, rankOf } from "../../numerics/rational.ts";
import type { Evidence } from "../checks/check.ts";
import type { Fluxes } from "../fluxes.ts";
import { deficiencyOf } from "./deficiency.ts";
import { equilibriumOf, relativeEntropy } from "./equilibrium.ts";
import { haldaneRelations } from "./haldane.ts";
import { kineticsOf } from "./kinetics.ts";
import { massBalanceOf } from "./mass-balance.ts";
import { impliedPotentials } from "./potentials.ts";
import { deficiencyTheorems } from "./theorems.ts";
import { affinityRounding } from "./wegscheider.ts";

/** What the structural checks look at, to be spread into the `Evidence` of a path. */
export type StructuralEvidence = Pick<Evidence, "conservation" | "concentrations" | "haldane" | "massBalance" | "closedEquilibrium" | "deficiency">;

export interface StructuralEvidenceOptions {
  /** Chemical formula by species id; none = mass balance is not looked at. */
  readonly formulas?: Readonly<Record<string, string>>;
  /** mu0/(RT) by species id, dimensionless; for the Haldane relations. */
  readonly standardPotentials?: Readonly<Record<string, number>>;
  /** Absolute tolerance the path was solved with · concentration. */
  readonly slack?: number;
}

export type StructuralEvidenceResult = { readonly evidence: StructuralEvidence; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly evidence?: undefined };

/**
 * Evidence for conservation, positivity, Haldane relations, mass balance, the equilibrium of closed systems and the deficiency
 * theorems, along states [nTime, nState] at parameters [nParameter].
 * @status problems: unknown species and unreadable formulas.
 */
export function structuralEvidence(fluxes: Fluxes, parameters: ArrayLike<number>, path: { readonly times: ArrayLike<number>; readonly values: ArrayLike<number> }, options: StructuralEvidenceOptions = {}): StructuralEvidenceResult {
  const { network, system } = fluxes;
  const balance = options.formulas ? massBalanceOf(network, options.formulas) : null;
  if (balance?.problems) return { problems: balance.problems };
  const width = system.states.length;
  const states = Array.from(path.times, (_, row) => Float64Array.from({ length: width }, (__, column) => path.values[row * width + column] ?? Number.NaN));
  const rows = states.map((state, row) => fluxes.at(path.times[row] ?? Number.NaN, parameters, state).species);
  const series = (id: string): Float64Array => Float64Array.from(rows, (x) => x[fluxes.species.indexOf(id)] ?? Number.NaN);
  const internal = speciesIds(network, "internal");
  const species = Object.fromEntries(internal.map((id) => [id, series(id)]));
  const [start] = states;
  const logEquilibrium = start ? fluxes.logEquilibrium(path.times[0] ?? 0, parameters, start) : [];
  const equilibrium = start && isIdeal(fluxes) ? closedEquilibriumOf(network, logEquilibrium, rows) : null;
  const kinetics = kineticsOf(network, system, parameters);
  return {
    evidence: {
      conservation: (hasOneMeasure(network) ? conservationLaws(network, "internal") : []).map((law) => {
        const sum = (weight: (value: number) => number): Float64Array => Float64Array.from(rows, (_, row) => Object.entries(law).reduce((total, [id, factor]) => total + weight(factor) * (species[id]?.[row] ?? Number.NaN), 0));
        return { law, amounts: sum((factor) => factor), scale: sum(Math.abs).reduce((most, value) => Math.max(most, value), 0) };
      }),
      concentrations: { species, slack: options.slack ?? 0 },
      ...(start ? { haldane: haldaneRelations(network, system, parameters, start, logEquilibrium, options.standardPotentials) } : {}),
      ...(balance ? { massBalance: balance.massBalance.reactions } : {}),
      ...(equilibrium ? { closedEquilibrium: equilibrium } : {}),
      deficiency: deficiencyTheorems(deficiencyOf(network, kinetics.directions), kinetics),
    },
  };
}

/** Whether the constants are constants: no activity coefficients, named or written into the rates. */
function isIdeal({ network, reactions, terms }: Fluxes): boolean {
  const species = new Set(speciesIds(network, "internal"));
  const holdsSpecies = reactions.some(({ kPlus, kMinus }) => [...symbolsOf([kPlus, kMinus].filter((one) => one !== null))].some((name) => species.has(name)));
  return !holdsSpecies && terms.coefficients.every((coefficient) => coefficient === null);
}

/** Whether laws over the species' values are laws over amounts: no volume changes, and not some in amounts and some in concentrations. */
function hasOneMeasure(network: Network): boolean {
  const isFixed = network.compartments.every(({ id, constant }) => constant && !network.rules.some(({ target }) => target === id));
  return isFixed && new Set(network.species.map(({ substanceOnly }) => substanceOnly)).size < 2;
}

/** Distance to equilibrium along a path; null where the network is open, driven by its constants, or has no equilibrium that its reversible reactions fix. */
function closedEquilibriumOf(network: Network, logEquilibrium: readonly number[], rows: readonly (readonly number[])[]): Evidence["closedEquilibrium"] | null {
  const ids = speciesIds(network);
  if (network.reactions.length === 0 || speciesIds(network, "boundary").length > 0 || network.rules.length > 0) return null;
  const known = logEquilibrium.map(Number.isFinite);
  if (logEquilibrium.some((value) => Math.abs(value) === Infinity)) return null;
  const matrix = stoichiometryMatrix(network, "all");
  const rank = (columns: (index: number) => boolean): number => rankOf(integerRows(matrix.map((row) => row.filter((_, index) => columns(index)))));
  // A reaction without constants that goes where the others do not leaves the equilibrium open.
  if (rank((index) => known[index] ?? false) < rank(() => true)) return null;
  const { potentials, residual } = impliedPotentials(network, logEquilibrium);
  if (residual > affinityRounding) return null;
  const x0 = rows[0] ?? [];
  const found = equilibriumOf(network, potentials, Object.fromEntries(ids.map((id, index) => [id, x0[index] ?? Number.NaN])));
  if (!found) return null;
  const reference = ids.map((id) => found[id] ?? Number.NaN);
  return { distance: Float64Array.from(rows, (x) => relativeEntropy(x.map((value) => Math.max(value, 0)), reference)), total: reference.reduce((sum, value) => sum + value, 0) };
}
