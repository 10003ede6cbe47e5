import { absolute, add, divide, multiply } from "../kernel/arithmetic.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import { constantPower } from "../kernel/power.ts";
import { operationValue } from "../kernel/semantics.ts";
import { postorder } from "../kernel/traverse.ts";
import type { OdeSystem } from "../models/system.ts";
import { jacobianOf } from "./ode/jacobian.ts";

/** A system at one state. */
export interface LinearisedPoint {
  /** Time derivatives [nState]. */
  readonly rate: Float64Array;
  /** Jacobian, row-major [nState, nState]. */
  readonly jacobian: Float64Array;
  /** Each rate with every difference in it made a sum of absolute values [nState]: what its rounding is relative to. */
  readonly turnover: Float64Array;
}

/** Rates and the analytic Jacobian of a system at any state, at time 0. */
export type Linearisation = (parameters: ArrayLike<number>, state: ArrayLike<number>) => LinearisedPoint;

/** Differentiates a system once, for evaluation at many points. */
export function linearisation(system: OdeSystem): Linearisation {
  const { graph } = system;
  const n = system.states.length;
  const { entries } = jacobianOf(system);
  const turnover = system.rhs.map((rate) => grossOf(graph, rate));
  const wanted = [...system.rhs, ...turnover, ...entries.map(({ expression }) => expression)];
  const evaluateAt = evaluator(system, wanted);
  return (parameters, state) => {
    const values = evaluateAt(parameters, state);
    const jacobian = new Float64Array(n * n);
    entries.forEach(({ row, column }, at) => {
      jacobian[row * n + column] = values[2 * n + at] ?? Number.NaN;
    });
    return { rate: values.slice(0, n), jacobian, turnover: values.slice(n, 2 * n) };
  };
}

/** An expression with its differences made sums: |a| + |b| for a - b, through products and quotients. */
function grossOf(graph: Graph, expression: Expression): Expression {
  const known = new Map<Expression, Expression>();
  const visit = (node: Expression): Expression => {
    const found = known.get(node);
    if (found) return found;
    const [a, b] = node.operands;
    let gross = absolute(graph, node);
    if (a && node.operation === "negate") gross = visit(a);
    else if (a && b && (node.operation === "add" || node.operation === "subtract")) gross = add(graph, visit(a), visit(b));
    else if (a && b && node.operation === "multiply") gross = multiply(graph, visit(a), visit(b));
    else if (a && b && node.operation === "divide") gross = divide(graph, visit(a), absolute(graph, b));
    known.set(node, gross);
    return gross;
  };
  return visit(expression);
}

/** Expressions of a system as a list of operations, looked up once and evaluated many times, at time 0. */
function evaluator(system: OdeSystem, wanted: readonly Expression[]): (parameters: ArrayLike<number>, state: ArrayLike<number>) => Float64Array {
  const nodes = postorder(wanted);
  const slot = new Map(nodes.map(({ id }, at) => [id, at]));
  const values = new Float64Array(nodes.length);
  const read = (node: Expression | undefined): number => (node ? (values[slot.get(node.id) ?? -1] ?? Number.NaN) : 0);
  const sources = nodes.map((node): ((parameters: ArrayLike<number>, state: ArrayLike<number>) => number) => {
    const [a, b, c] = node.operands;
    if (node.operation === "constant") return () => node.value;
    if (node.operation === "symbol") {
      const [state, parameter] = [system.states.indexOf(node.name), system.parameters.indexOf(node.name)];
      if (state >= 0) return (_, states) => states[state] ?? Number.NaN;
      if (parameter >= 0) return (parameters) => parameters[parameter] ?? Number.NaN;
      return () => (node.name === "time" ? 0 : Number.NaN);
    }
    if (node.operation === "power" && b?.operation === "constant") return () => constantPower(read(a), b.value);
    return () => operationValue(node.operation, read(a), read(b), read(c));
  });
  return (parameters, state) => {
    for (const [at, source] of sources.entries()) values[at] = source(parameters, state);
    return Float64Array.from(wanted, read);
  };
}
