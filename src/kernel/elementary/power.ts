import { type FunctionBuilder, type ProgramBuilder, f64, i32 } from "../builder.ts";
import type { Local, Value } from "../program.ts";
import { splitExponent } from "./logarithm.ts";
import { type Words, polynomial } from "./words.ts";

/** A number as the unevaluated sum of two doubles, the second below half a unit in the last place of the first. */
interface Pair {
  readonly high: Local;
  readonly low: Local;
}

/** Veltkamp's constant: 2^27 + 1. */
const splitter = 134217729;
/** ln 2 in three parts; the product of the first with an exponent is exact. */
const ln2 = [0.6931471803691238, 1.9082149292705877e-10, -1.904654299957768e-26] as const;
const third = [1 / 3, 1.850371707708594e-17] as const;
/** 1/5, 1/7, … of artanh s = s (1 + s²/3 + s⁴/5 + …); s² is below 0.0295, so what is left out is below 2^-70. */
const tail = Array.from({ length: 11 }, (_, index) => 1 / (2 * index + 5));

/** a + b without loss, |a| ≥ |b|. @source Dekker 1971, doi:10.1007/BF01397083, eq. 4.14 */
function quickSum(b: FunctionBuilder, x: Value, y: Value): Pair {
  const [a, c] = [b.local("f64", "a", x), b.local("f64", "c", y)];
  const high = b.local("f64", "high", f64.add(a, c));
  return { high, low: b.local("f64", "low", f64.sub(c, f64.sub(high, a))) };
}

/** a b without loss. @source Dekker 1971, doi:10.1007/BF01397083, eq. 5.14 */
function product(b: FunctionBuilder, x: Local, y: Local): Pair {
  const halves = (value: Local): readonly [Local, Local] => {
    const large = b.local("f64", "large", f64.mul(splitter, value));
    const head = b.local("f64", "head", f64.sub(large, f64.sub(large, value)));
    return [head, b.local("f64", "tail", f64.sub(value, head))];
  };
  const [xHead, xTail] = halves(x);
  const [yHead, yTail] = halves(y);
  const high = b.local("f64", "high", f64.mul(x, y));
  const low = f64.add(f64.add(f64.add(f64.sub(f64.mul(xHead, yHead), high), f64.mul(xHead, yTail)), f64.mul(xTail, yHead)), f64.mul(xTail, yTail));
  return { high, low: b.local("f64", "low", low) };
}

function pairProduct(b: FunctionBuilder, x: Pair, y: Pair): Pair {
  const { high, low } = product(b, x.high, y.high);
  return quickSum(b, high, f64.add(low, f64.add(f64.mul(x.high, y.low), f64.mul(x.low, y.high))));
}

/** ln m + k ln 2 to about 68 bits, m in [√½, √2): 2 artanh((m - 1) / (m + 1)). */
function logarithmPair(b: FunctionBuilder, m: Local, k: Local): Pair {
  const f = b.local("f64", "f", f64.sub(m, 1));
  const below = quickSum(b, f64.const(2), f);
  const s = b.local("f64", "s", f64.div(f, below.high));
  const back = product(b, s, below.high);
  const rest = f64.sub(f64.sub(f64.sub(f, back.high), back.low), f64.mul(s, below.low));
  const ratio: Pair = { high: s, low: b.local("f64", "ratioLow", f64.div(rest, below.high)) };
  const square = pairProduct(b, ratio, ratio);
  const series = quickSum(b, f64.const(third[0]), f64.mul(square.high, polynomial(square.high, tail)));
  b.set(series.low, f64.add(series.low, third[1]));
  const factor = pairProduct(b, square, series);
  const more = pairProduct(b, ratio, factor);
  const half = quickSum(b, ratio.high, more.high);
  const low = f64.mul(2, f64.add(half.low, f64.add(ratio.low, more.low)));
  const fraction = quickSum(b, f64.mul(2, half.high), low);
  const exponent = b.local("f64", "exponent", f64.fromI32(k));
  const main = b.local("f64", "main", f64.mul(exponent, ln2[0]));
  const middle = product(b, exponent, b.local("f64", "ln2Middle", f64.const(ln2[1])));
  const total: Pair = { high: b.local("f64", "totalHigh", fraction.high), low: b.local("f64", "totalLow", fraction.low) };
  // Exponents other than 0 outweigh the fraction, which is below ln(2)/2.
  b.if(i32.ne(k, 0), () => {
    const sum = quickSum(b, main, fraction.high);
    const next = quickSum(b, sum.high, f64.add(middle.high, f64.add(sum.low, f64.add(fraction.low, f64.add(middle.low, f64.mul(exponent, ln2[2]))))));
    b.set(total.high, next.high);
    b.set(total.low, next.low);
  });
  return total;
}

