import { orderEffect } from "../../experiments/order-effect.ts";
import type { Segment } from "../../experiments/protocol.ts";
import type { Finding } from "../result.ts";
import type { FittedPaths } from "./describe.ts";
import type { ReactionNetworkScenario } from "./schema.ts";
import type { ModelSetup } from "./setup.ts";

/**
 * Whether it matters which of two agents comes first: every pair is tried in both orders, each agent for half the protocol, and the
 * pair with the largest difference is reported. Never assumed to be zero.
 */
export function orderFinding(scenario: ReactionNetworkScenario, setup: ModelSetup, fitted: FittedPaths): readonly Finding[] {
  const { instrumented } = setup;
  if (!instrumented) return [];
  const { duration, design, observables, agents } = scenario.protocols;
  const ids = Object.keys(agents);
  const segment = (agent: string): Segment => ({
    perturbations: [{ agent, dose: design.dose, unit: instrumented.agents.find((each) => each.id === agent)?.unit ?? null }],
    medium: {},
    duration: duration / 2,
  });
  let tried = 0;
  let largest: { readonly norm: number; readonly first: string; readonly second: string } | null = null;
  for (const [index, first] of ids.entries()) {
    for (const second of ids.slice(index + 1)) {
      const effect = orderEffect(fitted.solver, instrumented, segment(first), segment(second), { parameters: fitted.parameters, observables });
      if ("problems" in effect) continue;
      tried += 1;
      if (largest === null || effect.norm > largest.norm) largest = { norm: effect.norm, first, second };
    }
  }
  if (!largest) return [];
  return [
    {
      check: "order effect",
      verdict: "note",
      value: largest.norm,
      bound: null,
      equation: "C(p, q) = ‖end of p then q − end of q then p‖ over the observables",
      source: "Kovacevic et al. 2025, arXiv:2501.19178",
      where: `largest of ${tried} pairs at dose ${design.dose}: ${largest.first} and ${largest.second}`,
    },
  ];
}
