import { expect, test } from "vitest";
import { chosenCurves, fitSection } from "../../../src/report/section/fit.ts";
import { contextOf } from "../../../src/report/context.ts";
import { exampleManifest, exampleRun } from "../fixture.ts";

test("both roles are drawn, held-out first, and empty halves are filled by the other role", () => {
  const { curves } = exampleRun();
  const chosen = chosenCurves(curves, 24);
  expect(chosen.length).toBe(24);
  expect(chosen.filter((curve) => curve.role === "test").length).toBe(12);
  expect(chosen[0]?.role).toBe("test");
  const held = curves.filter((curve) => curve.role === "test");
  expect(chosenCurves(held, 14).length).toBe(14);
  expect(chosenCurves(curves.filter((curve) => curve.role === "train"), 10).length).toBe(10);
  expect(chosenCurves(curves, 1000).length).toBe(curves.length);
});

test("the judged model's line comes first whatever the order of the file, and the band is said to be around it", () => {
  const run = exampleRun();
  const subject = run.verdicts[0]?.model ?? "";
  const curves = run.curves.map((curve) => ({ ...curve, lines: Object.fromEntries(Object.entries(curve.lines).toSorted(([a], [b]) => Number(a === subject) - Number(b === subject))) }));
  const context = contextOf({ ...run, curves }, exampleManifest());
  const { body } = fitSection(context);
  const others = Object.keys(run.curves[0]?.lines ?? {}).filter((name) => name !== subject);
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) expect(body.markup.indexOf(context.title(subject))).toBeLessThan(body.markup.indexOf(context.title(other)));
  expect(body.markup).toContain(`two standard deviations of the error model around ${context.title(subject)}`);
});
