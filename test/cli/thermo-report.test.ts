import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { reproduceOutput } from "../../src/cli/reproduce.ts";
import { thermoOutput } from "../../src/cli/thermo-output.ts";
import { readManifest } from "../../src/report/index.ts";
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
    expect(said.err).toContain("holds the model of then");
  });
});
