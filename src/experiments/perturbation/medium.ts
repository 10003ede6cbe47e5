import type { PerturbationKind } from "./kind.ts";
import { isMediumTarget } from "./medium-target.ts";

/** Medium: a boundary species or a parameter is set to the dose. It needs no edit: what is not set keeps the model's value. */
export const medium: PerturbationKind = {
  facts: {
    id: "medium",
    title: "boundary species or parameter set to a value",
    source: "chemostatted species of an open network, Polettini & Esposito 2014, doi:10.1063/1.4886396",
    dose: { title: "the value", minimum: -Infinity, maximum: Infinity, wholeSteps: false },
    constants: [],
    stage: "rates",
    neutral: null,
  },
  edit: (network, target) =>
    isMediumTarget(network, target) ? { network } : { reason: `"${target}" is not a boundary species or a parameter free of rules; hold a reacting species with a clamp` },
  values: (agent, dose) => Object.fromEntries(agent.targets.map((target) => [target, dose])),
};
