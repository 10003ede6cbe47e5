import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { DOMParser } from "@xmldom/xmldom";
import { sheetsOutput } from "../../src/cli/run-sheets.ts";
import { readSheets } from "../../src/study/sheets/read.ts";
import type { SheetsResult } from "../../src/study/sheets/result.ts";
import { semimech, type Said } from "../cli/session.ts";

const shipped = fileURLToPath(new URL("../../scenarios/uncertainty-relation/", import.meta.url));
const fresh = (): string => mkdtempSync(join(tmpdir(), "semimech-sheets-"));
const read = (...path: string[]): string => readFileSync(join(...path), "utf8");

const small = `semimech: 1
id: small
title: One state and one path
units: { time: s, concentration: uM }
sheets:
  - id: pair
    title: A pair
    about: A pair relaxes.
    model: pair.ant
    observables: [B]
    cases:
      - { id: path, path: { end: 0.1, points: 3 } }
      - { id: state, state: { A: 1, B: 1 } }
numerics: { method: rodas5p, rtol: 1.0e-9, atol: 1.0e-12 }
`;
const pair = "A -> B; k1*A - k2*B; A = 0.9; B = 0.1; k1 = 2; k2 = 1\n";
const expected = [
  { split: "pair", model: "state", metric: "sigma", value: Math.LN2, tolerance: 1e-12 },
  { split: "pair", model: "path", metric: "Sig", value: 0.33558926, tolerance: 5e-9 },
];

/** A folder with the small scenario, and arguments that keep what a run writes beside it. */
function smallFolder(files: Readonly<Record<string, string>> = {}): { readonly folder: string; readonly out: string; readonly flags: readonly string[]; readonly ledger: string } {
  const base = fresh();
  const folder = join(base, "small");
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ "scenario.yaml": small, "pair.ant": pair, "expected.json": JSON.stringify(expected), ...files })) writeFileSync(join(folder, name), text);
  const [out, ledger] = [join(base, "run"), join(base, "ledger.ndjson")];
  return { folder, out, ledger, flags: ["--out", out, "--ledger", ledger] };
}

const problemsOf = (text: string): readonly string[] => {
  const answer = readSheets(text);
  return "problems" in answer ? answer.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
};

describe("scenario.yaml with sheets", () => {
  test("has all its problems told at once, each at its place", () => {
    const wrong = small.replace("title: A pair\n", "titel: A pair\n").replace("points: 3", "points: 1").replace("rtol: 1.0e-9", "rtol: -1");
    expect(problemsOf(wrong)).toEqual([
      expect.stringMatching(/^6:5: "title" is missing/),
      expect.stringMatching(/^7:5: unknown key "titel"; did you mean "title"\?/),
      expect.stringMatching(/^12:47: "points": expected number to be >=2/),
      expect.stringMatching(/^14:36: "rtol": expected number to be >0/),
    ]);
  });

  test("refuses a case that is two things or none, and ids that stand twice", () => {
    expect(problemsOf(small.replace("state: { A: 1, B: 1 }", "state: { A: 1 }, steady: true"))).toEqual([expect.stringMatching(/^13:9: "cases\[1\]": give exactly one of path, cycle, steady and state$/)]);
    expect(problemsOf(small.replace(", state: { A: 1, B: 1 }", ""))).toEqual([expect.stringContaining("give exactly one of")]);
    expect(problemsOf(small.replace("id: state,", "id: path,"))).toEqual([expect.stringMatching(/^13:15: sheet "pair" has another case "path"/)]);
  });

  test("has values, observables and methods checked against the models", async () => {
    const { folder } = smallFolder({ "scenario.yaml": small.replace("{ A: 1, B: 1 }", "{ A: 1, Bb: 1 }").replace("[B]", "[C]").replace("rodas5p", "rodas") });
    const said = await semimech(["validate", folder]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/scenario\.yaml:10:19: observable "C": "C" is not a species/);
    expect(said.out).toMatch(/scenario\.yaml:13:\d+: there is no parameter, compartment or species "Bb"/);
    expect(said.out).toMatch(/scenario\.yaml:14:21: there is no method "rodas"/);
    const broken = smallFolder({ "pair.ant": "A -> B; k1*A - k2*B)\n" });
    expect((await semimech(["validate", broken.folder])).out).toMatch(/pair\.ant:1:\d+: /);
    expect(await semimech(["validate", smallFolder().folder])).toMatchObject({ code: 0 });
  });
});

