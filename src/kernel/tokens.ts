import type { Problem } from "./problem.ts";

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

const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /\s+/y],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["name", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["sign", /\*\*|==|!=|<=|>=|&&|\|\||[-+*/^<>!]/y],
  ["open", /\(/y],
  ["close", /\)/y],
  ["comma", /,/y],
];

/** Signs that other languages have, and what to write here; the sign that reading goes on with. */
const foreign: Readonly<Record<string, { readonly message: string; readonly instead: string }>> = {
  "**": { message: 'found "**", but a power is written "^"', instead: "^" },
  "=": { message: 'found "=", but a comparison is written "=="', instead: "==" },
  "&": { message: 'found "&", but "and" is written "&&"', instead: "&&" },
  "|": { message: 'found "|", but "or" is written "||"', instead: "||" },
  "%": { message: 'found "%", but the remainder is not supported; use a - b*floor(a/b)', instead: "/" },
};

/** Cuts a formula into tokens, the last of kind `end`; reports every character that has no meaning. */
export function tokenize(text: string, origin: Origin): { readonly tokens: readonly Token[]; readonly problems: Problem[] } {
  const tokens: Token[] = [];
  const problems: Problem[] = [];
  let { line, column } = origin;
  let at = 0;
  const advance = (length: number): void => {
    for (const end = at + length; at < end; at++) {
      if (text[at] === "\n") {
        line += 1;
        column = 1;
      } else column += 1;
    }
  };
  const match = (): { kind: Token["kind"] | "space"; text: string } | null => {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found) return { kind, text: found[0] };
    }
    return null;
  };
  while (at < text.length) {
    const found = match();
    const spelling = found?.text ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    const known = foreign[spelling];
    if (known) {
      problems.push({ line, column, message: known.message });
      tokens.push({ kind: "sign", text: known.instead, line, column });
    } else if (!found) {
      problems.push({ line, column, message: `found "${spelling}", expected a number, a name, an operator or a parenthesis` });
      tokens.push({ kind: "unknown", text: spelling, line, column });
    } else if (found.kind !== "space") {
      tokens.push({ kind: found.kind, text: spelling, line, column });
    }
    advance(spelling.length);
  }
  tokens.push({ kind: "end", text: "", line, column });
  return { tokens, problems };
}
