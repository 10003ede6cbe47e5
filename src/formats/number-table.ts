import type { TableProblem } from "../experiments/problem.ts";

/** A table of numbers with one width. */
export interface NumberTable {
  readonly rows: number;
  readonly columns: number;
  /** Names of the columns; null where the file has no header. */
  readonly header: readonly string[] | null;
  /** Row-major [rows, columns]. */
  readonly values: Float64Array;
  /** Line of the file of each row. */
  readonly lines: readonly number[];
}

export interface NumberTableOptions {
  /** Name for messages, usually the file's. */
  readonly name: string;
  readonly separator: "," | "\t";
  /** `none`: every line is a row of numbers; `first`: the first line names the columns, quoted or not. */
  readonly header: "none" | "first";
  /** `refused` unless the layout separates its blocks by blank lines. Blank lines at the end are never a row. */
  readonly blankLines: "refused" | "ignored";
}

/** A number as these files write it; anything else (empty, NA, hexadecimal) is a problem, never 0 or NaN. */
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a rectangle of numbers; every line of another width and every cell that is no number is a problem with row and column. */
export function readNumberTable(text: string, options: NumberTableOptions): { readonly table: NumberTable } | { readonly problems: readonly TableProblem[] } {
  const problems: TableProblem[] = [];
  const report = (row: number, column: string, message: string): void => void problems.push({ table: options.name, row, column, message });
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const first = options.header === "first" ? 1 : 0;
  const header = options.header === "first" ? headerOf(lines[0] ?? "", options.separator) : null;
  header?.forEach((name, column) => {
    if (name === "") report(1, String(column + 1), "the column has no name");
    else if (header.indexOf(name) !== column) report(1, name, `column "${name}" stands twice`);
  });
  let width = header?.length ?? null;
  const values: number[] = [];
  const rowLines: number[] = [];
  lines.slice(first).forEach((line, index) => {
    const place = index + first + 1;
    if (line.trim() === "") {
      if (options.blankLines === "refused") report(place, "", "the line is empty");
      return;
    }
    const cells = line.split(options.separator).map((cell) => cell.trim());
    width ??= cells.length;
    if (cells.length !== width) return report(place, "", `the row has ${cells.length} cells, ${header === null ? "the first row" : "the header"} ${width}`);
    cells.forEach((cell, column) => {
      const named = header?.[column] ?? String(column + 1);
      if (!number.test(cell) || !Number.isFinite(Number(cell))) report(place, named, cell === "" ? "the cell is empty" : `"${cell}" is not a number`);
      values.push(Number(cell));
    });
    rowLines.push(place);
  });
  if (rowLines.length === 0 && problems.length === 0) report(lines.length + 1, "", "the table has no rows of numbers");
  if (problems.length > 0) return { problems };
  return { table: { rows: rowLines.length, columns: width ?? 0, header, values: Float64Array.from(values), lines: rowLines } };
}

function headerOf(line: string, separator: string): readonly string[] {
  return line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim());
}