describe("a run of sheets", () => {
  test("meets expected.json with 0, registers, and counts no access", async () => {
    const { folder, out, flags, ledger } = smallFolder();
    const said = await semimech(["run", folder, ...flags, "--json"]);
    expect(said.code).toBe(0);
    const output = sheetsOutput.parse(JSON.parse(said.out));
    expect(output.mismatches).toEqual([]);
    const lines = read(ledger).trimEnd().split("\n").map((line) => (JSON.parse(line) as { entry: string }).entry);
    expect(lines).toEqual(["register"]);
    const again = await semimech(["reproduce", join(out, "manifest.json"), "--ledger", ledger, "--json", "--out", `${out}-again`]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ reproduced: true, sameBits: output.scores.length, scores: output.scores.length });
    expect((await semimech(["run", "--resume", out, "--ledger", ledger])).err).toContain("is complete");
  });

  test.each(expected.map((each, index) => ({ ...each, index })))("a tampered value of $metric gives 1 and is named", async ({ index, metric }) => {
    const tampered = expected.map((each, place) => (place === index ? { ...each, value: each.value + 3 * each.tolerance } : each));
    const { folder, out, flags } = smallFolder({ "expected.json": JSON.stringify(tampered) });
    const said = await semimech(["run", folder, ...flags]);
    expect(said.code).toBe(1);
    expect(said.out).toContain("differs from expected.json");
    expect(said.out).toMatch(new RegExp(`pair +\\S+ +${metric} `));
    expect(read(out, "report.html")).toContain("No: 1 of 2 are missed.");
  });

  test("an expected value that no case gives is a mismatch", async () => {
    const { folder, flags } = smallFolder({ "expected.json": JSON.stringify([...expected, { split: "pair", model: "path", metric: "sigma", value: 1, tolerance: 1 }]) });
    const said = await semimech(["run", folder, ...flags]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/sigma .*none/);
  });

  test("a case without an answer is told, the others stand, and the exit code is 3", async () => {
    const { folder, flags, out } = smallFolder({ "scenario.yaml": small.replace("path: { end: 0.1, points: 3 }", "cycle: { horizon: 20, points: 3 }") });
    const said = await semimech(["run", folder, ...flags]);
    expect(said.code).toBe(3);
    expect(said.out).toContain("comes to rest");
    const result = JSON.parse(read(out, "result.json")) as SheetsResult;
    expect(result.status).toBe("failed");
    expect(result.scores.some(({ model, metric }) => model === "state" && metric === "sigma")).toBe(true);
  });

  test("refuses what sheets have not, and a change after registration", async () => {
    const { folder, flags } = smallFolder();
    const refused = await semimech(["run", folder, ...flags, "--budget", "full", "--seed", "3"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/--budget full has no place here[\s\S]*--seed 3 has no place here/);
    expect((await semimech(["register", folder, ...flags.slice(2)])).code).toBe(0);
    writeFileSync(join(folder, "pair.ant"), pair.replace("k1 = 2", "k1 = 3"));
    expect((await semimech(["run", folder, ...flags])).err).toMatch(/changed since it was registered .*\(model\)/);
  });

  test("stops between cases when asked to, with 130", async () => {
    const { folder, flags } = smallFolder();
    expect((await semimech(["run", folder, ...flags], { stop: AbortSignal.abort() })).code).toBe(130);
  });
});

describe("scenarios/uncertainty-relation", () => {
  const base = fresh();
  const out = join(base, "run");
  let said: Said = { code: -1, out: "", err: "" };
  let result: SheetsResult | null = null;
  beforeAll(async () => {
    said = await semimech(["run", "uncertainty-relation", "--out", out, "--ledger", join(base, "ledger.ndjson")]);
    result = JSON.parse(read(out, "result.json")) as SheetsResult;
  }, 120_000);

  test("meets every reference value", () => {
    expect(said.out).not.toContain("differs from expected.json");
    expect(said.code).toBe(0);
    expect((JSON.parse(read(shipped, "expected.json")) as unknown[]).length).toBeGreaterThanOrEqual(60);
  });

  test("draws four sheets with table twins, and breaks no bound", () => {
    const drawn = result?.sheets.filter(({ series }) => series !== null).map(({ id }) => id) ?? [];
    expect(drawn).toEqual(["closed-relaxation", "open-transition", "limit-cycle", "enzyme"]);
    expect(readdirSync(join(out, "figures"))).toEqual(drawn.map((id) => `${id}.svg`).toSorted());
    for (const id of drawn) {
      const svg = new DOMParser().parseFromString(read(out, "figures", `${id}.svg`), "image/svg+xml").documentElement;
      expect(svg?.getAttribute("aria-label")?.length).toBeGreaterThan(200);
      expect(svg?.getElementsByTagName("svg").length).toBe(4);
      expect(read(out, `sheet-${id}.tsv`).split("\n")[0]).toMatch(/^time\t.*\tsigma\tsigma_ex\tsigma_ex_ig\tf\(/);
    }
    expect(result?.findings.filter(({ verdict }) => verdict === "violated")).toEqual([]);
    const report = read(out, "report.html");
    for (const { title } of result?.sheets ?? []) expect(report).toContain(`>${title}</h2>`);
    expect(report).not.toMatch(/NaN|undefined|<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(existsSync(join(out, "manifest.json"))).toBe(true);
  });

  test("keeps the order of the bounds at every drawn time", () => {
    for (const { series } of result?.sheets ?? []) {
      if (!series) continue;
      series.times.forEach((_, row) => {
        const sigma = series.entropyProduction[row] ?? Number.NaN;
        const excess = series.excess[row] ?? Number.NaN;
        const slack = 1e-9 * sigma;
        expect(excess).toBeLessThanOrEqual(sigma + slack);
        expect(series.informationGeometricExcess[row]).toBeLessThanOrEqual(excess + slack);
        const best = series.observables[0]?.bounds.find(({ name }) => name === "best-observable")?.values[row] ?? Number.NaN;
        expect(best).toBeLessThanOrEqual(excess + slack);
      });
    }
  });

  test("comes back to where it began on the limit cycle", () => {
    const cycle = result?.sheets.find(({ id }) => id === "limit-cycle")?.series;
    for (const values of Object.values(cycle?.concentrations ?? { none: [0, 1] })) {
      const [first = Number.NaN, last = Number.NaN] = [values[0], values.at(-1)];
      // The path closes to the search's 1e-10 of the range, and each step's error adds to that.
      expect(Math.abs(last - first)).toBeLessThan(1e-8);
    }
  });
});
