import { type FunctionBuilder, type ProgramBuilder, f64, i32 } from "../builder.ts";
import type { Local, Value } from "../program.ts";
import { ln2High, ln2Low } from "./logarithm.ts";
import { type Words, polynomial } from "./words.ts";

const overflow = 7.09782712893383973096e2;
const underflow = -7.45133219101941108420e2;
const terms = [1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.65339022054652515390e-6, 4.13813679705723846039e-8];

/** Writes `return exp(high - low)` for high in the range of finite results; `low` is small beside it. */
function returnExponential(b: FunctionBuilder, words: Words, high: Local, low: Local, k: Local): void {
  const x = b.local("f64", "reduced", f64.sub(high, low));
  const t = b.local("f64", "t", f64.mul(x, x));
  const c = b.local("f64", "c", f64.sub(x, f64.mul(t, polynomial(t, terms))));
  b.if(i32.isZero(k), () => b.return(f64.sub(1, f64.sub(f64.sub(f64.div(f64.mul(x, c), f64.sub(c, 2)), f64.neg(low)), high))));
  const y = b.local("f64", "y", f64.sub(1, f64.sub(f64.sub(low, f64.div(f64.mul(x, c), f64.sub(2, c))), high)));
  b.if(i32.eq(k, 1024), () => b.return(f64.mul(f64.mul(y, 2), 2 ** 1023)));
  b.if(i32.ge(k, -1021), () => b.return(f64.mul(y, words.powerOfTwo(b, k))));
  b.return(f64.mul(f64.mul(y, words.powerOfTwo(b, i32.add(k, 1000))), 2 ** -1000));
}

/** k = x / ln 2 rounded to a whole number, halves away from zero. */
const wholePowers = (x: Value): Value => i32.fromF64(f64.add(f64.mul(Math.LOG2E, x), f64.copySign(f64.const(0.5), x)));

/**
 * Writes `math exp(x: f64): f64`, within 1 unit in the last place, with operations that every target rounds alike.
 *
 * x = k ln 2 + r with |r| ≤ ln 2 / 2, exp r = 1 + 2r / (2 - r + r²P(r²)) with a minimax polynomial P.
 * @source FDLIBM's e_exp, Sun Microsystems 1993 (coefficients and the rational form)
 */
export function writeExponential(program: ProgramBuilder, words: Words): void {
  program.function("math exp", { parameters: { x: "f64" }, result: "f64", exported: false }, (b, { x }) => {
    if (!x) return;
    b.if(f64.ne(x, x), () => b.return(x));
    b.if(f64.gt(x, overflow), () => b.return(f64.const(Infinity)));
    b.if(f64.lt(x, underflow), () => b.return(f64.const(0)));
    const size = b.local("f64", "size", f64.abs(x));
    b.if(f64.lt(size, 2 ** -28), () => b.return(f64.add(1, x)));
    const k = b.local("i32", "k", i32.const(0));
    const high = b.local("f64", "high", x);
    const low = b.local("f64", "low", f64.const(0));
    b.if(f64.gt(size, 0.5 * Math.LN2), () => {
      b.if(
        f64.lt(size, 1.5 * Math.LN2),
        () => b.set(k, i32.fromF64(f64.copySign(f64.const(1), x))),
        () => b.set(k, wholePowers(x)),
      );
      const whole = b.local("f64", "whole", f64.fromI32(k));
      b.set(high, f64.sub(x, f64.mul(whole, ln2High)));
      b.set(low, f64.mul(whole, ln2Low));
    });
    returnExponential(b, words, high, low, k);
  });
  // exp(x + rest), rest below 1e-13: what a power is made of.
  program.function("exp of sum", { parameters: { x: "f64", rest: "f64" }, result: "f64", exported: false }, (b, { x, rest }) => {
    if (!x || !rest) return;
    b.if(f64.gt(x, overflow + 1), () => b.return(f64.const(Infinity)));
    b.if(f64.lt(x, underflow - 1), () => b.return(f64.const(0)));
    const k = b.local("i32", "k", wholePowers(x));
    const whole = b.local("f64", "whole", f64.fromI32(k));
    const high = b.local("f64", "high", f64.sub(x, f64.mul(whole, ln2High)));
    const low = b.local("f64", "low", f64.sub(f64.mul(whole, ln2Low), rest));
    b.if(i32.gt(k, 1024), () => b.return(f64.const(Infinity)));
    returnExponential(b, words, high, low, k);
  });
}

/** Writes `math expm1(x: f64): f64`: the error of exp x - 1 divides out. @source Kahan, in Higham 2002, Accuracy and Stability of Numerical Algorithms, sec. 1.14.1 */
export function writeExponentialMinus1(program: ProgramBuilder): void {
  program.function("math expm1", { parameters: { x: "f64" }, result: "f64", exported: false }, (b, { x }) => {
    if (!x) return;
    const u = b.local("f64", "u", f64.call("math exp", x));
    b.if(i32.or(f64.eq(u, 1), f64.eq(u, Infinity)), () => b.return(f64.select(f64.eq(u, 1), x, u)));
    const less = b.local("f64", "less", f64.sub(u, 1));
    b.if(f64.eq(less, -1), () => b.return(less));
    b.return(f64.mul(less, f64.div(x, f64.call("math log", u))));
  });
}

/** Half of exp a beyond the range of exp: two factors. */
function halfOfLarge(b: FunctionBuilder, a: Local): Value {
  const root = b.local("f64", "root", f64.call("math exp", f64.mul(0.5, a)));
  return f64.mul(f64.mul(0.5, root), root);
}

/** Writes `math sinh`, `math cosh` and `math tanh` over the exponentials. */
export function writeHyperbolic(program: ProgramBuilder): void {
  const write = (name: string, body: (b: FunctionBuilder, x: Local, a: Local) => void): void =>
    program.function(name, { parameters: { x: "f64" }, result: "f64", exported: false }, (b, { x }) => {
      if (x) body(b, x, b.local("f64", "a", f64.abs(x)));
    });
  write("math sinh", (b, x, a) => {
    b.if(f64.gt(a, 709), () => b.return(f64.copySign(halfOfLarge(b, a), x)));
    const t = b.local("f64", "t", f64.call("math expm1", a));
    b.return(f64.copySign(f64.mul(0.5, f64.add(t, f64.div(t, f64.add(t, 1)))), x));
  });
  write("math cosh", (b, _, a) => {
    b.if(f64.gt(a, 709), () => b.return(halfOfLarge(b, a)));
    const e = b.local("f64", "e", f64.call("math exp", a));
    b.return(f64.add(f64.mul(0.5, e), f64.div(0.5, e)));
  });
  write("math tanh", (b, x, a) => {
    b.if(f64.gt(a, 22), () => b.return(f64.copySign(f64.const(1), x)));
    const t = b.local("f64", "t", f64.call("math expm1", f64.mul(2, a)));
    b.return(f64.copySign(f64.div(t, f64.add(t, 2)), x));
  });
}
