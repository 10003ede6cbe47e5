import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readManifest } from "../report/manifest.ts";
import { toolFacts } from "../report/manifest.node.ts";
import type { EnsembleState } from "../solvers/stochastic/ensemble-statistics.ts";
import { readExactJson, writeExactJson } from "../study/exact-json.ts";
import { newRunFolder, writeAtomically } from "../study/run-folder.node.ts";
import { shownPath } from "../study/shown-path.node.ts";
import type { Call } from "./arguments.ts";
import { refuseReport } from "./output-file.ts";
import { Refused } from "./refused.ts";
import { copyNames, folderName, simulateFiles, type SimulatePlan } from "./simulate-plan.ts";

/** Where a simulation is kept. */
export interface SimulateFolder {
  /** Whether a folder was asked for; else one is made when there is something to keep. */
  readonly isAsked: boolean;
  /** Its path; made at the first call. */
  open(): Promise<string>;
  /** Writes how far an ensemble got, so that it can go on. */
  keep(state: EnsembleState): Promise<void>;
}

/** The folder of a call: `--resume`, else `--out`, else one of its own under `runs`. @throws Refused when it holds another ensemble, a report, or what another verb made */
export function simulateFolder(plan: SimulatePlan, call: Call): SimulateFolder {
  const [resumed, out] = [call.text("resume"), call.text("out")];
  if (out !== null && !plan.report) {
    refuseForeign(join(out, simulateFiles.manifest));
    if (existsSync(join(out, simulateFiles.plan))) throw new Refused([`${out} holds another simulation; semimech simulate --resume ${out} goes on with it, or give another --out`]);
    refuseReport(out, simulateFiles.page);
  }
  const make = async (): Promise<string> => {
    if (resumed !== null) return resumed;
    if (out !== null && plan.report) return shownPath(await newRunFolder(dirname(resolve(out)), basename(resolve(out))));
    if (out === null) return shownPath(await newRunFolder("runs", await folderName(plan)));
    await mkdir(out, { recursive: true });
    return out;
  };
  let path: Promise<string> | null = null;
  return folderOf(plan, resumed !== null || out !== null || plan.report, () => (path ??= make()));
}

/** A folder that is there already. */
export const folderAt = (plan: SimulatePlan, path: string): SimulateFolder => folderOf(plan, true, () => Promise.resolve(path));

function folderOf(plan: SimulatePlan, isAsked: boolean, open: () => Promise<string>): SimulateFolder {
  let planned: Promise<void> | null = null;
  return {
    isAsked,
    open,
    async keep(state) {
      const folder = await open();
      await (planned ??= writeAtomically(join(folder, simulateFiles.plan), writeExactJson(plan)));
      const { version } = await toolFacts();
      await writeAtomically(join(folder, simulateFiles.state), writeExactJson({ schema: "simulate-state/1", version, ...state }));
    },
  };
}

/** A manifest of another verb is not written over. @throws Refused when there is one */
function refuseForeign(file: string): void {
  if (existsSync(file) && earlierOf(file)?.verb !== "simulate") throw new Refused([`${file} is not of semimech simulate and would be written over; give another --out`]);
}

/** The verb of a manifest, and the files it names; null where it cannot be read. */
function earlierOf(file: string): { readonly verb: string | undefined; readonly files: readonly string[] } | null {
  try {
    const read = readManifest(readFileSync(file, "utf8"));
    if (!("problems" in read)) return { verb: read.manifest.command[1], files: read.manifest.outputs.map(({ path }) => path) };
  } catch {
    // It cannot be opened: nothing is known of it.
  }
  return null;
}

/** Takes the files of an earlier answer out of a folder, so that none stands beside another's; an ensemble's plan and state stay. */
export async function removeEarlier(folder: string): Promise<void> {
  const earlier = earlierOf(join(folder, simulateFiles.manifest));
  const own: readonly string[] = [simulateFiles.answer, simulateFiles.page, ...copyNames];
  const files = earlier?.verb === "simulate" ? earlier.files.filter((name) => own.includes(name)) : [];
  for (const name of [simulateFiles.text, ...files, ...(earlier?.verb === "simulate" ? [simulateFiles.manifest] : [])]) await rm(join(folder, name), { force: true });
}

/** How far the ensemble of a folder got, and by which version; null where it had not begun. @throws Refused when the file is broken */
export async function stateOf(folder: string): Promise<{ readonly state: EnsembleState; readonly version: string } | null> {
  const file = join(folder, simulateFiles.state);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const { schema, version, ...state } = readExactJson(text) as EnsembleState & { readonly schema: string; readonly version: string };
    if (schema === "simulate-state/1") return { state, version };
  } catch {
    // Refused below, as any other text that is no state.
  }
  throw new Refused([`${file} is broken; remove it to begin anew with --resume ${folder}`]);
}
