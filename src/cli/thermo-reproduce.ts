import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256 } from "../study/canonical.ts";
import type { Manifest } from "../report/index.ts";
import { shownPath } from "../study/shown-path.node.ts";
import { comparedAnswers, type AnswerReproduction } from "./answer-comparison.ts";
import { readArguments, type Call } from "./arguments.ts";
import { exit } from "./exit.ts";
import { manifestModel } from "./manifest-model.ts";
import { modelInput } from "./model-input.ts";
import { Refused } from "./refused.ts";
import { answerThermo } from "./thermo-answer.ts";
import { readThermoCall } from "./thermo-call.ts";
import { copyNames, thermoFiles, writeThermoFolder } from "./thermo-folder.ts";
import { thermo } from "./thermo.ts";
import type { Scene } from "./verb.ts";

/** Runs a manifest of `thermo` again into a folder of its own. @throws Refused when an input changed since; null = interrupted */
export async function reproduceThermo(file: string, manifest: Manifest, call: Call, scene: Scene): Promise<AnswerReproduction | null> {
  const folder = dirname(file);
  const start = new Date().toISOString();
  const before = await readFile(join(folder, thermoFiles.answer), "utf8").catch(() => null);
  if (before === null) throw new Refused([`${join(folder, thermoFiles.answer)}: no such file; reproduce needs the whole folder`]);
  const out = call.text("out");
  const [, , , ...options] = manifest.command;
  const model = await manifestModel(file, manifest, copyNames);
  const read = readArguments(thermo, [model.name, ...options, ...(out === null ? [] : [`--out=${out}`])]);
  if ("problems" in read) throw new Refused(read.problems.map((problem) => `${file}: ${problem}`));
  const asked = await readThermoCall(read.call).catch((error: unknown) => {
    throw error instanceof Refused ? new Refused([...error.problems, model.hint]) : error;
  });
  const changed = [await model.problemOf(modelInput(asked.model), asked.model.network)].filter((problem) => problem !== null);
  for (const { path, text } of asked.files) {
    const pinned = manifest.inputs.find((input) => input.path === path);
    const hash = await sha256(text);
    if (pinned?.sha256 !== hash) changed.push(`${path} is not what ${file} read (${pinned?.sha256.slice(0, 8) ?? "nothing"}, now ${hash.slice(0, 8)})`);
  }
  if (changed.length > 0) throw new Refused(changed);
  const answer = await answerThermo(asked, scene);
  if (answer.code === exit.interrupted) return null;
  const made = shownPath(await writeThermoFolder({ call: read.call, asked, answer, start }));
  const now = await readFile(join(made, thermoFiles.answer), "utf8");
  return { ...comparedAnswers(JSON.parse(before), JSON.parse(now), { verb: "thermo", model: model.name }), notes: [], out: made };
}
