import { commonOptions, type Option, type Verb } from "./verb.ts";

/** The page `semimech --help` prints. */
export function generalHelp(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => verb.facts.name.length));
  return [
    "semimech: semi-mechanistic modelling of biochemical and regulatory systems",
    "",
    "Usage: semimech VERB [ARGUMENTS] [OPTIONS]",
    "",
    ...verbs.map((verb) => `  ${verb.facts.name.padEnd(width)}  ${verb.facts.summary}`),
    "",
    "semimech VERB --help tells more; semimech --version prints the version.",
    "",
  ].join("\n");
}

/** The page `semimech VERB --help` prints. */
export function verbHelp(verb: Verb): string {
  const { name, summary, takes, examples } = verb.facts;
  return [
    `semimech ${name}: ${summary}`,
    "",
    `Usage: semimech ${[name, ...takes.map((each) => (each.endsWith("?") ? `[${each.slice(0, -1)}]` : each))].join(" ")} [OPTIONS]`,
    "",
    ...optionLines({ ...verb.options, ...commonOptions }),
    "",
    examples.length > 1 ? "Examples:" : "Example:",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function optionLines(options: Readonly<Record<string, Option>>): readonly string[] {
  const left = Object.entries(options).map(([name, option]) => {
    const value = option.kind === "flag" ? "" : ` ${option.value ?? (option.kind === "choice" ? option.of.join("|") : "VALUE")}`;
    return `${option.short ? `-${option.short}, ` : ""}--${name}${value}`;
  });
  const width = Math.min(34, Math.max(...left.map((each) => each.length)));
  return Object.values(options).map((option, index) => `  ${(left[index] ?? "").padEnd(width)}  ${option.help}${option.many ? " (may be repeated)" : ""}`);
}
