import { expressionGraph } from "../kernel/expression.ts";
import { printExpression, printNumber } from "../kernel/print.ts";
import type { NetworkProblem } from "../models/check.ts";
import { canonicalFormula } from "../models/formula.ts";
import { massAction } from "../models/mass-action.ts";
import type { Network, Reaction } from "../models/network.ts";
import { conservationLaws, speciesIds, stoichiometryMatrix, stoichiometryOf } from "../models/structure.ts";
import type { IntegerRow } from "../models/structure.ts";
import type { Fluxes } from "./fluxes.ts";
import { impliedPotentials } from "./structure/potentials.ts";
import { wegscheiderConditions } from "./structure/wegscheider.ts";

/** Standard potentials mu0/(RT) by species, chemostats included, dimensionless; `overRT` makes them of kJ/mol. */
export type StandardPotentials = Readonly<Record<string, number>>;

export interface PotentialOptions {
  /** Standard concentration c0 in the network's unit of concentration. Default 1. */
  readonly standardConcentration?: number;
}

/** Where a network is: see `Fluxes.at`. */
export interface Place {
  readonly time?: number;
  readonly parameters: ArrayLike<number>;
  readonly state: ArrayLike<number>;
}

/**
 * Chemical potentials `mu/(RT) = mu0/(RT) + ln(gamma x/c0)` [nSpecies], chemostats included, dimensionless; -Infinity where a
 * species is absent, NaN where it has no standard potential.
 * @source Kondepudi & Prigogine 2014, doi:10.1002/9781118698723, sec. 5.3 and 8.1
 */
export function chemicalPotentials(fluxes: Fluxes, standard: StandardPotentials, { time = 0, parameters, state }: Place, { standardConcentration = 1 }: PotentialOptions = {}): Float64Array {
  const activities = fluxes.activities(time, parameters, state);
  return Float64Array.from(fluxes.species, (id, index) => (standard[id] ?? Number.NaN) + Math.log((activities[index] ?? Number.NaN) / standardConcentration));
}

/** Forces `F = -S^T mu/(RT)` [nReaction] of potentials [nSpecies] in the network's order, dimensionless; species a reaction does not change do not count. */
export function forcesOfPotentials(network: Network, potentials: ArrayLike<number>): Float64Array {
  const matrix = stoichiometryMatrix(network, "all");
  return Float64Array.from(network.reactions, (_, reaction) => matrix.reduce((total, row, species) => ((row[reaction] ?? 0) === 0 ? total : total - (row[reaction] ?? 0) * (potentials[species] ?? Number.NaN)), 0));
}

/**
 * ln Keq = ln(k+/k-) of each reaction [nReaction] that local detailed balance asks for, constants in the network's unit of
 * concentration: `-sum S (mu0/(RT) - ln c0)`. So `k- = k+ exp(-ln Keq)`.
 */
export const logEquilibriumOf = (network: Network, standard: StandardPotentials, { standardConcentration = 1 }: PotentialOptions = {}): Float64Array =>
  forcesOfPotentials(network, network.species.map(({ id }) => (standard[id] ?? Number.NaN) - Math.log(standardConcentration)));

/** Standard potentials that rate constants imply, and how well. */
export interface PotentialsOfConstants {
  /** The ones of least norm among those that give the same constants. */
  readonly standard: StandardPotentials;
  /** Whether they give the constants back: Wegscheider's conditions are met. Without that they are a least-squares compromise. */
  readonly isConsistent: boolean;
  /** ln(k+/k-) minus what the potentials give [nReaction], dimensionless; NaN for reactions without two positive constants. */
  readonly residual: Float64Array;
  /** Reactions without two positive constants: they say nothing about the potentials. */
  readonly leftOut: readonly string[];
  /** What is free: adding any multiple of one of these rows to the potentials changes no constant of the reactions that count. */
  readonly gauge: readonly IntegerRow[];
}

/**
 * Standard potentials from rate constants, by least squares: the way back of `logEquilibriumOf`. `logEquilibrium` [nReaction] is
 * ln k+ - ln k- as `Fluxes.logEquilibrium` gives it. Chemostats that are hidden in a constant show up as a violation: make them
 * boundary species.
 * @source Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094; Wegscheider 1901, doi:10.1007/BF01517498
 */
export function potentialsOfConstants(network: Network, logEquilibrium: ArrayLike<number>, options: PotentialOptions = {}): PotentialsOfConstants {
  const none = Object.fromEntries(network.species.map(({ id }) => [id, 0]));
  const atOrigin = logEquilibriumOf(network, none, options);
  const { potentials: standard } = impliedPotentials(network, atOrigin.map((value, index) => (logEquilibrium[index] ?? Number.NaN) - value));
  const { conditions, leftOut } = wegscheiderConditions(network, logEquilibrium);
  const isKnown = (id: string): boolean => !leftOut.includes(id);
  return {
    standard,
    isConsistent: conditions.every(({ isMet }) => isMet),
    residual: logEquilibriumOf(network, standard, options).map((value, index) => (isKnown(network.reactions[index]?.id ?? "") ? (logEquilibrium[index] ?? Number.NaN) - value : Number.NaN)),
    leftOut,
    gauge: conservationLaws({ ...network, reactions: network.reactions.filter(({ id }) => isKnown(id)) }, "all"),
  };
}

