import { describe, expect, it } from "vitest";
import type { DataRow, Dataset } from "../../src/experiments/dataset.ts";
import { toResponseTable } from "../../src/experiments/response-table.ts";
import type { TableCondition } from "../../src/experiments/task.ts";

const row = (condition: string, replicate: string, time: number, observable: string, value: number, sd: number | null = null): DataRow => ({
  condition,
  replicate,
  time,
  observable,
  value,
  unit: observable === "A" ? "uM" : "nM",
  sd,
  batch: null,
});
const dataset: Dataset = {
  name: "data",
  rows: [row("ctl", "1", 10, "B", 4, 0.3), row("ctl", "2", 10, "B", 6, 0.4), row("ctl", "1", 5, "A", 1), row("x+y", "1", 0, "A", 1), row("x+y", "2", 0, "A", 3)],
};
const conditions: readonly TableCondition[] = [
  { id: "ctl", perturbations: [] },
  { id: "x+y", perturbations: [{ agent: "x", dose: 2 }, { agent: "y", dose: 0.5 }] },
  { id: "unmeasured", perturbations: [{ agent: "y", dose: 1 }] },
];

describe("toResponseTable", () => {
  it("puts means of replicates in condition × feature and leaves what was not measured as NaN", () => {
    const made = toResponseTable(dataset, conditions);
    if (!("table" in made)) throw new Error("expected a table");
    const { table } = made;
    expect(table.features).toEqual([
      { observable: "B", time: 10, unit: "nM" },
      { observable: "A", time: 0, unit: "uM" },
      { observable: "A", time: 5, unit: "uM" },
    ]);
    expect([...table.values]).toEqual([5, Number.NaN, 1, Number.NaN, 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(table.inputs.names).toEqual(["x", "y"]);
    expect([...table.inputs.values]).toEqual([0, 0, 2, 0.5, 0, 1]);
    expect(table.truth).toBeNull();
  });

  it("gives the standard deviation of the mean, from the rows' own or from the spread of replicates", () => {
    const made = toResponseTable(dataset, conditions);
    if (!("table" in made)) throw new Error("expected a table");
    const sd = made.table.sd ?? new Float64Array();
    expect(sd[0]).toBeCloseTo(0.25, 15); // sqrt(0.3² + 0.4²) / 2
    expect(sd[2]).toBeNaN(); // one replicate, no sd
    expect(sd[4]).toBeCloseTo(1, 15); // sample sd √2 over √2
  });

  it("places the truth in the same cells", () => {
    const truth: Dataset = { name: "truth", rows: [row("unmeasured", "0", 5, "A", 7)] };
    const made = toResponseTable(dataset, conditions, { truth, baseline: new Float64Array(3) });
    expect("table" in made && made.table.truth?.[8]).toBe(7);
    expect("table" in made && made.table.truth?.[0]).toBeNaN();
  });

  it("refuses unlisted and doubled conditions, truth without data, and a baseline of another length", () => {
    const listed = [{ id: "ctl", perturbations: [] }, { id: "ctl", perturbations: [] }];
    const truth: Dataset = { name: "truth", rows: [row("ctl", "0", 99, "A", 7)] };
    const made = toResponseTable(dataset, listed, { truth, baseline: new Float64Array(1) });
    expect("problems" in made && made.problems.map((problem) => problem.path)).toEqual([["ctl"], ["x+y"], ["ctl"], ["baseline"]]);
  });
});
