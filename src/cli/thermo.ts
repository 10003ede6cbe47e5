import { z } from "zod";
import { odeMethods } from "../solvers/index.ts";
import { thermoDefaults, thermoReport, type ThermoReport } from "../thermo/index.ts";
import { table } from "../study/tables.ts";
import { exit } from "./exit.ts";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";
import { modelOrRefuse, networkProblems, placeText } from "./model-source.ts";
import { printAnswer } from "./output-file.ts";
import { readSettings, readTimes, timeOptions } from "./model-options.ts";
import { Refused } from "./refused.ts";
import type { Verb } from "./verb.ts";

const row = z.record(z.string(), z.int());

/** What `thermo --json` prints. */
export const thermoOutput = z.object({
  schema: z.literal("thermo/1"),
  structure: z.object({
    conservationLaws: z.array(row),
    cycles: z.array(row),
    emergentCycles: z.array(row),
    deficiency: z.int(),
    wegscheider: z.array(z.looseObject({ cycle: row, affinity: jsonNumberOrNull })),
  }),
  at: z.array(
    z.object({
      time: z.number(),
      /** R per volume and time. */
      entropyProduction: jsonNumber,
      perReaction: z.record(z.string(), jsonNumber),
      observables: z.array(z.object({ name: z.string(), current: jsonNumber, diffusion: jsonNumberOrNull, tightness: jsonNumberOrNull })),
    }),
  ),
  findings: z.array(
    z.looseObject({
      check: z.string(),
      verdict: z.enum(["ok", "violated", "note", "not applicable"]),
      value: jsonNumberOrNull,
      bound: jsonNumberOrNull,
      equation: z.string(),
      source: z.string(),
      where: z.string(),
    }),
  ),
});

/** `semimech thermo MODEL`. */
export const thermo: Verb = {
  facts: {
    name: "thermo",
    summary: "entropy production, uncertainty relation and what nature allows, along a model's trajectory",
    takes: ["MODEL"],
    examples: ["semimech thermo schlogl --end 10", "semimech thermo model.ant --times 0,1,10 --observable X --json"],
  },
  options: {
    ...timeOptions(thermoDefaults),
    observable: { kind: "text", value: "TEXT", many: true, help: "linear in species, such as X or A - 2*B (default: every species that reactions change)" },
    method: { kind: "choice", of: Object.keys(odeMethods), help: `(default ${thermoDefaults.method})` },
    rtol: { kind: "number", min: 0, value: "X", help: `relative tolerance (default ${thermoDefaults.control.rtol})` },
    atol: { kind: "number", min: 0, value: "X", help: `absolute tolerance (default ${thermoDefaults.control.atol})` },
  },
  async run(call, { terminal, stop }) {
    const { network, file } = await modelOrRefuse(call.positionals[0] ?? "");
    const observables = call.texts("observable");
    const answer = await thermoReport(network, {
      times: Array.from(readTimes(call, thermoDefaults)),
      set: readSettings(call),
      method: call.text("method") ?? thermoDefaults.method,
      control: { rtol: call.number("rtol") ?? thermoDefaults.control.rtol, atol: call.number("atol") ?? thermoDefaults.control.atol },
      ...(observables.length > 0 ? { observables } : {}),
      signal: stop,
    });
    if (answer.problems) throw new Refused(networkProblems(file, answer.problems).map(placeText));
    const { report, status } = answer;
    await printAnswer(call, terminal, "thermo", report, reportText(report));
    if (status.status === "paused") return exit.interrupted;
    if (status.status !== "done") {
      terminal.problem(`semimech thermo: ${status.status} at time ${status.time}, worst ${status.worst}: ${status.hint}`);
      return exit.numerical;
    }
    return report.findings.some((finding) => finding.verdict === "violated") ? exit.no : exit.ok;
  },
};

function reportText({ structure, at, findings }: ThermoReport): string {
  const names = at[0]?.observables.map(({ name }) => name) ?? [];
  const reactions = Object.keys(at[0]?.perReaction ?? {});
  const header = ["time", "entropy production", ...reactions.map((id) => `entropy production of ${id}`), ...names.flatMap((name) => [`current of ${name}`, `diffusion of ${name}`, `tightness of ${name}`])];
  const rows = at.map((each) => [
    each.time,
    each.entropyProduction,
    ...reactions.map((id) => each.perReaction[id] ?? null),
    ...each.observables.flatMap(({ current, diffusion, tightness }) => [current, diffusion, tightness]),
  ]);
  const lists = [["conservation law", structure.conservationLaws], ["cycle", structure.cycles], ["emergent cycle", structure.emergentCycles]] as const;
  const facts = lists.flatMap(([what, list]) => list.map((each) => [what, Object.entries(each).map(([id, factor]) => `${factor} ${id}`).join(", ")]));
  return [
    table(header, rows),
    table(["structure", "value"], [...facts, ["deficiency", structure.deficiency], ...structure.wegscheider.map(({ cycle, affinity }) => [`affinity of ${Object.keys(cycle).join(", ")}`, affinity])]),
    table(["check", "verdict", "value", "bound", "where", "equation"], findings.map((each) => [each.check, each.verdict, each.value, each.bound, each.where, each.equation])),
  ].join("\n");
}
