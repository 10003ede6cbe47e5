import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { outputJson } from "../study/canonical.ts";
import { writeAtomically } from "../study/run-folder.node.ts";
import type { Call } from "./arguments.ts";
import { Refused } from "./refused.ts";
import type { Terminal } from "./terminal.ts";

/** A folder with a report is not written into by a call that makes none: its page would be of another answer. @throws Refused when its page is there */
export function refuseReport(folder: string, page: string): void {
  if (existsSync(join(folder, page))) throw new Refused([`${folder} holds a report, whose ${page} would be of another answer; give another --out, or --report, which makes a folder of its own`]);
}

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
