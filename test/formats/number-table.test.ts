import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNumberTable } from "../../src/formats/number-table.ts";
import type { NumberTableOptions } from "../../src/formats/number-table.ts";

const commas: NumberTableOptions = { name: "t.csv", separator: ",", header: "none", blankLines: "refused" };
const named: NumberTableOptions = { name: "t.tsv", separator: "\t", header: "first", blankLines: "ignored" };

const written = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

describe("tables of numbers", () => {
  it("read back every finite number to the bit, with any line ending and a byte-order mark", () => {
    const rectangles = fc
      .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 5 }) })
      .chain(({ rows, columns }) => fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: rows * columns, maxLength: rows * columns }).map((values) => ({ rows, columns, values })));
    fc.assert(
      fc.property(rectangles, fc.constantFrom("\n", "\r\n", "\r"), fc.constantFrom("", "\uFEFF"), fc.boolean(), ({ rows, columns, values }, end, mark, closed) => {
        const lines = Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns).map(written).join(","));
        const read = readNumberTable(mark + lines.join(end) + (closed ? end : ""), commas);
        expect(read).toEqual({ table: { rows, columns, header: null, values: Float64Array.from(values), lines: lines.map((_line, row) => row + 1) } });
      }),
    );
  });

  it("a header may be quoted, and blank lines part blocks only where the layout says so", () => {
    const text = '"G1"\t "G2"\r\n1\t2\r\n\r\n3\t4\r\n\r\n';
    expect(readNumberTable(text, named)).toEqual({ table: { rows: 2, columns: 2, header: ["G1", "G2"], values: Float64Array.of(1, 2, 3, 4), lines: [2, 4] } });
    expect(readNumberTable(text, { ...named, blankLines: "refused" })).toEqual({ problems: [{ table: "t.tsv", row: 3, column: "", message: "the line is empty" }] });
  });

  it("reports every problem with its row and column", () => {
    const read = readNumberTable("a\tb\tb\n1\t\t3\n1\tNA\t0x10\n1\t2\n1\t2\tInfinity\n", named);
    expect("problems" in read ? read.problems.map(({ row, column, message }) => [row, column, message]) : []).toEqual([
      [1, "b", 'column "b" stands twice'],
      [2, "b", "the cell is empty"],
      [3, "b", '"NA" is not a number'],
      [3, "b", '"0x10" is not a number'],
      [4, "", "the row has 2 cells, the header 3"],
      [5, "b", '"Infinity" is not a number'],
    ]);
  });

  it("refuses a file without numbers", () => {
    for (const [text, options] of [["", commas], ["a\tb\n", named], ["\n\n", commas]] as const) expect("problems" in readNumberTable(text, options)).toBe(true);
  });
});
