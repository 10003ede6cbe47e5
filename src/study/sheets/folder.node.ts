import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExpectedScore } from "../expected.ts";
import { recordReads, StudyFileError, type StudyTexts } from "../files.ts";
import type { Registration } from "../registration.ts";
import { formatProblem, readExpectedFile, readFolderText } from "../scenario-folder.node.ts";
import { shownPath } from "../shown-path.node.ts";
import { prepareSheets, sheetsRegistration, type PreparedSheet } from "./prepare.ts";
import { readSheets } from "./read.ts";
import type { SheetsScenario } from "./schema.ts";

/** A scenario of sheets, read, validated and prepared. */
export interface OpenSheets {
  /** As the user named it. */
  readonly name: string;
  readonly folder: string;
  readonly values: SheetsScenario;
  readonly prepared: readonly PreparedSheet[];
  readonly texts: StudyTexts;
  readonly registration: Registration;
  readonly expected: readonly ExpectedScore[] | null;
}

/** Opens the folder of a scenario of sheets; all problems of a stage at once, each with its place. */
export async function openSheets(name: string, folder: string): Promise<{ readonly open: OpenSheets } | { readonly problems: readonly string[] }> {
  const text = (await readFile(join(folder, "scenario.yaml"), "utf8")).replaceAll("\r\n", "\n");
  const read = readSheets(text, shownPath(join(folder, "scenario.yaml")));
  const expected = await readExpectedFile(folder);
  if ("problems" in read || "problems" in expected) {
    return { problems: [...("problems" in read ? read.problems.map(formatProblem) : []), ...("problems" in expected ? expected.problems : [])] };
  }
  const reads = recordReads({ readText: (file) => readFolderText(folder, file), readData: (file) => Promise.reject(new StudyFileError(`sheets read no data, ${file} is not looked for`)) });
  try {
    const found = await prepareSheets(read.sheets, reads.files);
    if ("problems" in found) return { problems: found.problems.map(formatProblem) };
    const { values } = read.sheets;
    const texts = reads.texts(text);
    return { open: { name, folder, values, prepared: found.prepared, texts, registration: await sheetsRegistration(values, texts), expected: expected.expected } };
  } catch (error) {
    if (error instanceof StudyFileError) return { problems: [error.message] };
    throw error;
  }
}
