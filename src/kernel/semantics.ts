import { elementaryNumber } from "./elementary/numbers.ts";
import type { Operation } from "./expression.ts";

/** Number of operands each operation takes. */
export const arity: Readonly<Record<Operation, number>> = {
  constant: 0,
  symbol: 0,
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  negate: 1,
  power: 2,
  minimum: 2,
  maximum: 2,
  absolute: 1,
  floor: 1,
  ceiling: 1,
  squareRoot: 1,
  exponential: 1,
  logarithm: 1,
  logarithm10: 1,
  sine: 1,
  cosine: 1,
  tangent: 1,
  arcsine: 1,
  arccosine: 1,
  arctangent: 1,
  hyperbolicSine: 1,
  hyperbolicCosine: 1,
  hyperbolicTangent: 1,
  less: 2,
  lessOrEqual: 2,
  equal: 2,
  notEqual: 2,
  and: 2,
  or: 2,
  not: 1,
  select: 3,
};

/** Operations whose operands may be swapped without changing a bit of the result. */
export const commutative: ReadonlySet<Operation> = new Set(["add", "multiply", "minimum", "maximum", "equal", "notEqual", "and", "or"]);

/** Operations that give 1 or 0 and become i32 in programs. */
export const logical: ReadonlySet<Operation> = new Set(["less", "lessOrEqual", "equal", "notEqual", "and", "or", "not"]);

/** Operations that IEEE 754 rounds correctly, so that folding them gives the same constant on every machine. */
export const exact: ReadonlySet<Operation> = new Set([
  ...logical,
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  "minimum",
  "maximum",
  "absolute",
  "floor",
  "ceiling",
  "squareRoot",
  "select",
] satisfies Operation[]);

const truth = (x: number): boolean => x !== 0;
const number = (x: boolean): number => (x ? 1 : 0);

const meaning: Readonly<Record<Exclude<Operation, "constant" | "symbol">, (a: number, b: number, c: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  negate: (a) => -a,
  power: (a, b) => elementaryNumber("pow", a, b),
  minimum: (a, b) => Math.min(a, b),
  maximum: (a, b) => Math.max(a, b),
  absolute: Math.abs,
  floor: Math.floor,
  ceiling: Math.ceil,
  squareRoot: Math.sqrt,
  exponential: (a) => elementaryNumber("exp", a),
  logarithm: (a) => elementaryNumber("log", a),
  logarithm10: (a) => elementaryNumber("log10", a),
  sine: Math.sin,
  cosine: Math.cos,
  tangent: Math.tan,
  arcsine: Math.asin,
  arccosine: Math.acos,
  arctangent: Math.atan,
  hyperbolicSine: (a) => elementaryNumber("sinh", a),
  hyperbolicCosine: (a) => elementaryNumber("cosh", a),
  hyperbolicTangent: (a) => elementaryNumber("tanh", a),
  less: (a, b) => number(a < b),
  lessOrEqual: (a, b) => number(a <= b),
  equal: (a, b) => number(a === b),
  notEqual: (a, b) => number(a !== b),
  and: (a, b) => number(truth(a) && truth(b)),
  or: (a, b) => number(truth(a) || truth(b)),
  not: (a) => number(!truth(a)),
  select: (a, b, c) => (truth(a) ? b : c),
};

/**
 * What an operation gives on numbers, in the arithmetic of the back ends: any number but 0 is true (NaN is), a
 * comparison with NaN is false, minimum and maximum pass NaN on. `power` is the general `pow`; a constant exponent
 * goes through `constantPower`.
 */
export function operationValue(operation: Operation, a: number, b = 0, c = 0): number {
  if (operation === "constant" || operation === "symbol") throw new Error(`expression: "${operation}" is not computed from operands`);
  return meaning[operation](a, b, c);
}
