import { numericConstant } from "./kind.ts";
import type { PerturbationKind } from "./kind.ts";
import { productionOf, scaleRates } from "./rewrite.ts";

/**
 * Overexpression: the production of the target (or the named reaction) is multiplied by `gain` at dose 1, by 1 + dose (gain - 1) in general.
 * A species that nothing produces is refused: multiplying nothing gives nothing.
 */
export const overexpression: PerturbationKind = {
  facts: {
    id: "overexpression",
    title: "production of the target times a gain",
    source: "CRISPR activation as a multiplied production; Gilbert et al. 2014, doi:10.1016/j.cell.2014.09.029",
    dose: { title: "multiple of the full gain", minimum: 0, maximum: Infinity, wholeSteps: false },
    constants: [{ id: "gain", title: "factor of the production at dose 1", required: true, minimum: 1, maximum: Infinity, open: false, symbol: false }],
    stage: "rates",
    neutral: 1,
  },
  edit(network, target, _agent, control) {
    const production = productionOf(network, target);
    if (!("reason" in production)) return { network: scaleRates(network, production.reactions, control) };
    return { reason: `${production.reason}; a gain multiplies a production, for an added one use the kind "production"` };
  },
  values: (agent, dose, control) => ({ [control]: 1 + dose * (numericConstant(agent, "gain", 1) - 1) }),
};
