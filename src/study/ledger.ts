import { z } from "zod";
import { canonicalJson } from "./canonical.ts";
import type { Registration } from "./registration.ts";
import { shellWord } from "./shell-word.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A line of the ledger: a scenario was registered, or one of its test sets was scored. */
export const ledgerEntry = z.discriminatedUnion("entry", [
  z.strictObject({
    schema: z.literal("ledger/1"),
    entry: z.literal("register"),
    time: z.iso.datetime(),
    scenario: z.string(),
    hash,
    /** Registration this one amends; null = the first. */
    parent: hash.nullable(),
    parts: z.record(z.string(), hash),
  }),
  z.strictObject({ schema: z.literal("ledger/1"), entry: z.literal("access"), time: z.iso.datetime(), scenario: z.string(), hash, testSet: z.string() }),
]);

export type LedgerEntry = Readonly<z.output<typeof ledgerEntry>>;
type RegisterEntry = Extract<LedgerEntry, { readonly entry: "register" }>;

/** Reads a ledger; a line that is no entry is refused by its number, all of them at once. */
export function readLedger(text: string, file: string): { readonly entries: readonly LedgerEntry[] } | { readonly problems: readonly string[] } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const read = lines.map((line, index) => readLine(line, `${file}:${index + 1}`));
  if (rest !== "") read.push({ problem: `${file}:${lines.length + 1}: the last line has no line end: it was cut off or edited; restore it from a copy` });
  const problems = read.flatMap((each) => ("problem" in each ? [each.problem] : []));
  return problems.length > 0 ? { problems } : { entries: read.flatMap((each) => ("entry" in each ? [each.entry] : [])) };
}

function readLine(line: string, place: string): { readonly entry: LedgerEntry } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: `${place}: not JSON; the ledger is append-only, restore this line from a copy` };
  }
  const answer = ledgerEntry.safeParse(value);
  if (answer.success) return { entry: answer.data };
  const issue = answer.error.issues[0];
  return { problem: `${place}: not a ledger entry (${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown"}); the ledger is append-only, restore this line from a copy` };
}

/** One line of the ledger, with its line end. */
export function writeLedgerEntry(entry: LedgerEntry): string {
  return `${canonicalJson(entry)}\n`;
}

/** What the ledger says about a scenario as it stands now. */
export type Standing =
  | { readonly standing: "unregistered" }
  | { readonly standing: "registered"; readonly entry: RegisterEntry }
  /** Registered, but not like this: `changed` names the parts that differ from the latest registration. */
  | { readonly standing: "changed"; readonly latest: RegisterEntry; readonly changed: readonly string[] };

/** Compares a scenario with its registrations. */
export function standingOf(entries: readonly LedgerEntry[], registration: Registration): Standing {
  const own = registrationsOf(entries, registration.scenario);
  const same = own.findLast((entry) => entry.hash === registration.hash);
  if (same) return { standing: "registered", entry: same };
  const latest = own.at(-1);
  if (!latest) return { standing: "unregistered" };
  const names = new Set([...Object.keys(latest.parts), ...Object.keys(registration.parts)]);
  return { standing: "changed", latest, changed: [...names].filter((name) => latest.parts[name] !== registration.parts[name]) };
}

/** File name of the ledger, beside `runs/`. */
export const ledgerDefault = "semimech-ledger.ndjson";

/** What a command needs besides to reach a ledger: nothing for the default, else the option, after a space. */
export const ledgerOption = (file: string): string => (file === ledgerDefault ? "" : ` --ledger ${shellWord(file)}`);

/** The sentence that refuses a changed scenario, with the command that amends it in the same ledger. */
export function refusal(scenario: string, standing: Extract<Standing, { readonly standing: "changed" }>, file: string = ledgerDefault): string {
  return `scenario ${scenario} changed since it was registered as ${short(standing.latest.hash)} on ${standing.latest.time.slice(0, 10)} (${standing.changed.join(", ")}); to run it as an amendment: semimech register ${scenario} --amend ${short(standing.latest.hash)}${ledgerOption(file)}`;
}

/** A registration named by its hash or the first eight or more digits of it. */
export function findRegistration(entries: readonly LedgerEntry[], scenario: string, name: string): { readonly entry: RegisterEntry } | { readonly problem: string } {
  const own = registrationsOf(entries, scenario);
  const entry = name.length >= 8 ? own.find((each) => each.hash.startsWith(name)) : undefined;
  if (entry) return { entry };
  const known = own.map((each) => short(each.hash)).join(", ");
  return { problem: `${name} is no registration of ${scenario}; ${own.length === 0 ? "it has none yet" : `known are ${known}`}` };
}

/** How often each test set of a scenario was scored, amendments included: an amendment does not make a test set fresh. */
export function accessCounts(entries: readonly LedgerEntry[], scenario: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.entry === "access" && entry.scenario === scenario) counts[entry.testSet] = (counts[entry.testSet] ?? 0) + 1;
  }
  return counts;
}

/** The first eight digits, as people name a hash. */
export function short(value: string): string {
  return value.slice(0, 8);
}

function registrationsOf(entries: readonly LedgerEntry[], scenario: string): readonly RegisterEntry[] {
  return entries.flatMap((entry) => (entry.entry === "register" && entry.scenario === scenario ? [entry] : []));
}
