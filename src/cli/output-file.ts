import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { outputJson } from "../study/canonical.ts";
import { writeAtomically } from "../study/run-folder.node.ts";
import type { Call } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

export interface AnswerPlace {
  /** Ending of the text copy; default `txt`. */
  readonly ending?: string;
  /** Folder of the copy; default `--out`, null = no copy. */
  readonly folder?: string | null;
}

/** Prints a verb's answer: one JSON object with --json, else text; a copy goes to `--out DIR/<name>.json|<ending>`. */
export async function printAnswer(call: Call, terminal: Terminal, name: string, json: object, text: string, place: AnswerPlace = {}): Promise<void> {
  const asJson = call.flag("json");
  const content = asJson ? `${outputJson(json)}\n` : text;
  const { ending = "txt", folder = call.text("out") } = place;
  if (folder !== null) {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${name}.${asJson ? "json" : ending}`);
    await writeAtomically(file, content);
    terminal.talk(`wrote ${file}`);
  }
  terminal.data(content);
}
