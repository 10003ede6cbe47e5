import { basename, dirname, resolve } from "node:path";
import { mismatches, type Mismatch } from "../study/expected.ts";
import type { Registered } from "../study/ledger.node.ts";
import { runName, type RunPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import { newRunFolder, runFolder } from "../study/run-folder.node.ts";
import { defaultThreads, registrationLine, runScenario } from "../study/runner.node.ts";
import { shownPath, type OpenScenario } from "../study/scenario-folder.node.ts";
import type { Call } from "./arguments.ts";
import { progressLine } from "./progress.ts";
import { Refused } from "./refused.ts";
import { calledLedger, register } from "./scenario-call.ts";
import type { Scene } from "./verb.ts";

/** A run that has a folder and a registration. */
export interface Performance {
  readonly call: Call;
  readonly scene: Scene;
  readonly open: OpenScenario;
  readonly plan: RunPlan;
  readonly path: string;
  readonly registered: Registered;
}

export type RunEnd = { readonly result: RunResult; readonly missed: readonly Mismatch[] } | { readonly interrupted: true };

export interface RunBeginning {
  readonly call: Call;
  readonly scene: Scene;
  readonly open: OpenScenario;
  readonly name: string;
  readonly budget: RunPlan["budget"];
  /** Null = the scenario's first. */
  readonly seed: string | null;
}

/** Registers a scenario, then makes its run folder. @throws Refused when it is not registered as it stands */
export async function beginRun({ call, scene, open, name, budget, seed }: RunBeginning): Promise<Performance> {
  const plan: RunPlan = {
    schema: "plan/1",
    name,
    folder: open.folder,
    scenario: open.registration.scenario,
    hash: open.registration.hash,
    budget,
    seed: seed ?? open.scenario.values.seeds[0] ?? "0",
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

/** Runs, reports and compares with `expected.json`. @throws Refused when the ledger refuses the scores */
export async function performRun({ call, scene, open, plan, path, registered }: Performance): Promise<RunEnd> {
  const { terminal } = scene;
  const folder = runFolder(path);
  const start = new Date().toISOString();
  const threads = call.number("threads") ?? defaultThreads();
  const outcome = await runScenario({
    open,
    registered,
    ledger: calledLedger(call),
    folder,
    budget: plan.budget,
    seed: plan.seed,
    threads,
    maxTime: call.number("max-time"),
    stop: scene.stop,
    onProgress: progressLine(terminal),
    onNote: (note) => terminal.talk(note),
  });
  if (outcome.outcome === "refused") throw new Refused(outcome.problems);
  if (outcome.outcome === "interrupted") {
    terminal.problem(`interrupted; what was reached is kept: semimech run --resume ${path}`);
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
