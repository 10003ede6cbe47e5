import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { modelOrRefuse } from "../../src/cli/model-source.ts";
import { reproduceOutput } from "../../src/cli/reproduce.ts";
import { thermoOutput } from "../../src/cli/thermo-output.ts";
import { readManifest, writeManifest } from "../../src/report/index.ts";
import { writeReactionText } from "../../src/models/index.ts";
import { sha256 } from "../../src/study/canonical.ts";
import { freshFolder, semimech } from "./session.ts";

async function reported(argv: readonly string[], out = join(freshFolder(), "report")): Promise<string> {
  const said = await semimech(["thermo", ...argv, "--report", "--quiet", "--out", out]);
  expect([said.code, said.err]).toEqual([0, ""]);
  return out;
}

async function reproduced(folder: string, code: number) {
  const out = join(freshFolder(), "again");
  const said = await semimech(["reproduce", join(folder, "manifest.json"), "--out", out, "--json"]);
  expect(said.code).toBe(code);
  return reproduceOutput.parse(JSON.parse(said.out));
}

test("a relative tolerance of 0 is refused as a wrong call", async () => {
  const said = await semimech(["thermo", "schlogl", "--times", "0,1", "--rtol", "0"]);
  expect([said.code, said.out]).toEqual([2, ""]);
  expect(said.err).toContain("rtol is 0; it must be finite and above 0");
});

describe("--report", () => {
  test("writes the page, the answer, the model and a manifest of them all", async () => {
    const folder = await reported(["schlogl", "--end", "2", "--points", "5", "--set", "X=1.4"]);
    expect(readdirSync(folder).toSorted()).toEqual(["manifest.json", "model.ant", "thermo.html", "thermo.json"]);
    expect(readFileSync(join(folder, "thermo.html"), "utf8")).toContain("semimech thermo schlogl --end=2 --points=5 --set=X=1.4 --report");
    expect(thermoOutput.parse(JSON.parse(readFileSync(join(folder, "thermo.json"), "utf8"))).at.length).toBe(5);
    const read = readManifest(readFileSync(join(folder, "manifest.json"), "utf8"));
    const manifest = "manifest" in read ? read.manifest : null;
    expect(manifest?.options).toMatchObject({ mode: "path", method: "rodas5p", rtol: 1e-9, times: [0, 0.5, 1, 1.5, 2], set: { X: 1.4 } });
    for (const { path, sha256: hash } of manifest?.outputs ?? []) expect(await sha256(readFileSync(join(folder, path), "utf8"))).toBe(hash);
  });

  test("never writes over another report", async () => {
    const out = join(freshFolder(), "same");
    await reported(["uniform-ring", "--steady"], out);
    await reported(["uniform-ring", "--steady"], out);
    expect(readdirSync(dirname(out)).toSorted()).toEqual(["same", "same-2"]);
  });

  test.each([
    ["a trajectory", ["brusselator", "--end", "1", "--points", "4", "--observable", "X - Y"]],
    ["a steady state", ["michaelis-menten", "--steady", "--observable", "P", "--temperature", "310", "--concentration-unit", "mM", "--time-unit", "s"]],
    ["sampled runs", ["uniform-ring", "--stochastic", "--runs", "40", "--times", "1,3", "--seed", "12345678901234567"]],
  ])("%s is reproduced to the last bit from its manifest", async (_, argv) => {
    const output = await reproduced(await reported(argv), 0);
    expect([output.reproduced, output.sameBits]).toEqual([true, output.scores]);
    expect(output.scores).toBeGreaterThan(50);
    expect(existsSync(join(output.out, "thermo.html"))).toBe(true);
  });

  test("a number that differs is named, and a model that changed is refused", async () => {
    const folder = await reported(["uniform-ring", "--steady"]);
    const path = join(folder, "thermo.json");
    const answer = JSON.parse(readFileSync(path, "utf8")) as { at: { entropyProduction: number }[] };
    const [row] = answer.at;
    if (row) row.entropyProduction *= 1 + 1e-15;
    writeFileSync(path, JSON.stringify(answer));
    const output = await reproduced(folder, 1);
    expect(output.differences.map(({ metric }) => metric)).toEqual(["at.0.entropyProduction"]);

    const models = freshFolder();
    mkdirSync(models, { recursive: true });
    const model = join(models, "m.ant");
    writeFileSync(model, "A -> B; A - B\nA = 1; B = 0\n");
    const own = await reported([model, "--times", "0,1"]);
    writeFileSync(model, "A -> B; 2*A - B\nA = 1; B = 0\n");
    const said = await semimech(["reproduce", join(own, "manifest.json")]);
    expect(said.code).toBe(2);
    const copy = join(own, "model.ant");
    expect(said.err).toContain(`${copy} holds the model of then: copy it to ${model} and reproduce again, or run it as it is with semimech thermo ${copy} --times=0,1 --report`);
    rmSync(model);
    expect((await semimech(["reproduce", join(own, "manifest.json")])).err).toContain(`${model}: no such file`);
  });

  test("the manifest has the hash of the file, and one of an earlier version, which pins the text that was written, is reproduced", async () => {
    const model = join(freshFolder(), "m.ant");
    const text = "# a note\nA -> B; A - B\nA = 1; B = 0\n";
    writeFileSync(model, text);
    const folder = await reported([model, "--times", "0,1", "--set", "A=2"]);
    const file = join(folder, "manifest.json");
    const read = readManifest(readFileSync(file, "utf8"));
    if ("problems" in read) throw new Error(read.problems.join("\n"));
    expect(read.manifest.inputs).toEqual([{ path: model, bytes: text.length, sha256: await sha256(text) }]);
    expect(readFileSync(join(folder, "model.ant"), "utf8")).toBe(text);
    const written = writeReactionText((await modelOrRefuse(model)).network);
    expect(written).not.toBe(text);
    writeFileSync(file, writeManifest({ ...read.manifest, inputs: [{ path: model, bytes: written.length, sha256: await sha256(written) }] }));
    expect((await reproduced(folder, 0)).reproduced).toBe(true);
  });

  test("a call without a report does not write into a report's folder", async () => {
    const out = await reported(["uniform-ring", "--steady"]);
    const before = readFileSync(join(out, "thermo.json"), "utf8");
    const said = await semimech(["thermo", "uniform-ring", "--times", "0,1", "--json", "--out", out]);
    expect([said.code, said.out]).toEqual([2, ""]);
    expect(said.err).toContain(`${out} holds a report, whose thermo.html would be of another answer; give another --out, or --report`);
    expect(readFileSync(join(out, "thermo.json"), "utf8")).toBe(before);
  });
});
