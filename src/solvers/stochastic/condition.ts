import { differentiator } from "../../kernel/derivative.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import { parseExpression } from "../../kernel/grammar.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { OdeSystem } from "../../models/system.ts";

const operators = {
  ">=": (value: number) => value >= 0,
  "<=": (value: number) => value <= 0,
  ">": (value: number) => value > 0,
  "<": (value: number) => value < 0,
} as const;

/** A comparison of linear expressions, ready to be asked after every step. */
export interface Condition {
  readonly text: string;
  /** Whether it holds at molecule numbers [nState]. */
  holds(molecules: Float64Array): boolean;
}

export type ConditionResult = { readonly condition: Condition; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly condition?: undefined };

/**
 * Reads a condition such as `X >= 20` or `A - 2*B < c`, linear in the species that reactions change.
 * @param scales molecules that one unit of each state's symbol stands for [nState].
 * @status problems: no comparison, formulas that cannot be read, unknown names, and what is not linear.
 */
export function readCondition(text: string, system: OdeSystem, scales: readonly number[]): ConditionResult {
  const { graph, states, parameters, parameterValues } = system;
  const refused = (messages: readonly string[]): ConditionResult => ({ problems: messages.map((message) => ({ where: `condition:${text}`, message: `condition "${text}": ${message}` })) });
  const [, left, sign, right] = /^([^<>=]+)(>=|<=|>|<)([^<>=]+)$/.exec(text) ?? [];
  if (left === undefined || sign === undefined || right === undefined) return refused(["expected a comparison with >=, <=, > or <, such as X >= 20"]);
  const sides: Expression[] = [];
  const wrong = [left, right].flatMap((side) => {
    const read = parseExpression(graph, side.trim());
    if (read.expression) sides.push(read.expression);
    return read.problems?.map(({ message }) => message) ?? [];
  });
  if (wrong.length > 0) return refused(wrong);
  const known = new Set([...states, ...parameters]);
  const unknown = [...symbolsOf(sides)].filter((name) => !known.has(name));
  if (unknown.length > 0) return refused(unknown.map((name) => `"${name}" is neither a species that reactions change nor a parameter`));
  const valueOf = new Map(parameters.map((id, index) => [id, parameterValues[index] ?? Number.NaN]));
  const isState = new Set(states);
  const used = [...symbolsOf(sides)].filter((name) => isState.has(name));
  const slopes = used.map((name) => {
    const derivative = differentiator(graph, name);
    return sides.map((side) => derivative(side));
  });
  if ([...symbolsOf(slopes.flat())].some((name) => isState.has(name))) return refused(["it is not linear in the species; a first passage is looked for in sums of species alone"]);
  const differences = (pairs: readonly (readonly Expression[])[]): number[] => {
    const values = evaluateAll(pairs.flat(), (name) => (isState.has(name) ? 0 : (valueOf.get(name) ?? Number.NaN)));
    return pairs.map((_, index) => values[2 * index] - values[2 * index + 1]);
  };
  const [offset, ...weights] = differences([sides, ...slopes]);
  const terms = used.map((name, index) => ({ state: states.indexOf(name), weight: weights[index] / scales[states.indexOf(name)] }));
  if (![offset, ...terms.map(({ weight }) => weight)].every(Number.isFinite)) return refused(["a number in it is not finite; look for a parameter without a value"]);
  const compare = operators[sign as keyof typeof operators];
  return {
    condition: {
      text,
      holds(molecules) {
        let value = offset;
        for (const { state, weight } of terms) value += weight * molecules[state];
        return compare(value);
      },
    },
  };
}
