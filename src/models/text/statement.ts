import type { Problem } from "../../kernel/problem.ts";
import { unsupportedStatements } from "./reserved.ts";
import type { EventStatement } from "./event.ts";
import { readEvent, startsEvent } from "./event.ts";
import { Cursor, StatementError, formulaUpTo, shown } from "./cursor.ts";
import type { FormulaText, NamedToken, Run } from "./cursor.ts";
import { tokenize } from "./lexer.ts";
import type { Source, Token } from "./lexer.ts";

export type { FormulaText, NamedToken } from "./cursor.ts";

export interface WrittenParticipant extends NamedToken {
  readonly stoichiometry: number;
  readonly boundary: boolean;
}

export interface DeclaredItem extends NamedToken {
  readonly boundary: boolean;
  readonly compartment: NamedToken | null;
  readonly value: FormulaText | null;
}

/** One statement as written, before anything is known about what its names are. */
export type Statement =
  | {
      readonly kind: "declaration";
      readonly what: "species" | "compartment" | "any";
      readonly change: "const" | "var" | null;
      readonly substanceOnly: boolean;
      readonly items: readonly DeclaredItem[];
    }
  | {
      readonly kind: "reaction";
      readonly name: NamedToken | null;
      readonly offset: number;
      readonly reactants: readonly WrittenParticipant[];
      readonly products: readonly WrittenParticipant[];
      readonly reversible: boolean;
      readonly rate: FormulaText;
    }
  | EventStatement
  | { readonly kind: "value" | "assignment" | "rate"; readonly target: NamedToken; readonly boundary: boolean; readonly formula: FormulaText }
  | { readonly kind: "unit"; readonly target: NamedToken; readonly unit: string }
  | { readonly kind: "unitDefinition"; readonly target: NamedToken; readonly formula: string };

const declaring = new Set(["const", "var", "species", "compartment", "substanceOnly"]);
const arrows = new Set(["->", "=>"]);
const refusedArrows = new Map([
  ["<->", "'<->' is not an arrow here; write '->' and a rate such as kf*A - kr*B"],
  ["<=>", "'<=>' is not an arrow here; write '->' and a rate such as kf*A - kr*B"],
]);

/** Reads statements one after the other; every problem is noted with its place. */
export function readStatements(source: Source, tokens: readonly Token[], note: (problem: Problem) => void): Statement[] {
  const statements: Statement[] = [];
  const runs = splitRuns(tokens);
  for (let index = 0; index < runs.length; index += 1) {
    let run = runs[index];
    if (!run || run.tokens.length === 0) continue;
    try {
      if (startsEvent(run)) {
        // libantimony, too, reads the assignments from the line below the colon.
        for (let more = runs[index + 1]; more && run.tokens.at(-1)?.text === ":" && run.end.text === "\n"; more = runs[index + 1]) {
          run = { tokens: [...run.tokens, ...more.tokens], end: more.end };
          index += 1;
        }
        statements.push(readEvent(source, run));
        continue;
      }
      const isReaction = run.tokens.some((token) => arrows.has(token.text)) && !run.tokens.some((token) => token.text === ":=" || token.text === "=");
      if (isReaction) {
        const rate = run.end.text === ";" ? runs[index + 1] : undefined;
        // The rate belongs to the reaction even when the reaction itself is wrong: one mistake, one problem.
        if (rate) index += 1;
        statements.push(readReaction(source, run, rate));
      } else statements.push(readStatement(source, run));
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      note({ ...source.place(error.offset), message: error.message });
    }
  }
  return statements;
}

function splitRuns(tokens: readonly Token[]): Run[] {
  const runs: Run[] = [];
  let open: Token[] = [];
  for (const token of tokens) {
    if (token.kind === "break") {
      runs.push({ tokens: open, end: token });
      open = [];
    } else open.push(token);
  }
  const last = tokens.at(-1);
  if (last && open.length > 0) runs.push({ tokens: open, end: { kind: "break", text: "", offset: last.offset + last.text.length } });
  return runs;
}

