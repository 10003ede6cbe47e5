import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { manifestOf, writeReport } from "../../src/report/index.ts";
import type { RunResult } from "../../src/study/result.ts";
import { emptyRun, exampleManifest, exampleRun } from "./fixture.ts";

const nasty = `<img src=x onerror=alert(1)> & "q" 'a' </style></script>`;

/** The run with every id and text replaced by one that attacks the markup. */
function nastyRun(): RunResult {
  const text = JSON.stringify(exampleRun(), (_, value: unknown) => (value === Infinity ? "Infinity" : value))
    .replaceAll("hybrid", JSON.stringify(`${nasty} model`).slice(1, -1))
    .replaceAll("held-out pairs", JSON.stringify(`${nasty} split`).slice(1, -1))
    .replaceAll("MEKi", JSON.stringify(`${nasty} agent`).slice(1, -1))
    .replaceAll("pERK", JSON.stringify(`${nasty} species`).slice(1, -1))
    .replaceAll("v_feedback", JSON.stringify(`${nasty} flux`).slice(1, -1))
    .replaceAll("second law", JSON.stringify(`${nasty} check`).slice(1, -1))
    .replaceAll('"nM"', JSON.stringify(nasty))
    .replaceAll("phosphorylation", JSON.stringify(`${nasty} reaction`).slice(1, -1))
    .replaceAll('"Infinity"', "1e9");
  const run = JSON.parse(text) as RunResult;
  return { ...run, title: nasty, next: nasty, out: `runs/${nasty}`, scenario: nasty, seed: nasty };
}

const pages: readonly (readonly [string, string])[] = [
  ["a full run", writeReport(exampleRun(), exampleManifest())],
  ["an interrupted run with nothing recorded", writeReport(emptyRun(), exampleManifest())],
  [
    "a run of hostile names",
    writeReport(nastyRun(), manifestOf({ ...exampleManifest(), warnings: [nasty], command: [nasty], options: { [nasty]: nasty }, data: [{ name: nasty, license: nasty, citation: nasty }] })),
  ],
];

describe.each(pages)("the page of %s", (_, page) => {
  const { document } = parseHTML(page);

  test("is one complete document with language, title and the sections in order", () => {
    expect(page.startsWith("<!doctype html>\n<html lang=\"en\">")).toBe(true);
    expect(document.querySelector("title")?.textContent).toContain("semimech report");
    expect([...document.querySelectorAll("main > section")].map((section) => section.id)).toEqual([
      "verdict", "scores", "fit", "parity", "training", "residual", "thermodynamics", "findings", "numerics", "provenance", "accesses",
    ]);
    for (const section of document.querySelectorAll("section")) expect((section.textContent ?? "").trim().length).toBeGreaterThan(20);
    expect(document.querySelectorAll("h1").length).toBe(1);
  });

  test("asks for nothing from anywhere and runs nothing", () => {
    expect(document.querySelectorAll("script, link, iframe, object, embed, img, video, audio, form").length).toBe(0);
    expect(document.querySelector("style")?.textContent).not.toMatch(/@import|url\(/);
    for (const element of document.querySelectorAll("*"))
      for (const attribute of element.attributes) {
        expect(attribute.name).not.toMatch(/^on|^style$/);
        if (["href", "src", "xlink:href", "action"].includes(attribute.name)) expect(attribute.value).toMatch(/^#/);
        if (attribute.value.startsWith("http")) expect(attribute.name).toBe("xmlns");
      }
    expect(document.querySelector("meta[http-equiv=Content-Security-Policy]")?.getAttribute("content")).toContain("default-src 'none'");
  });

  test("every figure has a label, a caption, drawings that speak, and a table twin for each drawing", () => {
    for (const figure of document.querySelectorAll("figure")) {
      expect(figure.getAttribute("aria-label")).toBeTruthy();
      expect(figure.querySelector("figcaption")?.textContent).toBeTruthy();
      const drawings = [...figure.querySelectorAll(".panel svg")];
      expect(drawings.length).toBeGreaterThan(0);
      for (const drawing of drawings) {
        expect(drawing.getAttribute("role")).toBe("img");
        expect(drawing.getAttribute("aria-label")).toBeTruthy();
      }
      expect(figure.querySelectorAll("details table").length).toBe(drawings.length);
      for (const table of figure.querySelectorAll("details table")) {
        expect(table.querySelector("caption")?.textContent).toBeTruthy();
        expect(table.querySelectorAll("th[scope=col]").length).toBeGreaterThan(1);
      }
    }
  });

  test("ids are unique, links lead somewhere, tables are square", () => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of document.querySelectorAll("a")) expect(ids).toContain((link.getAttribute("href") ?? "").slice(1));
    for (const table of document.querySelectorAll("table")) {
      const width = table.querySelectorAll("thead th").length;
      for (const row of table.querySelectorAll("tbody tr")) {
        const cells = [...row.children].reduce((sum, cell) => sum + Number(cell.getAttribute("colspan") ?? 1), 0);
        expect(cells).toBe(width);
      }
    }
  });

  test("numbers that JSON lacks stand in words, nothing is undefined", () => {
    expect(document.body.textContent).not.toMatch(/\b(NaN|undefined|\[object)\b/);
    expect(document.body.textContent.replace(/maxStep\s*Infinity/, "")).not.toMatch(/\bInfinity\b/);
  });
});

test("hostile names appear as text", () => {
  const { document } = parseHTML(pages[2]?.[1] ?? "");
  expect(document.querySelector("h1")?.textContent).toBe(nasty);
  expect(document.querySelector("#verdict")?.textContent).toContain(`${nasty} model`);
  expect([...document.querySelectorAll("#fit .panel svg")].some((svg) => (svg.getAttribute("aria-label") ?? "").includes(`${nasty} species`))).toBe(true);
});

test("the same run gives the same page", () => {
  expect(writeReport(exampleRun(), exampleManifest())).toBe(pages[0]?.[1]);
});

test("the full run shows every part", () => {
  const { document } = parseHTML(pages[0]?.[1] ?? "");
  const figures = (id: string): number => document.querySelectorAll(`#${id} figure`).length;
  expect({ scores: figures("scores"), fit: figures("fit"), parity: figures("parity"), training: figures("training"), residual: figures("residual"), thermodynamics: figures("thermodynamics") }).toEqual({
    scores: 1, fit: 1, parity: 6, training: 1, residual: 2, thermodynamics: 2,
  });
  expect(document.querySelectorAll("#fit .panel").length).toBe(24);
  expect(document.querySelector("#fit")?.textContent).toContain("24 panels of 33 are drawn");
  expect(document.querySelector("pre.command")?.textContent).toBe("semimech reproduce runs/2026-11-22-3f9a61c2/manifest.json");
  expect(document.querySelector("#thermodynamics")?.textContent).toContain("One-way reaction: degradation");
  expect(document.querySelector("#accesses")?.textContent).toMatch(/held-out pairs\s*3/);
});

test("an empty run says what is missing instead of drawing it", () => {
  const { document } = parseHTML(pages[1]?.[1] ?? "");
  expect(document.querySelectorAll("figure").length).toBe(0);
  expect(document.querySelector(".banner")?.textContent).toContain("interrupted");
  for (const id of ["scores", "fit", "parity", "training", "residual", "findings", "accesses"])
    expect(document.querySelector(`#${id} .empty`)?.textContent).toBeTruthy();
  expect(document.querySelector("#thermodynamics")?.textContent).toContain("Not checked");
});
