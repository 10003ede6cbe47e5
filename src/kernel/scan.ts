/**
 * Where words of a text end, read letter by letter: formulas are short and many, and an engine takes longer to prepare a regular expression
 * than these take for all formulas of a small model.
 */

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isNameStart = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;

/** End of the name (a letter or underscore, then letters, digits, underscores) that begins at a place; the place itself where none does. */
export function endOfName(text: string, at: number): number {
  if (!isNameStart(text.charCodeAt(at))) return at;
  let end = at + 1;
  for (let code = text.charCodeAt(end); isNameStart(code) || isDigit(code); code = text.charCodeAt(end)) end += 1;
  return end;
}

function endOfDigits(text: string, at: number): number {
  let end = at;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** End of the unsigned number (`2`, `2.`, `.5`, `2.5e-3`) that begins at a place; the place itself where none does. */
export function endOfNumber(text: string, at: number): number {
  const whole = endOfDigits(text, at);
  const hasPoint = text.charCodeAt(whole) === 46;
  const end = hasPoint ? endOfDigits(text, whole + 1) : whole;
  if (whole === at && end <= at + 1) return at;
  const letter = text.charCodeAt(end);
  if (letter !== 101 && letter !== 69) return end;
  const sign = text.charCodeAt(end + 1);
  const exponent = sign === 43 || sign === 45 ? end + 2 : end + 1;
  const last = endOfDigits(text, exponent);
  return last > exponent ? last : end;
}

/** Whether a character is white space. */
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || (code > 127 && /\s/.test(String.fromCharCode(code)));
