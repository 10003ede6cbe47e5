import type { NetworkProblem } from "../models/check.ts";
import { directionFormulas } from "../models/mass-action.ts";
import type { Network, Parameter, Participant, Reaction, Rule } from "../models/network.ts";
import { stoichiometryOf } from "../models/structure.ts";
import { integerKernel, integerRows } from "../numerics/rational.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { Residues } from "../solvers/stochastic/channel.ts";
import { conductanceDefaults, conductanceFacts, takenNames } from "./conductance.ts";
import { inputProblems, writeInputs } from "./conductance/input.ts";
import { writeLogConductances } from "./conductance/write.ts";
import { canonicalFormula } from "./formula.ts";
import type { LearnedTermFacts } from "./learned-term.ts";
import type { DenseOptions } from "./residual/index.ts";

export const reversibleFluxFacts: LearnedTermFacts = {
  ...conductanceFacts,
  id: "reversible-flux",
  title: "new reversible reaction with a learned conductance",
  invariants: conductanceFacts.invariants.filter((invariant) => invariant !== "zero output as initialised" && invariant !== "equilibria of the mechanism"),
  equation: "v = κ₀ exp(g tanh NN(z)) (∏ reactants - ∏ products/Keq)",
};

/** A reaction that the mechanism lacks: its stoichiometry and equilibrium are declared, its conductance is learned. */
export interface ReversibleFlux {
  readonly id: string;
  /** Molecules by species; a catalyst stands on both sides. */
  readonly reactants: Readonly<Record<string, number>>;
  readonly products: Readonly<Record<string, number>>;
  /** ∏ products/∏ reactants at equilibrium; "implied" where the other reversible reactions lead from reactants to products. */
  readonly equilibriumConstant: number | "implied";
  /** First value of κ₀ · rate over the product of the reactants; positive, so the reaction is never quite off. */
  readonly conductance: number;
  readonly inputs: readonly string[];
  /** x_ref of ln(1 + x/x_ref) by input. Default 1. */
  readonly reference?: Readonly<Record<string, number>>;
  readonly gMax?: number;
}

export interface AttachedReversibleFlux {
  readonly network: Network;
  readonly weights: readonly string[];
  /** Parameters that are fitted in their logarithm: κ₀, and Keq unless it is implied. */
  readonly constants: readonly string[];
  /** Id of ln(κ/κ₀). */
  readonly logConductance: string;
  readonly residues: Residues;
}

export type AttachedReversibleFluxResult =
  | { readonly attached: AttachedReversibleFlux; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly attached?: undefined };

/**
 * Adds a reversible reaction with a learned conductance: `κ(z) (∏ reactants - ∏ products/Keq)`.
 *
 * Where reactants and products are connected by reversible reactions of the network, Keq follows from their constants, whatever
 * values these are fitted to; any other value would break a Wegscheider condition and is refused.
 * @source Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094
 * @status problems: unknown ids, no net change, an equilibrium constant that must be implied or cannot be.
 */
export function attachReversibleFlux(network: Network, flux: ReversibleFlux, options: DenseOptions, stream: RandomStream): AttachedReversibleFluxResult {
  const { id, inputs, reference = {}, gMax = conductanceDefaults.gMax } = flux;
  const where = `reaction:${id}`;
  const [reactants, products] = [sideOf(flux.reactants), sideOf(flux.products)];
  const wrong = [...fluxProblems(network, where, flux, [...reactants, ...products]), ...inputProblems(network, where, inputs, reference)];
  if (wrong.length > 0) return { problems: wrong };
  const bare: Reaction = { id, reactants, products, rate: "0", reversible: true };
  const equilibrium = equilibriumOf(network, where, bare, flux.equilibriumConstant);
  if ("problem" in equilibrium) return { problems: [equilibrium.problem] };

  const written = writeInputs(id, inputs, reference);
  const learned = writeLogConductances({ id, reactions: [id], inputs: written.ids, gMax, networks: "shared" }, options, stream);
  const [kappa, keq, logConductance] = [`${id}_kappa`, `${id}_Keq`, learned.ids[id] ?? ""];
  const rate = canonicalFormula(`exp(${logConductance})*${kappa}*(${monomial(reactants)} - ${monomial(products)}/${keq})`);
  const rules: Rule[] = [...written.rules, ...learned.rules, ...(equilibrium.formula === null ? [] : [{ kind: "assignment", target: keq, formula: equilibrium.formula } as const])];
  const parameters = [...learned.weights, parameter(kappa, flux.conductance), ...(equilibrium.formula === null ? [parameter(keq, equilibrium.value)] : []), ...rules.map(({ target }) => parameter(target, null))];
  const taken = takenNames(network, [bare, ...parameters]);
  if (taken.length > 0) return { problems: taken.map((name) => ({ where, message: `the model ${network.id} already has something called "${name}"; give the reaction another id` })) };
  return {
    attached: {
      network: { ...network, parameters: [...network.parameters, ...parameters], reactions: [...network.reactions, { ...bare, rate }], rules: [...network.rules, ...rules] },
      weights: learned.weights.map((weight) => weight.id),
      constants: equilibrium.formula === null ? [kappa, keq] : [kappa],
      logConductance,
      residues: { reactions: [id], excess: null },
    },
  };
}

