import { agentsOf, hasAgent, isControl } from "../condition.ts";
import { seenTogether } from "../view.ts";
import { tableBaseline } from "./kind.ts";
import { meanResponse, perCondition } from "./responses.ts";

/** The mean of the rows that hold one of the asked agents (partner mean); the mean of all perturbed rows where none does. */
export const sharedMean = tableBaseline(
  { id: "shared-mean", title: "mean of training rows that share a perturbation", source: "Viñas Torné et al. 2025 (Systema), doi:10.1038/s41587-025-02777-8" },
  (view) => {
    const rows = seenTogether(view);
    const width = view.features.length;
    const all = meanResponse(rows, width, (condition) => !isControl(condition));
    if (all === null) return { notApplicable: "no perturbed condition may be seen" };
    const known = (agent: string): boolean => rows.conditions.some((condition) => hasAgent(condition, agent));
    if (!view.test.conditions.some((condition) => agentsOf(condition).some(known))) {
      return { notApplicable: "no row that may be seen shares a perturbation with a test condition" };
    }
    const predictions = perCondition(view, (asked) => {
      const agents = agentsOf(asked);
      return meanResponse(rows, width, (condition) => agents.some((agent) => hasAgent(condition, agent))) ?? all;
    });
    return { predictions };
  },
);
