import { suggestion } from "../../models/nearest.ts";
import { symmetricEigen } from "../../numerics/symmetric-eigen.ts";
import { cellsOf, decimalOf } from "./table-text.ts";
import type { TextCell, TextProblem } from "./table-text.ts";

/** One measured current: what flowed in total within the observation time, repeated. */
export interface MeasuredCurrent {
  readonly name: string;
  /** Mean of the total within one observation time. */
  readonly mean: number;
  /** Variance of that total between repetitions, divisor n - 1. */
  readonly variance: number;
  /** Independent repetitions; null = not given. */
  readonly samples: number | null;
  /** Observation time of one repetition. */
  readonly duration: number;
}

/** Currents measured in a steady state. */
export interface MeasuredCurrents {
  readonly currents: readonly MeasuredCurrent[];
  /** Row-major [nCurrent, nCurrent] in the order of `currents`; null = not measured, so that combinations cannot be used. */
  readonly covariance: readonly number[] | null;
}

export type MeasuredCurrentsResult =
  | { readonly measured: MeasuredCurrents; readonly problems?: undefined }
  | { readonly problems: readonly (TextProblem & { readonly text: "currents" | "covariance" })[]; readonly measured?: undefined };

const required = ["current", "mean", "variance", "duration"] as const;
const known = [...required, "n"] as const;

/** Relative difference between a table's variance and the covariance's diagonal that rounding to printed digits explains. */
const printedRounding = 1e-3;

/**
 * Reads measured currents from tab-separated text with the columns `current, mean, variance, duration` and, if known, `n`.
 * `covariance` is a second text: a first line `current` and the names, then one row a current; its diagonal is the variance.
 * Lines that begin with `#` are comments.
 * @status problems: every missing or unknown column, empty or wrong cell, repeated or unknown name, with line and column of its text.
 */
export function readMeasuredCurrents(text: string, covariance?: string): MeasuredCurrentsResult {
  const problems: (TextProblem & { text: "currents" | "covariance" })[] = [];
  const report = (cell: Pick<TextCell, "line" | "column">, message: string): void => void problems.push({ text: "currents", line: cell.line, column: cell.column, message });
  const currents = readTable(text, report);
  if (covariance === undefined) return problems.length > 0 ? { problems } : { measured: { currents, covariance: null } };
  const matrix = readCovariance(covariance, currents, (cell, message) => void problems.push({ text: "covariance", line: cell.line, column: cell.column, message }));
  const first = currents[0];
  if (first && currents.some(({ duration, samples }) => duration !== first.duration || samples !== first.samples)) {
    report({ line: 1, column: 1 }, "currents with a covariance are measured together: give all the same duration and the same n");
  }
  return problems.length > 0 ? { problems } : { measured: { currents, covariance: matrix } };
}

type Report = (cell: Pick<TextCell, "line" | "column">, message: string) => void;

function readTable(text: string, report: Report): MeasuredCurrent[] {
  const [header, ...rows] = cellsOf(text);
  if (!header) {
    report({ line: 1, column: 1 }, `the table is empty; its first line names the columns ${known.join(", ")}`);
    return [];
  }
  const place = new Map<string, number>();
  header.forEach((cell, index) => {
    if (!(known as readonly string[]).includes(cell.text)) report(cell, `unknown column "${cell.text}"${suggestion(cell.text, [...known])}`);
    else if (place.has(cell.text)) report(cell, `column "${cell.text}" stands twice`);
    else place.set(cell.text, index);
  });
  for (const name of required) if (!place.has(name)) report(header[0] ?? { line: 1, column: 1 }, `column "${name}" is missing; the columns are ${known.join(", ")}, separated by tabs`);
  if (rows.length === 0) report({ line: (header[0]?.line ?? 1) + 1, column: 1 }, "the table has a header and no rows");
  const names = new Map<string, number>();
  return rows.flatMap((cells): MeasuredCurrent[] => {
    const start = cells[0] ?? { line: 1, column: 1, text: "" };
    if (cells.length !== header.length) {
      report(start, `the row has ${cells.length} cells, the header ${header.length}; cells are separated by tabs`);
      return [];
    }
    const cellOf = (column: (typeof known)[number]): TextCell | null => cells[place.get(column) ?? -1] ?? null;
    const number = (column: (typeof known)[number], isRight: (value: number) => boolean, must: string): number => {
      const cell = cellOf(column);
      if (!cell) return Number.NaN;
      const value = decimalOf(cell.text);
      if (value === null) report(cell, cell.text === "" ? `${column} is empty` : `${column} "${cell.text}" is not a finite number`);
      else if (!isRight(value)) report(cell, `${column} is ${value}; it must be ${must}`);
      return value ?? Number.NaN;
    };
    const name = cellOf("current")?.text ?? "";
    const before = names.get(name);
    if (place.has("current") && name === "") report(start, "the current has no name");
    else if (before !== undefined) report(start, `current "${name}" repeats line ${before}`);
    names.set(name, start.line);
    const mean = number("mean", () => true, "a number");
    const variance = number("variance", (value) => value >= 0, "at least 0");
    if (variance === 0 && mean !== 0) report(cellOf("variance") ?? start, `current "${name}" flows and its variance is 0, which no finite entropy production explains; give the variance with more digits`);
    const duration = number("duration", (value) => value > 0, "above 0");
    const samples = place.has("n") ? number("n", (value) => Number.isInteger(value) && value >= 2, "a whole number, at least 2") : null;
    return [{ name, mean, variance, samples, duration }];
  });
}

