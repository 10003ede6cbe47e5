import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { accessCounts, findRegistration, readLedger, refusal, standingOf, writeLedgerEntry, type LedgerEntry } from "./ledger.ts";
import type { Registration } from "./registration.ts";

/** Proof that a hash stands in the ledger; only `Ledger.register` makes one, and only with one can test sets be scored. */
export interface Registered extends Registration {
  readonly ledger: string;
  readonly since: string;
  /** True when this call wrote the entry. */
  readonly fresh: boolean;
}

type Answer = { readonly registered: Registered } | { readonly problems: readonly string[] };

/** The append-only ledger file. */
export interface Ledger {
  readonly file: string;
  /**
   * Registers a scenario, or finds its registration. One that changed is refused unless `amend` names a registration it amends.
   */
  register(registration: Registration, amend?: string | null): Answer;
  /** Writes one access entry per test set and gives all counts of the scenario, these included. */
  access(registered: Registered, testSets: readonly string[]): { readonly counts: Readonly<Record<string, number>> } | { readonly problems: readonly string[] };
}

/** The ledger at a path; the file is made by its first entry. */
export function ledger(file: string): Ledger {
  const read = () => readLedger(textOf(file), file);
  const append = (entries: readonly LedgerEntry[]) => {
    // One write of whole lines in append mode: two runs at once interleave lines, never parts of lines.
    const handle = openSync(file, "a");
    try {
      writeSync(handle, entries.map(writeLedgerEntry).join(""));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  };
  return {
    file,
    register: (registration, amend = null) => {
      const answer = read();
      if ("problems" in answer) return answer;
      const standing = standingOf(answer.entries, registration);
      if (standing.standing === "registered") {
        return { registered: { ...registration, ledger: file, since: standing.entry.time, fresh: false } };
      }
      if (standing.standing === "changed" && amend === null) return { problems: [refusal(registration.scenario, standing, file)] };
      let parent: string | null = null;
      if (amend !== null) {
        const found = findRegistration(answer.entries, registration.scenario, amend);
        if ("problem" in found) return { problems: [found.problem] };
        parent = found.entry.hash;
      }
      const time = new Date().toISOString();
      append([{ schema: "ledger/1", entry: "register", time, scenario: registration.scenario, hash: registration.hash, parent, parts: { ...registration.parts } }]);
      return { registered: { ...registration, ledger: file, since: time, fresh: true } };
    },
    access: (registered, testSets) => {
      const answer = read();
      if ("problems" in answer) return answer;
      if (standingOf(answer.entries, registered).standing !== "registered") {
        return { problems: [`${registered.scenario} ${registered.hash} is not registered in ${file}; nothing is scored`] };
      }
      const time = new Date().toISOString();
      append(testSets.map((testSet) => ({ schema: "ledger/1", entry: "access", time, scenario: registered.scenario, hash: registered.hash, testSet })));
      const after = read();
      return "problems" in after ? after : { counts: accessCounts(after.entries, registered.scenario) };
    },
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    // A read of a folder fails without saying which.
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}
