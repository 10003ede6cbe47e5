import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { readDataTable } from "../experiments/index.ts";
import { odeSystem, oneWayNotes } from "../models/index.ts";
import { dataPlaces } from "../study/data-files.node.ts";
import { readDataManifest } from "../study/data-manifest.ts";
import { openFolder } from "../study/open.node.ts";
import { readScenario } from "../study/scenario.ts";
import type { MechanismKind } from "../study/kind.ts";
import { findScenario } from "../study/scenario-folder.node.ts";
import { shownPath } from "../study/shown-path.node.ts";
import { declaresSheets, readSheets } from "../study/sheets/read.ts";
import { exit } from "./exit.ts";
import { networkProblems, placeText, readInput, readModel, type PlacedProblem } from "./model-source.ts";
import { printAnswer } from "./output-file.ts";
import type { Call } from "./arguments.ts";
import { Refused } from "./refused.ts";
import type { Verb } from "./verb.ts";

/** What `validate --json` prints. */
export const validateOutput = z.object({
  schema: z.literal("validate/1"),
  target: z.string(),
  kind: z.enum(["model", "scenario", "data table", "data manifest"]),
  valid: z.boolean(),
  problems: z.array(z.object({ file: z.string(), line: z.int(), column: z.union([z.int(), z.string()]), message: z.string() })),
  notes: z.array(z.string()),
});

type ValidateOutput = z.output<typeof validateOutput>;
type Finding = Pick<ValidateOutput, "kind" | "problems" | "notes">;

/** `semimech validate FILE|SCENARIO`. */
export const validate: Verb = {
  facts: {
    name: "validate",
    summary: "check a model, a scenario or a data table; every problem with its place",
    takes: ["TARGET"],
    examples: ["semimech validate model.ant", "semimech validate scenarios/missing-reaction", "semimech validate measurements.tsv --json"],
  },
  options: { data: { kind: "text", value: "DIR", help: "folder of measured data (else SEMIMECH_DATA, then the cache)" } },
  async run(call, { terminal, kinds }) {
    const target = call.positionals[0] ?? "";
    const found = await check(target, call, await kinds());
    const output: ValidateOutput = { schema: "validate/1", target, ...found, valid: found.problems.length === 0 };
    const text = output.valid ? `${target}: a valid ${output.kind}\n` : `${output.problems.map((problem) => textOf(problem)).join("\n")}\n`;
    for (const note of output.notes) terminal.talk(note);
    await printAnswer(call, terminal, "validate", output, text);
    return output.valid ? exit.ok : exit.no;
  },
};

function textOf({ file, line, column, message }: ValidateOutput["problems"][number]): string {
  if (typeof column === "number") return placeText({ file, line, column, message });
  return [file, String(line), ...(column === "" ? [] : [column])].join(":") + `: ${message}`;
}

async function check(target: string, call: Call, kinds: readonly MechanismKind[]): Promise<Finding> {
  const kind = await kindOf(target);
  if (kind === "model") return checkModel(target);
  if (kind === "data table") {
    const answer = readDataTable(await readInput(target), { name: target });
    const problems = "problems" in answer ? answer.problems.map(({ row, column, message }) => ({ file: target, line: row, column, message })) : [];
    return { kind, problems, notes: [] };
  }
  if (kind === "data manifest") {
    const answer = readDataManifest(await readInput(target), target);
    return { kind, problems: "problems" in answer ? [...answer.problems] : [], notes: [] };
  }
  return checkScenario(target, call, kinds);
}

async function kindOf(target: string): Promise<ValidateOutput["kind"]> {
  if (/\.(tsv|csv)$/i.test(target)) return "data table";
  if (basename(target) === "data.yaml") return "data manifest";
  if (basename(target) === "scenario.yaml" || (await stat(target).catch(() => null))?.isDirectory()) return "scenario";
  const isFile = (await stat(target).catch(() => null))?.isFile() ?? false;
  if (!isFile && target !== "-" && !/[./\\]/.test(target) && "folder" in (await findScenario(target))) return "scenario";
  return "model";
}

async function checkModel(target: string): Promise<Finding> {
  const answer = await readModel(target);
  if ("problems" in answer) return { kind: "model", problems: [...answer.problems], notes: [] };
  const compiled = odeSystem(answer.network);
  const problems: readonly PlacedProblem[] = compiled.problems ? networkProblems(answer.file, compiled.problems) : [];
  const warnings = compiled.problems ? [] : compiled.warnings.map((warning) => warning.message);
  return { kind: "model", problems: [...problems], notes: [...warnings, ...oneWayNotes(answer.network).map((note) => note.message)] };
}

async function checkScenario(target: string, call: Call, kinds: readonly MechanismKind[]): Promise<Finding> {
  const found = await findScenario(basename(target) === "scenario.yaml" ? join(target, "..") : target);
  if ("problem" in found) throw new Refused([found.problem]);
  const { folder } = found;
  const [text, file] = [await readFile(join(folder, "scenario.yaml"), "utf8"), shownPath(join(folder, "scenario.yaml"))];
  const read = declaresSheets(text) ? readSheets(text, file) : readScenario(text, kinds, file);
  if ("problems" in read) return { kind: "scenario", problems: [...read.problems], notes: [] };
  const opened = await openFolder(target, folder, { ...dataPlaces(call.text("data")), download: false }, kinds);
  if (!("problems" in opened)) return { kind: "scenario", problems: [], notes: [] };
  // Data that is not at hand is no defect of the scenario; everything that needs it stays unchecked and is said to.
  const missing = opened.problems.filter((problem) => problem.includes("is missing: looked in"));
  const problems = opened.problems.filter((problem) => !missing.includes(problem)).map((message) => ({ file: target, line: 0, column: 0, message }));
  return { kind: "scenario", problems, notes: missing.length > 0 ? [...missing, "without its data, model and splits were not checked"] : [] };
}
