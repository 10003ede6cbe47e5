import { dataPlaces } from "../study/data-files.node.ts";
import { ledgerDefault } from "../study/ledger.ts";
import { ledger, type Ledger, type Registered } from "../study/ledger.node.ts";
import { openFolder } from "../study/open.node.ts";
import type { Registration } from "../study/registration.ts";
import { findScenario, type OpenScenario } from "../study/scenario-folder.node.ts";
import type { OpenSheets } from "../study/sheets/folder.node.ts";
import type { Call } from "./arguments.ts";
import { orRefuse, Refused } from "./refused.ts";
import type { Option, Scene } from "./verb.ts";

/** Options of every verb that opens a scenario. */
export const scenarioOptions = {
  data: { kind: "text", value: "DIR", help: "folder of measured data (else SEMIMECH_DATA, then the cache, then a download)" },
  ledger: { kind: "text", value: "FILE", help: `the ledger (default ${ledgerDefault})` },
} as const satisfies Readonly<Record<string, Option>>;

/** Opens the scenario a call names. @throws Refused with every problem */
export async function openCalled(name: string, call: Call, { kinds }: Pick<Scene, "kinds">): Promise<OpenScenario | OpenSheets> {
  const found = await findScenario(name);
  if ("problem" in found) throw new Refused([found.problem]);
  return orRefuse(await openFolder(name, found.folder, dataPlaces(call.text("data")), await kinds())).open;
}

/** The ledger a call names. */
export function calledLedger(call: Call): Ledger {
  return ledger(call.text("ledger") ?? ledgerDefault);
}

/** Registers a scenario. @throws Refused when it changed, or the ledger cannot be read */
export function register(book: Ledger, open: { readonly registration: Registration }, amend: string | null = null): Registered {
  return orRefuse(book.register(open.registration, amend)).registered;
}
