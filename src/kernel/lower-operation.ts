import { f64, f64x2, i32 } from "./builder.ts";
import type { Operation } from "./expression.ts";
import type { MathFunction, Value } from "./program.ts";

const mathFunctions: Partial<Readonly<Record<Operation, MathFunction>>> = {
  power: "pow",
  exponential: "exp",
  logarithm: "log",
  logarithm10: "log10",
  sine: "sin",
  cosine: "cos",
  tangent: "tan",
  arcsine: "asin",
  arccosine: "acos",
  arctangent: "atan",
  hyperbolicSine: "sinh",
  hyperbolicCosine: "cosh",
  hyperbolicTangent: "tanh",
};

/** Whether an operation is an elementary function of the host or the program. */
export const isMath = (operation: Operation): boolean => operation in mathFunctions;

/** An operand by its place: as a number (f64), or as a truth (i32). */
export interface OperandReader {
  number(index: number): Value;
  truth(index: number): Value;
}

/** The code of one operation with `count` operands: f64, or i32 where it is logical. */
export function operationCode(operation: Operation, count: number, { number, truth }: OperandReader): Value {
  switch (operation) {
    case "add":
      return f64.add(number(0), number(1));
    case "subtract":
      return f64.sub(number(0), number(1));
    case "multiply":
      return f64.mul(number(0), number(1));
    case "divide":
      return f64.div(number(0), number(1));
    case "minimum":
      return f64.min(number(0), number(1));
    case "maximum":
      return f64.max(number(0), number(1));
    case "negate":
      return f64.neg(number(0));
    case "absolute":
      return f64.abs(number(0));
    case "floor":
      return f64.floor(number(0));
    case "ceiling":
      return f64.ceil(number(0));
    case "squareRoot":
      return f64.sqrt(number(0));
    case "less":
      return f64.lt(number(0), number(1));
    case "lessOrEqual":
      return f64.le(number(0), number(1));
    case "equal":
      return f64.eq(number(0), number(1));
    case "notEqual":
      return f64.ne(number(0), number(1));
    case "and":
      return i32.and(truth(0), truth(1));
    case "or":
      return i32.or(truth(0), truth(1));
    case "not":
      return i32.isZero(truth(0));
    case "select":
      return f64.select(truth(0), number(1), number(2));
    default:
      return f64.math(mathOf(operation), ...Array.from({ length: count }, (_, index) => number(index)));
  }
}

/** The code of one operation on pairs; null for those that only single numbers have: choices, comparisons, logic. */
export function pairCode(operation: Operation, operands: readonly Value[]): Value | null {
  const [a, b] = operands as readonly [Value, Value];
  switch (operation) {
    case "divide":
      return f64x2.div(a, b);
    case "minimum":
      return f64x2.min(a, b);
    case "maximum":
      return f64x2.max(a, b);
    case "absolute":
    case "squareRoot":
    case "floor":
    case "ceiling":
      return f64x2.unary(operation)(a);
    default:
      return isMath(operation) ? { kind: "math", type: "f64x2", name: mathOf(operation), operands } : null;
  }
}

function mathOf(operation: Operation): MathFunction {
  const name = mathFunctions[operation];
  if (!name) throw new Error(`lower: no code for "${operation}"`);
  return name;
}
