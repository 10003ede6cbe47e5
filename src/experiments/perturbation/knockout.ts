import type { PerturbationKind } from "./kind.ts";
import { productionOf, scaleRates } from "./rewrite.ts";

/**
 * Knockout: the reactions that make the target stop, and what is there decays by the reactions that remain.
 * A species stands for every reaction in which it is a net product (a reversible one stops in both directions); a reaction for itself.
 */
export const knockout: PerturbationKind = {
  facts: {
    id: "knockout",
    title: "production of the target is zero",
    source: "standard genetic knockout; semi-mechanistic perturbation operator of Kovacevic et al. 2025, arXiv:2501.19178",
    dose: { title: "0 or 1", minimum: 0, maximum: 1, wholeSteps: true },
    constants: [],
    stage: "rates",
    neutral: 1,
  },
  edit(network, target, _agent, control) {
    const production = productionOf(network, target);
    return "reason" in production ? production : { network: scaleRates(network, production.reactions, control) };
  },
  values: (_agent, dose, control) => ({ [control]: 1 - dose }),
};
