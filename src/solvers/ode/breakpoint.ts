import { divide, multiply, negate, subtract } from "../../kernel/arithmetic.ts";
import { differentiate } from "../../kernel/derivative.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression, Graph, Operation } from "../../kernel/expression.ts";
import { substitute, symbolsOf } from "../../kernel/substitute.ts";
import { postorder } from "../../kernel/traverse.ts";
import { expressionsOfRates } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";

/** Operations that change course where their two operands meet. */
const meeting: ReadonlySet<Operation> = new Set(["less", "lessOrEqual", "equal", "notEqual", "minimum", "maximum"]);

/** Where a system's rates change course because of time alone, over the parameters. */
export interface Breakpoints {
  /** Single times. */
  readonly times: readonly Expression[];
  /** Every time at which `offset + slope time` is a whole number. */
  readonly periodic: readonly { readonly offset: Expression; readonly slope: Expression }[];
}

/** Breakpoints of one period beyond this many are left to the error control. */
export const LONGEST_SERIES = 100_000;

/**
 * Times at which the rates of the first states jump or bend because of time alone: `t0` of `piecewise(a, time < t0, b)`,
 * every `24 n` of `floor(time/24)`. Steps end there, so that no pulse falls between the stages of one, however long the
 * system was at rest before it. Only what is linear in time is found; the error control meets the rest.
 */
export function breakpointsOf(system: OdeSystem, errorStates: number): Breakpoints {
  // The rates as they stand, not their sums: those of a large network take longer to write out than to run.
  const expressions = errorStates === system.states.length ? expressionsOfRates(system) : system.rhs.slice(0, errorStates);
  return switchesOf(system.graph, expressions, new Set(system.states));
}

/** Times at which expressions jump or bend because of time alone; what reads a name in `moving` is passed over. */
export function switchesOf(graph: Graph, expressions: readonly Expression[], moving: ReadonlySet<string>): Breakpoints {
  const zero = graph.constant(0);
  const times = new Set<Expression>();
  const periodic: { offset: Expression; slope: Expression }[] = [];
  /** Slopes of the floors met so far: operands stand before what reads them. */
  const floors = new Map<Expression, Expression>();
  for (const node of postorder(expressions)) {
    const [a, b] = node.operands;
    const isFloor = node.operation === "floor" || node.operation === "ceiling";
    if (!a || !(isFloor || node.operation === "absolute" || meeting.has(node.operation))) continue;
    const difference = subtract(graph, a, b ?? zero);
    const symbols = symbolsOf([difference]);
    if (!symbols.has("time") || [...symbols].some((name) => moving.has(name))) continue;
    const slope = differentiate(graph, difference, "time");
    if (slope === zero || symbolsOf([slope]).has("time")) continue;
    const offset = substitute(graph, difference, new Map([["time", zero]]));
    if (isFloor) {
      periodic.push({ offset, slope });
      floors.set(node, slope);
      continue;
    }
    const root = divide(graph, negate(graph, offset), slope);
    times.add(root);
    // `time - 24*floor(time/24) < 1`: what holds inside one period comes back in each.
    for (const inner of postorder([difference])) {
      const pace = floors.get(inner);
      if (pace) periodic.push({ offset: negate(graph, multiply(graph, pace, root)), slope: pace });
    }
  }
  return { times: [...times], periodic };
}

/** Shared, so not to be written to. */
const never = Float64Array.of(Infinity);

/**
 * The breakpoints from the start to the first of each period after the end, ascending, each once, then Infinity: a step
 * that holds the end is the same whatever the end is.
 */
export function breakpointTimes(system: OdeSystem, breakpoints: Breakpoints, parameters: Float64Array, start: number, end: number): Float64Array {
  // Most systems have none, and the table of names would cost as much as some steps of a small solve.
  if (breakpoints.times.length === 0 && breakpoints.periodic.length === 0) return never;
  const index = new Map(system.parameters.map((id, position) => [id, position]));
  return switchTimes(breakpoints, (name) => parameters[index.get(name) ?? -1] ?? Number.NaN, start, end);
}

/** The same for any switches; `lookup` gives the value of a name. */
export function switchTimes({ times, periodic }: Breakpoints, lookup: (name: string) => number, start: number, end: number): Float64Array {
  if (times.length === 0 && periodic.length === 0) return Float64Array.of(Infinity);
  const ahead = new Set(evaluateAll(times, lookup).filter((time) => Number.isFinite(time) && time >= start));
  for (const { offset, slope } of periodic) {
    const [at0 = Number.NaN, rate = Number.NaN] = evaluateAll([offset, slope], lookup);
    if (!(Number.isFinite(at0) && Math.abs(rate) > 0 && Number.isFinite(rate))) continue;
    const direction = Math.sign(rate);
    let whole = direction * Math.ceil(direction * (at0 + rate * start));
    for (let count = 0; count < LONGEST_SERIES; count++, whole += direction) {
      const time = (whole - at0) / rate;
      if (time >= start) ahead.add(time);
      if (!(time <= end)) break;
    }
  }
  return Float64Array.from([...[...ahead].toSorted((one, other) => one - other), Infinity]);
}
