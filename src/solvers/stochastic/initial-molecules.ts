import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { OdeSystem } from "../../models/system.ts";

/** How far a number of molecules may be from a whole number by rounding, relative. */
const wholeRounding = 1e-9;

/** Whether a number of molecules is whole but for rounding. */
export const isWhole = (molecules: number): boolean => Math.abs(molecules - Math.round(molecules)) <= wholeRounding * Math.max(1, Math.abs(molecules));

/**
 * Whole molecules at the start [nState], from initial values and the molecules that one unit of each state stands for. Amounts in mole
 * are rounded with a warning where that changes them; items must be whole. States that are not counted keep their value.
 */
export function initialMolecules(system: OdeSystem, scales: readonly Expression[], isMole: boolean, isCounted?: readonly boolean[]): { molecules: Float64Array; problems: NetworkProblem[]; warnings: NetworkProblem[] } {
  const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index]]));
  const evaluated = evaluateAll([...system.initialState, ...scales], (name) => (name === "time" ? 0 : (values.get(name) ?? Number.NaN)));
  const problems: NetworkProblem[] = [];
  const warnings: NetworkProblem[] = [];
  const molecules = Float64Array.from(system.states, (id, index) => {
    const exact = evaluated[index] * evaluated[system.states.length + index];
    if (isCounted && !isCounted[index]) return exact;
    const where = `species:${id}`;
    const whole = Math.round(exact);
    if (!(exact >= 0 && exact <= 2 ** 53)) problems.push({ where, message: `species "${id}" starts with ${exact} molecules; give it a number from 0 to 2^53` });
    else if (!isWhole(exact) && isMole) warnings.push({ where, message: `species "${id}" starts with ${exact} molecules; ${whole} is used` });
    else if (!isWhole(exact)) problems.push({ where, message: `species "${id}" starts with ${exact} molecules, which is no whole number; change its initial amount, or give it a unit in mole` });
    return whole;
  });
  return { molecules, problems, warnings };
}
