import { agentsOf } from "../condition.ts";
import type { TrainingView } from "../view.ts";
import type { BaselineAnswer } from "./kind.ts";
import { controlResponse, perCondition, singleResponses } from "./responses.ts";

/**
 * Predicts each test condition, feature by feature, from the control and its agents' single responses (doses averaged).
 * An agent that was not seen alone counts as the control: no effect is known of it. `refuse` names a feature's reason not to apply.
 */
export function combineSingles(
  view: TrainingView,
  combine: (control: number, singles: readonly number[]) => number,
  refuse: (control: Float64Array, singles: readonly Float64Array[]) => string | null = () => null,
): BaselineAnswer {
  const control = controlResponse(view);
  if (control === null) return { notApplicable: "no control was measured and none is declared" };
  const singles = singleResponses(view);
  if (!view.test.conditions.some((condition) => agentsOf(condition).some((agent) => singles.has(agent)))) {
    return { notApplicable: "no agent of the test conditions was seen alone" };
  }
  const reason = refuse(control, [...singles.values()]);
  if (reason !== null) return { notApplicable: reason };
  const predictions = perCondition(view, (condition) => {
    const parts = agentsOf(condition).map((agent) => singles.get(agent) ?? control);
    const levels = Array.from(parts, () => 0);
    return control.map((level, feature) => {
      for (let part = 0; part < parts.length; part++) levels[part] = parts[part]?.[feature] ?? Number.NaN;
      return combine(level, levels);
    });
  });
  return { predictions };
}
