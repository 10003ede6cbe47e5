import { join } from "node:path";
import { writeReactionText } from "../models/index.ts";
import { toolFacts } from "../report/manifest.node.ts";
import { simulatePage, type SimulatedColumn, type SimulationReport } from "../report/simulate-page.ts";
import { odeMethods } from "../solvers/index.ts";
import { outputJson } from "../study/canonical.ts";
import { writeAtomically } from "../study/run-folder.node.ts";
import { kindOf } from "./simulate-options.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import { simulateFiles, type SimulatePlan } from "./simulate-plan.ts";
import { passageText } from "./simulate-passage.ts";
import { precisionText } from "./simulate-precision.ts";
import type { SampledAnswer } from "./simulate-sampled.ts";

export interface SimulateReportRequest {
  readonly plan: SimulatePlan;
  readonly output: SimulateOutput;
  /** Null for an ODE method. */
  readonly sampled: SampledAnswer | null;
  readonly folder: string;
  readonly start: string;
}

/** Writes the page, the answer and the model into a folder. */
export async function writeSimulateReport({ plan, output, sampled, folder, start }: SimulateReportRequest): Promise<void> {
  const { version } = await toolFacts();
  const contents = {
    [simulateFiles.answer]: `${outputJson(output)}\n`,
    [simulateFiles.model]: writeReactionText(plan.network),
    [simulateFiles.page]: simulatePage(reportOf(plan, output, sampled, { version, date: start })),
  };
  for (const [file, text] of Object.entries(contents)) await writeAtomically(join(folder, file), text);
}

const kindWords = { ode: "ODE", exact: "exact", leap: "approximate" } as const;
const numbers = (rows: readonly (readonly unknown[])[], column: number): number[] => rows.map((row) => Number(row[column]));

function reportOf(plan: SimulatePlan, output: SimulateOutput, sampled: SampledAnswer | null, { version, date }: { readonly version: string; readonly date: string }): SimulationReport {
  const kind = kindOf(plan.method);
  const facts = sampled?.sampler.method ?? odeMethods[plan.method as keyof typeof odeMethods].facts;
  const { runs, mean, precision, failure, status, rows } = output;
  const isEnsemble = plan.runs > 1 && sampled !== null;
  const shown = isEnsemble && (runs ?? 0) > 0 ? (mean ?? []) : rows;
  return {
    title: plan.title ?? plan.network.id,
    command: plan.command.map(quoted).join(" "),
    version,
    date,
    model: plan.file,
    seed: sampled ? plan.seed : null,
    method: { id: output.method, title: facts.title, kind: kindWords[kind], use: "use" in facts ? facts.use : null, source: facts.source },
    timeUnit: output.units[0] ?? null,
    times: numbers(shown, 0),
    columns: columnsOf(output, sampled, isEnsemble),
    runs: isEnsemble ? { done: runs ?? 0, asked: plan.runs } : null,
    steps: output.steps,
    problem: failure === null ? null : `${status} at time ${failure.time}, worst ${failure.worst}: ${failure.hint}`,
    isInterrupted: status === "paused",
    reactions: sampled && sampled.all.runs > 0 ? sampled.sampler.channels.map((id, channel) => ({ id, perRun: sampled.all.firings[channel] / sampled.all.runs })) : [],
    passages: (sampled?.all.passages ?? []).map((passage, index) => {
      const entries = passage.times.counts.entries();
      const condition = plan.passages[index] ?? "";
      return { condition, text: passageText(condition, passage, plan.times.at(-1) ?? 0), values: entries.map(([value]) => value), counts: entries.map(([, times]) => times), mean: passage.times.mean.value };
    }),
    precision: precision ? { text: precisionText(precision as Parameters<typeof precisionText>[0], runs ?? 0), isReached: precision.moreRuns === 0 } : null,
    warnings: sampled?.sampler.warnings.map(({ message }) => message) ?? [],
    facts: plan.control === null ? [] : [plan.control.step === null ? ["epsilon", String(plan.control.epsilon)] : ["step", String(plan.control.step)]],
  };
}

const percent = (probability: number): string => `${Number((100 * probability).toPrecision(6))} %`;

function columnsOf({ columns, units, rows, mean, sd, quantiles }: SimulateOutput, sampled: SampledAnswer | null, isEnsemble: boolean): SimulatedColumn[] {
  const [low, high] = [quantiles?.reduce((one, other) => (other.probability < one.probability ? other : one)), quantiles?.reduce((one, other) => (other.probability > one.probability ? other : one))];
  return columns.slice(1).map((id, index) => {
    const column = index + 1;
    const unit = units[column] ?? null;
    if (!isEnsemble || !sampled) return { id, unit, mean: null, sd: null, band: null, paths: [numbers(rows, column)], last: null };
    const { all } = sampled;
    const entries = all.runs > 1 ? all.cell(all.times.length - 1, index).counts.entries() : [];
    return {
      id,
      unit,
      mean: numbers(mean ?? [], column),
      sd: (sd ?? []).map((row) => (row[column] === null ? null : Number(row[column]))),
      band: low && high && low !== high ? { low: numbers(low.values, column), high: numbers(high.values, column), words: `${percent(low.probability)} to ${percent(high.probability)} of runs` } : null,
      paths: all.paths.map(({ outputs, times }) => Array.from(times, (_, row) => outputs[row * all.outputs.length + index])),
      last: all.runs > 1 ? { values: entries.map(([value]) => value), counts: entries.map(([, times]) => times) } : null,
    };
  });
}

/** An argument as a POSIX shell reads it back. */
const quoted = (argument: string): string => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`);
