import { f64 } from "../../kernel/builder.ts";
import { markowitzOrdering } from "../../numerics/ordering.ts";
import type { ExtendContext } from "../compile.ts";
import type { Jacobian } from "../ode/jacobian.ts";
import { memoryLinear } from "../ode/linear.ts";
import { symbolicLu } from "../ode/symbolic-lu.ts";
import { callingTransposed, transposedFunctions } from "./transposed-functions.ts";

/** The linear algebra of a step with Jᵀ in the place of J, at any time and state in memory, in functions of its own beside the step's. */
export function transposedLinear({ program, layout, resolve }: ExtendContext, jacobian: Jacobian): ReturnType<typeof memoryLinear> {
  const entries = jacobian.entries.map(({ row, column, expression }) => ({ row: column, column: row, expression }));
  const pattern = Array.from({ length: jacobian.size }, (_, row) => entries.filter((entry) => entry.row === row).map((entry) => entry.column));
  const transposed: Jacobian = { size: jacobian.size, entries, timeDerivative: null };
  const linearAt = memoryLinear(transposedFunctions(program, false), layout, transposed, symbolicLu(pattern, markowitzOrdering(pattern)), (time, state) => resolve(time, (index) => f64.load(state, 8 * index)), () => 0);
  return (b, time, state) => linearAt(callingTransposed(b), time, state);
}
