import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/study/canonical.ts";
import { ledgerOption } from "../../src/study/ledger.ts";
import { ledger } from "../../src/study/ledger.node.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { registrationOf } from "../../src/study/registration.ts";
import { recordReads } from "../../src/study/files.ts";
import { toyKind, toyScenario } from "./toy-kind.ts";

async function registration(text = toyScenario, files: Readonly<Record<string, string>> = {}) {
  const answer = readScenario(text, [toyKind]);
  if ("problems" in answer) throw new Error(JSON.stringify(answer.problems));
  const reads = recordReads({ readText: async (name) => files[name] ?? "", readData: async () => "" });
  const study = await answer.scenario.kind.prepare(answer.scenario.values, reads.files);
  if ("problems" in study) throw new Error(JSON.stringify(study.problems));
  return registrationOf(answer.scenario.values, reads.texts(text), study.tasks);
}

const freshFile = () => join(mkdtempSync(join(tmpdir(), "semimech-ledger-")), "semimech-ledger.ndjson");
function registeredOf(answer: ReturnType<ReturnType<typeof ledger>["register"]>) {
  if ("problems" in answer) throw new Error(answer.problems.join("\n"));
  return answer.registered;
}

describe("registration", () => {
  test("prose, the order of keys and line ends change nothing; model, splits, endpoint, seeds and budget do", async () => {
    const { hash, parts } = await registration();
    const same = [toyScenario.replace("A toy", "Another title"), toyScenario.replace("id: pairs, kind: held-out-combination", "kind: held-out-combination, id: pairs"), toyScenario.replaceAll("\n", "\r\n")];
    for (const text of same) expect((await registration(text)).hash).toBe(hash);
    const changes: readonly (readonly [string, string, string])[] = [
      ["slope: 2", "slope: 3", "model"],
      ["doses: [1, 2]", "doses: [1, 2], unit: nM", "protocols"],
      ["kind: held-out-combination", "kind: random", "splits"],
      ["rmse", "mse", "primary"],
      ["seeds: [1, 2]", "seeds: [1, 3]", "seeds"],
      ["full: 80", "full: 81", "budget"],
      ["baselines: all", "baselines: [additive]", "baselines"],
    ];
    for (const [from, to, part] of changes) {
      const changed = await registration(toyScenario.replace(from, to));
      expect(changed.hash).not.toBe(hash);
      expect(Object.keys(parts).filter((name) => parts[name] !== changed.parts[name])).toEqual([part]);
    }
  });

  test("the text of a model file is part of the hash", async () => {
    const text = toyScenario.replace("slope: 2", "slope: 2, text: a.ant");
    const one = await registration(text, { "a.ant": "A -> B; k*A\n" });
    expect((await registration(text, { "a.ant": "A -> B; k*A\r\n" })).hash).toBe(one.hash);
    expect((await registration(text, { "a.ant": "A -> B; k*A*A\n" })).hash).not.toBe(one.hash);
  });
});

describe("ledger", () => {
  test("registers once, counts accesses, refuses a change by naming it, takes an amendment that names its parent", async () => {
    const book = ledger(freshFile());
    const first = await registration();
    expect(registeredOf(book.register(first)).fresh).toBe(true);
    const registered = registeredOf(book.register(first));
    expect(registered.fresh).toBe(false);
    expect(book.access(registered, ["pairs", "dose"])).toEqual({ counts: { pairs: 1, dose: 1 } });
    expect(book.access(registered, ["pairs"])).toEqual({ counts: { pairs: 2, dose: 1 } });

    const second = await registration(toyScenario.replace("full: 80", "full: 90"));
    const refused = book.register(second);
    expect("problems" in refused && refused.problems[0]).toContain(`(budget); to run it as an amendment: semimech register toy --amend ${first.hash.slice(0, 8)}`);
    expect("problems" in refused && refused.problems[0]).toContain(`--amend ${first.hash.slice(0, 8)} --ledger ${book.file}`);
    expect([ledgerOption("semimech-ledger.ndjson"), ledgerOption("my ledger")]).toEqual(["", " --ledger 'my ledger'"]);
    expect(book.register(second, "00000000")).toEqual({ problems: [`00000000 is no registration of toy; known are ${first.hash.slice(0, 8)}`] });
    const amended = registeredOf(book.register(second, first.hash.slice(0, 8)));
    expect(amended.fresh).toBe(true);
    const lines = readFileSync(book.file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line["entry"])).toEqual(["register", "access", "access", "access", "register"]);
    expect(lines.at(-1)?.["parent"]).toBe(first.hash);
    // An amendment does not make a test set fresh.
    expect(book.access(amended, ["pairs"])).toEqual({ counts: { pairs: 3, dose: 1 } });
  });

  test("nothing is scored under a hash that does not stand in the ledger", async () => {
    const registered = registeredOf(ledger(freshFile()).register(await registration()));
    const other = ledger(freshFile());
    expect(other.access(registered, ["pairs"])).toEqual({ problems: [`toy ${registered.hash} is not registered in ${other.file}; nothing is scored`] });
  });

  test("a corrupt ledger is refused by line, all lines at once", async () => {
    const book = ledger(freshFile());
    book.register(await registration());
    appendFileSync(book.file, `oops\n{"schema":"ledger/1","entry":"access"}\n{"cut`);
    const answer = book.register(await registration());
    expect("problems" in answer && answer.problems.map((each) => each.slice(book.file.length).replace(/\(.*\)/, "(…)"))).toMatchInlineSnapshot(`
      [
        ":2: not JSON; the ledger is append-only, restore this line from a copy",
        ":3: not a ledger entry (…); the ledger is append-only, restore this line from a copy",
        ":4: the last line has no line end: it was cut off or edited; restore it from a copy",
      ]
    `);
    const before = readFileSync(book.file, "utf8");
    expect(before.endsWith('{"cut')).toBe(true);
  });

  test("an edited hash is found out", async () => {
    const book = ledger(freshFile());
    const first = await registration();
    book.register(first);
    writeFileSync(book.file, readFileSync(book.file, "utf8").replace(first.hash, await sha256("else")));
    expect("problems" in book.register(first)).toBe(true);
  });
});
