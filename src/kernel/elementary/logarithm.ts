import { type FunctionBuilder, type ProgramBuilder, f64, i32 } from "../builder.ts";
import type { Local, Value } from "../program.ts";
import { type Words, polynomial } from "./words.ts";

/** ln 2 in two parts: the first has 21 trailing zero bits, so that its product with an exponent is exact. */
export const ln2High = 6.9314718036912381649e-1;
export const ln2Low = 1.9082149292705877e-10;

const evenTerms = [3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1];
const oddTerms = [6.666666666666735130e-1, 2.857142874366239149e-1, 1.818357216161805012e-1, 1.479819860511658591e-1];

/** x = 2^k m with m in [√½, √2): sets `k` and returns m. x is positive and finite. */
export function splitExponent(b: FunctionBuilder, words: Words, x: Local, k: Local): Local {
  b.set(k, 0);
  b.if(f64.lt(x, 2 ** -1022), () => {
    b.set(x, f64.mul(x, 2 ** 54));
    b.set(k, -54);
  });
  const high = words.high(b, x);
  b.set(k, i32.add(k, i32.sub(i32.shr(high, 20), 1023)));
  b.set(high, i32.and(high, 0xfffff));
  // Fractions above √2 take half of themselves and one exponent more.
  const carry = b.local("i32", "carry", i32.and(i32.add(high, 0x95f64), 0x100000));
  b.set(k, i32.add(k, i32.shr(carry, 20)));
  return words.withHigh(b, x, i32.or(high, i32.xor(carry, 0x3ff00000)));
}

/**
 * Writes `math log(x: f64): f64`, within 1 unit in the last place, with operations that every target rounds alike.
 *
 * x = 2^k (1 + f), s = f / (2 + f), ln(1 + f) = f - f²/2 + s (f²/2 + R(s²)) with a minimax polynomial R.
 * @source Tang 1990, doi:10.1145/98267.98294 (the argument reduction); coefficients of FDLIBM's e_log, Sun Microsystems 1993
 */
export function writeLogarithm(program: ProgramBuilder, words: Words): void {
  program.function("math log", { parameters: { argument: "f64" }, result: "f64", exported: false }, (b, { argument }) => {
    if (!argument) return;
    const x = b.local("f64", "x", argument);
    // NaN goes through; a zero of either sign is -Infinity.
    b.if(i32.isZero(f64.gt(x, 0)), () => b.return(f64.select(f64.eq(x, 0), f64.const(-Infinity), f64.const(NaN))));
    b.if(f64.eq(x, Infinity), () => b.return(x));
    const k = b.local("i32", "k");
    const m = splitExponent(b, words, x, k);
    const f = b.local("f64", "f", f64.sub(m, 1));
    const exponent = b.local("f64", "exponent", f64.fromI32(k));
    const withExponent = (inner: Value): Value => f64.sub(f64.mul(exponent, ln2High), f64.sub(f64.sub(inner, f64.mul(exponent, ln2Low)), f));
    b.if(f64.lt(f64.abs(f), 2 ** -20), () => {
      const rest = b.local("f64", "rest", f64.mul(f64.mul(f, f), f64.sub(0.5, f64.mul(0.3333333333333333, f))));
      b.return(f64.select(i32.isZero(k), f64.sub(f, rest), withExponent(rest)));
    });
    const s = b.local("f64", "s", f64.div(f, f64.add(2, f)));
    const z = b.local("f64", "z", f64.mul(s, s));
    const w = b.local("f64", "w", f64.mul(z, z));
    const r = b.local("f64", "r", f64.add(f64.mul(z, polynomial(w, oddTerms)), f64.mul(w, polynomial(w, evenTerms))));
    // Where the fraction is near 1 the square goes apart, so that f itself stays exact.
    const fraction = words.high(b, m);
    b.set(fraction, i32.and(fraction, 0xfffff));
    b.if(
      i32.gt(i32.or(i32.sub(fraction, 0x6147a), i32.sub(0x6b851, fraction)), 0),
      () => {
        const half = b.local("f64", "half", f64.mul(f64.mul(0.5, f), f));
        const inner = b.local("f64", "inner", f64.mul(s, f64.add(half, r)));
        b.if(i32.isZero(k), () => b.return(f64.sub(f, f64.sub(half, inner))));
        b.return(f64.sub(f64.mul(exponent, ln2High), f64.sub(f64.sub(half, f64.add(inner, f64.mul(exponent, ln2Low))), f)));
      },
      () => b.return(f64.select(i32.isZero(k), f64.sub(f, f64.mul(s, f64.sub(f, r))), withExponent(f64.mul(s, f64.sub(f, r))))),
    );
    b.return(f64.const(NaN));
  });
}

/** Writes `math log10(x: f64): f64` over `math log`. @source FDLIBM's e_log10, Sun Microsystems 1993 (the splitting of log10 2) */
export function writeLogarithm10(program: ProgramBuilder, words: Words): void {
  program.function("math log10", { parameters: { argument: "f64" }, result: "f64", exported: false }, (b, { argument }) => {
    if (!argument) return;
    const x = b.local("f64", "x", argument);
    b.if(i32.or(i32.isZero(f64.gt(x, 0)), f64.eq(x, Infinity)), () => b.return(f64.call("math log", x)));
    const k = b.local("i32", "k");
    const m = splitExponent(b, words, x, k);
    const exponent = b.local("f64", "exponent", f64.fromI32(k));
    const small = f64.add(f64.mul(exponent, 3.6942390771589308e-13), f64.mul(Math.LOG10E, f64.call("math log", m)));
    b.return(f64.add(small, f64.mul(exponent, 3.0102999566361177e-1)));
  });
}

/** Writes `math log1p(x: f64): f64`: the error of 1 + x divides out. @source Kahan, in Goldberg 1991, doi:10.1145/103162.103163, theorem 4 */
export function writeLogarithm1p(program: ProgramBuilder): void {
  program.function("math log1p", { parameters: { x: "f64" }, result: "f64", exported: false }, (b, { x }) => {
    if (!x) return;
    const u = b.local("f64", "u", f64.add(1, x));
    b.if(i32.or(f64.eq(u, 1), f64.eq(u, Infinity)), () => b.return(x));
    b.return(f64.mul(f64.call("math log", u), f64.div(x, f64.sub(u, 1))));
  });
}
