import { rm } from "node:fs/promises";
import { join } from "node:path";
import { manifestOf, writeManifest, type Json } from "../report/manifest.ts";
import { fileFacts, machineFacts, toolFacts } from "../report/manifest.node.ts";
import { outputJson, sha256 } from "../study/canonical.ts";
import { writeAtomically } from "../study/run-folder.node.ts";
import { inputBytes } from "./model-input.ts";
import type { SimulateAnswer } from "./simulate-answer.ts";
import { kindOf } from "./simulate-options.ts";
import { copyName, simulateFiles, type SimulatePlan } from "./simulate-plan.ts";

export interface SimulateKeepRequest extends SimulateAnswer {
  readonly plan: SimulatePlan;
  readonly folder: string;
  readonly start: string;
}

/**
 * Writes what repeats a simulation into its folder: the answer, the model and a manifest of both; with `report` the page too. What was
 * interrupted has no manifest: where it stopped depended on time.
 */
export async function keepSimulation({ plan, output, sampled, folder, start }: SimulateKeepRequest): Promise<void> {
  const model = inputBytes(plan.input);
  const contents: Record<string, string | Uint8Array> = { [simulateFiles.answer]: `${outputJson(output)}\n`, [copyName(plan)]: model };
  if (plan.report) {
    // Loaded when there is something to draw: plots cost more than the rest of the command line.
    const { simulateReportPage } = await import("./simulate-report.ts");
    contents[simulateFiles.page] = await simulateReportPage({ plan, output, sampled, folder, start });
  }
  for (const [file, text] of Object.entries(contents)) await writeAtomically(join(folder, file), text);
  const manifest = join(folder, simulateFiles.manifest);
  if (output.status === "paused") return rm(manifest, { force: true });
  const made = manifestOf({
    tool: await toolFacts(),
    machine: machineFacts(),
    command: plan.command,
    scenario: null,
    options: optionsOf(plan),
    inputs: [{ path: plan.file, bytes: model.byteLength, sha256: await sha256(model) }],
    outputs: await Promise.all(Object.keys(contents).map((file) => fileFacts(join(folder, file), file))),
    seeds: kindOf(plan.method) === "ode" ? [] : [{ name: "root", value: plan.seed }],
    tolerances: Object.entries(plan.tolerances ?? {}).map(([name, value]) => ({ name, value: String(value) })),
    start,
    end: new Date().toISOString(),
    warnings: [...(sampled?.sampler.warnings.map(({ message }) => message) ?? []), ...(output.failure === null ? [] : [`${output.status} at time ${output.failure.time}, worst ${output.failure.worst}: ${output.failure.hint}`])],
    data: [],
  });
  return writeAtomically(manifest, writeManifest(made));
}

/** Everything that can change an answer, defaults included; a report changes quantiles and paths, which are here. */
export function optionsOf({ set, method, amounts, control, tolerances, reproducible, nonNegative, independent, partition, times, runs, seed, quantiles, histograms, passages, autocorrelation, precision, paths, firings, shows }: SimulatePlan): Record<string, Json> {
  const isSampled = kindOf(method) !== "ode";
  return {
    set: { ...set },
    method,
    amounts,
    ...(control && { control: { ...control } }),
    ...(tolerances && { tolerances: { ...tolerances } }),
    ...(isSampled ? {} : { reproducible, nonNegative, independent }),
    ...(partition && { partition: { ...partition } }),
    times: [...times],
    ...(isSampled && {
      runs,
      seed,
      quantiles: [...quantiles],
      histograms: histograms.map((one) => ({ ...one })),
      firstPassages: [...passages],
      autocorrelation: autocorrelation && { ids: [...autocorrelation.ids], from: autocorrelation.from },
      precision,
      paths,
      firings,
      shows: { ...shows },
    }),
  };
}
