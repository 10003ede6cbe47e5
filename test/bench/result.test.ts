import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isBuilt, load } from "./load.ts";

const row = { problem: "ROBER", peer: "copasi", ours: 20, theirs: 300, unit: "us", ratio: 15 };
const given = { suite: "stiff", machine: { cores: 2 }, rows: [row, { ...row, problem: "HIRES", ratio: 60 / 15 }], skipped: [{ problem: "ROBER", peer: "tfjs", reason: "not installed" }], blocks: 5 };

interface Result {
  resultOf(run: object): Record<string, unknown>;
  textOf(result: Record<string, unknown>): string;
}
const { resultOf, textOf } = await load<Result>("result.mjs");

describe("a suite's result", () => {
  it("has the keys that readers rely on, and a mean for each peer", () => {
    const result = resultOf(given);
    expect(Object.keys(result).slice(0, 6)).toEqual(["schema", "suite", "machine", "rows", "geomean", "skipped"]);
    expect(result).toMatchObject({ schema: "bench/1", suite: "stiff", geomean: { copasi: 7.746 }, blocks: 5 });
  });

  it("lets a suite say over which problems it averages", () => {
    expect(resultOf({ ...given, geomean: { copasi: 15 } })["geomean"]).toEqual({ copasi: 15 });
  });

  it("counts and names what was skipped", () => {
    const text = textOf(resultOf(given));
    expect(text).toContain("1 skipped");
    expect(text).toContain("ROBER, tfjs: not installed");
    expect(text.split("\n")[1]).toMatch(/^ROBER +copasi +20 +300 +us +15$/);
  });
});

describe.skipIf(!isBuilt)("the command (skipped unless the project is built)", () => {
  const main = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));
  const bench = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

  it("names the suites when it is asked for none, or for one that does not exist", () => {
    const { status, stderr, stdout } = bench("fast");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('no suite called "fast"');
    expect(stderr).toMatch(/suites: stiff, nonstiff, large, ensemble, gradient, startup/);
    expect(bench("stiff", "--blocks", "none").status).toBe(2);
  });

  it("prints one JSON object with --json, and keeps nothing of a quick run", () => {
    // No such problem: the frame of a run without its work.
    const { status, stdout, stderr } = bench("stiff", "--quick", "--json", "--only", "none");
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: "bench/1", suite: "stiff", rows: [], geomean: {}, skipped: [], quick: true, machine: { node: process.version } });
    expect(stderr).not.toContain("written");
  });
});
