import { expect, test } from "vitest";
import { chosenCurves } from "../../../src/report/section/fit.ts";
import { exampleRun } from "../fixture.ts";

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
