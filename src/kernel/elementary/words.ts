import { type FunctionBuilder, f64, i32 } from "../builder.ts";
import type { Local, Value } from "../program.ts";

/** The two halves of a double, through eight bytes of scratch memory: programs know no 64-bit integers. */
export interface Words {
  /** Sign, exponent and the 20 leading bits of the fraction. */
  high(b: FunctionBuilder, x: Value): Local;
  /** x with another upper half. */
  withHigh(b: FunctionBuilder, x: Value, high: Value): Local;
  /** 2^k for k in [-1022, 1023]. */
  powerOfTwo(b: FunctionBuilder, k: Value): Local;
}

/** Reads and writes halves of doubles at an address that nothing else uses. */
export const wordsAt = (address: number): Words => ({
  high(b, x) {
    b.store(address, x);
    return b.local("i32", "high", i32.load(address + 4));
  },
  withHigh(b, x, high) {
    b.store(address, x);
    b.store(address + 4, high);
    return b.local("f64", "joined", f64.load(address));
  },
  powerOfTwo(b, k) {
    b.store(address, i32.const(0));
    b.store(address + 4, i32.shl(i32.add(k, 1023), 20));
    return b.local("f64", "power", f64.load(address));
  },
});

/** Σ coefficient_i x^i. */
export const polynomial = (x: Local, coefficients: readonly number[]): Value =>
  coefficients.slice(0, -1).reduceRight((total: Value, coefficient) => f64.add(f64.mul(total, x), coefficient), f64.const(coefficients.at(-1) ?? 0));
