import type { Source, Token } from "./lexer.ts";
import { reservedWords } from "./reserved.ts";

/** A stretch of the text that is a formula, read later by the expression grammar. */
export interface FormulaText {
  readonly text: string;
  readonly offset: number;
}

export interface NamedToken {
  readonly id: string;
  readonly offset: number;
}

/** The tokens of one statement and the break that ends it. */
export interface Run {
  readonly tokens: readonly Token[];
  readonly end: Token;
}

/** Raised inside one statement only; the reader catches it, notes the problem, and goes on with the next statement. */
export class StatementError extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Walks the tokens of one statement. */
export class Cursor {
  index = 0;
  readonly run: Run;
  constructor(run: Run) {
    this.run = run;
  }
  get token(): Token {
    return this.run.tokens[this.index] ?? this.run.end;
  }
  get atEnd(): boolean {
    return this.index >= this.run.tokens.length;
  }
  take(): Token {
    const token = this.token;
    this.index += 1;
    return token;
  }
  takeIf(text: string): boolean {
    if (this.atEnd || this.token.text !== text) return false;
    this.index += 1;
    return true;
  }
  name(what: string): NamedToken {
    const token = this.token;
    if (this.atEnd || token.kind !== "name") throw new StatementError(token.offset, `expected ${what}, found ${shown(token)}`);
    if (reservedWords.has(token.text)) {
      throw new StatementError(token.offset, `"${token.text}" is a reserved word and cannot be the name of ${what}; choose another name`);
    }
    this.index += 1;
    return { id: token.text, offset: token.offset };
  }
  end(): void {
    if (!this.atEnd) throw new StatementError(this.token.offset, `expected the end of the statement (a newline or ';'), found ${shown(this.token)}`);
  }
}

/** How messages show a token. */
export const shown = (token: Token): string => (token.kind === "break" ? "the end of the statement" : `"${token.text}"`);

/** The formula from here up to one of some signs outside parentheses, or to the end. */
export function formulaUpTo(source: Source, cursor: Cursor, stops: readonly string[]): FormulaText {
  const first = cursor.token;
  let depth = 0;
  let end = first.offset;
  while (!cursor.atEnd && !(depth === 0 && stops.includes(cursor.token.text))) {
    const token = cursor.take();
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    end = token.offset + token.text.length;
  }
  if (end === first.offset) throw new StatementError(first.offset, `expected a formula, found ${shown(first)}`);
  return { text: source.text.slice(first.offset, end), offset: first.offset };
}
