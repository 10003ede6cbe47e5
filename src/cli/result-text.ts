import type { Mismatch } from "../study/expected.ts";
import type { RunResult, Score, Verdict } from "../study/result.ts";
import type { Terminal } from "./terminal.ts";

/** A run's score tables and verdicts as text: one table per split, models down, metrics across. */
export function resultText(result: RunResult, missed: readonly Mismatch[], colors: Terminal["colors"]): string {
  const splits = [...new Set(result.scores.map((score) => score.split))];
  const violated = result.findings.filter((finding) => finding.verdict === "violated");
  return [
    ...splits.map((split) => splitTable(result, split)),
    ...(result.verdicts.length > 0 ? [result.verdicts.map((verdict) => verdictLine(verdict, colors)).join("\n")] : []),
    ...(violated.length > 0 ? [violated.map((finding) => `${colors.red("violated")}: ${finding.check}, ${finding.where}: ${finding.equation}`).join("\n")] : []),
    ...(missed.length > 0 ? [mismatchTable(missed)] : []),
    `${result.title}: ${result.status}`,
    "",
  ].join("\n\n");
}

function splitTable(result: RunResult, split: string): string {
  const own = result.scores.filter((score) => score.split === split);
  const metrics = [...new Set(own.map((score) => score.metric))];
  const direction = result.primary.direction === "lower" ? 1 : -1;
  const valueOf = (model: string) => own.find((score) => score.model === model && score.metric === result.primary.metric)?.value ?? Number.NaN;
  // Best first; a metric that is undefined for a model (a constant has no correlation) puts it last.
  const rank = (model: string): number => (Number.isNaN(valueOf(model)) ? Number.MAX_VALUE : direction * valueOf(model));
  const models = [...new Set(own.map((score) => score.model))].toSorted((a, b) => rank(a) - rank(b));
  const rows = models.map((model) => [model, ...metrics.map((metric) => cell(own.find((score) => score.model === model && score.metric === metric)))]);
  const n = Math.max(...own.map((score) => score.n));
  const accesses = result.accesses[split] ?? 0;
  return columns([[`${split} (n = ${n}, scored ${accesses} time${accesses === 1 ? "" : "s"})`, ...metrics], ...rows]);
}

function cell(score: Score | undefined): string {
  if (!score) return "";
  return score.se === null ? number(score.value) : `${number(score.value)} ± ${Number(score.se).toPrecision(2)}`;
}

function verdictLine({ split, model, metric, verdict, against, difference, se }: Verdict, colors: Terminal["colors"]): string {
  const paint = verdict === "advantage" ? colors.green : verdict === "loses" ? colors.red : colors.yellow;
  return `${split}: ${model} ${paint(verdict)} against ${against}, ${metric} difference ${number(difference)} ± ${Number(se).toPrecision(2)}`;
}

/** Expected values that were missed, as a table. */
export function mismatchTable(missed: readonly Mismatch[]): string {
  const rows = missed.map((each) => [each.split, each.model, each.metric, String(each.value), String(each.tolerance), each.found === null ? "none" : String(each.found)]);
  return `differs from expected.json:\n${columns([["split", "model", "metric", "expected", "tolerance", "found"], ...rows])}`;
}

/** Four significant digits, as the literature prints scores. */
function number(value: number): string {
  return typeof value === "number" && Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** Rows of cells as aligned columns. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}
