import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { autocorrelationText } from "../../src/cli/simulate-autocorrelation.ts";
import { simulateOutput } from "../../src/cli/simulate-output.ts";
import { freshFolder, semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-autocorrelation-"));
const model = join(models, "pair.ant");
writeFileSync(model, "species Still\nJ1: => X; 40*d\nJ2: X => ; d*X\nJ3: => Y; 90\nJ4: Y => ; 3*Y\nX = 40; Y = 30; Still = 2; d = 1\n");
const asked = ["simulate", model, "--method", "direct", "--end", "12", "--points", "49", "--autocorrelation-from", "4", "--runs", "600", "--seed", "8"];

async function refused(...argv: string[]): Promise<string> {
  const said = await semimech(["simulate", model, "--method", "direct", ...argv]);
  expect([said.code, said.out]).toEqual([2, ""]);
  return said.err;
}

describe("simulate --autocorrelation", () => {
  test("decays as each species does, with errors, in JSON, text and precision", async () => {
    const said = await semimech([...asked, "--autocorrelation", "Y,X", "--precision", "1e-3", "--json"]);
    const { autocorrelations = [], precision } = simulateOutput.parse(JSON.parse(said.out));
    expect(autocorrelations.map(({ id, from, lags }) => [id, from, lags.length, lags[1]])).toEqual([["Y", 4, 17, 0.25], ["X", 4, 17, 0.25]]);
    for (const [index, rate] of [3, 1].entries()) {
      const { values = [], errors = [], lags = [], time = null } = autocorrelations[index] ?? {};
      values.forEach((value, lag) => expect(Math.abs(Number(value) - Math.exp(-rate * Number(lags[lag])))).toBeLessThanOrEqual(5 * Number(errors[lag])));
      expect(Math.max(...errors.map(Number))).toBeLessThan(0.05);
      // Of the sum over lags, of which the tail beyond five correlation times is left out.
      const exact = 0.25 / (2 * Math.tanh((rate * 0.25) / 2));
      if (rate === 3) expect(Math.abs(Number(time?.value) - exact)).toBeLessThan(5 * Number(time?.error) + exact * Math.exp(-5));
    }
    expect(said.err).toMatch(/autocorrelation of Y from time 4, 600 runs: correlation time 0\.\d+ ± 0\.0\d+, 0\.\d+ ± 0\.0\d+ at lag 0\.5\n/);
    expect(precision?.of).toMatch(/^autocorrelation of /);
    expect(said.err).toMatch(/precision 0\.001 is not reached: the largest standard error is [\d.]+ \(autocorrelation of . at lag [\d.]+\)/);
  });

  test("more runs later are the same bits as all at once, and the report draws it", async () => {
    const [whole, part] = [join(freshFolder(), "whole"), join(freshFolder(), "part")];
    const more = ["--autocorrelation", "X,Still", "--json"];
    const once = await semimech([...asked, ...more, "--out", whole]);
    await semimech([...asked.map((one) => (one === "600" ? "133" : one)), ...more, "--out", part]);
    const twice = await semimech(["simulate", "--resume", part, "--runs", "600", "--report", "--json"]);
    expect(twice.out).toBe(once.out);
    expect(once.err).toContain("autocorrelation of Still from time 4, 600 runs: it does not vary");
    const page = readFileSync(join(part, "simulate.html"), "utf8");
    for (const text of ['<section id="autocorrelation"', "Line chart of the autocorrelation of X", "autocorrelation of Still from time 4, 600 runs: it does not vary", "--runs=600"]) expect(page).toContain(text);
    expect(page).not.toContain("the autocorrelation of Still");
    // A report that is asked for later changes no value.
    expect(JSON.parse((await semimech(["reproduce", join(part, "manifest.json"), "--out", `${part}-again`, "--json"])).out)).toMatchObject({ reproduced: true, notes: [] });
  });

  test("lags that are too short for a correlation time are said", () => {
    expect(autocorrelationText({ id: "X", from: 0, lags: [0, 1, 2], values: [1, 0.9, 0.8], errors: [0, 0.01, 0.02], time: null, window: null }, 9)).toContain("0.8 ± 0.02 at lag 2; the lags are too short for a correlation time");
  });

  test("wrong calls are refused, all problems at once", async () => {
    const many = await refused("--autocorrelation", "X,,X", "--autocorrelation-from", "20");
    for (const part of ["--autocorrelation X,,X: expected columns, such as X,Y", "X is given twice", "0 rows from time 20 on are too few", "--autocorrelation needs several runs"]) expect(many).toContain(part);
    expect(await refused("--autocorrelation", "x", "--runs", "4")).toContain('there is no column "x"; did you mean "X"?');
    expect(await refused("--autocorrelation", "X", "--runs", "4", "--times", "0,1,3,9")).toContain("needs rows at equal distances");
    expect(await refused("--autocorrelation-from", "2", "--runs", "4")).toContain("--autocorrelation-from needs --autocorrelation ID");
    expect(await refused("--autocorrelation", "X", "--runs", "4", "--points", "50000")).toContain("fit in memory; ask for fewer rows");
    expect((await semimech(["simulate", model, "--autocorrelation", "X"])).err).toContain("--autocorrelation has no meaning for rodas5p");
  });
});
