import { differentiator } from "../../kernel/derivative.ts";
import type { Expression } from "../../kernel/expression.ts";
import { vectorJacobian } from "../../kernel/reverse.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { OdeSystem } from "../../models/system.ts";

/** One structurally non-zero entry ∂rhs[row] / ∂state[column]. */
export interface JacobianEntry {
  readonly row: number;
  readonly column: number;
  readonly expression: Expression;
}

/** The analytic Jacobian of a system, entry by entry, and its derivative in time. */
export interface Jacobian {
  readonly size: number;
  /** Non-zero entries, row by row, columns ascending. */
  readonly entries: readonly JacobianEntry[];
  /** ∂rhs/∂time [nState]; null when time appears nowhere. */
  readonly timeDerivative: readonly Expression[] | null;
}

/** Rates of more states than this are differentiated in reverse, whose cost does not grow with their number. */
const MANY_COLUMNS = 8;

/** Differentiates a system's right-hand side; entries that simplify to 0 are left out. */
export function jacobianOf(system: OdeSystem): Jacobian {
  const { graph } = system;
  const column = new Map(system.states.map((id, index) => [id, index]));
  const entries: JacobianEntry[] = [];
  const drift: Expression[] = [];
  // One differentiator per column, so that what rates share is differentiated once.
  const derivatives = system.states.map((id) => differentiator(graph, id));
  const timeDerivative = differentiator(graph, "time");
  let autonomous = true;
  system.rhs.forEach((rate, row) => {
    const symbols = symbolsOf([rate]);
    const columns = [...symbols].flatMap((id) => column.get(id) ?? []).toSorted((a, b) => a - b);
    const gradient =
      columns.length > MANY_COLUMNS
        ? vectorJacobian(graph, [rate], [graph.constant(1)], columns.map((index) => system.states[index] ?? ""))
        : columns.map((index) => derivatives[index]?.(rate));
    for (const [at, index] of columns.entries()) {
      const expression = gradient[at];
      if (expression && !isZero(expression)) entries.push({ row, column: index, expression });
    }
    const inTime = symbols.has("time") ? timeDerivative(rate) : graph.constant(0);
    if (!isZero(inTime)) autonomous = false;
    drift.push(inTime);
  });
  return { size: system.states.length, entries, timeDerivative: autonomous ? null : drift };
}

const isZero = (expression: Expression): boolean => expression.operation === "constant" && expression.value === 0;
