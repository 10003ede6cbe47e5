import { differentiator } from "../../kernel/derivative.ts";
import type { Expression } from "../../kernel/expression.ts";
import { vectorJacobian } from "../../kernel/reverse.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type StateSum, withoutStateSums } from "./state-sums.ts";

/** Factors of rates that are no powers of states, with their derivatives. */
export interface FunctionTable {
  /** Values [nFunction], over states, parameters, time and the symbols of `sums`. */
  readonly values: readonly Expression[];
  readonly sums: readonly StateSum[];
  /** Of each function, its derivatives in the states and in the sums it reads, where they are not 0 [nFunction]. */
  readonly slopes: readonly { readonly states: readonly Slope[]; readonly sums: readonly Slope[] }[];
}

/** A derivative and the index of the state or of the sum it is taken in. */
export interface Slope {
  readonly of: number;
  readonly expression: Expression;
}

/** Functions of more symbols than this are differentiated in reverse, whose cost does not grow with their number. */
const MANY_SYMBOLS = 8;

/** Takes sums out of functions and differentiates what is left. */
export function functionTable({ graph, states }: OdeSystem, functions: readonly Expression[]): FunctionTable {
  const { expressions, sums } = withoutStateSums(graph, functions, states);
  const stateOf = new Map(states.map((id, index) => [id, index]));
  const sumOf = new Map(sums.map(({ symbol }, index) => [symbol, index]));
  const differentiators = new Map<string, (expression: Expression) => Expression>();
  const derivative = (expression: Expression, name: string): Expression => {
    let differentiate = differentiators.get(name);
    if (!differentiate) {
      differentiate = differentiator(graph, name);
      differentiators.set(name, differentiate);
    }
    return differentiate(expression);
  };
  const slopes = expressions.map((expression) => {
    const names = [...symbolsOf([expression])].filter((name) => stateOf.has(name) || sumOf.has(name));
    const gradient = names.length > MANY_SYMBOLS ? vectorJacobian(graph, [expression], [graph.constant(1)], names) : names.map((name) => derivative(expression, name));
    const among = (indices: ReadonlyMap<string, number>): Slope[] =>
      names
        .flatMap((name, at) => {
          const of = indices.get(name);
          const slope = gradient[at];
          return of === undefined || !slope || (slope.operation === "constant" && slope.value === 0) ? [] : [{ of, expression: slope }];
        })
        .toSorted((a, b) => a.of - b.of);
    return { states: among(stateOf), sums: among(sumOf) };
  });
  return { values: expressions, sums, slopes };
}
