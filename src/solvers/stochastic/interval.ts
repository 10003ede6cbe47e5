import type { Expression, Operation } from "../../kernel/expression.ts";
import { constantPower } from "../../kernel/power.ts";
import { operationValue } from "../../kernel/semantics.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { postorder } from "../../kernel/traverse.ts";

/** Bounds of expressions over a span of time in which everything else stands still. */
export interface IntervalBounds {
  /** Bounds of the last `update` [n]; infinite where there are none. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Sets the span and reads what does not change with the slow names; call `update` after it. */
  setSpan(from: number, to: number, lookup: (name: string) => number): void;
  /** Reads the names in `changing` anew, over the same span. */
  update(lookup: (name: string) => number): void;
}

/** Relative width that covers the rounding of one operation, of elementary functions too. */
const ROUNDING = 2 ** -48;

/**
 * Prepares bounds of expressions [n] over spans of `time`. What holds no name in `changing` is worked out once a span.
 *
 * Every operation is bounded over the bounds of its operands and widened by rounding, so that no value in the span lies outside;
 * the bounds are wider than the values where an operand stands twice, and close in on them as the span shrinks.
 * @source Moore 1966, Interval Analysis, Prentice-Hall, chapter 3
 */
export function intervalBounds(expressions: readonly Expression[], changing: ReadonlySet<string>): IntervalBounds {
  const nodes = postorder(expressions);
  const place = new Map(nodes.map((node, index) => [node.id, index]));
  const isChanging = nodes.map(() => false);
  nodes.forEach((node, index) => {
    isChanging[index] = node.operation === "symbol" ? changing.has(node.name) : node.operands.some(({ id }) => isChanging[place.get(id) ?? 0]);
  });
  const [lows, highs] = [new Float64Array(nodes.length), new Float64Array(nodes.length)];
  const operands = nodes.map((node) => node.operands.map(({ id }) => place.get(id) ?? 0));
  const [still, moving] = [false, true].map((which) => nodes.flatMap((_, index) => (isChanging[index] === which ? [index] : [])));
  const low = new Float64Array(expressions.length);
  const high = new Float64Array(expressions.length);
  let [from, to] = [0, 0];
  const result: Interval = { low: 0, high: 0 };

  const evaluate = (indices: readonly number[], lookup: (name: string) => number): void => {
    for (const index of indices) {
      const node = nodes[index];
      if (node.operation === "constant") lows[index] = highs[index] = node.value;
      else if (node.operation === "symbol") [lows[index], highs[index]] = node.name === "time" ? [from, to] : [lookup(node.name), lookup(node.name)];
      else {
        const [a = 0, b = 0, c = 0] = operands[index];
        bound(node, lows[a], highs[a], lows[b], highs[b], lows[c], highs[c], result);
        lows[index] = result.low;
        highs[index] = result.high;
      }
    }
  };
  return {
    low,
    high,
    setSpan(start, end, lookup) {
      [from, to] = [start, end];
      evaluate(still, lookup);
    },
    update(lookup) {
      evaluate(moving, lookup);
      expressions.forEach(({ id }, index) => {
        const at = place.get(id) ?? 0;
        low[index] = lows[at];
        high[index] = highs[at];
      });
    },
  };
}

/** Whether an expression changes with time while everything else stands still. */
export const readsTime = (expression: Expression): boolean => symbolsOf([expression]).has("time");

interface Interval {
  low: number;
  high: number;
}

/** Bounds of one operation over bounds of its operands. */
function bound(node: Expression, a: number, A: number, b: number, B: number, c: number, C: number, to: Interval): void {
  const { operation, operands } = node;
  const arity = operands.length;
  if (a === A && (arity < 2 || b === B) && (arity < 3 || c === C)) {
    const exponent = operands[1];
    const value = operation === "power" && exponent?.operation === "constant" ? constantPower(a, exponent.value) : operationValue(operation, a, b, c);
    return set(to, value, value, false);
  }
  // What has no bounds may be no number, which arithmetic passes on and comparisons do not.
  if (passesOn.has(operation) && ((a === -Infinity && A === Infinity) || (arity === 2 && b === -Infinity && B === Infinity))) return anything(to);
  switch (operation) {
    case "add": return set(to, a + b, A + B);
    case "subtract": return set(to, a - B, A - b);
    case "negate": return set(to, -A, -a, false);
    case "multiply": return operands[0] === operands[1] ? even(to, a, A, (x) => x * x) : corners(to, times, a, A, b, B);
    case "divide": return b <= 0 && B >= 0 ? anything(to) : corners(to, (x, y) => x / y, a, A, b, B);
    case "power": return power(to, node, a, A, b, B);
    case "minimum": return set(to, Math.min(a, b), Math.min(A, B), false);
    case "maximum": return set(to, Math.max(a, b), Math.max(A, B), false);
    case "absolute": return a >= 0 ? set(to, a, A, false) : A <= 0 ? set(to, -A, -a, false) : set(to, 0, Math.max(-a, A), false);
    case "floor": return set(to, Math.floor(a), Math.floor(A), false);
    case "ceiling": return set(to, Math.ceil(a), Math.ceil(A), false);
    case "squareRoot": return a < 0 ? anything(to) : set(to, Math.sqrt(a), Math.sqrt(A));
    case "logarithm": return a < 0 ? anything(to) : set(to, Math.log(a), Math.log(A));
    case "logarithm10": return a < 0 ? anything(to) : set(to, Math.log10(a), Math.log10(A));
    case "arcsine": return a < -1 || A > 1 ? anything(to) : set(to, Math.asin(a), Math.asin(A));
    case "arccosine": return a < -1 || A > 1 ? anything(to) : set(to, Math.acos(A), Math.acos(a));
    case "exponential": return set(to, Math.exp(a), Math.exp(A));
    case "arctangent": return set(to, Math.atan(a), Math.atan(A));
    case "hyperbolicSine": return set(to, Math.sinh(a), Math.sinh(A));
    case "hyperbolicTangent": return set(to, Math.tanh(a), Math.tanh(A));
    case "hyperbolicCosine": return even(to, a, A, Math.cosh);
    case "sine": return wave(to, Math.sin, a, A, Math.PI / 2);
    case "cosine": return wave(to, Math.cos, a, A, 0);
    case "tangent": return holds(a, A, Math.PI / 2, Math.PI) ? anything(to) : set(to, Math.tan(a), Math.tan(A));
    case "less": return truth(to, A < b, a >= B);
    case "lessOrEqual": return truth(to, A <= b, a > B);
    case "equal": return truth(to, false, A < b || a > B);
    case "notEqual": return truth(to, A < b || a > B, false);
    case "and": return truth(to, isTrue(a, A) && isTrue(b, B), isFalse(a, A) || isFalse(b, B));
    case "or": return truth(to, isTrue(a, A) || isTrue(b, B), isFalse(a, A) && isFalse(b, B));
    case "not": return truth(to, isFalse(a, A), isTrue(a, A));
    case "select": return isTrue(a, A) ? set(to, b, B, false) : isFalse(a, A) ? set(to, c, C, false) : set(to, Math.min(b, c), Math.max(B, C), false);
    default: return anything(to);
  }
}

