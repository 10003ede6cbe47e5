import { CsvError, parse } from "csv-parse/sync";
import { rowKey } from "./dataset.ts";
import type { DataRow, Dataset } from "./dataset.ts";
import type { TableProblem } from "./problem.ts";
import { suggestion } from "./suggestion.ts";

/** Columns of a data table: those every table has, then those it may have. */
export const dataTableColumns = {
  required: ["condition", "replicate", "time", "observable", "value"],
  optional: ["unit", "sd", "batch"],
} as const;

export interface DataTableOptions {
  /** Name for messages, usually the file's. */
  readonly name: string;
  /** Ids that rows may name; not given = any. */
  readonly conditions?: readonly string[];
  readonly observables?: readonly string[];
}

type Column = (typeof dataTableColumns.required)[number] | (typeof dataTableColumns.optional)[number];

interface TableRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

const known: readonly Column[] = [...dataTableColumns.required, ...dataTableColumns.optional];
const isColumn = (name: string): name is Column => (known as readonly string[]).includes(name);

/**
 * Reads a long tab-separated table `condition, replicate, time, observable, value, unit?, sd?, batch?`.
 * Nothing is repaired: every empty cell, wrong number, repeated key, changed unit or unknown name is a problem with its row and column, all reported at once.
 */
export function readDataTable(text: string, options: DataTableOptions): { readonly dataset: Dataset } | { readonly problems: readonly TableProblem[] } {
  const problems: TableProblem[] = [];
  const report = (row: number, column: string, message: string): void => void problems.push({ table: options.name, row, column, message });
  const split = splitRecords(text);
  if (split.problem !== null) report(split.problem.row, "", split.problem.message);
  const header = split.records[0];
  if (header === undefined) {
    if (split.problem === null) report(1, "", `the table is empty; its first line names the columns ${dataTableColumns.required.join(", ")}`);
    return { problems };
  }
  checkHeader(header, report);
  const place = new Map(header.cells.map((name, index) => [name, index]));
  const rows: DataRow[] = [];
  const firstLines = new Map<string, number>();
  const units = new Map<string, { readonly unit: string | null; readonly line: number }>();

  for (const { line, cells } of split.records.slice(1)) {
    if (cells.length === 1 && cells[0] === "") {
      report(line, "", "the row is empty; delete the line");
      continue;
    }
    if (cells.length !== header.cells.length) {
      report(line, "", `the row has ${cells.length} cells, the header ${header.cells.length}; cells are separated by tabs`);
      continue;
    }
    const before = problems.length;
    const label = (column: Column): string | null => {
      const index = place.get(column);
      const cell = index === undefined ? undefined : cells[index];
      if (cell === undefined) return null;
      if (cell.trim() === "") report(line, column, "empty value; leave out the row when nothing was measured");
      else if (cell.trim() !== cell) report(line, column, `"${cell}" begins or ends with a space`);
      return cell;
    };
    const number = (column: Column): number | null => {
      const cell = label(column);
      if (cell === null || cell.trim() === "") return null;
      const value = readNumber(cell.trim());
      if (value === null) report(line, column, `"${cell}" is not a finite number`);
      return value;
    };
    const row: DataRow = {
      condition: label("condition") ?? "",
      replicate: label("replicate") ?? "",
      time: number("time") ?? Number.NaN,
      observable: label("observable") ?? "",
      value: number("value") ?? Number.NaN,
      unit: label("unit"),
      sd: number("sd"),
      batch: label("batch"),
    };
    if (row.sd !== null && row.sd < 0) report(line, "sd", `a standard deviation cannot be negative (${row.sd})`);
    checkKnown(row.condition, "condition", options.conditions, line, report);
    checkKnown(row.observable, "observable", options.observables, line, report);
    const unit = units.get(row.observable);
    if (unit === undefined) units.set(row.observable, { unit: row.unit, line });
    else if (unit.unit !== row.unit) report(line, "unit", `"${row.observable}" in "${row.unit}", but in "${unit.unit}" at row ${unit.line}; convert one`);
    if (problems.length > before) continue;
    const first = firstLines.get(rowKey(row));
    if (first === undefined) firstLines.set(rowKey(row), line);
    else report(line, "", `condition, replicate, time and observable repeat row ${first}; give a repeated measurement its own replicate`);
    rows.push(row);
  }
  if (problems.length === 0 && rows.length === 0) report(1, "", "the table has a header and no rows");
  return problems.length > 0 ? { problems } : { dataset: { name: options.name, rows } };
}

