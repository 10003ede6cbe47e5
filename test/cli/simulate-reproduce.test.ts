import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { modelOrRefuse } from "../../src/cli/model-source.ts";
import { reproduceOutput } from "../../src/cli/reproduce.ts";
import { withOption } from "../../src/cli/simulate-plan.ts";
import { revise, writeReactionText } from "../../src/models/index.ts";
import { readManifest, writeManifest } from "../../src/report/index.ts";
import { sha256 } from "../../src/study/canonical.ts";
import { freshFolder, semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-reproduce-"));
const model = join(models, "bd.ant");
const text = "J1: => X; b\nJ2: X => ; d*X\nX = 0; b = 40; d = 1\n";
writeFileSync(model, text);
/** A network as BioNetGen writes it, with a parameter d. */
const network = `begin parameters
    1 d  1
end parameters
begin species
    1 X() 100
end species
begin reactions
    1 1 0 d
end reactions
`;

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
    ["states found from what is conserved", ["robertson", "--times", "0,1,40", "--independent"]],
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
    const copy = join(folder, "simulate.ant");
    expect(changed.err).toContain(`${copy} holds the model of then: copy it to ${own} and reproduce again, or run it as it is with semimech simulate ${copy} --times=0,1,2`);
  });

  test.each([
    ["a model that is gone", (own: string) => rmSync(own), ": no such file"],
    ["one that can no longer be read", (own: string) => writeFileSync(own, "J: A -> ; k*"), ":1:"],
    ["one that differs in a comment", (own: string) => writeFileSync(own, `${text}# more\n`), " is not what "],
  ])("%s: the copy is named, and what to do with it helps", async (_, change, problem) => {
    const own = join(freshFolder(), "own.ant");
    writeFileSync(own, text);
    const folder = await simulated([own, "--times", "0,1,2", "--set", "b=3"]);
    const copy = join(folder, "simulate.ant");
    change(own);
    const said = await semimech(["reproduce", join(folder, "manifest.json")]);
    expect(said.code).toBe(2);
    expect(said.err).toContain(own + problem);
    expect(said.err).toContain(`${copy} holds the model of then: copy it to ${own} and reproduce again, or run it as it is with semimech simulate ${copy} --times=0,1,2 --set=b=3`);
    copyFileSync(copy, own);
    expect((await reproduced(folder, 0)).reproduced).toBe(true);
    rmSync(own);
    rmSync(copy);
    expect((await semimech(["reproduce", join(folder, "manifest.json")])).err).toContain("the copy beside the manifest is gone too; bring back the file of then");
  });

  test.each([
    ["reaction text with what no UTF-8 holds and a byte order mark", "own.ant", Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(text), 0x23, 0xb5, 0x0a), "simulate.ant"],
    ["a network that BioNetGen wrote", "own.net", new TextEncoder().encode(network), "simulate.net"],
  ])("%s: the manifest has the hash of the file, the copy its bytes, and --set is an option", async (_, name, bytes, copy) => {
    const own = join(freshFolder(), name);
    writeFileSync(own, bytes);
    const folder = await simulated([own, "--times", "0,1,2", "--set", "d=3"]);
    const { inputs, options } = manifestIn(folder);
    expect(inputs).toEqual([{ path: own, bytes: bytes.byteLength, sha256: await sha256(bytes) }]);
    expect(options["set"]).toEqual({ d: 3 });
    expect(new Uint8Array(readFileSync(join(folder, copy)))).toEqual(Uint8Array.from(bytes));
    const again = await reproduced(folder, 0);
    expect([again.reproduced, again.notes]).toEqual([true, []]);
  });

  test.each([
    ["a file", model],
    ["the zoo", "birth-death"],
  ])("a manifest of an earlier version, which pins the network with --set applied, of %s: reproduced", async (_, name) => {
    const set = name === model ? "b=7" : "k_birth=7";
    const folder = await simulated([name, "--times", "0,1,2", "--set", set]);
    const before = manifestIn(folder);
    const { network: given } = await modelOrRefuse(name);
    const revised = revise(given, name === model ? { b: 7 } : { k_birth: 7 });
    if (revised.problems) throw new Error("the model has no such parameter");
    const written = writeReactionText(revised.network);
    const { independent, ...options } = before.options;
    expect(independent).toBe(false);
    const pinned = [{ path: name, bytes: written.length, sha256: await sha256(written) }];
    expect(pinned[0]?.sha256).not.toBe(before.inputs[0]?.sha256);
    writeFileSync(join(folder, "manifest.json"), writeManifest({ ...before, options, inputs: pinned }));
    const again = await reproduced(folder, 0);
    expect([again.reproduced, again.notes]).toEqual([true, []]);
  });

  test("an ensemble that an earlier version began, whose plan has the network with --set alone, goes on and is reproduced", async () => {
    const folder = await simulated([model, "--times", "0,1,2", "--set", "b=7", "--method", "direct", "--runs", "3"]);
    const file = join(folder, "plan.json");
    const { input, independent, ...plan } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    expect([typeof input, independent]).toEqual(["object", false]);
    writeFileSync(file, JSON.stringify(plan));
    expect((await semimech(["simulate", "--resume", folder, "--runs", "5", "--quiet"])).code).toBe(0);
    const [pinned] = manifestIn(folder).inputs;
    const copy = readFileSync(join(folder, "simulate.ant"), "utf8");
    expect([pinned?.sha256, copy.includes("b = 7")]).toEqual([await sha256(copy), true]);
    expect((await reproduced(folder, 0)).reproduced).toBe(true);
  });

  test("what came from stdin is run again from its copy, and refused without", async () => {
    const folder = await simulated([model, "--times", "0,1,2", "--set", "b=3"]);
    const path = join(folder, "manifest.json");
    const manifest = manifestIn(folder);
    // As it is written when the same bytes come through a pipe.
    const piped = { ...manifest, command: manifest.command.map((part) => (part === model ? "-" : part)), inputs: manifest.inputs.map((input) => ({ ...input, path: "<stdin>" })) };
    writeFileSync(path, writeManifest(piped));
    expect((await reproduced(folder, 0)).reproduced).toBe(true);
    writeFileSync(join(folder, "simulate.ant"), text.replace("40", "41"));
    expect((await semimech(["reproduce", path])).err).toContain(`${path}: the model came from stdin, and the copy beside the manifest is gone or another one now`);
  });

  test("another answer in the same folder leaves nothing of the first, and a report or an ensemble is not written into", async () => {
    const out = join(freshFolder(), "kept");
    const other = join(freshFolder(), "other.net");
    writeFileSync(other, network);
    await simulated([model, "--times", "0,1"], out);
    writeFileSync(join(out, "notes.txt"), "mine");
    expect(readdirSync(out).toSorted()).toEqual(["manifest.json", "notes.txt", "simulate.ant", "simulate.json", "simulate.tsv"]);
    await simulated([other, "--times", "0,2", "--json"], out);
    expect(readdirSync(out).toSorted()).toEqual(["manifest.json", "notes.txt", "simulate.json", "simulate.net"]);
    for (const { path, sha256: hash } of manifestIn(out).outputs) expect(await sha256(readFileSync(join(out, path)))).toBe(hash);
    const [report, ensemble] = [join(freshFolder(), "report"), join(freshFolder(), "ensemble")];
    await simulated([model, "--times", "0,1", "--report"], report);
    await simulated([model, "--times", "0,1", "--method", "direct", "--runs", "3"], ensemble);
    for (const [folder, message] of [
      [report, `${report} holds a report, whose simulate.html would be of another answer; give another --out, or --report, which makes a folder of its own`],
      [ensemble, `${ensemble} holds another simulation; semimech simulate --resume ${ensemble} goes on with it, or give another --out`],
    ] as const) {
      const before = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
      expect(await semimech(["simulate", model, "--times", "0,2", "--out", folder])).toEqual({ code: 2, out: "", err: `semimech simulate: ${message}\n` });
      expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(before);
    }
    const printed = join(ensemble, "simulate.tsv");
    expect(existsSync(printed)).toBe(true);
    expect((await semimech(["simulate", "--resume", ensemble, "--runs", "5", "--report", "--quiet"])).code).toBe(0);
    expect([existsSync(printed), existsSync(join(ensemble, "simulate.html"))]).toEqual([false, true]);
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
