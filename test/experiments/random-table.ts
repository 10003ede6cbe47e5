import { stream } from "../../src/numerics/random.ts";
import type { AppliedPerturbation, ResponseTable, TableCondition } from "../../src/experiments/task.ts";

export interface RandomTableOptions {
  readonly agents: number;
  readonly doses?: readonly number[];
  readonly features?: number;
  readonly controls?: number;
  /** Response of a condition before noise, one entry per feature. */
  readonly response?: (condition: TableCondition, feature: number) => number;
  readonly noise?: number;
  readonly seed?: bigint;
}

export const agentName = (index: number): string => String.fromCharCode(97 + index);

/** Controls, every single at every dose and every pair at the first dose, with drawn or given responses. */
export function randomTable(options: RandomTableOptions): ResponseTable {
  const { agents, doses = [1], features = 3, controls = 1, noise = 1, seed = 7n } = options;
  const draw = stream(seed, "random table", 0);
  const names = Array.from({ length: agents }, (_, index) => agentName(index));
  const treatments: AppliedPerturbation[][] = [];
  for (const agent of names) for (const dose of doses) treatments.push([{ agent, dose }]);
  names.forEach((first, index) => names.slice(index + 1).forEach((second) => treatments.push([first, second].map((agent) => ({ agent, dose: doses[0] ?? 1 })))));
  const conditions: TableCondition[] = [
    ...Array.from({ length: controls }, (_, index) => ({ id: `control ${index + 1}`, perturbations: [] })),
    ...treatments.map((perturbations) => ({ id: perturbations.map(({ agent, dose }) => `${agent}|${dose}`).join(","), perturbations })),
  ];
  const values = Float64Array.from(conditions.flatMap((condition) => Array.from({ length: features }, (_, feature) => (options.response?.(condition, feature) ?? 0) + noise * draw.normal())));
  return {
    conditions,
    features: Array.from({ length: features }, (_, feature) => ({ observable: `y${feature}`, time: 1, unit: null })),
    values,
    truth: null,
    sd: null,
    inputs: {
      names,
      values: Float64Array.from(conditions.flatMap((condition) => names.map((agent) => condition.perturbations.find((applied) => applied.agent === agent)?.dose ?? 0))),
    },
    baseline: null,
  };
}
