import { type Writer, chain, leadingBits } from "./arithmetic.ts";
import { exponentialRest, nearest, scaled } from "./exponential.ts";

const terms = [5.99999999999994648725e-1, 4.28571428578550184252e-1, 3.33333329818377432918e-1, 2.72728123808534006489e-1, 2.30660745775561754067e-1, 2.06975017800338417784e-1];
/** log2 1.5 in two parts. */
const middle = [5.84962487220764160156e-1, 1.35003920212974897128e-8] as const;
/** 2 / (3 ln 2): the double, its first bits, and what those leave. */
const perThird = [9.61796693925975554329e-1, 9.61796700954437255859e-1, -7.02846165095275826516e-9] as const;
/** ln 2, likewise. */
const ln2 = [Math.LN2, 6.93147182464599609375e-1, -1.90465429995776804525e-9] as const;
/** Beyond this exponent every power but that of 1 leaves the range: |log2 x| is at least 1.6e-16. */
const largest = 2 ** 63;
const smallestNormal = 2 ** -1022;

/** log2 x to about 68 bits, of a positive normal number times 2^exponent: high has 26 bits. */
function binaryLogarithm<V, M>(w: Writer<V, M>, x: V, exponent: V | null): { readonly high: V; readonly low: V } {
  const { numbers, truths, keep } = w;
  const m = keep("m", numbers.significandOf(x));
  const isLarge = numbers.ge(m, Math.sqrt(3));
  const isMiddle = truths.and(numbers.ge(m, Math.sqrt(1.5)), numbers.lt(m, Math.sqrt(3)));
  const a = keep("a", numbers.select(isLarge, numbers.mul(m, 0.5), m));
  const whole = numbers.add(numbers.exponentOf(x), numbers.select(isLarge, 1, 0));
  const k = keep("k", exponent === null ? whole : numbers.add(whole, exponent));
  const base = keep("base", numbers.select(isMiddle, 1.5, 1));
  // s = (a - base) / (a + base) in two parts.
  const below = keep("below", numbers.add(a, base));
  const above = keep("above", numbers.sub(a, base));
  const inverse = keep("inverse", numbers.div(1, below));
  const s = keep("s", numbers.mul(above, inverse));
  const sHigh = leadingBits(w, s);
  const belowHigh = leadingBits(w, below);
  const belowLow = numbers.sub(a, numbers.sub(belowHigh, base));
  const sLow = keep("sLow", numbers.mul(inverse, numbers.sub(numbers.sub(above, numbers.mul(sHigh, belowHigh)), numbers.mul(sHigh, belowLow))));
  // ln(a / base) = 2s (1 + s²/3 + …) = 2/3 s (3 + s² + rest).
  const square = keep("square", numbers.mul(s, s));
  const rest = keep("rest", numbers.add(numbers.mul(numbers.mul(square, square), chain(w, square, terms)), numbers.mul(sLow, numbers.add(sHigh, s))));
  const squareHigh = keep("squareHigh", numbers.mul(sHigh, sHigh));
  const factor = leadingBits(w, numbers.add(numbers.add(squareHigh, 3), rest));
  const factorLow = numbers.sub(rest, numbers.sub(numbers.sub(factor, 3), squareHigh));
  const u = keep("u", numbers.mul(sHigh, factor));
  const v = keep("v", numbers.add(numbers.mul(sLow, factor), numbers.mul(factorLow, s)));
  const p = leadingBits(w, numbers.add(u, v));
  const pLow = numbers.sub(v, numbers.sub(p, u));
  const z = keep("z", numbers.mul(p, perThird[1]));
  const zLow = keep("zLow", numbers.add(numbers.add(numbers.mul(p, perThird[2]), numbers.mul(pLow, perThird[0])), numbers.select(isMiddle, middle[1], 0)));
  const shift = keep("shift", numbers.select(isMiddle, middle[0], 0));
  const high = leadingBits(w, numbers.add(numbers.add(numbers.add(z, zLow), shift), k));
  return { high, low: keep("low", numbers.sub(zLow, numbers.sub(numbers.sub(numbers.sub(high, k), shift), z))) };
}

