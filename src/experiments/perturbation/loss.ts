import { numericConstant } from "./kind.ts";
import type { PerturbationKind } from "./kind.ts";
import { addReaction, reactingSpecies } from "./rewrite.ts";

/** Added loss, a degrader: a reaction `X ->` of first order with rate constant `k` times the dose. `k` · per time. */
export const loss: PerturbationKind = {
  facts: {
    id: "loss",
    title: "added reaction X -> at k*X",
    source: "first-order induced degradation; Békés et al. 2022, doi:10.1038/s41573-021-00371-6",
    dose: { title: "multiple of k", minimum: 0, maximum: Infinity, wholeSteps: false },
    constants: [{ id: "k", title: "rate constant at dose 1, per time", required: true, minimum: 0, maximum: Infinity, open: false, symbol: false }],
    stage: "reactions",
    neutral: 0,
  },
  edit(network, target, _agent, control) {
    const species = reactingSpecies(network, target);
    if ("reason" in species) return species;
    return addReaction(network, {
      id: `${control}_${target}`,
      reactants: [{ species: target, stoichiometry: 1 }],
      products: [],
      rate: species.isAmount ? `${control} * ${target}` : `${control} * ${target} * ${species.compartment}`,
      reversible: false,
    });
  },
  values: (agent, dose, control) => ({ [control]: dose * numericConstant(agent, "k", 0) }),
};
