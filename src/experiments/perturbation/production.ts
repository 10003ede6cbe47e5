import { numericConstant } from "./kind.ts";
import type { PerturbationKind } from "./kind.ts";
import { addReaction, reactingSpecies } from "./rewrite.ts";

/**
 * Added production: a reaction `-> X` at `rate` times the dose, for ectopic expression or an infusion of a species that nothing need produce.
 * `rate` · X's concentration (amount for a `substanceOnly` species) per time.
 */
export const production: PerturbationKind = {
  facts: {
    id: "production",
    title: "added reaction -> X at a constant rate",
    source: "zeroth-order production; ectopic expression from a constitutive construct",
    dose: { title: "multiple of the rate", minimum: 0, maximum: Infinity, wholeSteps: false },
    constants: [{ id: "rate", title: "concentration made per time at dose 1", required: true, minimum: 0, maximum: Infinity, open: false, symbol: false }],
    stage: "reactions",
    neutral: 0,
  },
  edit(network, target, _agent, control) {
    const species = reactingSpecies(network, target);
    if ("reason" in species) return species;
    return addReaction(network, {
      id: `${control}_${target}`,
      reactants: [],
      products: [{ species: target, stoichiometry: 1 }],
      rate: species.isAmount ? control : `${control} * ${species.compartment}`,
      reversible: false,
    });
  },
  values: (agent, dose, control) => ({ [control]: dose * numericConstant(agent, "rate", 0) }),
};