const sideOf = (record: Readonly<Record<string, number>>): Participant[] => Object.entries(record).map(([species, stoichiometry]) => ({ species, stoichiometry }));
const parameter = (id: string, value: number | null): Parameter => ({ id, value, constant: value !== null, unit: null });
const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);
const monomial = (side: readonly Participant[]): string => side.map(({ species, stoichiometry }) => `${species}^${stoichiometry}`).join("*") || "1";

function fluxProblems(network: Network, where: string, flux: ReversibleFlux, participants: readonly Participant[]): NetworkProblem[] {
  const { gMax = conductanceDefaults.gMax, conductance, equilibriumConstant } = flux;
  const still = participants.every(({ species }) => (flux.reactants[species] ?? 0) === (flux.products[species] ?? 0));
  return [
    ...participants.flatMap(({ species, stoichiometry }) => [
      ...(network.species.some(({ id }) => id === species) ? [] : [{ where, message: `"${species}" is no species of the model ${network.id}` }]),
      ...(isPositive(stoichiometry) ? [] : [{ where, message: `the stoichiometry of "${species}" is ${stoichiometry}; it must be positive` }]),
    ]),
    ...(still ? [{ where, message: "reactants and products are the same, so the reaction changes nothing" }] : []),
    ...(isPositive(conductance) ? [] : [{ where, message: `the conductance starts at ${conductance}; it must be positive` }]),
    ...(isPositive(gMax) ? [] : [{ where, message: `gMax is ${gMax}; it must be positive` }]),
    ...(equilibriumConstant === "implied" || isPositive(equilibriumConstant) ? [] : [{ where, message: `the equilibrium constant is ${equilibriumConstant}; it must be positive` }]),
  ];
}

/** The equilibrium constant as a number, or as a formula of the other reactions' constants where these determine it. */
function equilibriumOf(network: Network, where: string, added: Reaction, asked: number | "implied"): { readonly value: number | null; readonly formula: string | null } | { readonly problem: NetworkProblem } {
  const known = network.reactions.flatMap((reaction) => {
    const directions = directionFormulas(network, reaction);
    return "reason" in directions ? [] : [{ reaction, directions }];
  });
  const matrix = network.species.map(({ id }) => [...known.map(({ reaction }) => reaction), added].map((reaction) => stoichiometryOf(reaction, id).change));
  const cycle = integerKernel(integerRows(matrix), known.length + 1).find((row) => (row.at(-1) ?? 0n) !== 0n);
  if (!cycle) {
    if (asked !== "implied") return { value: asked, formula: null };
    return { problem: { where, message: "its equilibrium constant follows from no other reaction; give a number" } };
  }
  const own = Number(cycle.at(-1));
  const steps = known.flatMap(({ reaction, directions }, index) => {
    const times = Number(cycle[index] ?? 0n);
    return times === 0 ? [] : [{ id: reaction.id, directions, order: -times / own }];
  });
  const names = steps.map(({ id }) => id).join(", ");
  if (asked !== "implied") return { problem: { where, message: `its equilibrium constant follows from ${names}; write "implied" in the place of ${asked}` } };
  if (steps.some(({ directions }) => !directions.isIdeal)) return { problem: { where, message: `its equilibrium constant follows from ${names}, which have an excess free energy; add this reaction before the excess free energy` } };
  return { value: null, formula: canonicalFormula(steps.map(({ directions, order }) => `((${directions.kPlus})/(${directions.kMinus}))^(${order})`).join("*") || "1") };
}
