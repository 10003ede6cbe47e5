import { toolFacts } from "../report/manifest.node.ts";
import { reproduceLine } from "../report/manifest.ts";
import { simulatePage, type SimulatedColumn, type SimulationReport } from "../report/simulate-page.ts";
import { odeMethods } from "../solvers/ode/index.ts";
import { shellWord } from "../study/shell-word.ts";
import { kindOf, kindWords } from "./simulate-options.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import { autocorrelationText } from "./simulate-autocorrelation.ts";
import { divisionTexts } from "./simulate-division.ts";
import type { SimulateKeepRequest } from "./simulate-keep.ts";
import { withOption, type SimulatePlan } from "./simulate-plan.ts";
import { passageText } from "./simulate-passage.ts";
import { precisionText } from "./simulate-precision.ts";
import type { SampledAnswer } from "./simulate-sampled.ts";

/** The page of a simulation. */
export async function simulateReportPage({ plan, output, sampled, folder, start }: SimulateKeepRequest): Promise<string> {
  const { version } = await toolFacts();
  return simulatePage(reportOf(plan, output, sampled, { version, date: start, folder }));
}

const numbers = (rows: readonly (readonly unknown[])[], column: number): number[] => rows.map((row) => Number(row[column]));

function reportOf(plan: SimulatePlan, output: SimulateOutput, sampled: SampledAnswer | null, { version, date, folder }: { readonly version: string; readonly date: string; readonly folder: string }): SimulationReport {
  const kind = kindOf(plan.method);
  const facts = sampled?.sampler.method ?? odeMethods[plan.method as keyof typeof odeMethods].facts;
  const { runs, mean, precision, failure, status, rows } = output;
  const isEnsemble = plan.runs > 1 && sampled !== null;
  const division = output.partition ? divisionTexts(output.partition) : null;
  const warning = division?.warning ?? null;
  const shown = isEnsemble && (runs ?? 0) > 0 ? (mean ?? []) : rows;
  return {
    title: plan.title ?? plan.network.id,
    command: withOption(plan.command, "report", true).map(shellWord).join(" "),
    // Where an interrupted ensemble stopped depends on time: it can be gone on with, not repeated.
    reproduce: output.status === "paused" ? null : reproduceLine(folder),
    version,
    date,
    model: plan.file,
    seed: sampled ? plan.seed : null,
    method: { id: output.method, title: facts.title, kind: kindWords[kind], use: "use" in facts ? facts.use : null, source: facts.source },
    timeUnit: output.units[0] ?? null,
    times: numbers(shown, 0),
    columns: columnsOf(output, sampled, isEnsemble, plan.countsEnd || plan.quantiles.length > 0),
    runs: isEnsemble ? { done: runs ?? 0, asked: plan.runs } : null,
    steps: output.steps,
    stepsAre: kind === "ode" ? "steps" : kind === "hybrid" ? "slow events of all runs" : "events of all runs",
    problem: failure === null ? null : `${status} at time ${failure.time}, worst ${failure.worst}: ${failure.hint}`,
    isInterrupted: status === "paused",
    reactions: sampled && sampled.all.runs > 0 ? sampled.sampler.channels.map((id, channel) => ({ id, perRun: sampled.all.firings[channel] / sampled.all.runs })) : [],
    passages: (sampled?.all.passages ?? []).map((passage, index) => {
      const entries = passage.times.counts.entries();
      const condition = plan.passages[index] ?? "";
      return { condition, text: passageText(condition, passage, plan.times.at(-1) ?? 0), values: entries.map(([value]) => value), counts: entries.map(([, times]) => times), mean: passage.times.mean.value };
    }),
    autocorrelations: (output.autocorrelations ?? []).map((one) => ({
      id: one.id,
      text: autocorrelationText(one, runs ?? 0),
      lags: one.lags.map(Number),
      values: one.values.map(numberOrGap),
      errors: one.errors.map(numberOrGap),
    })),
    precision: precision ? { text: precisionText(precision as Parameters<typeof precisionText>[0], runs ?? 0), isReached: precision.moreRuns === 0 } : null,
    warnings: [...(sampled?.sampler.warnings.map(({ message }) => message) ?? []), ...(warning === null ? [] : [warning])],
    facts: [
      ...(plan.control === null ? [] : [plan.control.step === null ? (["epsilon", String(plan.control.epsilon)] as const) : (["step", String(plan.control.step)] as const)]),
      ...(plan.tolerances === null ? [] : [["relative tolerance", String(plan.tolerances.rtol)] as const, ["absolute tolerance", String(plan.tolerances.atol)] as const]),
      ...(plan.partition === null ? [] : partitionFacts(plan.partition)),
      ...(division ? [["fast reactions", division.fast] as const, ["slow reactions", division.slow] as const] : []),
    ],
  };
}

const numberOrGap = (value: number | string | null): number => (value === null ? Number.NaN : Number(value));

const partitionFacts = ({ interval, firings, molecules, method }: NonNullable<SimulatePlan["partition"]>) =>
  [["fast means", `${firings} firings or more in an interval of ${interval}, and ${molecules} molecules or more of all that changes`], ["solved by", method]] as const;

const percent = (probability: number): string => `${Number((100 * probability).toPrecision(6))} %`;

function columnsOf({ columns, units, rows, mean, sd, quantiles }: SimulateOutput, sampled: SampledAnswer | null, isEnsemble: boolean, hasCounts: boolean): SimulatedColumn[] {
  const [low, high] = [quantiles?.reduce((one, other) => (other.probability < one.probability ? other : one)), quantiles?.reduce((one, other) => (other.probability > one.probability ? other : one))];
  return columns.slice(1).map((id, index) => {
    const column = index + 1;
    const unit = units[column] ?? null;
    if (!isEnsemble || !sampled) return { id, unit, mean: null, sd: null, band: null, paths: [numbers(rows, column)], last: null };
    const { all } = sampled;
    const isCounted = hasCounts && all.runs > 1;
    const entries = isCounted ? all.cell(all.times.length - 1, index).counts.entries() : [];
    return {
      id,
      unit,
      mean: numbers(mean ?? [], column),
      sd: (sd ?? []).map((row) => (row[column] === null ? null : Number(row[column]))),
      band: low && high && low !== high ? { low: numbers(low.values, column), high: numbers(high.values, column), words: `${percent(low.probability)} to ${percent(high.probability)} of runs` } : null,
      paths: all.paths.map(({ outputs, times }) => Array.from(times, (_, row) => outputs[row * all.outputs.length + index])),
      last: isCounted ? { values: entries.map(([value]) => value), counts: entries.map(([, times]) => times) } : null,
    };
  });
}
