/** How numbers are printed: few digits in prose and tables people read, plain digits in table twins people copy. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit);
  return exponent < 0 ? `⁻${digits}` : digits;
}

/** NaN and the infinities in words; null for a finite number. */
export function inWords(value: number): string | null {
  if (Number.isNaN(value)) return "not a number";
  if (value === Infinity) return "infinite";
  if (value === -Infinity) return "minus infinity";
  return null;
}

function typographic(plain: string): string {
  const [mantissa = "", exponent] = plain.split("e");
  const signed = mantissa.replace("-", "−");
  return exponent === undefined ? signed : `${signed}×10${superscript(Number(exponent))}`;
}

/** Plain digits that a spreadsheet reads back: `0.0213`, `1.23e-7`; NaN and infinities in words. */
export function plainNumber(value: number, digits = 4): string {
  const words = inWords(value);
  if (words !== null) return words;
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 10 ** digits) return value.toPrecision(digits);
  if (size >= 1 && size < 1e6) return value.toFixed(0);
  return value.toExponential(digits - 1);
}

/** A number for people, three to four significant digits, with a true minus and powers of ten. */
export function formatNumber(value: number, digits = 3): string {
  return inWords(value) ?? typographic(plainNumber(value, digits));
}

/** A value with its standard error, printed to the error's second digit: `0.0213 ± 0.0021`. */
export function formatWithError(value: number, se: number | null, digits = 4): string {
  if (se === null || !Number.isFinite(value) || !Number.isFinite(se) || se <= 0) return formatNumber(value, digits);
  const errorDecimals = 1 - Math.floor(Math.log10(se));
  const valueDecimals = value === 0 ? errorDecimals : digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  // Very small or very large numbers would print as a row of zeros.
  if (errorDecimals > 7 || Math.abs(value) >= 1e6) return `${formatNumber(value, digits)} ± ${formatNumber(se, 2)}`;
  const decimals = Math.max(0, Math.min(errorDecimals, Math.max(valueDecimals, errorDecimals - 1)));
  return `${typographic(value.toFixed(decimals))} ± ${typographic(se.toFixed(decimals))}`;
}

/** A share as a percentage with at most one decimal: `97.3 %`. */
export function formatPercent(share: number): string {
  const words = inWords(share);
  if (words !== null) return words;
  const percent = share * 100;
  return `${typographic(Math.abs(percent) >= 99.95 || Number.isInteger(percent) ? percent.toFixed(0) : percent.toFixed(1))} %`;
}

/** Text of an axis tick: as short as the number allows. */
export function tickText(value: number): string {
  if (value === 0) return "0";
  const short = Number(value.toPrecision(6));
  const size = Math.abs(short);
  const isLongPower = size >= 1e4 && Number.isInteger(Math.log10(size));
  if (size >= 1e-3 && size < 1e5 && !isLongPower) return typographic(String(short));
  const text = typographic(short.toExponential());
  return text.replace(/^(−?)1×/, "$1");
}

/** `1 fit`, `12 fits`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}
