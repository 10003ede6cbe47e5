import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataPlaces } from "./data-files.node.ts";
import type { MechanismKind } from "./kind.ts";
import { openScenario, type OpenScenario } from "./scenario-folder.node.ts";
import { openSheets, type OpenSheets } from "./sheets/folder.node.ts";
import { declaresSheets } from "./sheets/read.ts";

/** Opens a scenario folder of either shape: splits that are predicted, or sheets that are computed. */
export async function openFolder(
  name: string,
  folder: string,
  places: DataPlaces,
  kinds: readonly MechanismKind[],
): Promise<{ readonly open: OpenScenario | OpenSheets } | { readonly problems: readonly string[] }> {
  const text = await readFile(join(folder, "scenario.yaml"), "utf8");
  return declaresSheets(text) ? openSheets(name, folder) : openScenario(name, folder, places, kinds);
}
