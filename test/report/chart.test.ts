import { lineY } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { asksForLogScale, extentOf, numericAxis, renderSvg } from "../../src/report/chart.ts";

test("the axis is logarithmic where values span two decades and never touch zero", () => {
  expect(asksForLogScale([1, 100])).toBe(true);
  expect(asksForLogScale([1, 99])).toBe(false);
  expect(asksForLogScale([0, 1, 1000])).toBe(false);
  expect(asksForLogScale([-1, 1000])).toBe(false);
  expect(asksForLogScale([])).toBe(false);
  expect(asksForLogScale([1, Infinity])).toBe(false);
  expect(numericAxis({ label: "y", values: [1e-6, 1e6] })).toMatchObject({ type: "log", domain: [1e-6, 1e6] });
  expect(numericAxis({ label: "y", values: [1e-6, 1e6], linear: true }).type).toBeUndefined();
});

test("a flat line and an empty one still have an axis with length", () => {
  for (const values of [[3, 3], [0], [], [Number.NaN]]) {
    const domain = numericAxis({ label: "y", values }).domain as readonly number[];
    expect(domain[1]).toBeGreaterThan(domain[0] ?? Infinity);
  }
  expect(extentOf([Number.NaN, 2, -1])).toEqual([-1, 2]);
});

function draw(): string {
  return renderSvg({ marks: [lineY([{ x: 0, y: 1 }, { x: 1, y: 2 }], { x: "x", y: "y" })] }, 'a < b & "c"');
}

test("an SVG stands alone, speaks, and is the same text every time", () => {
  expect(draw()).toBe(draw());
  const svg = parseHTML(`<!doctype html><html><body>${draw()}</body></html>`).document.querySelector("svg");
  expect(svg?.getAttribute("role")).toBe("img");
  expect(svg?.getAttribute("aria-label")).toBe('a < b & "c"');
  expect(svg?.getAttribute("xmlns")).toBe("http://www.w3.org/2000/svg");
  expect(svg?.querySelector("style")).toBeNull();
  expect(svg?.querySelectorAll("path").length).toBeGreaterThan(0);
});
