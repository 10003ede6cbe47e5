import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { manifestOf, readManifest, reproduceLine, writeManifest } from "../../src/report/index.ts";
import { exampleManifest } from "./fixture.ts";

test("a manifest reads back as it was written", () => {
  expect(readManifest(writeManifest(exampleManifest()))).toEqual({ manifest: exampleManifest() });
});

test("equal facts in another order are equal text", () => {
  const manifest = exampleManifest();
  const options = Object.fromEntries(Object.entries(manifest.options).toReversed());
  expect(writeManifest(manifestOf({ ...manifest, options, inputs: manifest.inputs.toReversed() }))).toBe(writeManifest(manifest));
});

test("numbers that JSON lacks are spelled out", () => {
  expect(exampleManifest().options["solver"]).toMatchObject({ maxStep: "Infinity", rtol: 1e-6 });
});

test("every problem is reported with its place", () => {
  const broken = writeManifest(exampleManifest()).replace(/"sha256": "b+"/, '"sha256": "zz"').replace('"2026-11-22T09:00:00Z"', '"yesterday"');
  const read = readManifest(broken);
  const problems = "problems" in read ? read.problems : [];
  expect(problems.length).toBe(2);
  expect(problems.join("\n")).toMatch(/inputs\.1\.sha256/);
  expect(problems.join("\n")).toMatch(/start/);
  expect(readManifest("{")).toMatchObject({ problems: [expect.stringContaining("not JSON")] });
});

test("the reproduce line survives a shell", () => {
  expect(reproduceLine("runs/2026-11-22-3f9a61c2/")).toBe("semimech reproduce runs/2026-11-22-3f9a61c2/manifest.json");
  const odd = "my run's $HOME; `x` \"y\"";
  const spoken = execFileSync("sh", ["-c", `semimech() { printf '%s|' "$@"; }; ${reproduceLine(odd)}`], { encoding: "utf8" });
  expect(spoken).toBe(`reproduce|${odd}/manifest.json|`);
});
