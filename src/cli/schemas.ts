import { z } from "zod";
import { manifestSchema } from "../report/manifest.ts";
import { dataManifestSchema } from "../study/data-manifest.ts";
import { expectedScores } from "../study/expected.ts";
import { ledgerEntry } from "../study/ledger.ts";
import { mechanismKinds } from "../study/mechanisms/index.ts";
import { runPlan } from "../study/plan.ts";
import { scenarioSchema } from "../study/scenario.ts";
import { infoOutput } from "./info.ts";
import { registerOutput } from "./register.ts";
import { reproduceOutput } from "./reproduce.ts";
import { sheetsSchema } from "../study/sheets/schema.ts";
import { runOutput } from "./run.ts";
import { sheetsOutput } from "./run-sheets.ts";
import { simulateOutput } from "./simulate-output.ts";
import { thermoOutput } from "./thermo-output.ts";
import { thermoRepairOutput } from "./thermo-repair.ts";
import { thermoStochasticOutput } from "./thermo-stochastic-output.ts";
import { validateOutput } from "./validate.ts";

/** Every shape that leaves or enters the program, by name; readers and writers use the same definitions. */
const shapes: Readonly<Record<string, z.ZodType>> = {
  run: runOutput,
  sheets: sheetsOutput,
  register: registerOutput,
  simulate: simulateOutput,
  info: infoOutput,
  validate: validateOutput,
  thermo: thermoOutput,
  "thermo-stochastic": thermoStochasticOutput,
  "thermo-repair": thermoRepairOutput,
  reproduce: reproduceOutput,
  manifest: manifestSchema,
  plan: runPlan,
  ledger: ledgerEntry,
  data: dataManifestSchema,
  expected: expectedScores,
  "scenario-sheets": sheetsSchema,
  ...Object.fromEntries(mechanismKinds.map((kind) => [`scenario-${kind.facts.id}`, scenarioSchema(kind.schema)])),
};

/** Names of the shapes that have a JSON Schema. */
export const schemaNames: readonly string[] = Object.keys(shapes);

/** JSON Schema (2020-12) of a shape; null when there is none of that name. */
export function jsonSchemaOf(name: string): object | null {
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  return shape ? z.toJSONSchema(shape, { io: "input", unrepresentable: "any" }) : null;
}
