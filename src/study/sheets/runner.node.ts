import { outputJson } from "../canonical.ts";
import { mismatches } from "../expected.ts";
import type { Registered } from "../ledger.node.ts";
import type { Finding } from "../result.ts";
import type { RunFolder } from "../run-folder.node.ts";
import { drawnCase, evaluateCase } from "./evaluate.ts";
import type { OpenSheets } from "./folder.node.ts";
import type { SheetResult, SheetsResult, SheetValue } from "./result.ts";
import { sheetTables } from "./tables.ts";

export interface SheetsRequest {
  readonly open: OpenSheets;
  readonly registered: Registered;
  readonly folder: RunFolder;
  readonly stop: AbortSignal;
  /** What happens, in sentences. */
  readonly onNote?: (note: string) => void;
}

export type SheetsOutcome = { readonly outcome: "finished"; readonly result: SheetsResult } | { readonly outcome: "interrupted" };

/** Computes every case of every sheet and writes result and tables. There is no test set: nothing is scored, and the ledger counts no access. */
export async function runSheets({ open, registered, folder, stop, onNote }: SheetsRequest): Promise<SheetsOutcome> {
  const { values } = open;
  folder.event("start", { scenario: registered.scenario, hash: registered.hash });
  const [scores, findings, sheets]: [SheetValue[], Finding[], SheetResult[]] = [[], [], []];
  let failed = 0;
  for (const prepared of open.prepared) {
    const { sheet, cases } = prepared;
    const drawn = drawnCase(prepared);
    let series: SheetResult["series"] = null;
    for (const each of cases) {
      // A case takes a moment; between two, Ctrl-C is heard.
      await new Promise((resolve) => setImmediate(resolve));
      if (stop.aborted) {
        folder.event("interrupted");
        return { outcome: "interrupted" };
      }
      const found = await evaluateCase(sheet, each, values.numerics, each === drawn);
      if (found.problems) {
        failed += 1;
        findings.push(...found.problems.map((problem) => unanswered(problem, `${sheet.id}, ${each.case.id}`)));
        continue;
      }
      scores.push(...found.answer.values.map(({ metric, value }) => ({ split: sheet.id, model: each.case.id, metric, value })));
      findings.push(...found.answer.findings);
      series = found.answer.series ?? series;
    }
    sheets.push({ id: sheet.id, title: sheet.title, about: sheet.about, model: sheet.model, series });
    folder.event("sheet", { sheet: sheet.id, cases: cases.length });
    onNote?.(`sheet ${sheet.id}: ${cases.length} cases`);
  }
  const missed = open.expected === null ? 0 : mismatches(open.expected, scores).length;
  const violated = findings.find(({ verdict }) => verdict === "violated");
  const result: SheetsResult = {
    schema: "sheets/1",
    scenario: values.id,
    title: values.title,
    hash: registered.hash,
    status: failed > 0 ? "failed" : "done",
    units: values.units,
    scores,
    findings,
    sheets,
    numerics: Object.entries(values.numerics).map(([name, value]) => ({ name, value: String(value) })),
    next: nextStep(failed, missed, violated),
    out: folder.path,
  };
  await folder.write("result.json", `${outputJson(result, 1)}\n`);
  for (const [name, text] of Object.entries(sheetTables(result))) await folder.write(name, text);
  folder.event("computed", { status: result.status, values: scores.length });
  return { outcome: "finished", result };
}

const unanswered = (problem: string, where: string): Finding => ({ check: "case ends with an answer", verdict: "violated", value: null, bound: null, equation: problem, source: "this run", where, topic: "numerics" });

function nextStep(failed: number, missed: number, violated: Finding | undefined): string {
  if (failed > 0) return "Read the cases without an answer under Findings; change their start, their horizon or the tolerances.";
  if (missed > 0) return "Values differ from expected.json: compare the models and tolerances with those it was written for.";
  if (violated) return `Read what is violated first: ${violated.check} (${violated.where}).`;
  return "Put a model of your own in the place of one of these: semimech thermo MODEL --report.";
}
