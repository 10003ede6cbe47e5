import { type Writer, chain, leadingBits } from "./arithmetic.ts";
import { ln2High, ln2Low } from "./exponential.ts";

const evenTerms = [3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1];
const oddTerms = [6.666666666666735130e-1, 2.857142874366239149e-1, 1.818357216161805012e-1, 1.479819860511658591e-1];
/** Bounds between which a number and its quotient by its power of two are normal. */
const smallest = 2 ** -1022;
const largest = 2 ** 1022;

/** x = 2^k (1 + f) with 1 + f in [√½, √2). */
interface Split<V> {
  readonly k: V;
  readonly f: V;
}

/** Of a number in [2^-1022, 2^1022]. */
function split<V, M>({ numbers, keep }: Writer<V, M>, x: V): Split<V> {
  const k = keep("k", numbers.exponentOf(numbers.mul(x, Math.SQRT2)));
  return { k, f: keep("f", numbers.sub(numbers.mul(x, numbers.powerOfTwo(numbers.neg(k))), 1)) };
}

/** f²/2, and s (f²/2 + R(s²)) with s = f / (2 + f): ln(1 + f) = f - (f²/2 - inner). */
function seriesOf<V, M>(w: Writer<V, M>, f: V): { readonly half: V; readonly inner: V } {
  const { numbers, keep } = w;
  const s = keep("s", numbers.div(f, numbers.add(f, 2)));
  const z = keep("z", numbers.mul(s, s));
  const v = keep("v", numbers.mul(z, z));
  const half = keep("half", numbers.mul(numbers.mul(f, 0.5), f));
  const r = numbers.add(numbers.mul(z, chain(w, v, oddTerms)), numbers.mul(v, chain(w, v, evenTerms)));
  return { half, inner: numbers.mul(s, numbers.add(half, r)) };
}

function natural<V, M>(w: Writer<V, M>, { k, f }: Split<V>): V {
  const { numbers } = w;
  const { half, inner } = seriesOf(w, f);
  return numbers.sub(numbers.mul(k, ln2High), numbers.sub(numbers.sub(half, numbers.add(inner, numbers.mul(k, ln2Low))), f));
}

/** log10 as natural does, with f - f²/2 cut in two so that its product with 1 / ln 10 keeps its last bits. @source FreeBSD's e_log10, 2011 (Kahan's and Das's splitting; constants) */
function decimal<V, M>(w: Writer<V, M>, { k, f }: Split<V>): V {
  const { numbers, keep } = w;
  const { half, inner } = seriesOf(w, f);
  const high = leadingBits(w, keep("head", numbers.sub(f, half)));
  const low = keep("low", numbers.add(numbers.sub(numbers.sub(f, high), half), inner));
  const main = keep("main", numbers.mul(high, inverse10[0]));
  const whole = keep("whole", numbers.mul(k, log10of2[0]));
  const total = keep("total", numbers.add(whole, main));
  const rest = numbers.add(numbers.add(numbers.mul(k, log10of2[1]), numbers.mul(numbers.add(low, high), inverse10[1])), numbers.mul(low, inverse10[0]));
  return numbers.add(numbers.add(rest, numbers.add(numbers.sub(whole, total), main)), total);
}

/** 1 / ln 10 and log10 2 in two parts, the first with room for a product with 26 bits and with an exponent. */
const inverse10 = [4.34294481878168880939e-1, 2.50829467116452752298e-11] as const;
const log10of2 = [3.01029995663611771306e-1, 3.69423907715893078616e-13] as const;

const isUsual = <V, M>({ numbers, truths }: Writer<V, M>, x: V): M => truths.and(numbers.ge(x, smallest), numbers.le(x, largest));

/** A logarithm of numbers that are not all positive and within these bounds. */
function writeRare<V, M>(w: Writer<V, M>, x: V, of: (w: Writer<V, M>, split: Split<V>) => V): void {
  const { numbers, keep } = w;
  const lifted = keep("lift", numbers.select(numbers.lt(x, smallest), 54, numbers.select(numbers.gt(x, largest), -54, 0)));
  const { k, f } = split(w, keep("lifted", numbers.mul(x, numbers.powerOfTwo(lifted))));
  const value = keep("value", of(w, { k: keep("exponent", numbers.sub(k, lifted)), f }));
  const finite = numbers.select(numbers.gt(x, 0), value, numbers.select(numbers.eq(x, 0), -Infinity, NaN));
  w.return(numbers.select(numbers.eq(x, Infinity), x, finite));
}

/**
 * ln x, within 1 unit in the last place: ln(1 + f) = f - f²/2 + s (f²/2 + R(s²)) with a minimax polynomial R.
 * @source Tang 1990, doi:10.1145/98267.98294 (the reduction); coefficients of FDLIBM's e_log, Sun Microsystems 1993
 */
export function writeLogarithm<V, M>(w: Writer<V, M>, x: V, rare: (x: V) => V): void {
  w.unless(w.truths.not(isUsual(w, x)), () => rare(x));
  w.return(natural(w, split(w, x)));
}
export const writeRareLogarithm = <V, M>(w: Writer<V, M>, x: V): void => writeRare(w, x, natural);

/** log10 x, within 1.5 units in the last place. */
export function writeLogarithm10<V, M>(w: Writer<V, M>, x: V, rare: (x: V) => V): void {
  w.unless(w.truths.not(isUsual(w, x)), () => rare(x));
  w.return(decimal(w, split(w, x)));
}
export const writeRareLogarithm10 = <V, M>(w: Writer<V, M>, x: V): void => writeRare(w, x, decimal);

/** ln(1 + x): what the sum 1 + x loses goes back into the fraction. `lift` takes a power of two out of a large x first. */
function natural1p<V, M>(w: Writer<V, M>, x: V, lift: V | null): V {
  const { numbers, keep } = w;
  const u = keep("u", lift ? numbers.mul(numbers.add(x, 1), numbers.powerOfTwo(numbers.neg(lift))) : numbers.add(x, 1));
  const back = keep("back", numbers.sub(u, 1));
  const lost = numbers.add(numbers.sub(1, numbers.sub(u, back)), numbers.sub(x, back));
  const { k, f } = split(w, u);
  const whole = keep("g", numbers.add(f, numbers.mul(lift ? numbers.select(numbers.gt(lift, 0), 0, lost) : lost, numbers.powerOfTwo(numbers.neg(k)))));
  return numbers.copySign(natural(w, { k: lift ? keep("exponent", numbers.add(k, lift)) : k, f: whole }), x);
}

export function writeLogarithm1p<V, M>(w: Writer<V, M>, x: V, rare: (x: V) => V): void {
  const { numbers, truths } = w;
  w.unless(truths.not(truths.and(numbers.gt(x, -1), numbers.le(x, largest))), () => rare(x));
  w.return(natural1p(w, x, null));
}
export function writeRareLogarithm1p<V, M>(w: Writer<V, M>, x: V): void {
  const { numbers, keep } = w;
  // Beyond 2^54 the 1 is lost anyway.
  const lift = keep("lift", numbers.select(numbers.gt(x, 2 ** 54), 54, 0));
  const value = keep("value", natural1p(w, x, lift));
  const finite = numbers.select(numbers.gt(x, -1), value, numbers.select(numbers.eq(x, -1), -Infinity, NaN));
  w.return(numbers.select(numbers.eq(x, Infinity), x, finite));
}
