import { type Writer, polynomial } from "./arithmetic.ts";

/** ln 2 in two parts: the first has 21 trailing zero bits, so that its product with an exponent is exact. */
export const ln2High = 6.9314718036912381649e-1;
export const ln2Low = 1.9082149292705877e-10;

/** 1.5 × 2^52: adding and taking it away rounds to a whole number, halves to even. */
const rounder = 1.5 * 2 ** 52;
/** k of 2^k m nearest to x in the logarithm: a whole number. */
export const nearest = <V, M>({ numbers }: Writer<V, M>, x: V): V => numbers.sub(numbers.add(x, rounder), rounder);

/** (exp r - 1 - r) / r²: a minimax fit for |r| ≤ ln 2 / 2, relative error of exp r - 1 below 2^-61, found with 200 bits by Remez's exchange. */
const terms = [
  0.5, 0.16666666666666677, 0.04166666666666669, 0.008333333333321695, 0.0013888888888870222, 0.0001984126988598552, 2.4801587355959224e-5, 2.7557244336432327e-6,
  2.755724570814983e-7, 2.510899602760915e-8, 2.0923720244537408e-9,
];

/** exp r - 1 - r for |r| ≤ ln 2 / 2. */
export const exponentialRest = <V, M>(w: Writer<V, M>, r: V): V => w.numbers.mul(w.keep("square", w.numbers.mul(r, r)), polynomial(w, r, terms));

/** x = k ln 2 + high - low. */
interface Reduced<V> {
  readonly k: V;
  readonly high: V;
  readonly low: V;
}

function reduced<V, M>(w: Writer<V, M>, x: V): Reduced<V> {
  const { numbers, keep } = w;
  const k = keep("k", nearest(w, numbers.mul(x, Math.LOG2E)));
  return { k, high: keep("high", numbers.sub(x, numbers.mul(k, ln2High))), low: keep("low", numbers.mul(k, ln2Low)) };
}

/** exp(high - low) of a reduced argument. */
function fraction<V, M>(w: Writer<V, M>, { high, low }: Reduced<V>): V {
  const { numbers, keep } = w;
  const rest = exponentialRest(w, keep("r", numbers.sub(high, low)));
  return keep("fraction", numbers.sub(1, numbers.sub(numbers.sub(low, rest), high)));
}

/** y 2^k for whole k in [-2000, 2000] and y near 1, rounded once. */
export function scaled<V, M>(w: Writer<V, M>, y: V, k: V): V {
  const { numbers, keep } = w;
  const half = keep("half", numbers.floor(numbers.mul(k, 0.5)));
  return numbers.mul(numbers.mul(y, numbers.powerOfTwo(half)), numbers.powerOfTwo(numbers.sub(k, half)));
}

/** exp x, within 1 unit in the last place: x = k ln 2 + r. @source Tang 1989, doi:10.1145/63522.214389 (the reduction) */
export function writeExponential<V, M>(w: Writer<V, M>, x: V, far: (x: V) => V): void {
  const { numbers } = w;
  w.unless(numbers.gt(numbers.abs(x), 708), () => far(x));
  const parts = reduced(w, x);
  w.return(numbers.mul(fraction(w, parts), numbers.powerOfTwo(parts.k)));
}

/** exp x where it may leave the range of normal numbers. */
export function writeFarExponential<V, M>(w: Writer<V, M>, given: V): void {
  const { numbers, keep } = w;
  const parts = reduced(w, keep("x", numbers.max(numbers.min(given, 710), -746)));
  w.return(scaled(w, fraction(w, parts), parts.k));
}

/** 2^scale (exp x - 1) = s + rest, for a scale of 0 or -1: exact 2^k - 1 and 2^k r, and what is small beside them. */
function minus1<V, M>(w: Writer<V, M>, x: V, scale: 0 | -1): { readonly s: V; readonly rest: V } {
  const { numbers, keep } = w;
  const { k, high, low } = reduced(w, x);
  const r = keep("r", numbers.sub(high, low));
  const lost = numbers.sub(numbers.sub(high, r), low);
  const rest = numbers.add(exponentialRest(w, r), lost);
  const power = keep("scale", numbers.powerOfTwo(scale === 0 ? k : numbers.add(k, scale)));
  const whole = keep("whole", numbers.sub(power, 2 ** scale));
  const part = keep("part", numbers.mul(power, r));
  const s = keep("s", numbers.add(whole, part));
  return { s, rest: keep("rest", numbers.add(numbers.sub(part, numbers.sub(s, whole)), numbers.mul(power, rest))) };
}

