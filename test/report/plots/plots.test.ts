import { DOMParser } from "@xmldom/xmldom";
import { describe, expect, test } from "vitest";
import { plots } from "../../../src/report/index.ts";
import type { Drawing, PlotKind } from "../../../src/report/index.ts";
import { fit } from "../../../src/report/plots/fit.ts";
import { parity } from "../../../src/report/plots/parity.ts";
import { tightness } from "../../../src/report/plots/tightness.ts";
import { training } from "../../../src/report/plots/training.ts";

const kinds: readonly (readonly [string, PlotKind<unknown>])[] = Object.entries(plots);

function texts(drawing: Drawing): readonly string[] {
  const { documentElement } = new DOMParser().parseFromString(drawing.svg, "image/svg+xml");
  return [...(documentElement?.getElementsByTagName("text") ?? [])].map((node) => node.textContent ?? "");
}

describe.each(kinds)("plot %s", (_, kind) => {
  const drawing = kind.draw(kind.example);

  test("draws well-formed SVG that says what it shows", () => {
    // xmldom throws on what is not well-formed.
    const root = new DOMParser().parseFromString(drawing.svg, "image/svg+xml").documentElement;
    expect(root?.tagName).toBe("svg");
    expect(root?.getAttribute("role")).toBe("img");
    expect(root?.getAttribute("aria-label")).toBe(drawing.alt);
    expect(drawing.alt.length).toBeGreaterThan(40);
  });

  test("labels both axes, and every numeric axis with a unit", () => {
    const labels = texts(drawing).filter((text) => /\(.+\)$/.test(text));
    const categories = texts(drawing).filter((text) => ["model", "condition", "species", "reaction", "cycle", "bound", "limit", "estimate"].includes(text));
    expect(labels.length + categories.length).toBe(2);
  });

  test("has a table twin that holds the drawn numbers", () => {
    expect(drawing.table.rows.length).toBeGreaterThan(0);
    for (const row of drawing.table.rows) expect(row.length).toBe(drawing.table.columns.length);
    expect(drawing.table.rows.flat().some((cell) => typeof cell === "number" && Number.isFinite(cell))).toBe(true);
    for (const [index, column] of drawing.table.columns.entries())
      if (drawing.table.rows.some((row) => typeof row[index] === "number")) expect(column.unit).not.toBeNull();
  });

  test("draws finite coordinates only", () => {
    expect(drawing.svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("gives the same text for the same data", () => {
    expect(kind.draw(kind.example)).toEqual(drawing);
  });
});

test("a fit lists every measured point, replicates too, and says the kind of its band", () => {
  const drawing = fit.draw({ ...fit.example, data: [{ time: 1, value: 1.4, sd: 0.1 }, { time: 1, value: 1.6, sd: null }, { time: 1.5, value: 7, sd: null }] });
  const measured = drawing.table.rows.map((row) => row.at(-2)).filter((cell) => cell !== null);
  expect(measured).toEqual([1.4, 1.6, 7]);
  expect(drawing.table.rows.map((row) => row[0])).toEqual([0, 1, 1, 1.5, 2]);
  expect(drawing.note).toContain("measurement-noise band");
  expect(drawing.alt).toContain("nM");
});

test("a fit without lines, band, data or unit draws and says so", () => {
  const drawing = fit.draw({ ...fit.example, unit: null, timeUnit: "", times: [], lines: [], band: null, data: [] });
  expect(drawing.alt).toContain("No model line");
  expect(texts(drawing).filter((text) => text.includes("unit not stated")).length).toBe(2);
});

test("infinite tightness is not drawn and is said in words", () => {
  const drawing = tightness.draw(tightness.example);
  expect(drawing.alt).toContain("infinite at 2 of 3 points");
  expect(drawing.alt).toContain("bound: 1");
  expect(texts(drawing)).toContain("bound: 1");
  expect(drawing.table.rows[0]).toContain(Infinity);
});

test("parity tells held-out from training points and judges on the held-out ones", () => {
  const points = [1, 2, 3, 4].map((value) => ({ condition: `c${value}`, feature: "X", role: "test" as const, observed: value, predicted: 2 * value }));
  const drawing = parity.draw({ ...parity.example, points: [...points, { condition: "t", feature: "X", role: "train", observed: 1, predicted: -50 }] });
  // √(Σ(2v - v)²/4) = √(30/4).
  expect(drawing.note).toMatch(/^RMSE 2\.74, r 1(\.00)?$/);
  expect(drawing.alt).toContain("4 held-out and 1 training points");
});

test("thousands of parity points are thinned, and the table says so", () => {
  const points = Array.from({ length: 5000 }, (_, index) => ({ condition: "c", feature: `f${index}`, role: "test" as const, observed: index, predicted: index }));
  const drawing = parity.draw({ ...parity.example, points });
  expect(drawing.table.caption).toMatch(/\d+ of 5000 points/);
  expect(drawing.svg.length).toBeLessThan(200_000);
});

test("a loss over many decades is drawn on a logarithmic axis", () => {
  const decades = texts(training.draw(training.example)).filter((text) => /^(0\.1|1|10)$/.test(text));
  expect(decades.length).toBeGreaterThanOrEqual(2);
});
