import { table } from "../tables.ts";
import type { SheetSeries, SheetsResult } from "./result.ts";

/** A result's tables as TSV, by file name: the numbers of all cases, the findings, and one table through time for each drawn sheet. */
export function sheetTables({ scores, findings, sheets }: SheetsResult): Readonly<Record<string, string>> {
  return {
    "values.tsv": table(["sheet", "case", "quantity", "value"], scores.map(({ split, model, metric, value }) => [split, model, metric, value])),
    "findings.tsv": table(["check", "verdict", "value", "bound", "equation", "source", "where"], findings.map((f) => [f.check, f.verdict, f.value, f.bound, f.equation, f.source, f.where])),
    ...Object.fromEntries(sheets.flatMap(({ id, series }) => (series === null ? [] : [[`sheet-${id}.tsv`, seriesTable(series)]]))),
  };
}

function seriesTable({ times, concentrations, entropyProduction, excess, informationGeometricExcess, observables }: SheetSeries): string {
  const columns: readonly (readonly [string, readonly number[]])[] = [
    ["time", times],
    ...Object.entries(concentrations),
    ["sigma", entropyProduction],
    ["sigma_ex", excess],
    ["sigma_ex_ig", informationGeometricExcess],
    ...observables.flatMap(({ name, current, diffusion, bounds }): (readonly [string, readonly number[]])[] => [
      [`f(${name})`, current],
      [`D(${name})`, diffusion],
      ...bounds.flatMap((bound): (readonly [string, readonly number[]])[] => [
        [`${bound.name}(${name})`, bound.values],
        [`tightness of ${bound.name}(${name})`, bound.tightness],
      ]),
    ]),
  ];
  return table(columns.map(([name]) => name), times.map((_, row) => columns.map(([, values]) => finiteOrNamed(values[row]))));
}

/** NaN stands for what is not known, which a table leaves empty. */
const finiteOrNamed = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);
