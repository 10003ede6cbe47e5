import type { AppliedPerturbation, ResponseTable, TableCondition } from "./task.ts";

/** No perturbation was applied. */
export const isControl = (condition: TableCondition): boolean => condition.perturbations.length === 0;

/** One agent alone. */
export const isSingle = (condition: TableCondition): boolean => agentsOf(condition).length === 1;

/** Two agents or more. */
export const isCombination = (condition: TableCondition): boolean => agentsOf(condition).length > 1;

/** The agents of a condition, each once, in the order applied. */
export function agentsOf(condition: TableCondition): readonly string[] {
  return [...new Set(condition.perturbations.map((perturbation) => perturbation.agent))];
}

/** Whether an agent was applied, at any dose. */
export function hasAgent(condition: TableCondition, agent: string): boolean {
  return condition.perturbations.some((perturbation) => perturbation.agent === agent);
}

/** Agents of a table in the order of their first condition. */
export function tableAgents(conditions: readonly TableCondition[]): readonly string[] {
  return [...new Set(conditions.flatMap(agentsOf))];
}

/** The same text for the same agents at the same doses, whatever their order and the condition's id. */
export function treatmentKey(condition: TableCondition): string {
  return JSON.stringify(condition.perturbations.map(({ agent, dose }) => [agent, dose] as const).toSorted(byAgentThenDose));
}

/** The same text for the same set of agents at any doses and in any order. */
export function combinationKey(condition: TableCondition): string {
  return JSON.stringify([...agentsOf(condition)].toSorted());
}

/** Whether two lists of agents and doses are alike in order too. */
export function sameOrder(left: readonly AppliedPerturbation[], right: readonly AppliedPerturbation[]): boolean {
  return left.length === right.length && left.every(({ agent, dose }, place) => agent === right[place]?.agent && dose === right[place]?.dose);
}

/** Indices of the table's conditions that fulfil a predicate, in table order. */
export function conditionsWhere(table: ResponseTable, predicate: (condition: TableCondition) => boolean): readonly number[] {
  return table.conditions.flatMap((condition, index) => (predicate(condition) ? [index] : []));
}

function byAgentThenDose([leftAgent, leftDose]: readonly [string, number], [rightAgent, rightDose]: readonly [string, number]): number {
  if (leftAgent !== rightAgent) return leftAgent < rightAgent ? -1 : 1;
  return leftDose - rightDose;
}
