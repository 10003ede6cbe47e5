import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { readReactionText, zoo, type Network, type NetworkProblem, type ZooModel } from "../models/index.ts";
import { didYouMean } from "../study/nearest.ts";
import { Refused } from "./refused.ts";

/** A model as the command line names it: reaction text in a file or on stdin, or a model of the zoo. */
export interface ModelSource {
  readonly network: Network;
  /** What problems are reported under: the file, `<stdin>`, or the zoo name. */
  readonly file: string;
  readonly title: string | null;
  readonly source: string | null;
  /** What was read, and the ending of a file that holds it; null for a model of the zoo. */
  readonly given: { readonly bytes: Uint8Array; readonly ending: ".ant" | ".net" } | null;
}

/** A problem of a model's text; line 0 = the model as a whole. */
export interface PlacedProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Formats people will bring, and what to say until they are read. */
const notYet: Readonly<Record<string, string>> = {
  ".xml": "SBML",
  ".sbml": "SBML",
  ".bngl": "BioNetGen's language",
  ".yaml": "PEtab",
  ".yml": "PEtab",
  ".omex": "OMEX",
  ".sedml": "SED-ML",
  ".cellml": "CellML",
  ".cps": "COPASI's own format",
};

/** Name of a format that is not read yet, by file name or by how the text begins; null = it may be reaction text. */
export function unsupportedFormat(name: string, text: string): string | null {
  const byName = notYet[extname(name).toLowerCase()];
  if (byName !== undefined) return byName;
  if (/^\uFEFF?\s*<(\?xml|sbml|!DOCTYPE)/.test(text)) return "SBML";
  return /^\s*(begin model|begin parameters)\b/m.test(text) && !isBioNetGenNetwork(name, text) ? "BioNetGen's language" : null;
}

/** Whether a text is a network that BioNetGen has written out: it has numbered reactions, not rules alone. */
const isBioNetGenNetwork = (name: string, text: string): boolean => extname(name).toLowerCase() === ".net" || (/^\s*begin reactions\s*$/m.test(text) && !/^\s*begin model\b/m.test(text));

/** Reads text of a file, or of stdin for `-`. @throws Refused when there is no such file */
export async function readInput(name: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(name));
}

async function readBytes(name: string, hint = ""): Promise<Uint8Array> {
  if (name === "-") {
    const parts: Uint8Array[] = [];
    for await (const part of process.stdin) parts.push(part as Uint8Array);
    return Buffer.concat(parts);
  }
  try {
    return await readFile(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const cause = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "it is a folder" : error instanceof Error ? error.message : String(error);
    throw new Refused([`${name}: ${cause}${hint}`]);
  }
}

/** Reads a model; its problems come back as a value. @throws Refused when there is no such file or the format is not read yet */
export async function readModel(name: string): Promise<ModelSource | { readonly problems: readonly PlacedProblem[] }> {
  const models: Readonly<Record<string, ZooModel>> = zoo;
  const known = Object.hasOwn(models, name) ? models[name] : undefined;
  if (known) return { network: known.network, file: name, title: known.facts.title, source: known.facts.source, given: null };
  await refuseOtherInputs(name);
  const looksLikeName = !/[./\\]/.test(name) && name !== "-";
  const bytes = await readBytes(name, looksLikeName ? `, and no model of the zoo${didYouMean(name, Object.keys(models))}` : "");
  const text = new TextDecoder().decode(bytes);
  const format = unsupportedFormat(name, text);
  if (format !== null) throw new Refused([`${name}: ${format} is not read yet; give reaction text (.ant)`]);
  const file = name === "-" ? "<stdin>" : name;
  const id = name === "-" ? "model" : basename(name, extname(name)).replaceAll(/\W/g, "_");
  const isBioNetGen = isBioNetGenNetwork(name, text);
  const answer = isBioNetGen ? (await import("../formats/bionetgen.ts")).readBioNetGen(text, id) : readReactionText(text, id);
  if (answer.problems) return { problems: answer.problems.map((problem) => ({ file, ...problem })) };
  const { species, parameters, reactions, rules } = answer.network;
  if ([species, parameters, reactions, rules].every((list) => list.length === 0)) {
    return { problems: [{ file, line: 1, column: 1, message: "the text declares nothing; a model has at least one species, parameter or rule, e.g. 'A -> B; k*A'" }] };
  }
  return { network: answer.network, file, title: null, source: null, given: { bytes, ending: isBioNetGen ? ".net" : ".ant" } };
}

/** @throws Refused on a scenario or a data table, with the command that reads it */
async function refuseOtherInputs(name: string): Promise<void> {
  if (/\.(tsv|csv)$/i.test(name)) throw new Refused([`${name}: a data table is no model; semimech validate ${name} checks it`]);
  const folder = basename(name) === "scenario.yaml" ? dirname(name) : name;
  const isScenario = (await stat(join(folder, "scenario.yaml")).catch(() => null))?.isFile() ?? false;
  if (isScenario) throw new Refused([`${name}: a scenario is no model; semimech validate ${folder} checks it, and its models are the .ant files in it`]);
}

/** Reads a model that must be right. @throws Refused with every problem */
export async function modelOrRefuse(name: string): Promise<ModelSource> {
  const answer = await readModel(name);
  if ("problems" in answer) throw new Refused(answer.problems.map(placeText));
  return answer;
}

/** `file:line:column: message`. */
export function placeText({ file, line, column, message }: PlacedProblem): string {
  return line > 0 ? `${file}:${line}:${column}: ${message}` : `${file}: ${message}`;
}

/** Problems of a network, under the model's file. */
export function networkProblems(file: string, problems: readonly NetworkProblem[]): readonly PlacedProblem[] {
  return problems.map(({ where, message }) => {
    const colon = where.indexOf(":");
    const place = colon < 0 ? where : `${where.slice(0, colon)} "${where.slice(colon + 1)}"`;
    // Many messages name their place themselves.
    return { file, line: 0, column: 0, message: message.startsWith(place) ? message : `${place}: ${message}` };
  });
}
