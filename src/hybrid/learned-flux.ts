import type { Network, Participant, Reaction, Rule } from "../models/network.ts";
import type { RandomStream } from "../numerics/random.ts";
import { canonicalFormula } from "./formula.ts";
import type { LearnedTermFacts } from "./learned-term.ts";
import { type DenseOptions, dense } from "./residual/index.ts";

export const learnedFluxFacts: LearnedTermFacts = {
  id: "flux",
  title: "learned flux with a known stoichiometry",
  invariants: ["zero output as initialised", "conservation laws", "positivity"],
  secondLaw: "none",
  equation: "v = o(z) ∏ reactants where o > 0, o(z) ∏ products where o < 0: J⁺ and J⁻ are not known apart",
  source: "Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094",
};

/** A reaction whose stoichiometry is known and whose rate law is not. */
export interface LearnedFlux {
  readonly id: string;
  /** Net change per event by species id; negative = consumed. */
  readonly stoichiometry: Readonly<Record<string, number>>;
  /** Species or parameters the rate may depend on. */
  readonly inputs: readonly string[];
}

export interface AttachedFlux {
  readonly network: Network;
  /** Ids of the trainable weights. */
  readonly weights: readonly string[];
  /** Id of the quantity whose time integral is the output penalty ∫ v² dt. */
  readonly penalty: string;
}

/**
 * Adds a learned flux to a network as one more reaction: its rate is `o·∏ reactants` where the network's output o is
 * positive and `o·∏ products` where it is negative.
 *
 * The stoichiometry keeps every conservation law; the mass-action gate makes the flux vanish where its substrate does,
 * so that no species is driven below zero. As initialised the flux is zero and the network behaves as without it.
 *
 * @throws when an input or a species is unknown, the id is taken, or a stoichiometry is 0
 */
export function attachLearnedFlux(network: Network, flux: LearnedFlux, options: DenseOptions, stream: RandomStream): AttachedFlux {
  const known = new Set([...network.species, ...network.parameters].map((entity) => entity.id));
  const unknown = [...Object.keys(flux.stoichiometry), ...flux.inputs].filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Error(`learned flux ${flux.id}: ${unknown.join(", ")} not in the model ${network.id}`);

  if (network.reactions.some(({ id }) => id === flux.id) || known.has(flux.id)) throw new Error(`learned flux ${flux.id}: the model ${network.id} already has something of this name`);
  const still = Object.keys(flux.stoichiometry).filter((id) => flux.stoichiometry[id] === 0);
  if (still.length > 0) throw new Error(`learned flux ${flux.id}: the stoichiometry of ${still.join(", ")} is 0; name it as an input instead`);

  const reactants: Participant[] = [];
  const products: Participant[] = [];
  for (const [species, change] of Object.entries(flux.stoichiometry)) {
    (change < 0 ? reactants : products).push({ species, stoichiometry: Math.abs(change) });
  }
  const written = dense.write(flux.id, flux.inputs, 1, options, stream);
  const drive = `${flux.id}_o`;
  const penalty = `${flux.id}_power`;
  const rate = canonicalFormula(`${drive}*piecewise(${gate(reactants)}, ${drive} > 0, ${gate(products)})`);

  const rules: Rule[] = [
    ...written.units.map(({ id, formula }): Rule => ({ kind: "assignment", target: id, formula: canonicalFormula(formula) })),
    { kind: "assignment", target: drive, formula: canonicalFormula(written.outputs[0] ?? "0") },
    { kind: "rate", target: penalty, formula: canonicalFormula(`(${rate})^2`) },
  ];
  const reaction: Reaction = { id: flux.id, reactants, products, rate, reversible: true };
  return {
    network: {
      ...network,
      parameters: [
        ...network.parameters,
        ...written.weights,
        ...[...written.units.map((unit) => unit.id), drive].map((id) => ({ id, value: null, constant: false, unit: null })),
        { id: penalty, value: 0, constant: false, unit: null },
      ],
      reactions: [...network.reactions, reaction],
      rules: [...network.rules, ...rules],
    },
    weights: written.weights.map((weight) => weight.id),
    penalty,
  };
}

/** The mass-action monomial of one side. */
function gate(side: readonly Participant[]): string {
  return side.map(({ species, stoichiometry }) => (stoichiometry === 1 ? species : `${species}^${stoichiometry}`)).join("*") || "1";
}
