import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileFacts, machineFacts, toolFacts } from "../report/manifest.node.ts";
import { manifestOf, writeFigures, writeManifest, writeReport, type Json, type Manifest } from "../report/index.ts";
import { bootstrapDefaults } from "../experiments/bootstrap.ts";
import type { RunPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import type { RunFolder } from "../study/run-folder.node.ts";
import { sha256 } from "../study/canonical.ts";
import type { OpenScenario } from "../study/scenario-folder.node.ts";
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

/** Writes `report.html`, `figures/` and `manifest.json` into the run's folder. */
export async function writeRunReport(request: ReportRequest): Promise<Manifest> {
  const { folder, result } = request;
  // The report shows the manifest, the manifest hashes the report: the page is drawn from the manifest without itself.
  const draft = await manifest(request, []);
  await folder.write("report.html", writeReport(result, draft));
  for (const [name, svg] of Object.entries(writeFigures(result, draft))) await folder.write(name, svg);
  const outputs = await Promise.all((await filesOf(folder.path)).map((path) => fileFacts(path, relative(folder.path, path))));
  const whole = manifestOf({ ...draft, outputs });
  await folder.write("manifest.json", writeManifest(whole));
  return whole;
}

async function manifest({ open, plan, result, start, threads, given }: ReportRequest, outputs: Manifest["outputs"]): Promise<Manifest> {
  const options: Record<string, Json> = {
    scenario: plan.name,
    budget: plan.budget,
    seed: plan.seed,
    threads,
    bootstrapDraws: bootstrapDefaults.draws,
    verdictStandardErrors: verdictDefaults.standardErrors,
    ...Object.fromEntries(Object.entries(given).filter(([name]) => ["data", "ledger", "max-time", "out", "resume"].includes(name)).map(([name, values]) => [name, values.at(-1) ?? null])),
  };
  return manifestOf({
    tool: await toolFacts(),
    machine: machineFacts(),
    command: ["semimech", ...process.argv.slice(2)],
    scenario: { id: result.scenario, hash: result.hash },
    options,
    inputs: await Promise.all(
      Object.entries({ "scenario.yaml": open.texts.scenario, ...open.texts.folder, ...open.texts.data }).map(async ([path, text]) => ({
        path,
        bytes: new TextEncoder().encode(text).byteLength,
        sha256: await sha256(text),
      })),
    ),
    outputs,
    seeds: [{ name: "root", value: plan.seed }],
    tolerances: result.numerics.filter((fact) => /^(rtol|atol|tolerance)/.test(fact.name)).map(({ name, value }) => ({ name, value })),
    start,
    end: new Date().toISOString(),
    warnings: result.findings.filter((finding) => finding.verdict === "violated").map((finding) => `${finding.check}: ${finding.where}`),
    data: open.data.map(({ name, license, citation }) => ({ name, license, citation })),
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
