import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { contextOf } from "../../../src/report/context.ts";
import { bestFirst, scoresSection } from "../../../src/report/section/scores.ts";
import type { RunResult } from "../../../src/study/result.ts";
import { exampleManifest, exampleRun } from "../fixture.ts";

function tables(result: RunResult): readonly (readonly string[])[] {
  const { body } = scoresSection(contextOf(result, exampleManifest()));
  const { document } = parseHTML(`<!doctype html><html><body>${body.markup}</body></html>`);
  return [...document.querySelectorAll("table.scores")].map((table) =>
    [...table.querySelectorAll("tbody tr")].map((row) => (row.textContent ?? "").replace(/\s+/g, " ").trim()),
  );
}

test("best first in either direction, what is not a number last", () => {
  const scores = [2, Number.NaN, 1, 3].map((value) => ({ split: "s", model: String(value), metric: "m", value, se: null, n: 1 }));
  expect(bestFirst(scores, "lower").map((score) => score.model)).toEqual(["1", "2", "3", "NaN"]);
  expect(bestFirst(scores, "higher").map((score) => score.model)).toEqual(["3", "2", "1", "NaN"]);
});

test("every split lists every model, published figures, and what does not apply with its reason", () => {
  const run = exampleRun();
  const [pairs, dose] = tables(run);
  expect(tables(run).length).toBe(3);
  expect(pairs?.[0]).toMatch(/^hybrid subject.*0\.0150 ± 0\.0016.*6.*advantage$/);
  expect(pairs?.length).toBe(7 + 1 + 2);
  expect(pairs?.some((row) => /CellBox published.*0\.9260.*Yuan 2021/.test(row))).toBe(true);
  expect(pairs?.some((row) => /^bliss ?does not apply: responses are no fractions$/.test(row))).toBe(true);
  expect(dose?.[0]).toMatch(/^ridge dose/);
  expect(dose?.some((row) => /^hybrid.*loses$/.test(row))).toBe(true);
  expect(dose?.some((row) => row.includes("published"))).toBe(false);
});

test("a score that is no number is said in words", () => {
  const run = exampleRun();
  const scores = run.scores.map((score) => (score.model === "additive" ? { ...score, value: Number.NaN, se: null } : score));
  expect(tables({ ...run, scores })[0]?.find((row) => row.startsWith("additive"))).toContain("not a number");
});

test("by how much published figures are met or missed stands in words", () => {
  const { body } = scoresSection(contextOf(exampleRun(), exampleManifest()));
  expect(body.markup).toMatch(/hybrid reaches r 0\.9991; published for CellBox: 0\.9260 \(\+0\.073\)/);
});
