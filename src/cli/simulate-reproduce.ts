import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileFacts, toolFacts } from "../report/manifest.node.ts";
import type { Manifest } from "../report/manifest.ts";
import { canonicalJson } from "../study/canonical.ts";
import { newRunFolder } from "../study/run-folder.node.ts";
import { shownPath } from "../study/shown-path.node.ts";
import { comparedAnswers, type AnswerReproduction } from "./answer-comparison.ts";
import { readArguments, type Call } from "./arguments.ts";
import { manifestModel } from "./manifest-model.ts";
import { Refused } from "./refused.ts";
import { answerSimulate } from "./simulate-answer.ts";
import { folderAt } from "./simulate-folder.ts";
import { keepSimulation, optionsOf } from "./simulate-keep.ts";
import { copyNames, folderName, readSimulatePlan, simulateFiles } from "./simulate-plan.ts";
import { simulate } from "./simulate.ts";
import type { Scene } from "./verb.ts";

/** Runs a manifest of `simulate` again into a folder of its own. @throws Refused when the model changed since; null = interrupted */
export async function reproduceSimulate(file: string, manifest: Manifest, call: Call, scene: Scene): Promise<AnswerReproduction | null> {
  const folder = dirname(file);
  const start = new Date().toISOString();
  const before = await readFile(join(folder, simulateFiles.answer), "utf8").catch(() => null);
  if (before === null) throw new Refused([`${join(folder, simulateFiles.answer)}: no such file; reproduce needs the whole folder`]);
  const [, , name = "", ...options] = manifest.command;
  const model = await manifestModel(file, manifest, copyNames);
  const threads = call.text("threads");
  const read = readArguments(simulate, [model.name, ...options, ...(threads === null ? [] : [`--threads=${threads}`])]);
  if ("problems" in read) throw new Refused(read.problems.map((problem) => `${file}: ${problem}`));
  const plan = await readSimulatePlan(read.call).catch((error: unknown) => {
    throw error instanceof Refused ? new Refused([...error.problems, model.hint]) : error;
  });
  const problem = await model.problemOf(plan.input, plan.network);
  if (problem !== null) throw new Refused([problem]);
  const notes = await notesOf(manifest, folder, optionsOf(plan));
  for (const note of notes) scene.terminal.talk(note);
  const out = call.text("out");
  const made = shownPath(out === null ? await newRunFolder("runs", await folderName(plan)) : await newRunFolder(dirname(resolve(out)), basename(resolve(out))));
  const answer = await answerSimulate(plan, read.call, scene, folderAt(plan, made), null);
  if (answer.output.status === "paused") return null;
  await keepSimulation({ plan, ...answer, folder: made, start });
  const now = await readFile(join(made, simulateFiles.answer), "utf8");
  return { ...comparedAnswers(JSON.parse(before), JSON.parse(now), { verb: "simulate", model: name }), notes, out: made };
}

/** What may explain a difference: another version, other defaults, an answer that was written over. */
async function notesOf(manifest: Manifest, folder: string, options: Manifest["options"]): Promise<string[]> {
  const tool = await toolFacts();
  const names = [...new Set([...Object.keys(manifest.options), ...Object.keys(options)])];
  // An option that came since the manifest was written, and asks for nothing, explains nothing.
  const asksNothing = (name: string): boolean => !Object.hasOwn(manifest.options, name) && (options[name] === false || options[name] === null);
  const changed = names.filter((name) => canonicalJson(manifest.options[name]) !== canonicalJson(options[name]) && !asksNothing(name));
  const answer = manifest.outputs.find(({ path }) => path === simulateFiles.answer);
  const isOther = answer !== undefined && (await fileFacts(join(folder, simulateFiles.answer))).sha256 !== answer.sha256;
  return [
    ...(tool.version === manifest.tool.version ? [] : [`the manifest is of semimech ${manifest.tool.version}, this is ${tool.version}`]),
    ...changed.map((name) => `${name} was ${canonicalJson(manifest.options[name] ?? null)}, now ${canonicalJson(options[name] ?? null)}`),
    ...(isOther ? [`${join(folder, simulateFiles.answer)} changed since the manifest was written`] : []),
  ];
}
