import { numericConstant } from "./kind.ts";
import type { PerturbationKind } from "./kind.ts";
import { productionOf, scaleRates } from "./rewrite.ts";

/**
 * Knockdown: the reactions that make the target (or the named reaction) keep a share of their rate.
 * `factor` is the share that remains at dose 1; smaller doses lie on the straight line from 1 to it.
 */
export const knockdown: PerturbationKind = {
  facts: {
    id: "knockdown",
    title: "production of the target keeps a factor of its rate",
    source: "gene dosage in the DREAM4 in-silico knockdowns, Marbach et al. 2010, doi:10.1073/pnas.0913357107",
    dose: { title: "share of the full knockdown, 0 to 1", minimum: 0, maximum: 1, wholeSteps: false },
    constants: [{ id: "factor", title: "share of the rate that remains at dose 1", required: true, minimum: 0, maximum: 1, open: false, symbol: false }],
    stage: "rates",
    neutral: 1,
  },
  edit(network, target, _agent, control) {
    const production = productionOf(network, target);
    return "reason" in production ? production : { network: scaleRates(network, production.reactions, control) };
  },
  values: (agent, dose, control) => ({ [control]: 1 - dose * (1 - numericConstant(agent, "factor", 0)) }),
};
