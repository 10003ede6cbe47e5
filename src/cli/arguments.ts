import { parseArgs } from "node:util";
import { parseSeed } from "../numerics/seed.ts";
import { didYouMean } from "../study/nearest.ts";
import { commonOptions, type Option, type Verb } from "./verb.ts";

/** A verb's arguments, read and checked. */
export interface Call {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | null;
  texts(name: string): readonly string[];
  number(name: string): number | null;
  /** Decimal text of a 64-bit seed. */
  seed(): string | null;
  /** Every option that was given, as given. */
  readonly given: Readonly<Record<string, readonly string[]>>;
}

/** Reads what follows the verb; all problems at once. */
export function readArguments(verb: Verb, argv: readonly string[]): { readonly call: Call } | { readonly problems: readonly string[] } {
  const options: Readonly<Record<string, Option>> = { ...verb.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        { type: option.kind === "flag" ? ("boolean" as const) : ("string" as const), ...(option.short ? { short: option.short } : {}) },
      ]),
    ),
  });
  const problems: string[] = [];
  const positionals: string[] = [];
  const given: Record<string, string[]> = {};
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) problems.push(`unknown option ${token.rawName}${optionHint(token.name, Object.keys(options))}`);
    else if (option.kind === "flag" && token.value !== undefined) problems.push(`--${token.name} takes no value`);
    // A value that looks like an option is an option whose value was forgotten; `--set id=-1` and `--seed -1` are not.
    else if (option.kind !== "flag" && (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))) problems.push(`--${token.name} needs a value: --${token.name} ${option.value ?? "VALUE"}`);
    else {
      const value = token.value ?? "";
      const problem = checkValue(option, value);
      if (problem !== null) problems.push(`--${token.name} ${value}: ${problem}`);
      const list = (given[token.name] ??= []);
      list.push(value);
      if (list.length === 2 && !option.many && option.kind !== "flag") problems.push(`--${token.name} is given twice`);
    }
  }
  if (!("help" in given)) problems.push(...positionalProblems(verb, positionals, problems.length === 0));
  if (problems.length > 0) return { problems };
  const last = (name: string) => given[name]?.at(-1) ?? null;
  return {
    call: {
      positionals,
      given,
      flag: (name) => name in given,
      text: last,
      texts: (name) => given[name] ?? [],
      number: (name) => {
        const value = last(name);
        return value === null ? null : Number(value);
      },
      seed: () => {
        const value = last("seed");
        const parsed = value === null ? null : parseSeed(value);
        return parsed !== null && "seed" in parsed ? parsed.seed.toString() : null;
      },
    },
  };
}

function optionHint(name: string, known: readonly string[]): string {
  const hint = didYouMean(name, known);
  return hint.startsWith("; did you mean") ? hint.replace('"', "--").replace('"', "") : "; --help lists the options";
}

function checkValue(option: Option, value: string): string | null {
  switch (option.kind) {
    case "number":
    case "integer": {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      const whole = option.kind === "integer";
      if (!Number.isFinite(number) || (whole && !Number.isInteger(number))) return `expected a ${whole ? "whole " : ""}number`;
      if (option.min !== undefined && number < option.min) return `expected at least ${option.min}`;
      return option.kind === "integer" && option.max !== undefined && number > option.max ? `expected at most ${option.max}` : null;
    }
    case "seed": {
      const parsed = parseSeed(value);
      return "problem" in parsed ? parsed.problem : null;
    }
    case "choice":
      return option.of.includes(value) ? null : `expected one of ${option.of.join(", ")}${didYouMean(value, option.of).replace(/^; known.*$/, "")}`;
    default:
      return null;
  }
}

/** What is left over after a mistyped option is most likely its value, and no problem of its own. */
function positionalProblems(verb: Verb, positionals: readonly string[], all: boolean): readonly string[] {
  const { takes } = verb.facts;
  const required = takes.filter((name) => !name.endsWith("?"));
  const missing = required.slice(positionals.length).map((name) => `${name} is missing`);
  const extra = positionals.slice(takes.length).map((value) => `nothing expected here: ${value}`);
  return all ? [...missing, ...extra] : missing;
}
