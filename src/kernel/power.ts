import { elementaryNumber } from "./elementary/numbers.ts";

/** How a power with a constant exponent is computed without calling `pow`: x^(±(integer + half/2)). */
export interface PowerPlan {
  /** Whole part of |exponent|. */
  readonly integer: number;
  /** Whether a factor √x is added. */
  readonly half: boolean;
  /** Whether the exponent is negative: one division at the end. */
  readonly reciprocal: boolean;
}

/** Largest |exponent| that is unrolled to multiplications. */
export const largestUnrolledExponent = 64;

/** The plan for a constant exponent, or null when it needs the general `pow`. */
export function powerPlan(exponent: number): PowerPlan | null {
  const magnitude = Math.abs(exponent);
  const twice = 2 * magnitude;
  if (!(magnitude > 0) || magnitude > largestUnrolledExponent || !Number.isInteger(twice)) return null;
  return { integer: Math.floor(magnitude), half: twice % 2 === 1, reciprocal: exponent < 0 };
}

/** What `unrollPower` needs of the thing it multiplies: numbers when interpreting, program nodes when emitting. */
export interface PowerAlgebra<T> {
  multiply(left: T, right: T): T;
  squareRoot(operand: T): T;
  reciprocal(operand: T): T;
}

/**
 * Carries a plan out by repeated squaring, lowest bit first. The interpreter and both back ends share this one
 * order of multiplications, so all give the same bits.
 */
export function unrollPower<T>(base: T, plan: PowerPlan, algebra: PowerAlgebra<T>): T {
  let result: T | null = null;
  let square = base;
  for (let remaining = plan.integer; remaining > 0; ) {
    if (remaining % 2 === 1) result = result === null ? square : algebra.multiply(result, square);
    remaining = Math.floor(remaining / 2);
    if (remaining > 0) square = algebra.multiply(square, square);
  }
  if (plan.half) {
    const root = algebra.squareRoot(base);
    result = result === null ? root : algebra.multiply(result, root);
  }
  if (result === null) throw new Error("power: an empty plan cannot be unrolled");
  return plan.reciprocal ? algebra.reciprocal(result) : result;
}

const numbers: PowerAlgebra<number> = {
  multiply: (left, right) => left * right,
  squareRoot: Math.sqrt,
  reciprocal: (operand) => 1 / operand,
};

/** base^exponent for a constant exponent, in the arithmetic that emitted code uses. */
export function constantPower(base: number, exponent: number): number {
  const plan = powerPlan(exponent);
  return plan ? unrollPower(base, plan, numbers) : elementaryNumber("pow", base, exponent);
}
