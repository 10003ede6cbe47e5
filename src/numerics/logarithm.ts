const powers = new Float64Array(2048);
const powerWords = new Int32Array(powers.buffer);
for (let exponent = 0; exponent < 2048; exponent++) powerWords[2 * exponent + 1] = exponent << 20;
const number = new Float64Array(1);
const words = new Int32Array(number.buffer);

/** ln 2 in two parts: the first has 21 trailing zero bits, so that its product with an exponent is exact. */
const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.9082149292705877e-10;

/**
 * ln x within 1 unit in the last place, the same on every engine, which `Math.log` need not be, and to the bit what
 * compiled programs compute (kernel/elementary/logarithm.ts).
 *
 * @source Tang 1990, doi:10.1145/98267.98294 (the reduction); coefficients of FDLIBM's e_log, Sun Microsystems 1993
 */
export function logarithm(x: number): number {
  if (!(x >= 2 ** -1022 && x <= 2 ** 1022)) return rareLogarithm(x);
  return reducedLogarithm(x, 0);
}

/** ln(x 2^-lift), x in [2^-1022, 2^1022]. */
function reducedLogarithm(x: number, lift: number): number {
  number[0] = x * Math.SQRT2;
  const exponent = (((words[1] ?? 0) >>> 20) & 2047) - 1023;
  const f = x * (powers[1023 - exponent] ?? 0) - 1;
  const k = exponent - lift;
  const s = f / (f + 2);
  const z = s * s;
  const v = z * z;
  const half = f * 0.5 * f;
  const odd = z * (6.66666666666673513e-1 + v * (2.857142874366239149e-1 + v * (1.818357216161805012e-1 + v * 1.47981986051165859e-1)));
  const even = v * (3.999999999940941908e-1 + v * (2.222219843214978396e-1 + v * 1.531383769920937332e-1));
  return k * ln2High - (half - (s * (half + (odd + even)) + k * ln2Low) - f);
}

function rareLogarithm(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0)) return Number.NaN;
  if (x === Infinity) return x;
  return x < 1 ? reducedLogarithm(x * 2 ** 54, 54) : reducedLogarithm(x * 2 ** -54, -54);
}