function readCovariance(text: string, currents: readonly MeasuredCurrent[], report: Report): number[] {
  const [header, ...rows] = cellsOf(text);
  const d = currents.length;
  const matrix = Array.from({ length: d * d }, () => Number.NaN);
  const names = currents.map(({ name }) => name);
  if (!header) {
    report({ line: 1, column: 1 }, `the covariance is empty; its first line is "current" and the names ${names.join(", ")}`);
    return matrix;
  }
  if (header[0]?.text !== "current") report(header[0] ?? { line: 1, column: 1 }, `the first cell is "${header[0]?.text ?? ""}"; it must be "current", followed by the names of the currents`);
  const before = { columns: new Set<string>(), rows: new Set<string>() };
  const columnOf = (cell: TextCell, seen: Set<string>): number => {
    const index = names.indexOf(cell.text);
    if (index < 0) report(cell, `there is no current "${cell.text}" in the table${suggestion(cell.text, names)}`);
    else if (seen.has(cell.text)) report(cell, `current "${cell.text}" stands twice`);
    seen.add(cell.text);
    return index;
  };
  const columns = header.slice(1).map((cell) => columnOf(cell, before.columns));
  const placed: { readonly row: number; readonly column: number; readonly cell: TextCell; readonly value: number }[] = [];
  for (const cells of rows) {
    const [first, ...values] = cells;
    if (!first) continue;
    if (cells.length !== header.length) {
      report(first, `the row has ${cells.length} cells, the header ${header.length}; cells are separated by tabs`);
      continue;
    }
    const row = columnOf(first, before.rows);
    values.forEach((cell, index) => {
      const column = columns[index] ?? -1;
      const value = decimalOf(cell.text);
      if (value === null) report(cell, cell.text === "" ? "the covariance is empty" : `covariance "${cell.text}" is not a finite number`);
      else if (row >= 0 && column >= 0) {
        matrix[row * d + column] = value;
        placed.push({ row, column, cell, value });
      }
    });
  }
  for (const name of names) {
    if (!before.columns.has(name)) report(header[0] ?? { line: 1, column: 1 }, `current "${name}" has no column in the covariance`);
    if (!before.rows.has(name)) report(header[0] ?? { line: 1, column: 1 }, `current "${name}" has no row in the covariance`);
  }
  for (const { row, column, cell, value } of placed) {
    const [own, other] = [currents[row], currents[column]];
    if (row === column) {
      if (own && Math.abs(value - own.variance) > printedRounding * Math.max(value, own.variance)) report(cell, `the variance of "${own.name}" is ${value} here and ${own.variance} in the table`);
    } else if (column < row && Math.abs(value - (matrix[column * d + row] ?? Number.NaN)) > 1e-9 * Math.sqrt((own?.variance ?? 0) * (other?.variance ?? 0))) {
      report(cell, `the covariance of "${own?.name ?? ""}" and "${other?.name ?? ""}" is ${value} here and ${matrix[column * d + row]} the other way round`);
    }
  }
  if (matrix.every(Number.isFinite)) checkPositive(matrix, currents, header[0] ?? { line: 1, column: 1 }, report);
  return matrix;
}

/** No combination of currents has a negative variance. */
function checkPositive(matrix: readonly number[], currents: readonly MeasuredCurrent[], place: Pick<TextCell, "line" | "column">, report: Report): void {
  const d = currents.length;
  const spread = currents.map((_, index) => Math.sqrt(matrix[index * d + index] ?? Number.NaN));
  if (spread.some((one) => !(one > 0))) return;
  const correlation = Float64Array.from(matrix, (value, index) => value / ((spread[Math.floor(index / d)] ?? 1) * (spread[index % d] ?? 1)));
  const least = symmetricEigen(correlation, d).values[d - 1] ?? 0;
  if (least < -1e-9) report(place, `some combination of the currents has a negative variance (least eigenvalue ${least.toPrecision(3)} of their correlations): give more digits, or leave out a current that the others fix`);
}
