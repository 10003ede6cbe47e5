import { median } from "../numerics/statistics.ts";
import type { TableProblem } from "../experiments/problem.ts";
import type { ResponseTable, TableCondition } from "../experiments/task.ts";
import { readNumberTable } from "./number-table.ts";
import type { NumberTable } from "./number-table.ts";

/** Texts of one network's files as GeneNetWeaver and the DREAM4 in-silico challenge write them. */
export interface GnwFiles {
  /** One row a gene: steady state with that gene knocked out. */
  readonly knockouts: string;
  /** One row a gene: steady state with that gene's transcription halved. */
  readonly knockdowns: string;
  /** Blocks of rows, one block a series, with or without blank lines between; the time column is removed. */
  readonly timeSeries: string;
  /** Steady states with every gene's basal activity varied; size 10 only. */
  readonly multifactorial?: string;
  /** Noise-free steady states with two genes knocked out, one row a pair, no header. */
  readonly dualKnockouts?: string;
}

export interface GnwOptions {
  /** Name for messages, e.g. `insilico_size10_1`. */
  readonly name: string;
  /** Times of one series, e.g. 0, 50, ..., 1000. */
  readonly times: readonly number[];
  /** Genes knocked out in each row of `dualKnockouts`, 1-based as they are published. */
  readonly pairs?: readonly (readonly [number, number])[];
}

/** Matrices are row-major [rows, genes.length], expression scaled to at most about 1. */
export interface GnwData {
  readonly genes: readonly string[];
  /** Row g: gene g knocked out. */
  readonly knockouts: Float64Array;
  /** Row g: gene g's transcription halved. */
  readonly knockdowns: Float64Array;
  /** Each [times.length, genes.length]; the perturbation acts on unknown genes during the first half. Row 0 is the wild type. */
  readonly series: readonly Float64Array[];
  readonly times: readonly number[];
  readonly multifactorial: Float64Array | null;
  readonly dualKnockouts: { readonly pairs: readonly (readonly [number, number])[]; readonly values: Float64Array } | null;
}

/**
 * Reads one network of the DREAM4 in-silico challenge. All problems of all files are reported at once.
 * @source Marbach et al. 2009, doi:10.1089/cmb.2008.09TT; Schaffter et al. 2011, doi:10.1093/bioinformatics/btr373
 */
export function readGnw(files: GnwFiles, options: GnwOptions): { readonly data: GnwData } | { readonly problems: readonly TableProblem[] } {
  const problems: TableProblem[] = [];
  const read = (text: string, kind: string, header: "none" | "first", blankLines: "refused" | "ignored"): NumberTable | null => {
    const result = readNumberTable(text, { name: `${options.name}_${kind}.tsv`, separator: "\t", header, blankLines });
    if ("table" in result) return result.table;
    problems.push(...result.problems);
    return null;
  };
  const knockouts = read(files.knockouts, "knockouts", "first", "refused");
  const knockdowns = read(files.knockdowns, "knockdowns", "first", "refused");
  const timeSeries = read(files.timeSeries, "timeseries", "first", "ignored");
  const multifactorial = files.multifactorial === undefined ? null : read(files.multifactorial, "multifactorial", "first", "refused");
  const dual = files.dualKnockouts === undefined ? null : read(files.dualKnockouts, "nonoise_dualknockouts", "none", "refused");
  if (knockouts === null || knockdowns === null || timeSeries === null || problems.length > 0) return { problems };
  const genes = knockouts.header ?? [];
  const report = (kind: string, row: number, column: string, message: string): void => void problems.push({ table: `${options.name}_${kind}.tsv`, row, column, message });
  for (const [kind, table] of [["knockdowns", knockdowns], ["timeseries", timeSeries], ["multifactorial", multifactorial]] as const) {
    table?.header?.forEach((gene, column) => {
      if (gene !== genes[column]) report(kind, 1, gene, `column ${column + 1} is "${gene}", in the knockouts "${genes[column] ?? "absent"}"`);
    });
    if (table !== null && table.columns !== genes.length) report(kind, 1, "", `the table has ${table.columns} genes, the knockouts ${genes.length}`);
  }
  for (const [kind, table] of [["knockouts", knockouts], ["knockdowns", knockdowns]] as const) {
    if (table.rows !== genes.length) report(kind, table.lines.at(-1) ?? 1, "", `the table has ${table.rows} rows for ${genes.length} genes`);
  }
  if (timeSeries.rows % options.times.length !== 0) {
    report("timeseries", timeSeries.lines.at(-1) ?? 1, "", `${timeSeries.rows} rows are not a whole number of series of ${options.times.length} times`);
  }
  checkZeros(knockouts, genes, genes.map((_gene, row) => [row]), (row, gene, message) => report("knockouts", row, gene, message));
  const pairs = (options.pairs ?? []).map(([first, second]) => [first - 1, second - 1] as const);
  if (dual !== null) {
    if (dual.columns !== genes.length) report("nonoise_dualknockouts", 1, "", `the table has ${dual.columns} columns for ${genes.length} genes`);
    else if (pairs.length !== dual.rows) report("nonoise_dualknockouts", dual.rows, "", `${pairs.length} pairs are declared for ${dual.rows} rows`);
    else if (pairs.flat().some((gene) => genes[gene] === undefined)) report("nonoise_dualknockouts", 1, "", `a declared pair names a gene outside 1 to ${genes.length}`);
    else checkZeros(dual, genes, pairs, (row, gene, message) => report("nonoise_dualknockouts", row, gene, message));
  }
  if (problems.length > 0) return { problems };
  const block = options.times.length * genes.length;
  return {
    data: {
      genes,
      knockouts: knockouts.values,
      knockdowns: knockdowns.values,
      series: Array.from({ length: timeSeries.values.length / block }, (_, index) => timeSeries.values.slice(index * block, (index + 1) * block)),
      times: options.times,
      multifactorial: multifactorial?.values ?? null,
      dualKnockouts: dual === null ? null : { pairs, values: dual.values },
    },
  };
}

