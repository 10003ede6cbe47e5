import { programBuilder } from "../../kernel/builder.ts";
import type { Target } from "../../kernel/instance.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { withOwnFunctions } from "../../kernel/reproducible.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { RateProgram } from "../tables/index.ts";

/** Products with the Jacobian; growth is taken from the last of them, when smaller eigenvalues have faded. */
const PRODUCTS = 14;
const COUNTED = 8;

/** Estimates how fast the fastest part of a system moves. */
export interface Stiffness {
  setParameters(parameters: Float64Array): void;
  /** About the largest |λ| of the Jacobian · 1/time; NaN where the Jacobian is not finite. */
  radius(time: number, state: Float64Array): number;
}

/**
 * Compiles a system's Jacobian for estimates of its spectral radius by the power method: mean growth over several products,
 * which a pair of complex eigenvalues turns but does not stretch. The start is the same each time, so equal states give equal numbers.
 *
 * @source Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7, section IV.2 (h |λ| against the border of stability)
 */
export async function compileStiffness(rates: RateProgram, target: Target, reproducible = false): Promise<Stiffness> {
  const { size } = rates;
  const { rowStart, column } = rates.pattern;
  const program = programBuilder();
  const layout = memoryLayout();
  const state = layout.f64(Math.max(1, size));
  const entries = layout.f64(Math.max(1, column.length));
  const functions = rates.write(program, layout);
  const instance = await instantiate(withOwnFunctions(program.finish(layout.bytes), reproducible), target);
  functions.prepare(instance);
  let from = new Float64Array(size);
  let to = new Float64Array(size);
  return {
    setParameters: (parameters) => functions.setParameters(instance, parameters),
    radius(time, at) {
      instance.f64.set(at, state / 8);
      instance.functions["jacobian"]?.(entries, time, state);
      const values = instance.f64.subarray(entries / 8, entries / 8 + column.length);
      for (let i = 0; i < size; i++) from[i] = (i % 2 === 0 ? 1 : -1) * (1 + (i % 7) / 7);
      let growth = 1;
      let length = normOf(from);
      for (let product = 0; product < PRODUCTS; product++) {
        for (let row = 0; row < size; row++) {
          let total = 0;
          for (let entry = rowStart[row] ?? 0; entry < (rowStart[row + 1] ?? 0); entry++) total += (values[entry] ?? 0) * (from[column[entry] ?? 0] ?? 0);
          to[row] = total / length;
        }
        length = normOf(to);
        if (length === 0) return 0;
        if (product >= PRODUCTS - COUNTED) growth *= length;
        [from, to] = [to, from];
      }
      // The eighth root by square roots, which every engine rounds alike.
      return Math.sqrt(Math.sqrt(Math.sqrt(growth)));
    },
  };
}

function normOf(vector: Float64Array): number {
  let total = 0;
  for (const value of vector) total += value * value;
  return Math.sqrt(total);
}
