import type { Problem } from "./problem.ts";
import { endOfName, endOfNumber, isSpace } from "./scan.ts";

/** One word of a formula and where it stands (1-based). */
export interface Token {
  readonly kind: "number" | "name" | "sign" | "open" | "close" | "comma" | "unknown" | "end";
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Where the first character of a text stands in its file; 1-based. */
export interface Origin {
  readonly line: number;
  readonly column: number;
}

/** Signs of two characters. */
const pairs: ReadonlySet<string> = new Set(["**", "==", "!=", "<=", ">=", "&&", "||"]);
/** What single characters are. */
const singles: ReadonlyMap<string, Token["kind"]> = new Map([
  ...[..."-+*/^<>!"].map((sign): [string, Token["kind"]] => [sign, "sign"]),
  ["(", "open"],
  [")", "close"],
  [",", "comma"],
]);

/** Signs that other languages have, and what to write here; the sign that reading goes on with. */
const foreign: ReadonlyMap<string, { readonly message: string; readonly instead: string }> = new Map([
  ["**", { message: 'found "**", but a power is written "^"', instead: "^" }],
  ["=", { message: 'found "=", but a comparison is written "=="', instead: "==" }],
  ["&", { message: 'found "&", but "and" is written "&&"', instead: "&&" }],
  ["|", { message: 'found "|", but "or" is written "||"', instead: "||" }],
  ["%", { message: 'found "%", but the remainder is not supported; use a - b*floor(a/b)', instead: "/" }],
]);

/** The token that begins at a place; null = its character has no meaning. */
function tokenAt(text: string, at: number): { readonly kind: Token["kind"]; readonly text: string } | null {
  const name = endOfName(text, at);
  if (name > at) return { kind: "name", text: text.slice(at, name) };
  const number = endOfNumber(text, at);
  if (number > at) return { kind: "number", text: text.slice(at, number) };
  const pair = text.slice(at, at + 2);
  if (pairs.has(pair)) return { kind: "sign", text: pair };
  const kind = singles.get(text.charAt(at));
  return kind ? { kind, text: text.charAt(at) } : null;
}

/** Cuts a formula into tokens, the last of kind `end`; reports every character that has no meaning. */
export function tokenize(text: string, origin: Origin): { readonly tokens: readonly Token[]; readonly problems: Problem[] } {
  const tokens: Token[] = [];
  const problems: Problem[] = [];
  let { line, column } = origin;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at += 1;
      if (code === 10) line += 1;
      column = code === 10 ? 1 : column + 1;
      continue;
    }
    const found = tokenAt(text, at);
    const spelling = found?.text ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    const known = foreign.get(spelling);
    if (known) {
      problems.push({ line, column, message: known.message });
      tokens.push({ kind: "sign", text: known.instead, line, column });
    } else if (found) {
      tokens.push({ kind: found.kind, text: spelling, line, column });
    } else {
      problems.push({ line, column, message: `found "${spelling}", expected a number, a name, an operator or a parenthesis` });
      tokens.push({ kind: "unknown", text: spelling, line, column });
    }
    at += spelling.length;
    column += spelling.length;
  }
  tokens.push({ kind: "end", text: "", line, column });
  return { tokens, problems };
}