export type PotentialNetworkResult = { readonly network: Network; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly network?: undefined };

/**
 * The same network with reverse constants that follow from the forward ones and standard potentials. The potentials become
 * parameters `mu0_SPECIES` (mu0/(RT)), so that no later change of them can break Wegscheider's conditions. One-way mass action
 * gets a reverse direction.
 * @status problems: species of a reaction without a potential, ids in use, reactions that are no elementary mass action; all of them.
 */
export function withStandardPotentials(network: Network, standard: StandardPotentials, { standardConcentration = 1 }: PotentialOptions = {}): PotentialNetworkResult {
  const problems: NetworkProblem[] = [];
  const taken = new Set([...network.species, ...network.parameters, ...network.compartments, ...network.reactions].map(({ id }) => id));
  const needed = network.species.map(({ id }) => id).filter((id) => network.reactions.some((reaction) => stoichiometryOf(reaction, id).change !== 0));
  for (const id of needed) {
    if (!Number.isFinite(standard[id])) problems.push({ where: `species:${id}`, message: `species "${id}" has no standard potential; give mu0/(RT), for instance by overRT of its formation energy` });
    else if (taken.has(`mu0_${id}`)) problems.push({ where: `species:${id}`, message: `"mu0_${id}" is in use already; rename it, so that it can be the standard potential of "${id}"` });
  }
  const reactions = network.reactions.map((reaction): Reaction => {
    const rate = balancedRate(network, reaction, standardConcentration);
    if (typeof rate === "string") return { ...reaction, rate };
    problems.push({ where: `reaction:${reaction.id}`, message: `reaction "${reaction.id}": ${rate.problem}` });
    return reaction;
  });
  if (problems.length > 0) return { problems };
  return { network: { ...network, reactions, parameters: [...network.parameters, ...needed.map((id) => ({ id: `mu0_${id}`, value: standard[id] ?? null, constant: true, unit: null }))] } };
}

/** The rate with `k- = k+ exp(sum S mu0/(RT)) c0^(-sum S)`. */
function balancedRate(network: Network, reaction: Reaction, standardConcentration: number): string | { readonly problem: string } {
  const graph = expressionGraph();
  const law = massAction(network, reaction, graph);
  if (law.kind === "not mass action") return { problem: law.reason };
  if (!law.elementary || law.kPlus === null) return { problem: "its rate law is no elementary mass action; give its steps, or a law with Keq such as the reversible Michaelis-Menten" };
  const changes = network.species.flatMap(({ id }) => {
    const { change } = stoichiometryOf(reaction, id);
    return change === 0 ? [] : [{ id, change }];
  });
  const exponent = changes.map(({ id, change }) => `${change < 0 ? "-" : "+"} ${printNumber(Math.abs(change))}*mu0_${id}`).join(" ");
  const units = standardConcentration ** -changes.reduce((total, { change }) => total + change, 0);
  const common = `(${printExpression(law.factor)})*(${printExpression(law.kPlus)})`;
  const reverse = `${common}${units === 1 ? "" : `*${printNumber(units)}`}*exp(0 ${exponent})${side(reaction.products)}`;
  const parsed = canonical(`${common}${side(reaction.reactants)} - ${reverse}`);
  return parsed ?? { problem: "its constants cannot be written as a formula" };
}

const side = (participants: Reaction["products"]): string => participants.map(({ species, stoichiometry }) => `*${species}^${printNumber(stoichiometry)}`).join("");

const canonical = (text: string): string | null => canonicalFormula(text).text ?? null;

/** One term of the free energy, per volume. */
export interface FreeEnergyTerm {
  readonly species: string;
  /** A chemostat's term belongs to its reservoir: leave it out, and see `semigrandOf` for what takes its place. */
  readonly role: "internal" | "chemostat";
  /** x (mu/(RT) - 1) of an ideal solution, as formula text · concentration. */
  readonly formula: string;
}

/**
 * Proposes the terms of G/(RT) per volume as formulas that can become rules or outputs: `x*(mu0/(RT) + ln(x/c0) - 1)` per species.
 * In a non-ideal solution the excess free energy comes on top once, whatever its coefficients.
 */
export function freeEnergyTerms(network: Network, standard: StandardPotentials, { standardConcentration = 1 }: PotentialOptions = {}): FreeEnergyTerm[] {
  const internal = new Set(speciesIds(network, "internal"));
  return network.species.flatMap(({ id }) => {
    const potential = standard[id];
    if (potential === undefined) return [];
    const formula = canonical(`${id}*(${printNumber(potential - 1)} + ln(${id}/${printNumber(standardConcentration)}))`);
    return formula === null ? [] : [{ species: id, role: internal.has(id) ? ("internal" as const) : ("chemostat" as const), formula }];
  });
}