/**
 * The prediction question of the dual knockouts: controls (row 0 of each series), single knockouts and dual knockouts, one feature
 * a gene at steady state. A knocked-out gene's 0 is imposed. The declared control response is the gene's median over knockouts,
 * knockdowns and series starts, most of which leave a given gene alone.
 */
export function gnwResponseTable(data: GnwData): ResponseTable {
  const { genes, series, dualKnockouts } = data;
  const width = genes.length;
  const rows: { readonly condition: TableCondition; readonly knockedOut: readonly number[]; readonly values: Float64Array; readonly exact: boolean }[] = [];
  series.forEach((block, index) => {
    rows.push({ condition: { id: `wild type ${index + 1}`, perturbations: [] }, knockedOut: [], values: block.subarray(0, width), exact: false });
  });
  genes.forEach((_gene, gene) => {
    rows.push({ condition: knockoutOf(genes, [gene]), knockedOut: [gene], values: data.knockouts.subarray(gene * width, (gene + 1) * width), exact: false });
  });
  dualKnockouts?.pairs.forEach((pair, row) => {
    rows.push({ condition: knockoutOf(genes, pair), knockedOut: pair, values: dualKnockouts.values.subarray(row * width, (row + 1) * width), exact: true });
  });
  const unknown = new Float64Array(width).fill(Number.NaN);
  return {
    conditions: rows.map((row) => row.condition),
    features: genes.map((observable) => ({ observable, time: Number.POSITIVE_INFINITY, unit: null })),
    values: stacked(rows.map((row) => row.values)),
    truth: stacked(rows.map((row) => (row.exact ? row.values : unknown))),
    sd: null,
    inputs: { names: genes, values: stacked(rows.map((row) => Float64Array.from(genes, (_gene, gene) => (row.knockedOut.includes(gene) ? 1 : 0)))) },
    baseline: medianResponse(data),
    imposed: stacked(rows.map((row) => unknown.map((none, gene) => (row.knockedOut.includes(gene) ? 0 : none)))),
  };
}

function knockoutOf(genes: readonly string[], targets: readonly number[]): TableCondition {
  const names = targets.map((gene) => genes[gene] ?? "");
  return { id: `knockout ${names.join(" + ")}`, perturbations: names.map((agent) => ({ agent, dose: 1 })) };
}

function medianResponse({ genes, knockouts, knockdowns, series }: GnwData): Float64Array {
  const width = genes.length;
  const column = (matrix: Float64Array, gene: number): number[] => Array.from({ length: matrix.length / width }, (_, row) => matrix[row * width + gene] ?? Number.NaN);
  return Float64Array.from(genes, (_gene, gene) => median([...column(knockouts, gene), ...column(knockdowns, gene), ...series.map((block) => block[gene] ?? Number.NaN)]));
}

function stacked(rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

/** A knocked-out gene's own expression is exactly 0 in these files; anything else means that rows or pairs are mixed up. */
function checkZeros(table: NumberTable, genes: readonly string[], knockedOut: readonly (readonly number[])[], report: (row: number, gene: string, message: string) => void): void {
  knockedOut.forEach((targets, row) => {
    for (const gene of targets) {
      const value = table.values[row * genes.length + gene];
      if (row < table.rows && value !== 0) report(table.lines[row] ?? row + 1, genes[gene] ?? "", `${genes[gene] ?? gene} is knocked out in this row, but its value is ${value ?? "absent"}`);
    }
  });
}
