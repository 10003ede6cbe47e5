import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileFacts, machineFacts, toolFacts } from "../report/manifest.node.ts";
import { manifestOf, writeFigures, writeManifest, writeReport, type Json, type Manifest } from "../report/index.ts";
import { sheetFigures, writeSheetsReport } from "../report/sheets-page.ts";
import { bootstrapDefaults } from "../experiments/bootstrap.ts";
import { mismatches } from "../study/expected.ts";
import type { RunPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import type { RunFolder } from "../study/run-folder.node.ts";
import { sha256 } from "../study/canonical.ts";
import type { OpenScenario } from "../study/scenario-folder.node.ts";
import type { OpenSheets } from "../study/sheets/folder.node.ts";
import type { SheetsResult } from "../study/sheets/result.ts";
import { verdictDefaults } from "../study/verdict.ts";

export interface ReportRequest {
  readonly open: OpenScenario;
  readonly plan: RunPlan;
  readonly result: RunResult;
  readonly folder: RunFolder;
  readonly start: string;
  readonly threads: number;
  readonly given: Readonly<Record<string, readonly string[]>>;
}

/** The same for a scenario of sheets. */
export interface SheetsReportRequest extends Pick<ReportRequest, "plan" | "folder" | "start" | "given"> {
  readonly open: OpenSheets;
  readonly result: SheetsResult;
}

/** Writes `report.html`, `figures/` and `manifest.json` into the run's folder. */
export async function writeRunReport(request: ReportRequest): Promise<Manifest> {
  const { folder, result, open, threads, plan } = request;
  const draft = await manifest(request, {
    options: { budget: result.budget, seed: result.seed, threads, bootstrapDraws: bootstrapDefaults.draws, verdictStandardErrors: verdictDefaults.standardErrors },
    seeds: [{ name: "root", value: plan.seed ?? result.seed }],
    data: open.data.map(({ name, license, citation }) => ({ name, license, citation })),
  });
  return writeAll(folder, draft, writeReport(result, draft), writeFigures(result, draft));
}

/** Writes report, figures and manifest of a scenario of sheets into the run's folder. */
export async function writeSheetsRunReport(request: SheetsReportRequest): Promise<Manifest> {
  const { folder, result, open } = request;
  const draft = await manifest(request, { options: {}, seeds: [], data: [] });
  const missed = open.expected === null ? [] : mismatches(open.expected, result.scores);
  const found = new Map(result.scores.map((score) => [JSON.stringify([score.split, score.model, score.metric]), score.value]));
  const references = open.expected?.map((each) => ({
    ...each,
    found: found.get(JSON.stringify([each.split, each.model, each.metric])) ?? null,
    met: !missed.some((miss) => miss.split === each.split && miss.model === each.model && miss.metric === each.metric),
  }));
  return writeAll(folder, draft, writeSheetsReport(result, references ?? null, draft), sheetFigures(result));
}

/** The report shows the manifest, the manifest hashes the report: the page is drawn from the manifest without itself. */
async function writeAll(folder: RunFolder, draft: Manifest, page: string, figures: Readonly<Record<string, string>>): Promise<Manifest> {
  await folder.write("report.html", page);
  for (const [name, svg] of Object.entries(figures)) await folder.write(name, svg);
  const outputs = await Promise.all((await filesOf(folder.path)).map((path) => fileFacts(path, relative(folder.path, path))));
  const whole = manifestOf({ ...draft, outputs });
  await folder.write("manifest.json", writeManifest(whole));
  return whole;
}

async function manifest({ open, plan, result, start, given }: ReportRequest | SheetsReportRequest, own: { readonly options: Readonly<Record<string, Json>>; readonly seeds: Manifest["seeds"]; readonly data: Manifest["data"] }): Promise<Manifest> {
  return manifestOf({
    tool: await toolFacts(),
    machine: machineFacts(),
    command: ["semimech", ...process.argv.slice(2)],
    scenario: { id: result.scenario, hash: result.hash },
    options: {
      scenario: plan.name,
      ...own.options,
      ...Object.fromEntries(Object.entries(given).filter(([name]) => ["data", "ledger", "max-time", "out", "resume"].includes(name)).map(([name, values]) => [name, values.at(-1) ?? null])),
    },
    inputs: await Promise.all(
      Object.entries({ "scenario.yaml": open.texts.scenario, ...open.texts.folder, ...open.texts.data }).map(async ([path, text]) => ({
        path,
        bytes: new TextEncoder().encode(text).byteLength,
        sha256: await sha256(text),
      })),
    ),
    outputs: [],
    seeds: own.seeds,
    tolerances: result.numerics.filter((fact) => /^(rtol|atol|tolerance)/.test(fact.name)).map(({ name, value }) => ({ name, value })),
    start,
    end: new Date().toISOString(),
    warnings: result.findings.filter((finding) => finding.verdict === "violated").map((finding) => `${finding.check}: ${finding.where}`),
    data: own.data,
  });
}

/** Files of the run folder that belong to the answer: not the manifest, the log or the jobs' states. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !["manifest.json", "events.ndjson"].includes(entry.name) && !entry.name.endsWith(".part"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).startsWith("state"))
    .toSorted();
}