/** x^y = 2^(y log2 x) for positive normal x and |y| ≤ 2^63, the product in two parts. */
function positivePower<V, M>(w: Writer<V, M>, x: V, y: V, exponent: V | null): V {
  const { numbers, keep } = w;
  const { high, low } = binaryLogarithm(w, x, exponent);
  const yHigh = leadingBits(w, y);
  const rest = keep("rest", numbers.add(numbers.mul(numbers.sub(y, yHigh), high), numbers.mul(y, low)));
  const main = keep("main", numbers.mul(yHigh, high));
  // Powers of 2 from ±1100 on leave the range.
  const capped = keep("capped", numbers.max(numbers.min(main, 1100), -1100));
  const restLeft = keep("restLeft", numbers.select(numbers.eq(capped, main), rest, 0));
  const n = keep("n", nearest(w, numbers.add(capped, restLeft)));
  const left = keep("left", numbers.sub(capped, n));
  const t = leadingBits(w, numbers.add(left, restLeft));
  const u = keep("u", numbers.mul(t, ln2[1]));
  const v = keep("v", numbers.add(numbers.mul(numbers.sub(restLeft, numbers.sub(t, left)), ln2[0]), numbers.mul(t, ln2[2])));
  const r = keep("r", numbers.add(u, v));
  const lost = keep("lost", numbers.sub(v, numbers.sub(r, u)));
  const tail = numbers.add(exponentialRest(w, r), numbers.add(lost, numbers.mul(r, lost)));
  return scaled(w, numbers.add(numbers.add(r, tail), 1), n);
}

/**
 * x^y, within 1 unit in the last place, with the special cases of JavaScript's power.
 * @source FDLIBM's e_pow, Sun Microsystems 1993 (reduction to 1 and 1.5, coefficients), with Veltkamp's splitting
 */
export function writePower<V, M>(w: Writer<V, M>, x: V, y: V, rare: (x: V, y: V) => V): void {
  const { numbers, truths } = w;
  const usual = truths.and(truths.and(numbers.ge(x, smallestNormal), numbers.le(x, Number.MAX_VALUE)), numbers.le(numbers.abs(y), largest));
  w.unless(truths.not(usual), () => rare(x, y));
  w.return(positivePower(w, x, y, null));
}

/** Powers of numbers that are not all positive, normal and finite. @source ECMA-262, Number::exponentiate */
export function writeRarePower<V, M>(w: Writer<V, M>, base: V, y: V): void {
  const { numbers, truths, keep } = w;
  const a = keep("a", numbers.abs(base));
  const isTiny = numbers.lt(a, smallestNormal);
  const isOrdinary = truths.and(numbers.gt(a, 0), numbers.lt(a, Infinity));
  const x = keep("x", numbers.select(isOrdinary, numbers.select(isTiny, numbers.mul(a, 2 ** 54), a), 1));
  const power = keep("power", numbers.max(numbers.min(y, largest), -largest));
  const value = keep("value", positivePower(w, x, power, numbers.select(truths.and(isTiny, isOrdinary), -54, 0)));
  const ofZero = numbers.select(numbers.gt(y, 0), 0, Infinity);
  const ofInfinity = numbers.select(numbers.gt(y, 0), Infinity, 0);
  const size = keep("size", numbers.select(numbers.eq(a, 0), ofZero, numbers.select(numbers.eq(a, Infinity), ofInfinity, value)));
  // Whole powers keep or flip the sign of a negative base; from 2^53 on every number is even.
  const half = keep("halfPower", numbers.mul(power, 0.5));
  const isWhole = numbers.eq(power, numbers.floor(power));
  const isOdd = truths.and(isWhole, numbers.ne(half, numbers.floor(half)));
  const isNegative = numbers.lt(numbers.copySign(numbers.const(1), base), 0);
  const signed = keep("signed", numbers.select(truths.and(isNegative, isOdd), numbers.neg(size), size));
  const isNone = truths.or(
    truths.or(numbers.ne(base, base), numbers.ne(y, y)),
    truths.or(truths.and(numbers.lt(base, 0), truths.and(isOrdinary, truths.not(isWhole))), truths.and(numbers.eq(a, 1), numbers.eq(numbers.abs(y), Infinity))),
  );
  w.return(numbers.select(numbers.eq(y, 0), 1, numbers.select(isNone, NaN, signed)));
}
