import { eachAgent, eachAgentOptions } from "./each-agent.ts";
import { splitKind } from "./kind.ts";

/** The combinations that hold one agent are asked for; the agent alone is seen. */
export const leavePerturbationOut = splitKind({
  facts: { id: "leave-perturbation-out", title: "one agent's combinations held out, its singles seen", unseen: "combination" },
  options: eachAgentOptions,
  plan: (context, options) => eachAgent(context, options, (row) => context.combinations.includes(row)),
});
