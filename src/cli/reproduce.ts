import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readManifest, type Manifest } from "../report/manifest.ts";
import { readPlan } from "../study/plan.ts";
import type { RunResult } from "../study/result.ts";
import type { SheetsResult, SheetValue } from "../study/sheets/result.ts";
import type { AnswerReproduction } from "./answer-comparison.ts";
import type { Call } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { jsonNumberOrNull } from "./json-number.ts";
import { printAnswer } from "./output-file.ts";
import { Refused } from "./refused.ts";
import { columns } from "./result-text.ts";
import { beginRun, performRun } from "./run-performance.ts";
import { openCalled, scenarioOptions } from "./scenario-call.ts";
import type { Scene, Verb } from "./verb.ts";

/** What `reproduce --json` prints. */
export const reproduceOutput = z.object({
  schema: z.literal("reproduce/1"),
  manifest: z.string(),
  /** Every score within its tolerance. */
  reproduced: z.boolean(),
  /** Scores that are the same to the last bit, of all. */
  sameBits: z.int(),
  scores: z.int(),
  differences: z.array(
    z.object({ split: z.string(), model: z.string(), metric: z.string(), before: jsonNumberOrNull, now: jsonNumberOrNull, tolerance: z.number() }),
  ),
  notes: z.array(z.string()),
  out: z.string(),
});

type ReproduceOutput = z.output<typeof reproduceOutput>;

/** `semimech reproduce MANIFEST`. */
export const reproduce: Verb = {
  facts: {
    name: "reproduce",
    summary: "run a manifest again and compare the scores, or the values of a simulation or thermo report",
    takes: ["MANIFEST"],
    examples: ["semimech reproduce runs/2026-11-22-1a2b3c4d/manifest.json", "semimech reproduce runs/simulate-birth-death-1a2b3c4d/manifest.json"],
  },
  options: scenarioOptions,
  async run(call, scene) {
    const file = call.positionals[0] ?? "";
    const manifest = readManifest(await read(file));
    if ("problems" in manifest) throw new Refused(manifest.problems.map((problem) => `${file}: ${problem}`));
    const verb = manifest.manifest.command[1] ?? "";
    const again = Object.hasOwn(verbAnswers, verb) ? verbAnswers[verb] : undefined;
    if (again) return reproduceAnswer(file, await again(file, manifest.manifest, call, scene), call, scene);
    const { before, notes, begun } = await begin(file, call, scene);
    const ended = await performRun(begun);
    if (!("result" in ended)) return exit.interrupted;
    const tolerances = begun.open.expected ?? [];
    const tolerance = (score: SheetValue) => tolerances.find((each) => each.split === score.split && each.model === score.model && each.metric === score.metric)?.tolerance ?? 0;
    const compared = compare(before.scores, ended.result.scores, tolerance);
    const output: ReproduceOutput = { schema: "reproduce/1", manifest: file, reproduced: compared.differences.length === 0, ...compared, notes: [...notes], out: ended.result.out };
    await printAnswer(call, scene.terminal, "reproduce", output, answerText(output), { folder: null });
    return output.reproduced ? exit.ok : exit.no;
  },
};

/** Verbs whose answers are run again as they are: their values are what a run's scores are. Loaded here only: pages and their figures cost more than the rest of the command line. */
const verbAnswers: Readonly<Record<string, (file: string, manifest: Manifest, call: Call, scene: Scene) => Promise<AnswerReproduction | null>>> = {
  thermo: async (...asked) => (await import("./thermo-reproduce.ts")).reproduceThermo(...asked),
  simulate: async (...asked) => (await import("./simulate-reproduce.ts")).reproduceSimulate(...asked),
};

async function reproduceAnswer(file: string, compared: AnswerReproduction | null, call: Call, scene: Scene): Promise<ExitCode> {
  if (compared === null) return exit.interrupted;
  const output: ReproduceOutput = { schema: "reproduce/1", manifest: file, reproduced: compared.differences.length === 0, ...compared };
  await printAnswer(call, scene.terminal, "reproduce", output, answerText(output, "values"), { folder: null });
  return output.reproduced ? exit.ok : exit.no;
}

async function begin(file: string, call: Call, scene: Scene) {
  const folder = dirname(file);
  const plan = readPlan(await read(join(folder, "plan.json")), join(folder, "plan.json"));
  if ("problems" in plan) throw new Refused(plan.problems);
  const before = JSON.parse(await read(join(folder, "result.json"))) as RunResult | SheetsResult;
  const { name, budget, seed, hash } = plan.plan;
  const open = await openCalled(name, call, scene).catch((error: unknown) => {
    if (error instanceof Refused) return openCalled(plan.plan.folder, call, scene);
    throw error;
  });
  if (open.registration.hash !== hash) {
    throw new Refused([`${name} is not what ${file} ran: hash ${open.registration.hash.slice(0, 8)}, then ${hash.slice(0, 8)}; check out the scenario of that run`]);
  }
  const notes = before.status === "done" ? [] : [`the run ended as "${before.status}": what it reached depended on time`];
  for (const note of notes) scene.terminal.talk(note);
  return { before, notes, begun: await beginRun({ call, scene, open, name, budget, seed }) };
}

async function read(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) throw new Refused([`${path}: no such file; reproduce needs the whole run folder`]);
  return text;
}

function compare(before: readonly SheetValue[], now: readonly SheetValue[], toleranceOf: (score: SheetValue) => number): Pick<ReproduceOutput, "sameBits" | "scores" | "differences"> {
  const then = new Map(before.map((score) => [key(score), score]));
  const after = new Map(now.map((score) => [key(score), score]));
  const all = [...new Map([...then, ...after]).values()];
  const rows = all.map((score) => {
    const [one, two] = [value(then.get(key(score))), value(after.get(key(score)))];
    const same = one !== null && two !== null && Object.is(one, two);
    const near = same || (one !== null && two !== null && Math.abs(one - two) <= toleranceOf(score));
    return { same, near, difference: { split: score.split, model: score.model, metric: score.metric, before: one, now: two, tolerance: toleranceOf(score) } };
  });
  return { sameBits: rows.filter((row) => row.same).length, scores: rows.length, differences: rows.filter((row) => !row.near).map((row) => row.difference) };
}

const key = (score: SheetValue): string => JSON.stringify([score.split, score.model, score.metric]);
const value = (score: SheetValue | undefined): number | null => (score === undefined ? null : Number(score.value));

/** Differences that the text lists. */
const listedDifferences = 20;

function answerText(output: ReproduceOutput, what = "scores"): string {
  const first = output.reproduced
    ? `reproduced: ${output.sameBits} of ${output.scores} ${what} are the same bits${output.sameBits < output.scores ? ", the others within tolerance" : ""}`
    : `not reproduced: ${output.differences.length} of ${output.scores} ${what} differ`;
  const rows = output.differences.slice(0, listedDifferences).map((each) => [each.split, each.model, each.metric, String(each.before), String(each.now), String(each.tolerance)]);
  const left = output.differences.length - rows.length;
  return `${[first, ...(rows.length > 0 ? [columns([["split", "model", "metric", "before", "now", "tolerance"], ...rows])] : []), ...(left > 0 ? [`and ${left} more; --json lists all`] : [])].join("\n")}\n`;
}
