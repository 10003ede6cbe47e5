import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataTableColumns, readDataTable, writeDataTable } from "../../src/experiments/data-table.ts";
import type { DataRow } from "../../src/experiments/dataset.ts";
import { formatTableProblem } from "../../src/experiments/problem.ts";

const table = (...lines: readonly string[]): string => [...lines, ""].join("\n").replaceAll(" ", "\t");
const problemsOf = (text: string, options: Partial<Parameters<typeof readDataTable>[1]> = {}): readonly string[] => {
  const read = readDataTable(text, { name: "t.tsv", ...options });
  return "problems" in read ? read.problems.map(formatTableProblem) : [];
};

describe("readDataTable", () => {
  it("reads rows in order, with and without the optional columns", () => {
    const read = readDataTable(table("condition replicate time observable value", "ctl 1 0 A 1.5e-3", "ctl 1 10 A .25"), { name: "t.tsv" });
    expect(read).toEqual({
      dataset: {
        name: "t.tsv",
        rows: [
          { condition: "ctl", replicate: "1", time: 0, observable: "A", value: 0.0015, unit: null, sd: null, batch: null },
          { condition: "ctl", replicate: "1", time: 10, observable: "A", value: 0.25, unit: null, sd: null, batch: null },
        ],
      },
    });
  });

  it("reads columns by name in any order, carriage returns and a byte order mark", () => {
    const text = "\ufeff" + table("value sd unit observable time replicate condition batch", "2 0.1 uM B 5 r1 drug b1").replaceAll("\n", "\r\n");
    const read = readDataTable(text, { name: "t.tsv" });
    expect("dataset" in read && read.dataset.rows).toEqual([
      { condition: "drug", replicate: "r1", time: 5, observable: "B", value: 2, unit: "uM", sd: 0.1, batch: "b1" },
    ]);
  });

  it("reads lines that end in different ways", () => {
    const read = readDataTable("condition\treplicate\ttime\tobservable\tvalue\r\na\t1\t0\tX\t1\nb\t1\t0\tX\t2\r\nc\t1\t0\tX\t3\n", { name: "t.tsv" });
    expect("dataset" in read && read.dataset.rows.map(({ condition, value }) => [condition, value])).toEqual([["a", 1], ["b", 2], ["c", 3]]);
    const wrong = readDataTable("condition\treplicate\ttime\tobservable\tvalue\r\na\t1\t0\tX\t1\nb\t1\t0\tX\tNaN\r\n", { name: "t.tsv" });
    expect("problems" in wrong && wrong.problems.map(({ row, column }) => [row, column])).toEqual([[3, "value"]]);
  });

  it("reports every problem with its row and column, not only the first", () => {
    const text = table(
      "condition replicate time observable value unit sd",
      "ctl 1 0 A 1 uM 0.1",
      "ctl 1 0 A 2 uM 0.1",
      "ctl 1 zero A 0x10 uM -1",
      "ctl 1 1 A  uM 0.1",
      "clt 1 2 A 1 nM 0.1",
      "ctl 1 3 C 1 uM",
      "",
      "ctl 1 4 C Infinity uM 0.1",
    );
    expect(problemsOf(text, { conditions: ["ctl"], observables: ["A", "B"] })).toEqual([
      "t.tsv:3: condition, replicate, time and observable repeat row 2; give a repeated measurement its own replicate",
      't.tsv:4:time: "zero" is not a finite number',
      't.tsv:4:value: "0x10" is not a finite number',
      "t.tsv:4:sd: a standard deviation cannot be negative (-1)",
      "t.tsv:5:value: empty value; leave out the row when nothing was measured",
      't.tsv:6:condition: unknown condition "clt"; known: ctl',
      't.tsv:6:unit: "A" in "nM", but in "uM" at row 2; convert one',
      "t.tsv:7: the row has 6 cells, the header 7; cells are separated by tabs",
      "t.tsv:8: the row is empty; delete the line",
      't.tsv:9:value: "Infinity" is not a finite number',
      't.tsv:9:observable: unknown observable "C"; known: A, B',
    ]);
  });

  it("names missing, unknown and doubled columns", () => {
    expect(problemsOf(table("condition replicate tme observable value value", "a 1 0 A 1 1"))).toEqual([
      't.tsv:1:time: column "time" is missing; the columns are condition, replicate, time, observable, value, unit, sd, batch, separated by tabs',
      't.tsv:1:tme: unknown column "tme"; did you mean "time"?',
      't.tsv:1:value: column "value" stands twice',
    ]);
  });

  it("refuses an empty table, a table of a header only, and a broken quote at its line", () => {
    expect(problemsOf("")).toHaveLength(1);
    expect(problemsOf(table("condition replicate time observable value"))).toEqual(["t.tsv:1: the table has a header and no rows"]);
    const broken = (row: string): readonly string[] => problemsOf(table("condition replicate time observable value", "a 1 0 A 1", row, "a 1 2 A 1"));
    expect(broken('a 1 1 A"b 1')).toEqual(["t.tsv:3: a quote stands inside a cell; put the whole cell in quotes and double the quote"]);
    expect(broken('a 1 1 "A"b 1')).toEqual(["t.tsv:3: text follows a closing quote; double the quotes that belong to the cell"]);
    expect(broken('a 1 1 "A 1')).toEqual(["t.tsv:3: a quote is opened here and never closed"]);
  });

  it("counts a repeated key by the number, not by its spelling", () => {
    expect(problemsOf(table("condition replicate time observable value", "a 1 1 A 1", "a 1 1.0 A 1"))).toHaveLength(1);
  });
});

/** Labels with everything that could break a cell, but no space at either end, which is refused. */
const label = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() === text && text !== "" && !text.includes("\ufeff"));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("writeDataTable", () => {
  it("is read back to the same dataset", () => {
    const rows = fc
      .uniqueArray(
        fc.record({ condition: label, replicate: label, time: finite, observable: label, value: finite, sd: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), batch: label }),
        { selector: (row) => JSON.stringify([row.condition, row.replicate, row.time, row.observable]), minLength: 1 },
      )
      .map((list): readonly DataRow[] => list.map((row) => ({ ...row, unit: "uM" })));
    fc.assert(
      fc.property(rows, fc.boolean(), fc.boolean(), (full, keepSd, keepBatch) => {
        const dataset = { name: "t", rows: full.map((row) => ({ ...row, sd: keepSd ? row.sd : null, batch: keepBatch ? row.batch : null })) };
        expect(readDataTable(writeDataTable(dataset), { name: "t" })).toEqual({ dataset });
      }),
    );
  });

  it("refuses to write what could not be read back", () => {
    const row: DataRow = { condition: "a", replicate: "1", time: 0, observable: "A", value: 1, unit: null, sd: 0.1, batch: null };
    expect(() => writeDataTable({ name: "t", rows: [row, { ...row, time: 1, sd: null }] })).toThrow(/row 2 of "t": "sd"/);
    expect(() => writeDataTable({ name: "t", rows: [{ ...row, value: Number.NaN }] })).toThrow(/"value" is NaN/);
  });

  it("keeps the column names of the contract", () => {
    expect([...dataTableColumns.required, ...dataTableColumns.optional]).toEqual(["condition", "replicate", "time", "observable", "value", "unit", "sd", "batch"]);
  });
});
