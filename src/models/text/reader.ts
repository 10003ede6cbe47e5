import type { Expression } from "../../kernel/expression.ts";
import type { Problem } from "../../kernel/problem.ts";
import { endOfNumber } from "../../kernel/scan.ts";
import { checkNetwork } from "../check.ts";
import { canonicalFormula, plainNumber } from "../formula.ts";
import type { Network, NetworkEvent, Participant } from "../network.ts";
import { tokenize } from "./lexer.ts";
import type { Source, Token } from "./lexer.ts";
import { readStatements } from "./statement.ts";
import type { FormulaText, Statement, WrittenParticipant } from "./statement.ts";
import { tableOf } from "./table.ts";
import type { Entry, NamedEvent } from "./table.ts";

/** A network, or everything that is wrong with its text. */
export type ReadResult =
  | { readonly network: Network; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly network?: undefined };

/** The compartment of species that name none; its size is 1. */
export const defaultCompartment = "default_compartment";

/**
 * Reads reaction text, a true subset of Antimony: what it accepts means what libantimony means by it.
 * All problems are reported at once, each with line and column; anything unsupported is refused by name.
 * @param id the network's id where the text has no `model NAME` line.
 * @source Smith et al. 2009, Bioinformatics 25, 2452, doi:10.1093/bioinformatics/btp401; behaviour compared with libantimony 3.3.0.
 */
export function readReactionText(text: string, id = "model"): ReadResult {
  const problems: Problem[] = [];
  const source = tokenize(text);
  const note = (offset: number, message: string): void => void problems.push({ ...source.place(offset), message });
  if (source.unclosed) note(source.unclosed.offset, `this ${source.unclosed.what} never ends`);
  const model = unwrap(source, note);
  const statements = readStatements(source, model.tokens, (problem) => problems.push(problem));
  const network = assemble(source, model.name ?? id, statements, (problem) => problems.push(problem));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length > 0 ? { problems } : { network };
}

type FormulaParser = (formula: FormulaText) => { readonly text: string; readonly expression: Expression } | null;

/** Takes off `model NAME ... end`. */
function unwrap(source: Source, note: (offset: number, message: string) => void): { name: string | null; tokens: readonly Token[] } {
  const tokens = source.tokens;
  const start = tokens.findIndex((token) => token.kind !== "break");
  const first = tokens[start];
  if (!first || (first.text !== "model" && first.text !== "module")) return { name: null, tokens };
  let index = start + 1;
  if (tokens[index]?.text === "*") index += 1;
  const nameToken = tokens[index];
  if (nameToken?.kind !== "name") {
    note(first.offset, `expected a name after "${first.text}"`);
    return { name: null, tokens: tokens.slice(index) };
  }
  index += 1;
  if (tokens[index]?.text === "(") {
    if (tokens[index + 1]?.text !== ")") note(tokens[index]?.offset ?? 0, "model arguments are not read yet (they belong to submodels); write 'model NAME' or 'model NAME()'");
    while (tokens[index] && tokens[index]?.kind !== "break" && tokens[index]?.text !== ")") index += 1;
    if (tokens[index]?.text === ")") index += 1;
  }
  const isEnd = (token: Token, at: number): boolean =>
    token.text === "end" && token.kind === "name" && tokens[at - 1]?.kind === "break" && tokens[at + 1]?.kind === "break";
  const end = tokens.findIndex((token, at) => at >= index && isEnd(token, at));
  if (end < 0) {
    note(first.offset, `"${first.text} ${nameToken.text}" has no 'end'`);
    return { name: nameToken.text, tokens: tokens.slice(index) };
  }
  const trailing = tokens.slice(end + 1).find((token) => token.kind !== "break");
  if (trailing) note(trailing.offset, `text after 'end' is not read: a text holds one model; found "${trailing.text}"`);
  return { name: nameToken.text, tokens: tokens.slice(index, end) };
}

