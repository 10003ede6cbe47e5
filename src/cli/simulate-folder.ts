import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { toolFacts } from "../report/manifest.node.ts";
import type { EnsembleState } from "../solvers/stochastic/ensemble-statistics.ts";
import { readExactJson, writeExactJson } from "../study/exact-json.ts";
import { newRunFolder, writeAtomically } from "../study/run-folder.node.ts";
import { shownPath } from "../study/shown-path.node.ts";
import type { Call } from "./arguments.ts";
import { Refused } from "./refused.ts";
import { folderName, simulateFiles, type SimulatePlan } from "./simulate-plan.ts";

/** Where a simulation is kept. */
export interface SimulateFolder {
  /** Whether a folder was asked for; else one is made when there is something to keep. */
  readonly isAsked: boolean;
  /** Its path; made at the first call. */
  open(): Promise<string>;
  /** Writes how far an ensemble got, so that it can go on. */
  keep(state: EnsembleState): Promise<void>;
}

/** The folder of a call: `--resume`, else `--out`, else one of its own under `runs`. @throws Refused when it holds another ensemble, or what another verb made */
export function simulateFolder(plan: SimulatePlan, call: Call): SimulateFolder {
  const [resumed, out] = [call.text("resume"), call.text("out")];
  if (out !== null && !plan.report && plan.runs > 1 && existsSync(join(out, simulateFiles.plan))) {
    throw new Refused([`${out} holds another simulation; semimech simulate --resume ${out} goes on with it, or give another --out`]);
  }
  if (out !== null && !plan.report) refuseForeign(join(out, simulateFiles.manifest));
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
  if (!existsSync(file)) return;
  let made: unknown = null;
  try {
    made = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Refused below: it is no manifest of simulate.
  }
  const command = typeof made === "object" && made !== null && "command" in made && Array.isArray(made.command) ? made.command : [];
  if (command[1] !== "simulate") throw new Refused([`${file} is not of semimech simulate and would be written over; give another --out`]);
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
