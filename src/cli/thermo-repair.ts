import { z } from "zod";
import { writeReactionText } from "../models/index.ts";
import { nearestConsistent, type NearestConsistent } from "../thermo/index.ts";
import { jsonNumber } from "./json-number.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { Refused } from "./refused.ts";
import type { ThermoCall } from "./thermo-call.ts";
import { pairsOutput } from "./thermo-output.ts";
import { rowText, section, short } from "./thermo-text-parts.ts";

/** What `thermo --repair --json` prints. */
export const thermoRepairOutput = z.object({
  schema: z.literal("thermo-repair/1"),
  pairs: pairsOutput,
  /** Wegscheider's conditions before. */
  conditions: z.array(z.object({ cycle: z.record(z.string(), z.int()), affinity: jsonNumber, isMet: z.boolean() })),
  /** Reactions without two constants to compare. */
  leftOut: z.array(z.string()),
  changes: z.array(z.object({ reaction: z.string(), change: jsonNumber, forwardFactor: jsonNumber, reverseFactor: jsonNumber })),
  size: jsonNumber,
  parameters: z.record(z.string(), z.number()),
  unrevised: z.array(z.object({ reaction: z.string(), reason: z.string() })),
  /** Reaction text with the new constants; null where nothing changes, or they cannot be written down. */
  model: z.string().nullable(),
});

export type ThermoRepairOutput = z.output<typeof thermoRepairOutput>;

/** The nearest rate constants without driven cycles. @throws Refused with every problem */
export function repairModel({ network, weights, model }: ThermoCall): { readonly output: ThermoRepairOutput; readonly text: string } {
  const answer = nearestConsistent(network, { weights });
  if (answer.problems) throw new Refused(networkProblems(model.file, answer.problems).map(placeText));
  const { repair } = answer;
  const { before, changes, size, parameters, unrevised } = repair;
  const revised = changes.length > 0 && repair.network ? writeReactionText(repair.network) : null;
  const output: ThermoRepairOutput = {
    schema: "thermo-repair/1",
    conditions: before.conditions.map((one) => ({ ...one, cycle: { ...one.cycle } })),
    leftOut: [...before.leftOut],
    changes: changes.map((one) => ({ ...one })),
    size,
    parameters: { ...parameters },
    unrevised: unrevised.map((one) => ({ ...one })),
    model: revised,
  };
  return { output, text: repairText(repair, (id) => network.parameters.find((one) => one.id === id)?.value ?? null) };
}

function repairText({ before, changes, size, parameters, unrevised }: NearestConsistent, valueOf: (id: string) => number | null): string {
  const violated = before.conditions.filter(({ isMet }) => !isMet).length;
  return `${[
    `${violated} of ${before.conditions.length} Wegscheider conditions violated${before.leftOut.length === 0 ? "" : `; no two constants to compare: ${before.leftOut.join(", ")}`}`,
    ...section("conditions", ["cycle", "affinity", "met"], before.conditions.map(({ cycle, affinity, isMet }) => [rowText(cycle), short(affinity), isMet ? "yes" : "no"])),
    ...(violated === 0 ? ["nothing to repair: no cycle is driven by the constants"] : []),
    ...section(`least change that meets them, size ${short(size)}`, ["reaction", "change of ln(k+/k-)", "k+ times", "k- times"], changes.map(({ reaction, change, forwardFactor, reverseFactor }) => [reaction, short(change), short(forwardFactor), short(reverseFactor)])),
    ...section("new values", ["parameter", "before", "after"], Object.entries(parameters).map(([id, value]) => [id, short(valueOf(id)), short(value)])),
    ...section("no model is written: these constants cannot be changed by parameters of their own", ["reaction", "because"], unrevised.map(({ reaction, reason }) => [reaction, reason])),
    ...(violated > 0 ? ["A driven cycle can also mean a fuel that the model leaves out: then make it a chemostat ($X) instead."] : []),
  ].join("\n\n")}\n`;
}
