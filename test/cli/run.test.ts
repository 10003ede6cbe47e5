import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runOutput } from "../../src/cli/run.ts";
import { reproduceOutput } from "../../src/cli/reproduce.ts";
import type { RunResult } from "../../src/study/result.ts";
import { toyScenario, watchedToy } from "../study/toy-kind.ts";
import { freshFolder, semimech, toyFolder } from "./session.ts";

const read = (path: string) => readFileSync(path, "utf8");
const resultOf = (folder: string) => JSON.parse(read(join(folder, "result.json"))) as RunResult;

/** What every fit found; the time it took is the one thing that may differ. */
const answersOf = (folder: string) =>
  readdirSync(join(folder, "results")).map((name) => ({ ...(JSON.parse(read(join(folder, "results", name))) as Record<string, unknown>), seconds: null }));

/** Arguments that keep everything a run writes in one folder. */
function place() {
  const base = freshFolder();
  return { out: join(base, "run"), ledger: join(base, "ledger.ndjson"), flags: ["--out", join(base, "run"), "--ledger", join(base, "ledger.ndjson")] };
}

describe("semimech run", () => {
  test("registers, fits, scores, judges, and leaves a whole run folder", async () => {
    const scenario = toyFolder();
    const { out, ledger, flags } = place();
    const said = await semimech(["run", scenario, ...flags, "--json"]);
    expect(said.err).toContain("registered toy as");
    expect(said.err).toContain('test set "pairs" has been scored 1 time');
    expect(said.code).toBe(0);
    const output = runOutput.parse(JSON.parse(said.out));
    expect(output.scores.map((score) => score.model)).toEqual(expect.arrayContaining(["no-change", "additive", "subject", "mechanism-only", "label-permuted"]));
    // The toy's subject is off by a thousandth, its baselines by the interaction, which none of them knows.
    expect(output.verdicts.map(({ model, against, verdict }) => [model, against === "mechanism-only" || against.length > 0, verdict])).toEqual([
      ["subject", true, "advantage"],
      ["subject", true, "advantage"],
    ]);
    expect(output.verdicts[1]?.against).toBe("mechanism-only");
    expect(output.findings.find((finding) => finding.check === "label-permuted control fails")?.verdict).toBe("ok");
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(["events.ndjson", "manifest.json", "parity.tsv", "plan.json", "report.html", "result.json", "results", "scores.tsv", "state", "verdicts.tsv"]),
    );
    expect(readdirSync(join(out, "results")).length).toBe(4);
    const lines = read(ledger).trimEnd().split("\n").map((line) => (JSON.parse(line) as { entry: string }).entry);
    expect(lines).toEqual(["register", "access"]);
    // Registered before any fit, accessed after the last.
    const events = read(join(out, "events.ndjson")).trimEnd().split("\n").map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(["start", "baselines", "fit", "fit", "fit", "fit", "fits", "scored"]);
  });

  test("never overwrites a folder, counts every access, and gives the same bits again", async () => {
    const scenario = toyFolder();
    const { out, flags } = place();
    await semimech(["run", scenario, ...flags]);
    const second = await semimech(["run", scenario, ...flags]);
    expect(second.err).toContain("scored 2 times");
    expect(existsSync(`${out}-2`)).toBe(true);
    expect(resultOf(`${out}-2`).scores).toEqual(resultOf(out).scores);
    expect(resultOf(`${out}-2`).accesses).toEqual({ pairs: 2 });
  });

  test("a changed scenario is refused until it is registered as an amendment", async () => {
    const scenario = toyFolder();
    const { out, ledger, flags } = place();
    await semimech(["run", scenario, ...flags]);
    writeFileSync(join(scenario, "scenario.yaml"), toyScenario.replace("metric: rmse", "metric: mse"));
    const refused = await semimech(["run", scenario, ...flags]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/scenario toy changed since it was registered as [0-9a-f]{8} on .* \(primary\); to run it as an amendment: semimech register toy --amend [0-9a-f]{8}/);
    expect(existsSync(`${out}-2`)).toBe(false);
    expect((await semimech(["register", scenario, "--ledger", ledger])).code).toBe(2);
    const parent = /--amend ([0-9a-f]{8})/.exec(refused.err)?.[1] ?? "";
    expect((await semimech(["register", scenario, "--ledger", ledger, "--amend", parent])).code).toBe(0);
    expect((await semimech(["run", scenario, ...flags])).code).toBe(0);
  });

  test("a corrupt ledger stops everything, by line", async () => {
    const scenario = toyFolder();
    const { ledger, flags } = place();
    await semimech(["register", scenario, "--ledger", ledger]);
    appendFileSync(ledger, "not json\n");
    const said = await semimech(["run", scenario, ...flags]);
    expect(said.code).toBe(2);
    expect(said.err).toContain(`${ledger}:2: not JSON`);
  });

  test("interrupted in the middle of a fit and resumed, it ends with the same bits", async () => {
    const scenario = toyFolder();
    const whole = place();
    await semimech(["run", scenario, ...whole.flags]);
    const { out, flags, ledger } = place();
    const controller = new AbortController();
    const first = await semimech(["run", scenario, ...flags, "--threads", "1"], {
      stop: controller.signal,
      // In the middle of the second of four fits of 40 iterations.
      kinds: [watchedToy((iterations) => iterations === 57 && controller.abort())],
    });
    expect(first.code).toBe(130);
    expect(first.err).toContain(`semimech run --resume ${out} --ledger ${ledger}`);
    expect(existsSync(join(out, "result.json"))).toBe(false);
    expect([readdirSync(join(out, "results")).length, readdirSync(join(out, "state")).length]).toEqual([1, 1]);
    expect(read(ledger)).not.toContain('"access"');
    const second = await semimech(["run", "--resume", out, "--ledger", ledger]);
    expect(second.code).toBe(0);
    expect(answersOf(out)).toEqual(answersOf(whole.out));
    expect(resultOf(out).scores).toEqual(resultOf(whole.out).scores);
    const third = await semimech(["run", "--resume", out, "--ledger", ledger]);
    expect(third.code).toBe(0);
    expect(third.err).toContain("nothing is left to do");
    expect(resultOf(out).accesses).toEqual({ pairs: 1 });
  });

  test("a run is not resumed as something else", async () => {
    const scenario = toyFolder();
    const { out, flags } = place();
    await semimech(["run", scenario, ...flags]);
    const said = await semimech(["run", "other", "--resume", out, "--budget", "full", "--seed", "9"]);
    expect(said.code).toBe(2);
    expect(said.err.trimEnd().split("\n").length).toBe(3);
    expect((await semimech(["run", "--resume", freshFolder()])).err).toContain("has no plan.json");
  });

  test("out of time it scores what it has and says 4", async () => {
    const scenario = toyFolder(toyScenario.replace("quick: 40", "quick: 100000000"));
    const { out, flags } = place();
    const said = await semimech(["run", scenario, ...flags, "--max-time", "0.1", "--json"]);
    expect(said.code).toBe(4);
    expect(resultOf(out).status).toBe("out of budget");
    expect(said.err).toContain(`semimech run --resume ${out}`);
    expect(resultOf(out).scores.some((score) => score.model === "subject")).toBe(true);
  });

  test("expected.json decides the exit code, and every miss is shown", async () => {
    const { out, flags } = place();
    const plain = toyFolder();
    await semimech(["run", plain, ...flags]);
    const scores = resultOf(out).scores;
    const expected = scores.slice(0, 3).map(({ split, model, metric, value }) => ({ split, model, metric, value, tolerance: 1e-9 }));
    const met = toyFolder(toyScenario, { "expected.json": JSON.stringify(expected) });
    expect((await semimech(["run", met, ...place().flags])).code).toBe(0);
    const off = [...expected.slice(1), { split: "pairs", model: "subject", metric: "rmse", value: 9, tolerance: 0.1 }, { split: "pairs", model: "nobody", metric: "rmse", value: 1, tolerance: 1 }];
    const missed = await semimech(["run", toyFolder(toyScenario, { "expected.json": JSON.stringify(off) }), ...place().flags]);
    expect(missed.code).toBe(1);
    expect(missed.out).toContain("differs from expected.json");
    expect(missed.out).toMatch(/pairs +nobody +rmse +1 +1 +none/);
  });

  test("a seed that was not registered makes the run exploratory, and says so", async () => {
    const { out, flags } = place();
    await semimech(["run", toyFolder(), ...flags, "--seed", "0x10"]);
    expect(resultOf(out).seed).toBe("16");
    expect(resultOf(out).findings.find((finding) => finding.check === "registered seed")?.equation).toContain("exploratory");
  });

  test("problems of scenario, data and metrics are all named", async () => {
    const flags = place().flags;
    const bad = await semimech(["run", toyFolder(toyScenario.replace("seeds:", "seed:").replace("kind: toy", "kind: toi")), ...flags]);
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('scenario.yaml:4:16: unknown kind of mechanism "toi"; did you mean "toy"?');
    expect(bad.err).toContain('scenario.yaml:12:1: unknown key "seed"; did you mean "seeds"?');
    const metric = await semimech(["run", toyFolder(toyScenario.replace("metric: rmse", "metric: r87").replace("baselines: all", "baselines: [additiv]")), ...flags]);
    expect(metric.err).toMatch(/scenario.yaml:10:20: metric "r87" asks for the first 87 features; the table has 2/);
    expect(metric.err).toContain('scenario.yaml:9:13: unknown baseline "additiv"; did you mean "additive"?');
    const direction = await semimech(["run", toyFolder(toyScenario.replace("direction: lower", "direction: higher")), ...flags]);
    expect(direction.err).toContain('"rmse" is better lower, the scenario says higher');
    const file = await semimech(["run", toyFolder(toyScenario.replace("slope: 2", "slope: 2, text: modl.ant"), { "model.ant": "" }), ...flags]);
    expect(file.err).toMatch(/has no file modl.ant; did you mean "model.ant"\?/);
    expect((await semimech(["run", "no-such-thing", ...flags])).err).toContain("neither a folder with scenario.yaml nor a scenario that ships with semimech");
  });
});

describe("semimech reproduce", () => {
  test("runs a manifest again and finds the same bits; a tampered score is found out", async () => {
    const scenario = toyFolder();
    const { out, ledger, flags } = place();
    await semimech(["run", scenario, ...flags, "--seed", "2"]);
    const said = await semimech(["reproduce", join(out, "manifest.json"), "--ledger", ledger, "--out", `${out}-again`, "--json"]);
    const output = reproduceOutput.parse(JSON.parse(said.out));
    expect(said.code).toBe(0);
    expect(output.sameBits).toBe(output.scores);
    const result = resultOf(out);
    const first = result.scores[0];
    if (!first) throw new Error("no scores");
    writeFileSync(join(out, "result.json"), JSON.stringify({ ...result, scores: [{ ...first, value: first.value + 1e-12 }, ...result.scores.slice(1)] }));
    const off = await semimech(["reproduce", join(out, "manifest.json"), "--ledger", ledger, "--out", `${out}-third`]);
    expect(off.code).toBe(1);
    expect(off.out).toContain(`not reproduced: 1 of ${result.scores.length} scores differ`);
  });
});
