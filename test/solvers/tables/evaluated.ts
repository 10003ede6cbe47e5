import { programBuilder } from "../../../src/kernel/builder.ts";
import type { Target } from "../../../src/kernel/instance.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import type { RateProgram } from "../../../src/solvers/tables/index.ts";

/** Rates and the Jacobian's values [nEntry] of a rate program at a point. */
export type Evaluate = (parameters: ArrayLike<number>, time: number, state: ArrayLike<number>) => { readonly rates: Float64Array; readonly values: Float64Array };

/** Compiles a rate program by itself. */
export async function evaluated(rates: RateProgram, target: Target = "wasm"): Promise<Evaluate> {
  const program = programBuilder();
  const layout = memoryLayout();
  const functions = rates.write(program, layout);
  const state = layout.f64(rates.size + 1);
  const ratesAt = layout.f64(rates.size + 1);
  const valuesAt = layout.f64(rates.pattern.column.length + 1);
  const instance = await instantiate(program.finish(layout.bytes), target);
  functions.prepare(instance);
  return (parameters, time, y) => {
    functions.setParameters(instance, Float64Array.from(parameters));
    instance.f64.set(y, state / 8);
    instance.functions["rhs"]?.(ratesAt, time, state);
    instance.functions["jacobian"]?.(valuesAt, time, state);
    return { rates: instance.f64.slice(ratesAt / 8, ratesAt / 8 + rates.size), values: instance.f64.slice(valuesAt / 8, valuesAt / 8 + rates.pattern.column.length) };
  };
}

/** The Jacobian's values as a map from `row column`. */
export function entries({ pattern: { rowStart, column }, size }: RateProgram, values: Float64Array): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < size; row++) {
    for (let at = rowStart[row] ?? 0; at < (rowStart[row + 1] ?? 0); at++) found.set(`${row} ${column[at]}`, values[at] ?? Number.NaN);
  }
  return found;
}