function readStatement(source: Source, run: Run): Statement {
  const cursor = new Cursor(run);
  const first = cursor.token;
  refuseUnsupported(source, run);
  if (first.text === "unit") return readUnitDefinition(cursor);
  if (declaring.has(first.text)) return readDeclaration(source, cursor);
  const boundary = cursor.takeIf("$");
  const target = cursor.name("a species, parameter or compartment");
  const operator = cursor.token;
  switch (operator.text) {
    case "in": {
      cursor.take();
      const compartment = cursor.name("a compartment");
      cursor.end();
      return { kind: "declaration", what: "any", change: null, substanceOnly: false, items: [{ ...target, boundary, compartment, value: null }] };
    }
    case "has": {
      cursor.take();
      return { kind: "unit", target, unit: unitText(cursor, "integers") };
    }
    case "=":
      cursor.take();
      return { kind: "value", target, boundary, formula: formulaFrom(source, cursor, run) };
    case ":=":
      cursor.take();
      return { kind: "assignment", target, boundary, formula: formulaFrom(source, cursor, run) };
    case "'":
      cursor.take();
      if (!cursor.takeIf("=")) throw new StatementError(cursor.token.offset, `expected "=" after ${target.id}', found ${shown(cursor.token)}`);
      return { kind: "rate", target, boundary, formula: formulaFrom(source, cursor, run) };
    default:
      throw new StatementError(
        operator.offset,
        `expected "=", ":=", "'", "in", "has" or a reaction arrow after "${target.id}", found ${shown(operator)}`,
      );
  }
}

/** Signs that only statements have which are refused, and `-`, which may be part of one. */
const suspicious = new Set([...refusedArrows.keys(), "@", "~", "<", ">", "<=", ">=", "-"]);
const modelWords = new Set(["model", "module", "end"]);

/** Whether a statement has nothing about it that `refuseUnsupported` could refuse. */
function isOrdinary({ tokens, end }: Run): boolean {
  const [first = end, second, , fourth] = tokens;
  if (first.kind === "number" || unsupportedStatements.has(first.text) || modelWords.has(first.text)) return false;
  if (second && (second.text === "is" || second.text === "." || (second.text === ":" && fourth?.text === "("))) return false;
  return !tokens.some(({ kind, text }) => kind === "string" || suspicious.has(text));
}

