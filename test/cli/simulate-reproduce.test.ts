import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reproduceOutput } from "../../src/cli/reproduce.ts";
import { withOption } from "../../src/cli/simulate-plan.ts";
import { readManifest } from "../../src/report/index.ts";
import { sha256 } from "../../src/study/canonical.ts";
import { freshFolder, semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-reproduce-"));
const model = join(models, "bd.ant");
const text = "J1: => X; b\nJ2: X => ; d*X\nX = 0; b = 40; d = 1\n";
writeFileSync(model, text);

async function simulated(argv: readonly string[], out = join(freshFolder(), "kept")): Promise<string> {
  const said = await semimech(["simulate", ...argv, "--quiet", "--out", out]);
  expect([said.code, said.err]).toEqual([0, ""]);
  return out;
}

const manifestIn = (folder: string) => {
  const read = readManifest(readFileSync(join(folder, "manifest.json"), "utf8"));
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.manifest;
};

async function reproduced(folder: string, code: number) {
  const out = join(freshFolder(), "again");
  const said = await semimech(["reproduce", join(folder, "manifest.json"), "--out", out, "--json"]);
  expect(said.code).toBe(code);
  return reproduceOutput.parse(JSON.parse(said.out));
}

describe("a simulation and its manifest", () => {
  test.each([
    ["a report of differential equations", ["hires", "--end", "3", "--points", "4", "--report"]],
    ["numbers by the default method alone", [model, "--end", "2", "--points", "3", "--set", "b=7"]],
    ["an ensemble with all that can be asked", [model, "--method", "exact-events", "--end", "4", "--points", "9", "--runs", "70", "--seed", "12345678901234567890", "--quantiles", "0.1,0.9", "--histogram", "X@4", "--first-passage", "X >= 30", "--autocorrelation", "X", "--precision", "0.01", "--firings", "--paths", "2"]],
    ["one sampled run, as JSON", [model, "--method", "tau-leaping", "--epsilon", "0.1", "--end", "2", "--json"]],
    ["a run that fails", []],
  ])("%s: the same bits again", async (name, argv) => {
    let folder = "";
    if (argv.length > 0) folder = await simulated(argv);
    else {
      folder = join(freshFolder(), "failed");
      const failing = join(models, "negative.ant");
      writeFileSync(failing, "J: A => ; 5\nA = 2\n");
      expect((await semimech(["simulate", failing, "--method", "direct", "--times", "0,100", "--runs", "5", "--out", folder, "--quiet"])).code).toBe(3);
    }
    const output = await reproduced(folder, 0);
    expect([output.reproduced, output.sameBits, output.notes, output.differences]).toEqual([true, output.scores, [], []]);
    expect(output.scores).toBeGreaterThan(name === "a run that fails" ? 10 : 12);
    expect(existsSync(join(output.out, "simulate.html"))).toBe(argv.includes("--report"));
  });

  test("says versions, hashes, and every option with its default", async () => {
    const folder = await simulated([model, "--method", "cle", "--times", "0,1", "--runs", "5", "--set", "d=2"]);
    expect(readdirSync(folder).toSorted()).toEqual(["manifest.json", "plan.json", "simulate.ant", "simulate.json", "simulate.tsv", "state.json"]);
    const manifest = manifestIn(folder);
    expect(manifest.command).toEqual(["semimech", "simulate", model, "--method=cle", "--times=0,1", "--runs=5", "--set=d=2"]);
    expect(manifest.options).toMatchObject({ method: "cle", control: { epsilon: 0.03, step: null }, set: { d: 2 }, times: [0, 1], runs: 5, seed: "1", amounts: false, paths: 1, quantiles: [], autocorrelation: null });
    expect(manifest.seeds).toEqual([{ name: "root", value: "1" }]);
    expect(manifest.inputs.map(({ path }) => path)).toEqual([model]);
    expect(manifest.outputs.map(({ path }) => path)).toEqual(["simulate.ant", "simulate.json"]);
    for (const { path, sha256: hash } of manifest.outputs) expect(await sha256(readFileSync(join(folder, path), "utf8"))).toBe(hash);
    const ode = manifestIn(await simulated([model, "--times", "0,1"]));
    expect([ode.options["tolerances"], ode.tolerances.map(({ name }) => name), ode.seeds]).toEqual([{ rtol: 1e-6, atol: 1e-9 }, ["rtol", "atol"], []]);
  });

  test("a value that differs is named, an option whose default changed is told, and a model that changed is refused", async () => {
    const own = join(models, "own.ant");
    writeFileSync(own, text);
    const folder = await simulated([own, "--times", "0,1,2"]);
    const path = join(folder, "simulate.json");
    const answer = JSON.parse(readFileSync(path, "utf8")) as { rows: number[][] };
    const row = answer.rows[2];
    if (row) row[1] = Number(row[1]) * (1 + 2 ** -52);
    writeFileSync(path, JSON.stringify(answer));
    const manifest = readFileSync(join(folder, "manifest.json"), "utf8");
    writeFileSync(join(folder, "manifest.json"), manifest.replace('"amounts": false', '"amounts": true'));
    const output = await reproduced(folder, 1);
    expect(output.differences.map(({ metric }) => metric)).toEqual(["rows.2.1"]);
    expect(output.notes).toEqual(["amounts was true, now false", `${path} changed since the manifest was written`]);
    writeFileSync(own, text.replace("40", "41"));
    const changed = await semimech(["reproduce", join(folder, "manifest.json")]);
    expect(changed.code).toBe(2);
    expect(changed.err).toContain("simulate.ant holds the model of then");
  });

  test("what was interrupted has no manifest, and what another verb made is not written over", async () => {
    const out = join(freshFolder(), "stopped");
    const stop = AbortSignal.abort();
    expect((await semimech(["simulate", model, "--method", "direct", "--runs", "50", "--out", out, "--quiet"], { stop })).code).toBe(130);
    expect(readdirSync(out)).not.toContain("manifest.json");
    const foreign = freshFolder();
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, "manifest.json"), '{"command":["semimech","thermo"]}');
    const said = await semimech(["simulate", model, "--out", foreign]);
    expect([said.code, said.out]).toEqual([2, ""]);
    expect(said.err).toContain("is not of semimech simulate and would be written over; give another --out");
  });

  test("options are put into a command where they stood", () => {
    const command = ["semimech", "simulate", "m", "--runs=5", "--report"];
    expect(withOption(command, "runs", "9")).toEqual(["semimech", "simulate", "m", "--runs=9", "--report"]);
    expect(withOption(command, "report", null)).toEqual(command.slice(0, -1));
    expect(withOption(command, "precision", "0.1")).toEqual([...command, "--precision=0.1"]);
  });
});