const passesOn: ReadonlySet<Operation> = new Set(["minimum", "maximum", "absolute", "multiply", "divide", "power", "exponential", "arctangent", "hyperbolicTangent", "hyperbolicCosine"]);

/** Notes bounds, wider by the rounding of what gave them; no number as a bound means that there is none. */
function set(to: Interval, low: number, high: number, isRounded = true): void {
  if (Number.isNaN(low) || Number.isNaN(high)) return anything(to);
  to.low = isRounded && low < Infinity ? low - ROUNDING * Math.abs(low) - Number.MIN_VALUE : low;
  to.high = isRounded && high > -Infinity ? high + ROUNDING * Math.abs(high) + Number.MIN_VALUE : high;
}

function anything(to: Interval): void {
  to.low = -Infinity;
  to.high = Infinity;
}

const truth = (to: Interval, isSurelyTrue: boolean, isSurelyFalse: boolean): void => set(to, isSurelyTrue ? 1 : 0, isSurelyFalse ? 0 : 1, false);
const isTrue = (low: number, high: number): boolean => low > 0 || high < 0;
const isFalse = (low: number, high: number): boolean => low === 0 && high === 0;

/** A bound of 0 stands for values that are 0, whatever the other factor comes near to. */
const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

/** Bounds of what is monotone in each operand wherever the other stands. */
function corners(to: Interval, of: (x: number, y: number) => number, a: number, A: number, b: number, B: number): void {
  const [first, second, third, fourth] = [of(a, b), of(a, B), of(A, b), of(A, B)];
  set(to, Math.min(first, second, third, fourth), Math.max(first, second, third, fourth));
}

/** Bounds of an even function that grows away from 0. */
function even(to: Interval, a: number, A: number, of: (x: number) => number): void {
  const [first, second] = [of(a), of(A)];
  set(to, a <= 0 && A >= 0 ? of(0) : Math.min(first, second), Math.max(first, second));
}

function power(to: Interval, { operands }: Expression, a: number, A: number, b: number, B: number): void {
  const exponent = operands[1]?.operation === "constant" ? b : Number.NaN;
  if (a >= 0) return corners(to, Math.pow, a, A, b, B);
  if (!Number.isInteger(exponent) || (exponent < 0 && A >= 0)) return anything(to);
  const of = (x: number): number => Math.pow(x, exponent);
  if (exponent % 2 !== 0) return exponent > 0 ? set(to, of(a), of(A)) : set(to, of(A), of(a));
  return exponent > 0 ? even(to, a, A, of) : set(to, Math.min(of(a), of(A)), Math.max(of(a), of(A)));
}

/** Whether a span holds `offset` plus a multiple of `period`, or comes so near that rounding cannot tell. */
function holds(low: number, high: number, offset: number, period: number): boolean {
  const slack = 1e-12 * (1 + Math.max(Math.abs(low), Math.abs(high)));
  return !(Math.floor((high + slack - offset) / period) < Math.ceil((low - slack - offset) / period));
}

/** Bounds of a sine that is 1 at `peak`. */
function wave(to: Interval, of: (x: number) => number, a: number, A: number, peak: number): void {
  // A sine at infinity is no number.
  if (a === -Infinity || A === Infinity) return anything(to);
  const [first, second] = [of(a), of(A)];
  set(to, holds(a, A, peak + Math.PI, 2 * Math.PI) ? -1 : Math.min(first, second), holds(a, A, peak, 2 * Math.PI) ? 1 : Math.max(first, second));
}
