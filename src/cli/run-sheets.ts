import { join } from "node:path";
import { z } from "zod";
import { mismatches, type Mismatch } from "../study/expected.ts";
import { ledgerOption } from "../study/ledger.ts";
import { runFolder } from "../study/run-folder.node.ts";
import { shellWord } from "../study/shell-word.ts";
import type { OpenSheets } from "../study/sheets/folder.node.ts";
import type { SheetsResult } from "../study/sheets/result.ts";
import { runSheets } from "../study/sheets/runner.node.ts";
import type { Call } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { jsonNumber } from "./json-number.ts";
import { printAnswer } from "./output-file.ts";
import { columns, mismatchTable } from "./result-text.ts";
import type { Performance } from "./run-performance.ts";
import type { Scene } from "./verb.ts";
import { findingOutput, mismatchesOutput } from "./finding-output.ts";

/** What `run --json` prints for a scenario of sheets; `result.json` holds the same and what the report draws. */
export const sheetsOutput = z.looseObject({
  schema: z.literal("sheets/1"),
  scenario: z.string(),
  hash: z.string(),
  /** `split` is the sheet, `model` the case. */
  scores: z.array(z.object({ split: z.string(), model: z.string(), metric: z.string(), value: jsonNumber })),
  findings: z.array(findingOutput),
  status: z.enum(["done", "failed"]),
  out: z.string(),
  /** Values of `expected.json` that were missed. */
  mismatches: mismatchesOutput,
});

export type SheetsEnd = { readonly result: SheetsResult; readonly missed: readonly Mismatch[] } | { readonly interrupted: true };

/** Computes the sheets, reports, and compares with `expected.json`. */
export async function performSheets(performance: Performance & { readonly open: OpenSheets }): Promise<SheetsEnd> {
  const { call, scene, open, plan, path, registered } = performance;
  const { terminal } = scene;
  const folder = runFolder(path);
  const start = new Date().toISOString();
  const outcome = await runSheets({ open, registered, folder, stop: scene.stop, onNote: (note) => terminal.talk(note) });
  if (outcome.outcome === "interrupted") {
    terminal.problem(`interrupted; to compute it again: semimech run --resume ${shellWord(path)}${ledgerOption(registered.ledger)}`);
    return { interrupted: true };
  }
  const { result } = outcome;
  const missed = open.expected === null ? [] : mismatches(open.expected, result.scores);
  // Loaded when there is something to draw: plots cost more than the rest of the command line.
  const { writeSheetsRunReport } = await import("./run-report.ts");
  await writeSheetsRunReport({ open, plan, result, folder, start, given: call.given });
  return { result, missed };
}

/** Prints what a run of sheets found; the answer is the exit code. */
export async function printSheets(call: Call, { terminal }: Scene, result: SheetsResult, missed: readonly Mismatch[]): Promise<ExitCode> {
  const { schema, scenario, hash, scores, findings, status, out } = result;
  // --out is where the run stands; there is no second copy.
  await printAnswer(call, terminal, "run", { schema, scenario, hash, scores, findings, status, out, mismatches: missed }, sheetsText(result, missed), { folder: null });
  terminal.talk(result.next);
  terminal.talk(`report: ${join(out, "report.html")}`);
  if (status === "failed") return exit.numerical;
  return missed.length > 0 ? exit.no : exit.ok;
}

/** One line per case with its first numbers; the rest stands in values.tsv. */
function sheetsText({ title, status, sheets, scores, findings, out }: SheetsResult, missed: readonly Mismatch[]): string {
  const shown = ["sigma", "sigma_ex", "duration", "period", "Sig", "Sig_ex"];
  const tables = sheets.map((sheet) => {
    const own = scores.filter(({ split }) => split === sheet.id);
    const metrics = shown.filter((metric) => own.some((score) => score.metric === metric));
    const rows = [...new Set(own.map(({ model }) => model))].map((model) => [model, ...metrics.map((metric) => number(own.find((score) => score.model === model && score.metric === metric)?.value))]);
    return `${sheet.title}\n${columns([[sheet.id, ...metrics], ...rows])}`;
  });
  const violated = findings.filter(({ verdict }) => verdict === "violated");
  return [
    ...tables,
    ...(violated.length > 0 ? [violated.map(({ check, where, equation }) => `violated: ${check}, ${where}: ${equation}`).join("\n")] : []),
    ...(missed.length > 0 ? [mismatchTable(missed)] : []),
    `${title}: ${status}; currents, diffusions and bounds are in ${join(out, "values.tsv")}`,
    "",
  ].join("\n\n");
}

const number = (value: number | undefined): string => (value === undefined ? "" : Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value));
