import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Mismatch } from "../study/expected.ts";
import { readPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import { registrationLine, runDefaults } from "../study/runner.node.ts";
import type { SheetsResult } from "../study/sheets/result.ts";
import type { Call } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";
import { printAnswer } from "./output-file.ts";
import { Refused } from "./refused.ts";
import { resultText } from "./result-text.ts";
import { beginRun, performRun, type RunEnd } from "./run-performance.ts";
import { printSheets } from "./run-sheets.ts";
import { calledLedger, openCalled, register, scenarioOptions } from "./scenario-call.ts";
import type { Scene, Verb } from "./verb.ts";
import { findingOutput, mismatchesOutput } from "./finding-output.ts";

/** What `run --json` prints; `result.json` holds the same and what the report draws. */
export const runOutput = z.looseObject({
  schema: z.literal("run/1"),
  scenario: z.string(),
  hash: z.string(),
  seed: z.string(),
  budget: z.enum(["quick", "full"]),
  scores: z.array(z.object({ split: z.string(), model: z.string(), metric: z.string(), value: jsonNumber, se: jsonNumberOrNull, n: z.int() })),
  verdicts: z.array(
    z.object({
      split: z.string(),
      model: z.string(),
      metric: z.string(),
      verdict: z.enum(["advantage", "no advantage", "loses"]),
      against: z.string(),
      rival: z.enum(["simple", "fitted"]),
      difference: jsonNumber,
      se: jsonNumber,
    }),
  ),
  findings: z.array(findingOutput),
  status: z.enum(["done", "interrupted", "out of budget", "failed"]),
  out: z.string(),
  /** Scores of `expected.json` that were missed. */
  mismatches: mismatchesOutput.optional(),
});

/** `semimech run SCENARIO`. */
export const run: Verb = {
  facts: {
    name: "run",
    summary: "run a registered scenario: fit, predict, score, judge, report",
    takes: ["SCENARIO?"],
    examples: ["semimech run missing-reaction", "semimech run scenarios/cellbox-skmel133 --budget full --threads 8", "semimech run --resume runs/2026-11-22-1a2b3c4d"],
  },
  options: {
    ...scenarioOptions,
    budget: { kind: "choice", of: ["quick", "full"], help: `training budget of the scenario (default ${runDefaults.budget})` },
    "max-time": { kind: "number", min: 0, value: "SECONDS", help: "stop fitting then, score what is there, exit 4" },
    resume: { kind: "text", value: "DIR", help: "go on with an interrupted run" },
  },
  async run(call, scene) {
    const resume = call.text("resume");
    return resume === null ? startRun(call, scene) : resumeRun(resume, call, scene);
  },
};

async function startRun(call: Call, scene: Scene): Promise<ExitCode> {
  const [name] = call.positionals;
  if (name === undefined) throw new Refused(["SCENARIO is missing: give a folder or the name of a scenario that ships with semimech"]);
  const open = await openCalled(name, call, scene);
  const asked = call.text("budget");
  const budget = asked === "full" || asked === "quick" ? asked : null;
  const begun = await beginRun({ call, scene, open, name, budget, seed: call.seed() });
  return finish(call, scene, await performRun(begun));
}

async function resumeRun(path: string, call: Call, scene: Scene): Promise<ExitCode> {
  const text = await readFile(join(path, "plan.json"), "utf8").catch(() => null);
  if (text === null) throw new Refused([`${path} has no plan.json: it is no run folder`]);
  const read = readPlan(text, join(path, "plan.json"));
  if ("problems" in read) throw new Refused(read.problems);
  const { plan } = read;
  const clashes = [
    ...(call.positionals[0] !== undefined && call.positionals[0] !== plan.name ? [`${path} is a run of ${plan.name}, not of ${call.positionals[0]}`] : []),
    ...(call.text("budget") !== null && call.text("budget") !== plan.budget ? [plan.budget === null ? `${path} has no budget` : `${path} runs the ${plan.budget} budget`] : []),
    ...(call.seed() !== null && call.seed() !== plan.seed ? [plan.seed === null ? `${path} has no seed` : `${path} runs seed ${plan.seed}`] : []),
    ...(call.text("out") !== null ? ["--out has no place beside --resume: a run goes on where it is"] : []),
  ];
  if (clashes.length > 0) throw new Refused(clashes);
  const done = await finishedResult(path);
  if (done !== null) {
    scene.terminal.talk(`${path} is complete; nothing is left to do`);
    return printResult(call, scene, done, []);
  }
  const open = await openCalled(plan.folder, call, scene);
  if (open.registration.hash !== plan.hash) {
    throw new Refused([`${plan.folder} changed since ${path} was started (${plan.hash.slice(0, 8)}, now ${open.registration.hash.slice(0, 8)}); start a new run`]);
  }
  const registered = register(calledLedger(call), open);
  scene.terminal.talk(registrationLine(registered));
  return finish(call, scene, await performRun({ call, scene, open, plan, path, registered }));
}

/** The result of a run that is done; null when there is something left to do. */
async function finishedResult(path: string): Promise<RunResult | SheetsResult | null> {
  const text = await readFile(join(path, "result.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const result = JSON.parse(text) as RunResult | SheetsResult;
  return result.status === "done" ? result : null;
}

function finish(call: Call, scene: Scene, ended: RunEnd): Promise<ExitCode> {
  return "result" in ended ? printResult(call, scene, ended.result, ended.missed) : Promise.resolve(exit.interrupted);
}

async function printResult(call: Call, scene: Scene, result: RunResult | SheetsResult, missed: readonly Mismatch[]): Promise<ExitCode> {
  if (result.schema === "sheets/1") return printSheets(call, scene, result, missed);
  const { terminal } = scene;
  const { schema, scenario, hash, seed, budget, scores, verdicts, findings, status, out } = result;
  const output = { schema, scenario, hash, seed, budget, scores, verdicts, findings, status, out, mismatches: missed };
  // --out is where the run stands; there is no second copy.
  await printAnswer(call, terminal, "run", output, resultText(result, missed, terminal.colors), { folder: null });
  terminal.talk(`${result.next}`);
  terminal.talk(`report: ${join(result.out, "report.html")}`);
  if (status === "failed") return exit.numerical;
  if (status === "out of budget") return exit.outOfBudget;
  return missed.length > 0 ? exit.no : exit.ok;
}