/**
 * The table as text that `readDataTable` reads back to the same dataset; optional columns stand where rows have them.
 * @throws RangeError when an optional column is filled in some rows only, or a number is not finite: such a table could not be read back.
 */
export function writeDataTable(dataset: Dataset): string {
  const optional = dataTableColumns.optional.filter((column) => dataset.rows.some((row) => row[column] !== null));
  const columns: readonly Column[] = [...dataTableColumns.required, ...optional];
  const lines = dataset.rows.map((row, index) =>
    columns
      .map((column) => {
        const cell = row[column];
        if (cell === null || cell === "" || (typeof cell === "number" && !Number.isFinite(cell))) {
          throw new RangeError(`row ${index + 1} of "${dataset.name}": "${column}" is ${cell === "" ? "empty" : cell}; every row needs a value in every column that is written`);
        }
        return typeof cell === "number" ? numberText(cell) : quoted(cell);
      })
      .join("\t"),
  );
  return [columns.join("\t"), ...lines, ""].join("\n");
}

/** A decimal number, or null; `Number` alone would take "", "0x10" and "Infinity". */
function readNumber(cell: string): number | null {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(cell)) return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

const quoted = (cell: string): string => (/[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function checkHeader(header: TableRecord, report: (row: number, column: string, message: string) => void): void {
  for (const column of dataTableColumns.required) {
    if (!header.cells.includes(column)) report(header.line, column, `column "${column}" is missing; the columns are ${known.join(", ")}, separated by tabs`);
  }
  header.cells.forEach((name, index) => {
    if (!isColumn(name)) report(header.line, name, `unknown column "${name}"${suggestion(name, known)}`);
    else if (header.cells.indexOf(name) !== index) report(header.line, name, `column "${name}" stands twice`);
  });
}

function checkKnown(
  id: string,
  column: "condition" | "observable",
  ids: readonly string[] | undefined,
  line: number,
  report: (row: number, column: string, message: string) => void,
): void {
  if (ids !== undefined && id !== "" && !ids.includes(id)) report(line, column, `unknown ${column} "${id}"${suggestion(id, ids)}`);
}

const quoteMessages: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: "a quote stands inside a cell; put the whole cell in quotes and double the quote",
  CSV_INVALID_CLOSING_QUOTE: "text follows a closing quote; double the quotes that belong to the cell",
  CSV_QUOTE_NOT_CLOSED: "a quote is opened here and never closed",
};

/** Cells with the line each record begins on. A broken quote ends the reading there, because what follows has no rows to speak of. */
function splitRecords(text: string): { readonly records: readonly TableRecord[]; readonly problem: { readonly row: number; readonly message: string } | null } {
  const records: TableRecord[] = [];
  let next = 1;
  try {
    parse(text, {
      delimiter: "\t",
      // Each line may end its own way: left to guess, the reader takes the first line's ending and swallows the others as text.
      record_delimiter: ["\r\n", "\n", "\r"],
      bom: true,
      // Ragged rows are counted against the header by the caller, which collects them all instead of stopping at the first.
      relax_column_count: true,
      // The default refuses lines beyond 128,000 characters only to guess at a wrong delimiter.
      max_record_size: 0,
      info: true,
      on_record: (entry: unknown) => {
        const { record, info } = entry as { readonly record: readonly string[]; readonly info: { readonly lines: number } };
        records.push({ line: next, cells: record });
        next = info.lines + 1;
        return null;
      },
    });
    return { records, problem: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = quoteMessages[error.code] ?? `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
    return { records, problem: { row: next, message } };
  }
}
