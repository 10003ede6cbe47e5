import { DOMParser } from "@xmldom/xmldom";
import { describe, expect, test } from "vitest";
import { simulatePage } from "../../src/report/simulate-page.ts";
import type { SimulatedColumn, SimulationReport } from "../../src/report/simulate-page.ts";
import { ensembleFan } from "../../src/report/plots/ensemble-fan.ts";
import { valueHistogram } from "../../src/report/plots/value-histogram.ts";

const column: SimulatedColumn = {
  id: "X",
  unit: "item",
  mean: [0, 4, 5],
  sd: [0, 2, 2.5],
  band: { low: [0, 1, 1], high: [0, 8, 9], words: "5 % to 95 % of runs" },
  paths: [[0, 5, 6], [0, 3]],
  last: { values: [2, 5, 7], counts: [3, 6, 1] },
};

const report: SimulationReport = {
  title: "Birth & death",
  command: "semimech simulate bd.ant --method=direct --runs=10 --report",
  reproduce: "semimech reproduce runs/bd/manifest.json",
  version: "1.2.3",
  date: "2026-11-22T07:00:00.000Z",
  model: "bd.ant",
  seed: "7",
  method: { id: "direct", title: "the direct method", kind: "exact", use: "few channels", source: "Gillespie 1977" },
  timeUnit: "s",
  times: [0, 1, 2],
  columns: [column, { ...column, id: "constant", mean: [3, 3, 3], sd: [0, 0, 0], band: null, paths: [[3, 3, 3]], last: { values: [3], counts: [10] } }],
  runs: { done: 10, asked: 10 },
  steps: 1234,
  stepsAre: "events of all runs",
  problem: null,
  isInterrupted: false,
  reactions: [{ id: "J1", perRun: 12 }, { id: "J2", perRun: 7 }],
  passages: [],
  autocorrelations: [],
  precision: null,
  warnings: ["species X was rounded"],
  facts: [["epsilon", "0.03"]],
};

/** Text of a page without its markup. */
const words = (page: string): string => page.replaceAll(/<style>.*?<\/style>/gs, "").replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const sectionsOf = (page: string): string[] => [...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id ?? "");

describe("the page of a simulation", () => {
  test("shows mean, band, single runs, the spread at the end, reactions, and how it was made", () => {
    const page = simulatePage(report);
    expect(simulatePage(report)).toBe(page);
    expect(sectionsOf(page)).toEqual(["verdict", "through-time", "at-the-end", "reactions", "numerics", "provenance"]);
    const text = words(page);
    for (const part of ["Birth &amp; death", "10 runs", "seed 7", "Yes: 10 runs to time 2.", "The direct method, exact sampling", "band: 5 % to 95 % of runs", "Gillespie 1977", "species X was rounded", report.command]) expect(text).toContain(part);
    // 2.5/sqrt(10) of 5.
    expect(text).toContain("The largest standard error of a mean is 16 % of its column&#39;s largest mean (X).");
    // What does not change is in the table, and in no figure.
    expect(page.match(/aria-label="Line chart/g)?.length).toBe(1);
    expect(text).toMatch(/constant not stated|constant item/);
    expect(page).not.toMatch(/NaN|undefined/);
    expect(page).not.toMatch(/(href|src)="http/);
  });

  test("first passages: how many came there, and when", () => {
    const passage = { condition: "X >= 5", text: "X >= 5: reached by time 2 in 3 of 10 runs", values: [0.5, 1.5, 1.75], counts: [1, 1, 1], mean: 1.25 };
    const page = simulatePage({ ...report, passages: [passage, { ...passage, condition: "X < -1", text: "X < -1: reached by time 2 in 0 of 10 runs", values: [], counts: [], mean: Number.NaN }] });
    expect(sectionsOf(page)).toContain("first-passage");
    expect(words(page)).toContain("X &lt; -1: reached by time 2 in 0 of 10 runs.");
    expect(page.match(/aria-label="Histogram, X &gt;= 5: share of runs by time of first passage \(s\)/g)?.length).toBe(1);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  test("of one path: no statistics, and none are pretended", () => {
    const path: SimulatedColumn = { ...column, mean: null, sd: null, band: null, last: null, paths: [[0, 5, 6]] };
    const page = simulatePage({ ...report, runs: null, columns: [path], reactions: [], seed: null, method: { ...report.method, kind: "ODE" } });
    expect(sectionsOf(page)).toEqual(["verdict", "through-time", "numerics", "provenance"]);
    expect(words(page)).toContain("Yes, to time 2.");
    expect(words(page)).not.toMatch(/seed|How precise/);
  });

  test("says what went wrong, what is missing, and what an approximate method is for", () => {
    const failed = words(simulatePage({ ...report, problem: "non-finite at time 1, worst J1: its rate is NaN", runs: { done: 3, asked: 10 } }));
    expect(failed).toContain("No: non-finite at time 1, worst J1: its rate is NaN.");
    const stopped = words(simulatePage({ ...report, isInterrupted: true, runs: { done: 3, asked: 10 }, precision: { text: "precision 0.1 is not reached: 20 more runs", isReached: false } }));
    for (const part of ["interrupted after 3 of 10 runs", "It can be resumed", "Precision 0.1 is not reached: 20 more runs."]) expect(stopped).toContain(part);
    expect(words(simulatePage({ ...report, method: { ...report.method, kind: "approximate" } }))).toContain("For few channels.");
    expect(words(simulatePage({ ...report, times: [], columns: [{ ...column, mean: [], sd: [], band: null, paths: [], last: null }], runs: { done: 0, asked: 9 } }))).toContain("Nothing was reached");
  });

  test("draws twelve columns at most and says so; without quantiles the band is the standard deviation", () => {
    const many = Array.from({ length: 15 }, (_, index) => ({ ...column, id: `S${index}`, band: null }));
    const page = simulatePage({ ...report, columns: many });
    expect(page.match(/aria-label="Line chart/g)?.length).toBe(12);
    expect(words(page)).toContain("12 of 15 columns are drawn");
    expect(words(page)).toContain("band: one standard deviation about the mean");
  });
});

describe("its figures", () => {
  test("a histogram holds every value once, whole numbers in bins of as many", () => {
    for (const values of [[0, 1, 2, 3], [0, 7, 1000], [5], [0.25, 0.5, 3.75], [-2, 4]]) {
      const counts = values.map((_, index) => index + 1);
      const { table } = valueHistogram.draw({ ...valueHistogram.example, values, counts });
      const shares = table.rows.map((row) => Number(row[2]));
      expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
      expect(shares.length).toBeLessThanOrEqual(40);
      const total = counts.reduce((sum, one) => sum + one, 0);
      values.forEach((value, index) => {
        const bin = table.rows.findIndex(([from, to], at) => Number(from) <= value && (value < Number(to) || at === table.rows.length - 1));
        expect(shares[bin]).toBeGreaterThanOrEqual((counts[index] ?? 0) / total - 1e-12);
      });
      if (values.every(Number.isInteger)) for (const [from, to] of table.rows) expect(Number.isInteger(Number(to) - Number(from))).toBe(true);
    }
  });

  test("a fan lists mean, band and runs, and gaps where a run ended", () => {
    const { table, svg } = ensembleFan.draw(ensembleFan.example);
    expect(table.columns.map(({ name }) => name)).toEqual(["time", "mean", "low end of 5 % to 95 % of runs", "high end of 5 % to 95 % of runs", "run 1", "run 2"]);
    expect(table.rows[2]).toEqual([2, 13, 7, 20, 9, null]);
    expect(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement?.tagName).toBe("svg");
  });
});
