import { basename, dirname, resolve } from "node:path";
import { mismatches, type Mismatch } from "../study/expected.ts";
import { ledgerOption } from "../study/ledger.ts";
import type { Registered } from "../study/ledger.node.ts";
import { runName, type RunPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import { newRunFolder, runFolder } from "../study/run-folder.node.ts";
import { defaultThreads, registrationLine, runDefaults, runScenario } from "../study/runner.node.ts";
import type { OpenScenario } from "../study/scenario-folder.node.ts";
import { shellWord } from "../study/shell-word.ts";
import { shownPath } from "../study/shown-path.node.ts";
import type { OpenSheets } from "../study/sheets/folder.node.ts";
import type { Call } from "./arguments.ts";
import { progressLine } from "./progress.ts";
import { Refused } from "./refused.ts";
import { performSheets, type SheetsEnd } from "./run-sheets.ts";
import { calledLedger, register } from "./scenario-call.ts";
import type { Scene } from "./verb.ts";

/** A run that has a folder and a registration. */
export interface Performance {
  readonly call: Call;
  readonly scene: Scene;
  readonly open: OpenScenario | OpenSheets;
  readonly plan: RunPlan;
  readonly path: string;
  readonly registered: Registered;
}

export type RunEnd = { readonly result: RunResult; readonly missed: readonly Mismatch[] } | SheetsEnd;

export interface RunBeginning {
  readonly call: Call;
  readonly scene: Scene;
  readonly open: OpenScenario | OpenSheets;
  readonly name: string;
  /** Null = the default. */
  readonly budget: RunPlan["budget"];
  /** Null = the scenario's first. */
  readonly seed: string | null;
}

/** Registers a scenario, then makes its run folder. @throws Refused when it is not registered as it stands, or asked for what sheets have not */
export async function beginRun({ call, scene, open, name, budget, seed }: RunBeginning): Promise<Performance> {
  const plan: RunPlan = {
    schema: "plan/1",
    name,
    folder: open.folder,
    scenario: open.registration.scenario,
    hash: open.registration.hash,
    ...("study" in open ? { budget: budget ?? runDefaults.budget, seed: seed ?? open.scenario.values.seeds[0] ?? "0" } : nothingToChoose(open, budget, seed)),
    start: new Date().toISOString(),
  };
  const registered = register(calledLedger(call), open);
  scene.terminal.talk(registrationLine(registered));
  const out = call.text("out");
  const made = out === null ? await newRunFolder("runs", await runName(plan)) : await newRunFolder(dirname(resolve(out)), basename(resolve(out)));
  const folder = runFolder(shownPath(resolve(made)));
  await folder.write("plan.json", `${JSON.stringify(plan, null, 1)}\n`);
  scene.terminal.talk(`writing ${folder.path}`);
  return { call, scene, open, plan, path: folder.path, registered };
}

/** A scenario of sheets trains nothing and draws no random numbers. @throws Refused when it is asked to */
function nothingToChoose({ registration }: OpenSheets, budget: RunPlan["budget"], seed: string | null): Pick<RunPlan, "budget" | "seed"> {
  const asked = [...(budget === null ? [] : [`--budget ${budget}`]), ...(seed === null ? [] : [`--seed ${seed}`])];
  if (asked.length > 0) throw new Refused(asked.map((option) => `${option} has no place here: ${registration.scenario} is made of sheets, nothing is trained or drawn at random; leave it out`));
  return { budget: null, seed: null };
}

/** Runs, reports and compares with `expected.json`. @throws Refused when the ledger refuses the scores */
export async function performRun(performance: Performance): Promise<RunEnd> {
  const { call, scene, open, plan, path, registered } = performance;
  if (!("study" in open)) return performSheets({ ...performance, open });
  const { terminal } = scene;
  const folder = runFolder(path);
  const start = new Date().toISOString();
  const threads = call.number("threads") ?? defaultThreads();
  const outcome = await runScenario({
    open,
    registered,
    ledger: calledLedger(call),
    folder,
    budget: plan.budget ?? runDefaults.budget,
    seed: plan.seed ?? "0",
    threads,
    maxTime: call.number("max-time"),
    stop: scene.stop,
    onProgress: progressLine(terminal),
    onNote: (note) => terminal.talk(note),
  });
  if (outcome.outcome === "refused") throw new Refused(outcome.problems);
  if (outcome.outcome === "interrupted") {
    terminal.problem(`interrupted; what was reached is kept: semimech run --resume ${shellWord(path)}${ledgerOption(registered.ledger)}`);
    return { interrupted: true };
  }
  const { result } = outcome;
  // Loaded when there is something to draw: plots cost more than the rest of the command line.
  const { writeRunReport } = await import("./run-report.ts");
  await writeRunReport({ open, plan, result, folder, start, threads, given: call.given });
  const asked = new Set([...result.scores, ...result.notApplicable].map((score) => score.split));
  const notAsked = open.study.tasks.map((task) => task.id).filter((id) => !asked.has(id));
  return { result, missed: open.expected === null ? [] : mismatches(open.expected, result.scores, notAsked) };
}
