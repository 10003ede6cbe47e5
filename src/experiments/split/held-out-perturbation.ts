import { eachAgent, eachAgentOptions } from "./each-agent.ts";
import { splitKind } from "./kind.ts";

/** Every condition that holds one agent, alone or combined, is asked for: nothing of it was seen. */
export const heldOutPerturbation = splitKind({
  facts: { id: "held-out-perturbation", title: "one agent never seen", unseen: "agent" },
  options: eachAgentOptions,
  plan: (context, options) => eachAgent(context, options, () => true),
});
