import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readMetric } from "../experiments/metric.ts";
import { readPinnedData, type DataPlaces } from "./data-files.node.ts";
import { readDataManifest, type DataFile } from "./data-manifest.ts";
import { readExpected, type ExpectedScore } from "./expected.ts";
import { recordReads, StudyFileError, type StudyTexts } from "./files.ts";
import type { MechanismKind, StudyProblem } from "./kind.ts";
import type { PreparedStudy } from "./mechanism.ts";
import { didYouMean } from "./nearest.ts";
import { registrationOf, type Registration } from "./registration.ts";
import { readScenario, type Scenario } from "./scenario.ts";
import { shownPath } from "./shown-path.node.ts";
import { unknownBaselines } from "./baselines.ts";

/** A scenario folder read, validated and prepared: everything a registration or a run needs. */
export interface OpenScenario {
  /** As the user named it. */
  readonly name: string;
  readonly folder: string;
  readonly scenario: Scenario;
  readonly study: PreparedStudy;
  readonly texts: StudyTexts;
  readonly registration: Registration;
  readonly data: readonly DataFile[];
  readonly expected: readonly ExpectedScore[] | null;
}

/** Scenarios that ship with the package. */
export const shippedScenarios = fileURLToPath(new URL("../../scenarios/", import.meta.url));

/** The folder of a scenario: a folder as given, else the name of one that ships with the package. */
export async function findScenario(name: string, shipped: string = shippedScenarios): Promise<{ readonly folder: string } | { readonly problem: string }> {
  const folder = resolve(name);
  if (await isFile(join(folder, "scenario.yaml"))) return { folder };
  if (await isFile(join(shipped, name, "scenario.yaml"))) return { folder: join(shipped, name) };
  if (await isFolder(folder)) return { problem: `${name} has no scenario.yaml` };
  const names = (await readdir(shipped).catch(() => [])).filter((entry) => !entry.includes("."));
  return { problem: `${name} is neither a folder with scenario.yaml nor a scenario that ships with semimech${didYouMean(basename(name), names)}` };
}

/** Opens a scenario folder; all problems of a stage at once, each with its place. */
export async function openScenario(
  name: string,
  folder: string,
  places: DataPlaces,
  kinds: readonly MechanismKind[],
): Promise<{ readonly open: OpenScenario } | { readonly problems: readonly string[] }> {
  const text = await readFile(join(folder, "scenario.yaml"), "utf8");
  const read = readScenario(text, kinds, shownPath(join(folder, "scenario.yaml")));
  const manifest = await readManifest(folder);
  const expected = await readExpectedFile(folder);
  const early = [...("problems" in read ? read.problems : []), ...("problems" in manifest ? manifest.problems : [])].map(formatProblem);
  if ("problems" in expected) early.push(...expected.problems);
  if ("problems" in read || "problems" in manifest || "problems" in expected) return { problems: early };
  const pinned = await readPinnedData(manifest.files, places);
  if ("problems" in pinned) return { problems: pinned.problems };
  const { scenario } = read;
  const reads = recordReads({
    readText: (file) => readFolderText(folder, file),
    readData: async (file) => {
      const found = pinned.texts.get(file);
      if (found !== undefined) return found;
      throw new StudyFileError(`data.yaml does not list ${file}${didYouMean(file, manifest.files.map((each) => each.name))}`);
    },
  });
  const study = await prepared(scenario, reads.files);
  if ("problems" in study) return study;
  const late = endpointProblems(scenario, study);
  if (late.length > 0) return { problems: late.map(formatProblem) };
  const texts = reads.texts(text.replaceAll("\r\n", "\n"));
  const registration = await registrationOf(scenario.values, texts, study.tasks);
  return { open: { name, folder, scenario, study, texts, registration, data: manifest.files, expected: expected.expected } };
}

/** `file:line:column: message`. */
export function formatProblem({ file, line, column, message }: StudyProblem): string {
  return line > 0 ? `${file}:${line}:${column}: ${message}` : `${file}: ${message}`;
}

async function prepared(scenario: Scenario, files: Parameters<MechanismKind["prepare"]>[1]): Promise<PreparedStudy | { readonly problems: readonly string[] }> {
  try {
    const study = await scenario.kind.prepare(scenario.values, files);
    return "problems" in study ? { problems: study.problems.map(formatProblem) } : study;
  } catch (error) {
    if (error instanceof StudyFileError) return { problems: [error.message] };
    throw error;
  }
}

/** Metrics and baselines are known only once the tables are: a split may have fewer features than `r87` asks for. */
function endpointProblems({ values, problem }: Scenario, study: PreparedStudy): readonly StudyProblem[] {
  const endpoints = [{ ...values.primary, path: ["primary", "metric"] }, ...values.secondary.map((each, index) => ({ ...each, path: ["secondary", index, "metric"] }))];
  const metrics = endpoints.flatMap(({ metric, direction, path }) =>
    study.tasks.flatMap((task) => {
      const answer = readMetric(metric, task.table);
      if ("problem" in answer) return [problem(path, answer.problem)];
      const { better } = answer.metric.kind.facts;
      if (better === "one" && path[0] === "primary") return [problem(path, `"${metric}" is best at 1; a primary metric must be best low or high`)];
      return better !== "one" && better !== direction ? [problem(path, `"${metric}" is better ${better}, the scenario says ${direction}`)] : [];
    }),
  );
  const baselines = unknownBaselines(values.baselines, study.models).map(({ index, message }) => problem(["baselines", index], message));
  const seen = new Set<string>();
  return [...metrics, ...baselines].filter((each) => !seen.has(each.message) && seen.add(each.message) !== undefined);
}

/** Text of a file of a scenario's folder. @throws StudyFileError when it is not there, or lies outside */
export async function readFolderText(folder: string, file: string): Promise<string> {
  const path = resolve(folder, file);
  if (!path.startsWith(resolve(folder) + (process.platform === "win32" ? "\\" : "/"))) throw new StudyFileError(`${file} lies outside the scenario's folder`);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const near = (await readdir(folder).catch(() => [])).filter((entry) => entry !== "scenario.yaml");
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new StudyFileError(`${folder} has no file ${file}${didYouMean(file, near)}`, { cause: error });
    throw error;
  }
}

async function readManifest(folder: string): Promise<{ readonly files: readonly DataFile[] } | { readonly problems: readonly StudyProblem[] }> {
  const text = await readFile(join(folder, "data.yaml"), "utf8").catch(() => null);
  return text === null ? { files: [] } : readDataManifest(text, shownPath(join(folder, "data.yaml")));
}

/** `expected.json` of a scenario's folder; null where there is none. */
export async function readExpectedFile(folder: string): Promise<{ readonly expected: readonly ExpectedScore[] | null } | { readonly problems: readonly string[] }> {
  const text = await readFile(join(folder, "expected.json"), "utf8").catch(() => null);
  return text === null ? { expected: null } : readExpected(text, shownPath(join(folder, "expected.json")));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
