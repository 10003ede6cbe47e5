import { endOfName, endOfNumber, isSpace } from "../../kernel/scan.ts";

/** Turns reaction text into statements: runs of tokens between line ends and semicolons, every token with its place. */

export interface Token {
  /** `break` ends a statement: a newline, a `;` or the end of the text. */
  readonly kind: "name" | "number" | "string" | "symbol" | "break";
  readonly text: string;
  readonly offset: number;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  /** The text with comments and line continuations blanked, so that offsets stay. */
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Offset of a comment or string that never ends, else null. */
  readonly unclosed: { readonly offset: number; readonly what: string } | null;
  place(offset: number): Place;
}

// Longest first.
const symbols = ["<->", "<=>", "->", "=>", ":=", "&&", "||", "<=", ">=", "==", "!="] as const;

/** Splits text into tokens; nothing is refused here but a comment or string that never ends. */
export function tokenize(original: string): Source {
  const { text, unclosed: comment } = blankComments(original);
  let unclosed = comment;
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    const character = text.charAt(offset);
    if (character === "\n" || character === ";") {
      tokens.push({ kind: "break", text: character, offset });
      offset += 1;
    } else if (isSpace(text.charCodeAt(offset))) {
      offset += 1;
    } else if (character === '"') {
      const close = text.indexOf('"', offset + 1);
      if (close < 0) unclosed = { offset, what: "string" };
      const end = close < 0 ? text.length : close + 1;
      tokens.push({ kind: "string", text: text.slice(offset, end), offset });
      offset = end;
    } else {
      const token = scan(text, offset);
      tokens.push(token);
      offset += token.text.length;
    }
  }
  tokens.push({ kind: "break", text: "", offset: text.length });
  return { text, tokens, unclosed, place: placeIn(original) };
}

function scan(text: string, offset: number): Token {
  const number = endOfNumber(text, offset);
  if (number > offset) return { kind: "number", text: text.slice(offset, number), offset };
  const name = endOfName(text, offset);
  if (name > offset) return { kind: "name", text: text.slice(offset, name), offset };
  for (const symbol of symbols) {
    if (text.startsWith(symbol, offset)) return { kind: "symbol", text: symbol, offset };
  }
  return { kind: "symbol", text: text.charAt(offset), offset };
}

/** What may begin a comment, a string or a continued line. */
const special = /[#/"\\]/g;

function blankComments(original: string): { text: string; unclosed: Source["unclosed"] } {
  let text = "";
  let unclosed: Source["unclosed"] = null;
  let offset = 0;
  const blankTo = (end: number): void => {
    text += " ".repeat(end - offset);
    offset = end;
  };
  const endOfLine = (from: number): number => {
    const found = original.indexOf("\n", from);
    return found < 0 ? original.length : found;
  };
  while (offset < original.length) {
    special.lastIndex = offset;
    const plainEnd = special.exec(original)?.index ?? original.length;
    text += original.slice(offset, plainEnd);
    offset = plainEnd;
    const rest = original.slice(offset, offset + 2);
    if (rest.startsWith("#") || rest === "//") blankTo(endOfLine(offset));
    else if (rest === "/*") {
      const close = original.indexOf("*/", offset + 2);
      if (close < 0) unclosed = { offset, what: "comment" };
      blankTo(close < 0 ? original.length : close + 2);
    } else if (rest.startsWith('"')) {
      const close = original.indexOf('"', offset + 1);
      const end = close < 0 ? original.length : close + 1;
      text += original.slice(offset, end);
      offset = end;
    } else if (rest.startsWith("\\") && /^\\[ \t\r]*\n/.test(original.slice(offset, offset + 200))) {
      blankTo(original.indexOf("\n", offset) + 1);
    } else {
      text += original.charAt(offset);
      offset += 1;
    }
  }
  return { text, unclosed };
}

function placeIn(text: string): (offset: number) => Place {
  const starts = [0];
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  return (offset) => {
    let line = starts.length - 1;
    while ((starts[line] ?? 0) > offset) line -= 1;
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