/** Refuses by name what Antimony has and this subset does not read. */
function refuseUnsupported(source: Source, run: Run): void {
  if (isOrdinary(run)) return;
  const first = run.tokens[0] ?? run.end;
  const texts = run.tokens.map((token) => token.text);
  const refuse = (message: string, offset = first.offset): never => {
    throw new StatementError(offset, message);
  };
  for (const token of run.tokens) {
    const message = refusedArrows.get(token.text);
    if (message !== undefined) refuse(message, token.offset);
  }
  const unsupported = unsupportedStatements.get(first.text);
  if (unsupported !== undefined) refuse(`"${first.text}": ${unsupported}`);
  if (modelWords.has(first.text)) {
    refuse(`"${first.text}" is out of place: a text holds one model, 'model NAME' ... 'end'; submodels are not read yet`);
  }
  if (texts[1] === ":" && texts[3] === "(") refuse("submodels are not read yet; paste the submodel's lines");
  if (texts.includes("@") || texts.includes("~")) refuse(`"${texts.includes("@") ? "@" : "~"}" is not read by this version; remove it`);
  const attribute = texts[1] ?? "";
  if (attribute === "is") refuse(`display names ('${first.text} is "..."') are not read yet; remove the line or make it a comment`);
  if (attribute === ".") refuse(`attributes ('${first.text}.${texts[2] ?? ""}': SBO terms, uncertainty, submodel members) are not read yet; remove the line`);
  if (run.tokens.some((token) => token.kind === "string") && !texts.includes("=")) refuse(`annotations ('${first.text} ${attribute} "..."') are not read yet; remove the line`);
  if (first.kind === "number" && texts[1] === "=") refuse("algebraic rules ('0 = formula') are not read yet; solve for one variable and write 'x := formula'");
  const assigns = texts.includes("=") || texts.includes(":=");
  if (!assigns && texts.some((text) => text === "<" || text === ">" || text === "<=" || text === ">=")) refuse("constraints and flux bounds are not read yet");
  const text = source.text.slice(first.offset, run.end.offset);
  const interaction = assigns ? null : /-(?:o|\||\()\s/.exec(text);
  if (interaction) refuse(`interactions ('${interaction[0].trim()}') are not read yet; put the effect into the rate`, first.offset + interaction.index);
  if (!assigns && text.includes("--")) refuse("DNA strands ('--') are not read yet; write each expression step as a reaction", first.offset + text.indexOf("--"));
}

function readDeclaration(source: Source, cursor: Cursor): Statement {
  const changeText = cursor.token.text === "const" || cursor.token.text === "var" ? cursor.take().text : null;
  const change = changeText === "const" || changeText === "var" ? changeText : null;
  const substanceOnly = cursor.takeIf("substanceOnly");
  const typeToken = cursor.token;
  const unsupported = unsupportedStatements.get(typeToken.text);
  if (unsupported !== undefined) throw new StatementError(typeToken.offset, `"${typeToken.text}": ${unsupported}`);
  const what = cursor.takeIf("species") ? "species" : cursor.takeIf("compartment") ? "compartment" : substanceOnly ? "species" : "any";
  if (substanceOnly && what === "compartment") throw new StatementError(typeToken.offset, "a compartment cannot be substanceOnly");
  const items: DeclaredItem[] = [];
  do {
    const boundary = cursor.takeIf("$");
    const name = cursor.name(what === "any" ? "a species, parameter or compartment" : `a ${what}`);
    const inToken = cursor.token;
    const compartment = cursor.takeIf("in") ? cursor.name("a compartment") : null;
    if (compartment && what === "compartment") throw new StatementError(inToken.offset, "a compartment inside a compartment is not read yet; leave out 'in'");
    const value = cursor.takeIf("=") ? formulaUpTo(source, cursor, [","]) : null;
    items.push({ ...name, boundary, compartment, value });
  } while (cursor.takeIf(","));
  cursor.end();
  return { kind: "declaration", what, change, substanceOnly, items };
}

function readReaction(source: Source, run: Run, rate: Run | undefined): Statement {
  const cursor = new Cursor(run);
  refuseUnsupported(source, { ...run, tokens: run.tokens.filter((token) => !arrows.has(token.text)) });
  const offset = cursor.token.offset;
  let name: NamedToken | null = null;
  if (run.tokens[1]?.text === ":") {
    name = cursor.name("a reaction");
    cursor.take();
  } else if (run.tokens[1]?.text === "in") {
    throw new StatementError(run.tokens[1].offset, "a reaction in a compartment is not read yet; put the compartment into the rate");
  }
  const reactants = readSide(cursor);
  const arrow = cursor.take();
  if (!arrows.has(arrow.text)) throw new StatementError(arrow.offset, `expected "+", "->" or "=>", found ${shown(arrow)}`);
  const products = readSide(cursor);
  cursor.end();
  const label = name ? `reaction "${name.id}"` : "the reaction";
  if (!rate) throw new StatementError(run.end.offset, `${label} has no rate; write "; formula" after the products, on the same line`);
  const wrongRate = rate.tokens.find((token) => arrows.has(token.text) || token.text === ":=" || token.text === "=" || token.text === "$");
  if (wrongRate) throw new StatementError(wrongRate.offset, `${label} has no rate; found ${shown(wrongRate)} where the rate's formula should be`);
  const first = rate.tokens[0];
  const last = rate.tokens.at(-1);
  if (!first || !last) throw new StatementError(rate.end.offset, `${label} has no rate; write "; formula" after the products, on the same line`);
  const formula = { text: source.text.slice(first.offset, last.offset + last.text.length), offset: first.offset };
  return { kind: "reaction", name, offset, reactants, products, reversible: arrow.text === "->", rate: formula };
}

function readSide(cursor: Cursor): WrittenParticipant[] {
  const participants: WrittenParticipant[] = [];
  if (cursor.atEnd || arrows.has(cursor.token.text)) return participants;
  do {
    let stoichiometry = 1;
    const token = cursor.token;
    if (token.kind === "number") {
      cursor.take();
      stoichiometry = Number(token.text);
      if (!(stoichiometry > 0 && Number.isFinite(stoichiometry))) throw new StatementError(token.offset, `a stoichiometry must be a positive number, found "${token.text}"`);
    } else if (token.text === "-") {
      throw new StatementError(token.offset, "a stoichiometry must be a positive number; put the species on the other side of the arrow");
    }
    const boundary = cursor.takeIf("$");
    const name = cursor.name("a species");
    if (!cursor.atEnd && cursor.token.kind === "name" && token.kind === "name") {
      throw new StatementError(token.offset, `a stoichiometry must be a number; "${token.text}" is a name (variable stoichiometry is not read yet)`);
    }
    participants.push({ ...name, stoichiometry, boundary });
  } while (cursor.takeIf("+"));
  return participants;
}

function readUnitDefinition(cursor: Cursor): Statement {
  cursor.take();
  const token = cursor.token;
  if (token.kind !== "name") throw new StatementError(token.offset, `expected the name of a unit, found ${shown(token)}`);
  cursor.take();
  if (!cursor.takeIf("=")) throw new StatementError(cursor.token.offset, `expected "=" after unit "${token.text}", found ${shown(cursor.token)}`);
  return { kind: "unitDefinition", target: { id: token.text, offset: token.offset }, formula: unitText(cursor, "any") };
}

/** Unit text with one blank around operators left out, so that equal units are equal text. */
function unitText(cursor: Cursor, numbers: "integers" | "any"): string {
  if (cursor.atEnd) throw new StatementError(cursor.token.offset, "expected a unit such as mole/litre");
  let text = "";
  let previous: Token | null = null;
  while (!cursor.atEnd) {
    const token = cursor.take();
    const allowed = token.kind === "name" || token.kind === "number" || ["*", "/", "^", "(", ")", "-"].includes(token.text);
    if (numbers === "integers" && token.kind === "number" && !/^\d+$/.test(token.text)) {
      throw new StatementError(token.offset, `a unit with the factor ${token.text} needs a name: write 'unit NAME = ${token.text} ...' and 'has NAME'`);
    }
    if (!allowed) throw new StatementError(token.offset, `a unit holds names, numbers, "*", "/", "^" and parentheses; found ${shown(token)}`);
    const wordAfterWord = previous !== null && previous.kind !== "symbol" && token.kind !== "symbol";
    text += wordAfterWord ? ` ${token.text}` : token.text;
    previous = token;
  }
  return text;
}

function formulaFrom(source: Source, cursor: Cursor, run: Run): FormulaText {
  const first = cursor.token;
  const last = run.tokens.at(-1);
  if (cursor.atEnd || !last) throw new StatementError(first.offset, "expected a formula");
  return { text: source.text.slice(first.offset, last.offset + last.text.length), offset: first.offset };
}

/** A unit's text as networks store it; only a unit definition may hold other numbers than integers. @throws when it is no unit text. */
export function canonicalUnit(text: string, numbers: "integers" | "any" = "integers"): string {
  const { tokens } = tokenize(text);
  const used = tokens.filter((token) => token.kind !== "break");
  return unitText(new Cursor({ tokens: used, end: tokens.at(-1) ?? { kind: "break", text: "", offset: 0 } }), numbers);
}