function assemble(source: Source, id: string, statements: readonly Statement[], push: (problem: Problem) => void): Network {
  const note = (offset: number, message: string): void => push({ ...source.place(offset), message });
  const table = tableOf(statements, note);
  const parse: FormulaParser = (formula) => {
    const result = canonicalFormula(formula.text);
    if (result.problems === undefined) return result;
    // The formula is one logical line, so its columns are offsets; continued lines then keep their places.
    for (const problem of result.problems) note(formula.offset + problem.column - 1, problem.message);
    return null;
  };
  const print = (formula: FormulaText): string => parse(formula)?.text ?? "";

  const values = new Map<string, { number: number | null; formula: string | null; isAmount: boolean; unit: string | null }>();
  for (const entry of table.entries) {
    if (entry.value) values.set(entry.id, readValue(entry, entry.value, parse));
  }
  const usesDefault = table.entries.some((entry) => entry.kind === "species" && !entry.compartment);
  const compartments = table.entries
    .filter((entry) => entry.kind === "compartment")
    .map((entry) => ({
      id: entry.id,
      size: values.get(entry.id)?.number ?? (entry.id === defaultCompartment && !entry.value && !entry.rule ? 1 : null),
      constant: entry.change !== "var" && !entry.rule && !entry.event,
      unit: entry.unit ?? values.get(entry.id)?.unit ?? null,
    }));
  if (usesDefault && !compartments.some((one) => one.id === defaultCompartment)) compartments.push({ id: defaultCompartment, size: 1, constant: true, unit: null });

  const network: Network = {
    schema: "network/1",
    id,
    compartments,
    species: table.entries
      .filter((entry) => entry.kind === "species")
      .map((entry) => ({
        id: entry.id,
        compartment: entry.compartment?.id ?? defaultCompartment,
        initial: values.get(entry.id)?.number ?? null,
        initialKind: entry.substanceOnly || values.get(entry.id)?.isAmount === true ? "amount" : "concentration",
        boundary: entry.boundary || entry.change === "const",
        constant: entry.change === "const",
        substanceOnly: entry.substanceOnly,
        unit: entry.unit ?? values.get(entry.id)?.unit ?? null,
      })),
    parameters: table.entries
      .filter((entry) => entry.kind === "parameter")
      .map((entry) => ({
        id: entry.id,
        value: values.get(entry.id)?.number ?? null,
        constant: entry.change === "const" || (entry.change !== "var" && !entry.rule && !entry.event),
        unit: entry.unit ?? values.get(entry.id)?.unit ?? null,
      })),
    reactions: table.reactions.map((reaction) => ({
      id: reaction.id,
      reactants: participantsOf(reaction.statement.reactants),
      products: participantsOf(reaction.statement.products),
      rate: print(reaction.statement.rate),
      reversible: reaction.statement.reversible,
    })),
    rules: table.rules.map((rule) => ({ kind: rule.kind, target: rule.target.id, formula: print(rule.formula) })),
    initialAssignments: table.values.flatMap((target) => {
      const formula = values.get(target)?.formula;
      return formula === null || formula === undefined ? [] : [{ target, formula }];
    }),
    ...(table.events.length > 0 ? { events: table.events.map((event) => eventOf(event, print)) } : {}),
    units: table.units,
  };
  for (const problem of checkNetwork(network)) note(table.offsets.get(problem.where) ?? table.offsets.get(problem.where.replace(/^[a-z]+:/, "any:")) ?? 0, problem.message);
  return network;
}

function eventOf({ id, statement }: NamedEvent, print: (formula: FormulaText) => string): NetworkEvent {
  const { trigger, initialValue, persistent, delay, valuesFromTriggerTime, priority, assignments } = statement;
  return {
    id,
    trigger: print(trigger),
    initialValue,
    persistent,
    delay: delay && print(delay),
    valuesFromTriggerTime,
    priority: priority && print(priority),
    assignments: assignments.map(({ target, formula }) => ({ target: target.id, formula: print(formula) })),
  };
}

/** `A + A` is `2 A`: one entry per species and side, in the order written. */
function participantsOf(written: readonly WrittenParticipant[]): Participant[] {
  const sums = new Map<string, number>();
  for (const { id, stoichiometry } of written) sums.set(id, (sums.get(id) ?? 0) + stoichiometry);
  return [...sums].map(([species, stoichiometry]) => ({ species, stoichiometry }));
}

function readValue(
  entry: Entry,
  text: FormulaText,
  parse: FormulaParser,
): { number: number | null; formula: string | null; isAmount: boolean; unit: string | null } {
  const none = { number: null, formula: null, isAmount: false, unit: null };
  // Most values are plain numbers, which need no grammar.
  const plain = endOfNumber(text.text, 0) === text.text.length ? Number(text.text) : Number.NaN;
  if (Number.isFinite(plain)) return { ...none, number: plain };
  const [, numberText = text.text, word = null] = /^([+-]?\s*[0-9.]+(?:[eE][+-]?[0-9]+)?)\s+([A-Za-z_][A-Za-z0-9_]*)$/.exec(text.text) ?? [];
  const [, amountText = null, size] = /^([+-]?\s*[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*\/\s*([A-Za-z_][A-Za-z0-9_]*)$/.exec(text.text) ?? [];
  // libantimony, too, reads `A = 10 / C` in A's own compartment as an initial amount.
  const isAmount = amountText !== null && entry.kind === "species" && !entry.substanceOnly && size === (entry.compartment?.id ?? defaultCompartment);
  const formula = parse({ text: (isAmount ? amountText : numberText).replace(/^\+/, " "), offset: text.offset });
  if (!formula) return none;
  const number = plainNumber(formula.expression);
  // A number that is not finite is noted by `checkNetwork`.
  if (number !== null) return { ...none, number: number + 0, isAmount, unit: word };
  return { ...none, formula: formula.text };
}
