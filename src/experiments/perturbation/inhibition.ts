import type { PerturbationKind } from "./kind.ts";
import { formulaIn, producers, rewriteRates } from "./rewrite.ts";

/**
 * Inhibition with a dose-response: the named reaction's rate is divided by 1 + (u/K)^h at dose u.
 * `K` · the dose's unit; a number, or the id of a parameter so that it can be calibrated. `h` is dimensionless and stands in the formula as a number,
 * because the power's derivative by its exponent does not exist at dose 0.
 */
export const inhibition: PerturbationKind = {
  facts: {
    id: "inhibition",
    title: "rate / (1 + (u/K)^h)",
    source: "Hill-type non-competitive inhibition; Hill 1910, J. Physiol. 40, iv-vii",
    dose: { title: "concentration u of the inhibitor", minimum: 0, maximum: Infinity, wholeSteps: false },
    constants: [
      { id: "K", title: "dose that halves the rate", required: true, minimum: 0, maximum: Infinity, open: true, symbol: true },
      { id: "h", title: "Hill exponent (1 when not given)", required: false, minimum: 0, maximum: Infinity, open: true, symbol: false },
    ],
    stage: "rates",
    neutral: 0,
  },
  edit(network, target, agent, control) {
    if (!network.reactions.some((reaction) => reaction.id === target)) {
      const makers = producers(network, target);
      return { reason: `"${target}" is not a reaction; an inhibition names one${makers.length > 0 ? ` ("${target}" is made by ${makers.join(", ")})` : ""}` };
    }
    const h = agent.constants["h"] ?? 1;
    // Not (u/K)^h: below h = 1 its derivative by K is 0 times infinity at dose 0, where u^h/K^h has the plain 0.
    const strength = `(1 + ${control}^${h} / ${agent.constants["K"]}^${h})`;
    return { network: rewriteRates(network, [target], (graph, rate) => graph.apply("divide", rate, formulaIn(graph, strength))) };
  },
  values: (_agent, dose, control) => ({ [control]: dose }),
};