/** exp x - 1, within 1.5 units in the last place, also where it is small. */
export function writeExponentialMinus1<V, M>(w: Writer<V, M>, given: V): void {
  const { numbers, keep } = w;
  // Beyond these bounds nothing changes; half the result stays in range where the result leaves it.
  const { s, rest } = minus1(w, keep("x", numbers.max(numbers.min(given, 710), -50)), -1);
  const result = numbers.mul(numbers.add(s, rest), 2);
  w.return(numbers.select(numbers.lt(numbers.abs(given), 2 ** -54), given, result));
}

/**
 * q = t / (t + 2) with t = exp 2a - 1. What the rounding of t and of t + 2 lost goes back into the quotient:
 * dq = (dt - q (dt + d(t + 2))) / (t + 2), where 1 / (t + 2) = (1 - q) / 2.
 */
function tangent<V, M>(w: Writer<V, M>, a: V): V {
  const { numbers, keep } = w;
  const { s, rest } = minus1(w, keep("twice", numbers.mul(a, 2)), 0);
  const t = keep("t", numbers.add(s, rest));
  const below = keep("below", numbers.add(t, 2));
  const q = keep("q", numbers.div(t, below));
  const left = keep("left", numbers.sub(1, q));
  const lostAbove = numbers.sub(rest, numbers.sub(t, s));
  const lostBelow = numbers.sub(t, numbers.sub(below, 2));
  return numbers.add(q, numbers.mul(numbers.sub(numbers.mul(lostAbove, left), numbers.mul(q, lostBelow)), numbers.mul(left, 0.5)));
}

/** Beyond this the parts of t + 2 no longer tell what its rounding lost. */
const nearOne = 18;

/** tanh x, within 1.5 units in the last place. */
export function writeTangent<V, M>(w: Writer<V, M>, x: V, far: (x: V) => V): void {
  const { numbers, keep } = w;
  const a = keep("a", numbers.abs(x));
  w.unless(numbers.gt(a, nearOne), () => far(x));
  w.return(numbers.copySign(tangent(w, a), x));
}

/** From 18 on as 1 - 2 / (exp 2a + 1), which is 1 from 20 on. */
export function writeFarTangent<V, M>(w: Writer<V, M>, x: V): void {
  const { numbers, keep } = w;
  const a = keep("a", numbers.abs(x));
  const near = keep("near", tangent(w, keep("small", numbers.min(a, nearOne))));
  const { s } = minus1(w, keep("twice", numbers.mul(numbers.min(a, 20), 2)), 0);
  w.return(numbers.copySign(numbers.select(numbers.gt(a, nearOne), numbers.sub(1, numbers.div(2, numbers.add(s, 2))), near), x));
}

/** exp(a) / 4 for a ≥ 0, without leaving the range too early. */
function quarter<V, M>(w: Writer<V, M>, a: V): V {
  const { numbers, keep } = w;
  const parts = reduced(w, a);
  return keep("quarter", numbers.mul(fraction(w, parts), numbers.powerOfTwo(numbers.sub(parts.k, 2))));
}

/** cosh x = (exp x + exp -x) / 2. */
export function writeCosine<V, M>(w: Writer<V, M>, x: V): void {
  const { numbers, keep } = w;
  const e = quarter(w, keep("a", numbers.min(numbers.abs(x), 711)));
  w.return(numbers.add(numbers.mul(2, e), numbers.div(0.125, e)));
}

/** (t + t / (t + 1)) / 2 with t = exp a - 1. */
function sineOfSmall<V, M>(w: Writer<V, M>, a: V): V {
  const { numbers, keep } = w;
  const { s, rest } = minus1(w, a, 0);
  const less = keep("less", numbers.add(s, rest));
  return numbers.mul(0.5, numbers.add(less, numbers.div(less, numbers.add(less, 1))));
}

const farSine = 22;

/** sinh x, whose size is exp|x| / 2 beyond 22. */
export function writeSine<V, M>(w: Writer<V, M>, x: V, far: (x: V) => V): void {
  const { numbers, keep } = w;
  const a = keep("a", numbers.abs(x));
  w.unless(numbers.gt(a, farSine), () => far(x));
  w.return(numbers.copySign(sineOfSmall(w, a), x));
}

export function writeFarSine<V, M>(w: Writer<V, M>, x: V): void {
  const { numbers, keep } = w;
  const a = keep("a", numbers.abs(x));
  const small = keep("small", sineOfSmall(w, keep("near", numbers.min(a, farSine))));
  const large = numbers.mul(2, quarter(w, keep("capped", numbers.min(a, 711))));
  w.return(numbers.copySign(numbers.select(numbers.gt(a, farSine), large, small), x));
}
