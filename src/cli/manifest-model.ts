import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Network } from "../models/network.ts";
import { writeReactionText } from "../models/text/writer.ts";
import type { Manifest } from "../report/manifest.ts";
import { sha256 } from "../study/canonical.ts";
import { shellWord } from "../study/shell-word.ts";
import { inputBytes, type ModelInput } from "./model-input.ts";
import { Refused } from "./refused.ts";

/** The model of a manifest that is run again. */
export interface ManifestModel {
  /** What to read: as the command named it, or the copy of what came from stdin. */
  readonly name: string;
  /** Where the model of then is, and what to do with it, when what was read is gone or another one. */
  readonly hint: string;
  /** What is wrong with what was read; null where it is the manifest's. `written` is the network as earlier versions pinned it. */
  problemOf(input: ModelInput, written: Network): Promise<string | null>;
}

/** The model of a manifest in `file`, whose copy bears one of some names. @throws Refused when it came from stdin and its copy is gone */
export async function manifestModel(file: string, manifest: Manifest, copyNames: readonly string[]): Promise<ManifestModel> {
  const [tool = "", verb = "", name = "", ...options] = manifest.command;
  const copy = await keptCopy(manifest, dirname(file), copyNames);
  if (name === "-" && copy === null) throw new Refused([`${file}: the model came from stdin, and the copy beside the manifest is gone or another one now; bring back the folder as it was`]);
  const again = [tool, verb, copy ?? "", ...options].map(shellWord).join(" ");
  const restored = /[./\\]/.test(name) ? `copy it to ${name} and reproduce again, or ` : "";
  const hint = copy === null ? "the copy beside the manifest is gone too; bring back the file of then, and reproduce where the command was given" : `${copy} holds the model of then: ${restored}run it as it is with ${again}`;
  return {
    name: name === "-" ? (copy ?? name) : name,
    hint,
    async problemOf(input, written) {
      const pinned = manifest.inputs.find(({ path }) => path === name || path === "<stdin>") ?? manifest.inputs[0];
      const now = await sha256(inputBytes(input));
      // Manifests of earlier versions pin the network as reaction text, not the file.
      if (pinned?.sha256 === now || pinned?.sha256 === (await sha256(writeReactionText(written)))) return null;
      return `${name} is not what ${file} read (${pinned?.sha256.slice(0, 8) ?? "nothing"}, now ${now.slice(0, 8)}); ${hint}`;
    },
  };
}

/** The copy of the model in a manifest's folder; null where it is gone or another one now. */
async function keptCopy({ outputs }: Manifest, folder: string, names: readonly string[]): Promise<string | null> {
  const kept = outputs.find(({ path }) => names.includes(path));
  if (kept === undefined) return null;
  const bytes = await readFile(join(folder, kept.path)).catch(() => null);
  return bytes !== null && (await sha256(bytes)) === kept.sha256 ? join(folder, kept.path) : null;
}
