import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { renderSvg } from "../../src/report/chart.ts";
import { load } from "./load.ts";

interface Row {
  readonly problem: string;
  readonly peer: string;
  readonly ratio: number;
  readonly ours: number;
  readonly unit: string;
}
interface Result {
  readonly suite: string;
  readonly rows: readonly Row[];
  readonly geomean?: Readonly<Record<string, number>>;
}
interface Plots {
  ratioPlot(results: readonly Result[], draw: typeof renderSvg): string;
  signsOf(peers: readonly string[]): Map<string, { readonly colour: string; readonly symbol: string }>;
}
interface Targets {
  readonly targets: readonly { readonly suite: string; readonly what: string }[];
  targetTable(results: readonly Result[]): string;
  withTargets(page: string, results: readonly Result[]): string;
}

const { ratioPlot, signsOf } = await load<Plots>("plots.mjs");
const { targets, targetTable, withTargets } = await load<Targets>("targets.mjs");
const row = (problem: string, peer: string, ratio: number, ours = 1, unit = "ms"): Row => ({ problem, peer, ratio, ours, unit });
const file = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

describe("the figure of all ratios", () => {
  const ssa: Result = { suite: "ssa", rows: [row("egfr_net", "bionetgen", 24), row("Schlögl ensemble", "one thread", 1.9), row("Schlögl ensemble", "a tenth of the runs", 1)] };

  test("shows what ssa was compared with, and not what it compares with itself", () => {
    const svg = ratioPlot([{ suite: "stiff", rows: [row("ROBER", "scipy", 75)] }, ssa], renderSvg);
    for (const part of ["stiff: ROBER", "ssa: egfr_net", "2 peers: scipy, bionetgen"]) expect(svg).toContain(part);
    for (const part of ["one thread", "a tenth of the runs", "Schlögl ensemble"]) expect(svg).not.toContain(part);
  });

  test("gives no two of thirty peers the same sign", () => {
    const signs = signsOf(Array.from({ length: 30 }, (_, index) => `peer ${index}`));
    expect(new Set([...signs.values()].map(({ colour, symbol }) => `${colour} ${symbol}`)).size).toBe(30);
  });
});

/** The line of the table that has some text. */
const line = (results: readonly Result[], part: string): string => targetTable(results).split("\n").find((each) => each.includes(part)) ?? "";

describe("the table of what was asked", () => {
  test("says what is reached, by how much a figure is missed, and what was not measured", () => {
    const stiff: Result = { suite: "stiff", rows: [], geomean: { "best-of-libroadrunner-copasi": 15, scipy: 80, "native-c": 0.5 } };
    expect(line([stiff], "libRoadRunner and COPASI")).toBe("| stiff | the faster of libRoadRunner and COPASI, mean | ≥ 15 | 15 | yes |");
    expect(line([stiff], "`scipy`")).toContain("| ≥ 100 | 80 | **missed** by a factor of 1.25 |");
    expect(line([stiff], "`native-c`")).toContain("| ≤ 1.15 | 2 | **missed** by a factor of 1.74 |");
    expect(line([stiff], "cascade 1000")).toContain("| not measured |  |");
    const rows = [row("f64", "cvode-dense-dq", 200), row("f64", "cvode-klu", 89), row("f32", "cvode-klu", 181)];
    expect(line([{ suite: "ensemble", rows }], "CVODE, f64")).toContain("| 89 | **missed** by a factor of 1.01 |");
    expect(line([{ suite: "ensemble", rows }], "CVODE, f32")).toContain("| 181 | yes |");
    expect(line([{ suite: "nonstiff", rows: [row("a", "odex", 9), row("b", "odex", 4)] }], "`odex`")).toContain("| 4 | **missed** by a factor of 1.25 |");
    expect(line([{ suite: "startup", rows: [row("24,388 reactions", "node", 0.1, 950)] }], "24,388")).toContain("| ≤ 1 s | 0.95 s | yes |");
  });

  test("stands between its marks, whatever stood there, and a page without them is refused", () => {
    const page = file("docs/benchmarks.md");
    const once = withTargets(page, []);
    expect(withTargets(once, [])).toBe(once);
    expect(once.split("\n").filter((each) => each.includes("not measured"))).toHaveLength(targets.length);
    expect(() => withTargets("# Benchmarks\n", [])).toThrow("the marks");
  });

  test("and the figure are those of the results that are kept", () => {
    const results = [...new Set(targets.map(({ suite }) => suite))].map((suite) => JSON.parse(file(`bench/results/${suite}.json`)) as Result);
    expect(withTargets(file("docs/benchmarks.md"), results)).toBe(file("docs/benchmarks.md"));
    expect(targetTable(results)).not.toContain("not measured");
    expect(file("docs/benchmarks/ratios.svg")).toContain("ssa: ");
  });
});