/**
 * Writes `math pow(x: f64, y: f64): f64`, within about 1 unit in the last place, with the special cases of JavaScript's power.
 *
 * x^y = exp(y ln x) with the logarithm and the product carried in two doubles each.
 * @source Dekker 1971, doi:10.1007/BF01397083 (arithmetic of pairs); ECMA-262, Number::exponentiate (special cases)
 */
export function writePower(program: ProgramBuilder, words: Words): void {
  program.function("math pow", { parameters: { base: "f64", y: "f64" }, result: "f64", exported: false }, (b, { base, y }) => {
    if (!base || !y) return;
    b.if(f64.eq(y, 0), () => b.return(f64.const(1)));
    b.if(i32.or(f64.ne(base, base), f64.ne(y, y)), () => b.return(f64.const(NaN)));
    const x = b.local("f64", "x", f64.abs(base));
    const power = b.local("f64", "power", f64.abs(y));
    b.if(f64.eq(power, Infinity), () => {
      b.if(f64.eq(x, 1), () => b.return(f64.const(NaN)));
      b.return(f64.select(i32.eq(f64.gt(x, 1), f64.gt(y, 0)), f64.const(Infinity), f64.const(0)));
    });
    // Whole powers keep or flip the sign of a negative base; others of it are no number. Beyond 2^53 every number is even.
    const sign = b.local("f64", "sign", f64.const(1));
    const isNegative = b.local("i32", "isNegative", i32.or(f64.lt(base, 0), i32.and(f64.eq(base, 0), f64.lt(f64.div(1, base), 0))));
    b.if(isNegative, () => {
      const half = b.local("f64", "half", f64.mul(0.5, power));
      b.if(f64.ne(power, f64.floor(power)), () => b.if(i32.and(f64.gt(x, 0), f64.lt(x, Infinity)), () => b.return(f64.const(NaN))));
      b.if(i32.and(f64.eq(power, f64.floor(power)), f64.ne(half, f64.floor(half))), () => b.set(sign, -1));
    });
    b.if(i32.or(f64.eq(x, 0), f64.eq(x, Infinity)), () =>
      b.return(f64.mul(sign, f64.select(i32.eq(f64.eq(x, 0), f64.gt(y, 0)), f64.const(0), f64.const(Infinity)))),
    );
    b.if(f64.eq(x, 1), () => b.return(sign));
    // |ln x| is at least 1.1e-16: such powers leave the range.
    b.if(f64.gt(power, 1e19), () => b.return(f64.mul(sign, f64.select(i32.eq(f64.gt(x, 1), f64.gt(y, 0)), f64.const(Infinity), f64.const(0)))));
    const k = b.local("i32", "k");
    const m = splitExponent(b, words, x, k);
    const logarithm = logarithmPair(b, m, k);
    const exponent = product(b, y, logarithm.high);
    const rest = f64.add(exponent.low, f64.mul(y, logarithm.low));
    b.return(f64.mul(sign, f64.call("exp of sum", exponent.high, rest)));
  });
}
