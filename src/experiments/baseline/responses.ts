import { agentsOf, isControl } from "../condition.ts";
import type { TableCondition } from "../task.ts";
import { seenTogether } from "../view.ts";
import type { SeenRows, TrainingView } from "../view.ts";

/** Mean over the rows that fulfil a predicate, each feature over its measured values [nFeature]; null when no row does. */
export function meanResponse(rows: SeenRows, width: number, predicate: (condition: TableCondition, row: number) => boolean): Float64Array | null {
  const total = new Float64Array(width);
  const count = new Float64Array(width);
  let found = false;
  rows.conditions.forEach((condition, row) => {
    if (!predicate(condition, row)) return;
    found = true;
    for (let feature = 0; feature < width; feature++) {
      const value = rows.values[row * width + feature] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      total[feature] = (total[feature] ?? 0) + value;
      count[feature] = (count[feature] ?? 0) + 1;
    }
  });
  return found ? total.map((sum, feature) => sum / (count[feature] ?? 0)) : null;
}

/** Mean of the measured controls, else the declared control response; null when there is neither. */
export function measuredControl(view: TrainingView): Float64Array | null {
  return meanResponse(seenTogether(view), view.features.length, isControl) ?? view.baseline;
}

/** The declared control response, else the mean of the measured controls; null when there is neither. */
export function controlResponse(view: TrainingView): Float64Array | null {
  return view.baseline ?? meanResponse(seenTogether(view), view.features.length, isControl);
}

const singlesOfView = new WeakMap<TrainingView, ReadonlyMap<string, Float64Array>>();

/** Response to each agent alone, the mean over its doses; agents that were not seen alone are absent. */
export function singleResponses(view: TrainingView): ReadonlyMap<string, Float64Array> {
  // Five baselines ask for the same means of the same view.
  const known = singlesOfView.get(view);
  if (known !== undefined) return known;
  const rows = seenTogether(view);
  const alone = rows.conditions.map((condition) => {
    const agents = agentsOf(condition);
    return agents.length === 1 ? agents[0] : undefined;
  });
  const responses = new Map<string, Float64Array>();
  for (const agent of new Set(alone)) {
    if (agent === undefined) continue;
    const mean = meanResponse(rows, view.features.length, (_condition, row) => alone[row] === agent);
    if (mean !== null) responses.set(agent, mean);
  }
  singlesOfView.set(view, responses);
  return responses;
}

/** One row per test condition from a rule that gives each row [nFeature]. */
export function perCondition(view: TrainingView, rule: (condition: TableCondition) => Float64Array): Float64Array {
  const width = view.features.length;
  const predictions = new Float64Array(view.test.conditions.length * width);
  view.test.conditions.forEach((condition, row) => predictions.set(rule(condition), row * width));
  return predictions;
}
