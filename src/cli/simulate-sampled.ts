import { ensembleOnThreads } from "../solvers/stochastic/ensemble-threads.node.ts";
import type { EnsembleState, EnsembleStatistics } from "../solvers/stochastic/ensemble-statistics.ts";
import { compileSampler, type Sampler } from "../solvers/stochastic/sampler.ts";
import { defaultThreads } from "../solvers/worker-pool.node.ts";
import { didYouMean } from "../study/nearest.ts";
import type { Call } from "./arguments.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { Refused } from "./refused.ts";
import type { SimulateFolder } from "./simulate-folder.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";
import { autocorrelationText, laggedColumns } from "./simulate-autocorrelation.ts";
import { divisionTexts } from "./simulate-division.ts";
import { passageText } from "./simulate-passage.ts";
import { precisionText } from "./simulate-precision.ts";
import { runsProgress } from "./simulate-progress.ts";
import { sampledOutput } from "./simulate-tables.ts";
import type { Scene } from "./verb.ts";

/** Values whose quantiles can be kept in memory. */
const mostQuantiles = 20_000;

/** What sampled runs came to. */
export interface SampledAnswer {
  readonly output: SimulateOutput;
  readonly all: EnsembleStatistics;
  readonly sampler: Sampler;
  /** Folder that the ensemble can go on from; null where none is kept. */
  readonly kept: string | null;
}

/** Simulates a plan by a method that samples runs, on threads, from a state where there is one. @throws Refused with what is wrong with the model or the plan */
export async function sampledAnswer(asked: SimulatePlan, call: Call, { terminal, stop }: Scene, folder: SimulateFolder, from: EnsembleState | null): Promise<SampledAnswer> {
  const { network, file, method, control, partition, tolerances, runs } = asked;
  const options = { method, record: asked.amounts ? ("molecules" as const) : ("concentrations" as const), ...(control && { control }), ...(partition && { partition: { ...partition, ...(tolerances && { control: tolerances }) } }), watch: asked.passages };
  const compiled = await compileSampler(network, options);
  if (compiled.problems) throw new Refused(networkProblems(file, compiled.problems).map(placeText));
  const { sampler } = compiled;
  for (const warning of sampler.warnings) terminal.talk(warning.message);
  const isChosen = sampler.method.id !== method || (call.text("method") === null && from === null);
  if (asked.passages.length > 0 && isChosen) terminal.talk(`method ${sampler.method.id}: first passages need a look at every event`);
  const plan = withinMemory(asked, sampler, call);
  const isEnsemble = runs > 1;
  const ids = sampler.outputs.map(({ id }) => id);
  const lagged = isEnsemble ? laggedColumns(plan, ids) : null;
  const problem = { times: Float64Array.from(plan.times), runs, seed: BigInt(plan.seed), counted: countedPlaces(plan, sampler), paths: plan.paths, ...(lagged && { lagged }) };
  const { statistics, state } = await ensembleOnThreads(
    sampler,
    { network, sampler: options, problem },
    {
      threads: call.number("threads") ?? defaultThreads(),
      signal: stop,
      from,
      ...(isEnsemble && { progress: runsProgress(terminal, from?.runs ?? 0, runs) }),
      ...(isEnsemble && folder.isAsked && { keep: folder.keep }),
    },
  );
  for (const [index, passage] of statistics.passages.entries()) terminal.talk(passageText(plan.passages[index] ?? "", passage, plan.times.at(-1) ?? 0));
  const wasStopped = statistics.status.status === "paused";
  const isKept = isEnsemble && (folder.isAsked || wasStopped);
  if (isKept) await folder.keep(state);
  const kept = isKept ? await folder.open() : null;
  const output = sampledOutput(plan, statistics, { id: sampler.method.id, channels: sampler.channels });
  for (const one of output.autocorrelations ?? []) terminal.talk(autocorrelationText(one, statistics.runs));
  if (output.partition) {
    const { fast, slow, warning } = divisionTexts(output.partition);
    terminal.talk(`fast: ${fast}; slow: ${slow}`);
    if (warning !== null) terminal.talk(warning);
  }
  if (output.precision) terminal.talk(precisionText(output.precision as Parameters<typeof precisionText>[0], statistics.runs));
  if (wasStopped && kept !== null) terminal.talk(`stopped after ${statistics.runs} of ${runs} runs; semimech simulate --resume ${kept} goes on`);
  return { output, all: statistics, sampler, kept };
}

/** Quantiles of a report are left out where they would not fit in memory; those that were asked for are refused. */
function withinMemory(plan: SimulatePlan, { outputs }: Sampler, call: Call): SimulatePlan {
  const cells = plan.times.length * outputs.length;
  if (plan.quantiles.length === 0 || plan.runs < 2 || cells <= mostQuantiles) return plan;
  if (call.text("quantiles") === null) return { ...plan, quantiles: [] };
  throw new Refused([`--quantiles of ${cells} values (${plan.times.length} rows of ${outputs.length} columns): at most ${mostQuantiles} fit in memory; ask for fewer rows with --points or --times`]);
}

/** Places whose values must be counted for what was asked. @throws Refused for histograms of columns that there are not */
function countedPlaces({ quantiles, histograms, times, countsEnd, runs }: SimulatePlan, { outputs }: Sampler): number[] {
  const ids = outputs.map(({ id }) => id);
  const unknown = histograms.filter(({ id }) => !ids.includes(id)).map(({ id, time }) => `--histogram ${id}@${time}: there is no column "${id}"${didYouMean(id, ids)}`);
  if (unknown.length > 0) throw new Refused(unknown);
  const rowOf = (row: number): number[] => ids.map((_, column) => row * ids.length + column);
  if (runs < 2) return [];
  if (quantiles.length > 0) return times.flatMap((_, row) => rowOf(row));
  const places = [...histograms.map(({ id, time }) => times.indexOf(time) * ids.length + ids.indexOf(id)), ...(countsEnd ? rowOf(times.length - 1) : [])];
  return [...new Set(places)].toSorted((one, other) => one - other);
}
