import { checkLeakage } from "../experiments/leakage.ts";
import { readMetric } from "../experiments/metric.ts";
import { bootstrapDefaults } from "../experiments/bootstrap.ts";
import { isWanted, runBaseline, simpleBaselines, viewsOf, type BaselineRun } from "./baselines.ts";
import { outputJson } from "./canonical.ts";
import { answers, askedTasks, fittedRuns, mergeCurves, mergeFindings, mergeLearnedFluxes, mergeShares, mergeThermo, parityPoints } from "./combine.ts";
import { defaultThreads, lanes, type WorkerStudy } from "./lane.node.ts";
import type { Ledger, Registered } from "./ledger.node.ts";
import { short } from "./ledger.ts";
import type { FitResult, PredictionTask } from "./mechanism.ts";
import { nextStep } from "./next-step.ts";
import type { Finding, RunResult } from "./result.ts";
import type { RunFolder } from "./run-folder.node.ts";
import type { OpenScenario } from "./scenario-folder.node.ts";
import { runJobs, type ScheduleProgress, type ScheduleResult } from "./schedule.ts";
import { scoreSplit, type Scorecard, type SplitPredictions } from "./scorecard.ts";
import { resultTables } from "./tables.ts";

/** Options of a run and their defaults, in one place. */
export const runDefaults = {
  budget: "quick",
  /** Milliseconds that fits get for their checkpoint after a stop. */
  grace: 800,
} as const;

export interface RunRequest {
  readonly open: OpenScenario;
  readonly registered: Registered;
  readonly ledger: Ledger;
  readonly folder: RunFolder;
  readonly budget: RunResult["budget"];
  /** Root seed as decimal text. */
  readonly seed: string;
  readonly threads: number;
  /** Seconds for the fits; null = no limit. */
  readonly maxTime: number | null;
  readonly stop: AbortSignal;
  readonly worker?: WorkerStudy;
  readonly onProgress?: (progress: ScheduleProgress) => void;
  /** What happens, in sentences. */
  readonly onNote?: (note: string) => void;
}

export type RunOutcome =
  | { readonly outcome: "finished"; readonly result: RunResult }
  | { readonly outcome: "interrupted" }
  | { readonly outcome: "refused"; readonly problems: readonly string[] };

/** Threads unless asked otherwise: the cores, up to 2. */
export { defaultThreads };

/**
 * Runs a registered scenario: table baselines and fits first, and only when all predictions stand does anything read the test
 * responses; each test set's access is written to the ledger before its score is computed.
 */
export async function runScenario(request: RunRequest): Promise<RunOutcome> {
  const { open, folder, stop, registered } = request;
  const note = request.onNote ?? (() => undefined);
  folder.event("start", { scenario: registered.scenario, hash: registered.hash, budget: request.budget, seed: request.seed, threads: request.threads });

  const jobs = open.study.jobs(request.budget, request.seed);
  const tasks = askedTasks(open.study.tasks, jobs);
  const predicted: (Omit<SplitPredictions, "fitted"> & { readonly task: PredictionTask })[] = [];
  for (const task of tasks) {
    const baselines = await predictBaselines(task, open, () => stop.aborted);
    if (baselines === null) return interrupted(folder);
    predicted.push({ task, ...baselines });
  }
  folder.event("baselines", { splits: predicted.map(({ task }) => task.id), count: simpleBaselines.length });

  note(`${jobs.length} fits on ${Math.max(1, Math.min(request.threads, jobs.length))} threads`);
  const schedule = await fitAll(request, jobs);
  if (schedule.ended === "interrupted" || stop.aborted) return interrupted(folder);
  folder.event("fits", { ended: schedule.ended, finished: jobs.length - schedule.unfinished.length, of: jobs.length });

  const access = request.ledger.access(registered, tasks.map((task) => task.id));
  if ("problems" in access) return { outcome: "refused", problems: access.problems };
  for (const [testSet, count] of Object.entries(access.counts).filter(([id]) => tasks.some((task) => task.id === id))) note(`test set "${testSet}" has been scored ${count} time${count === 1 ? "" : "s"}`);
  const bootstrap = { seed: BigInt(request.seed), draws: bootstrapDefaults.draws };
  const cards: Scorecard[] = [];
  for (const split of predicted) {
    const fitted = fittedRuns(split.task, open.study.models, answers(schedule.results));
    cards.push(await scoreSplit({ ...split, fitted }, open.scenario.values, bootstrap, breathe));
    if (stop.aborted) return interrupted(folder);
  }
  const result = assemble(request, predicted, schedule, cards, access.counts);
  await folder.write("result.json", `${outputJson(result, 1)}\n`);
  for (const [name, text] of Object.entries(resultTables(result))) await folder.write(name, text);
  folder.event("scored", { status: result.status, verdicts: result.verdicts.length });
  return { outcome: "finished", result };
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function interrupted(folder: RunFolder): RunOutcome {
  folder.event("interrupted");
  return { outcome: "interrupted" };
}

async function predictBaselines(task: PredictionTask, open: OpenScenario, stop: () => boolean) {
  const views = viewsOf(task);
  const baselines: BaselineRun[] = [];
  for (const baseline of simpleBaselines) {
    if (!isWanted(open.scenario.values.baselines, baseline.facts.id)) {
      baselines.push({ baseline, predictions: task.folds.map(() => null), notApplicable: "not among the scenario's baselines" });
      continue;
    }
    await breathe();
    const run = stop() ? null : await runBaseline(baseline, views, stop, breathe);
    if (run === null) return null;
    baselines.push(run);
  }
  return { views, baselines };
}

async function fitAll(request: RunRequest, jobs: Parameters<typeof runJobs>[0]["jobs"]): Promise<ScheduleResult> {
  const { open, folder } = request;
  const saved = await folder.readSaved();
  const results = saved.results as ReadonlyMap<string, FitResult>;
  const worker = request.worker ?? { module: new URL("./prepare.js", import.meta.url).href, input: open.texts, file: null };
  const made = lanes(request.threads, jobs.filter((job) => !results.has(job.key)).length, open.study, worker);
  try {
    return await runJobs({
      jobs,
      lanes: made,
      store: { states: saved.states, results, writeState: folder.writeState, writeResult: folder.writeResult },
      stop: request.stop,
      maxTime: request.maxTime === null ? null : request.maxTime * 1000,
      grace: runDefaults.grace,
      onProgress: request.onProgress ?? (() => undefined),
      onFinished: (fit, progress) => {
        folder.event("fit", { key: fit.job.key, status: fit.status, seconds: fit.seconds, done: progress.done, total: progress.total });
        request.onProgress?.(progress);
      },
    });
  } finally {
    await Promise.all(made.map((lane) => lane.close()));
  }
}

function assemble(
  request: RunRequest,
  predicted: readonly (Omit<SplitPredictions, "fitted"> & { readonly task: PredictionTask })[],
  schedule: ScheduleResult,
  cards: readonly Scorecard[],
  accesses: Readonly<Record<string, number>>,
): RunResult {
  const { open, registered } = request;
  const { values } = open.scenario;
  const { study } = open;
  const all = answers(schedule.results);
  const tasks = predicted.map(({ task }) => task);
  const parity = predicted.flatMap(({ task, baselines }, index) => {
    const best = baselines.find((run) => run.baseline.facts.id === cards[index]?.best);
    const simple = best ? [{ model: { id: best.baseline.facts.id, title: best.baseline.facts.title, role: "baseline" as const }, predictions: best.predictions }] : [];
    return [...fittedRuns(task, study.models, all), ...simple].map((run) => ({ run, ...parityPoints(task, run, all) }));
  });
  const hidden = parity.filter(({ points, all: count }) => points.length < count);
  const scores = cards.flatMap((card) => card.scores);
  const verdicts = cards.flatMap((card) => card.verdicts);
  const lost = study.models.filter((model) => model.role === "subject").flatMap((model) =>
    tasks.filter((task) => all.some((fit) => fit.job.model === model.id && fit.job.split === task.id) && !scores.some((score) => score.model === model.id && score.split === task.id)),
  );
  const status = schedule.ended === "out of time" ? "out of budget" : lost.length > 0 ? "failed" : "done";
  const units = new Set(tasks.flatMap((task) => task.table.features.map((feature) => feature.unit)));
  const findings = mergeFindings([
    ...exploratory(request),
    ...study.findings,
    ...tasks.flatMap((task) => leakage(task, values.primary.metric)),
    ...cards.flatMap((card) => card.findings),
    ...all.flatMap(failure),
    ...all.flatMap((fit) => fit.findings),
  ]);
  return {
    schema: "run/1",
    scenario: values.id,
    title: values.title,
    hash: registered.hash,
    seed: request.seed,
    budget: request.budget,
    status,
    primary: values.primary,
    scores,
    verdicts,
    findings,
    notApplicable: cards.flatMap((card) => card.notApplicable),
    accesses,
    curves: mergeCurves(all),
    parity: parity.flatMap(({ points }) => points),
    training: all.flatMap((fit) => fit.training ?? []),
    learnedFluxes: mergeLearnedFluxes(all),
    shares: mergeShares(all),
    thermo: mergeThermo(all),
    numerics: [
      ...fitFacts(schedule.results, schedule),
      { name: "threads", value: String(request.threads) },
      { name: "bootstrap draws", value: String(bootstrapDefaults.draws) },
      ...hidden.map(({ run, points, all: count }) => ({ name: `parity points of ${run.model.id}`, value: `${points.length} of ${count} kept` })),
      ...distinct(all.flatMap((fit) => fit.numerics)),
    ],
    published: study.published,
    models: [...study.models, ...simpleBaselines.flatMap(({ facts }) => (scores.some((score) => score.model === facts.id) ? [{ id: facts.id, title: facts.title, role: "baseline" as const }] : []))],
    responseUnit: units.size === 1 ? ([...units][0] ?? null) : null,
    next: nextStep({ status, verdicts, findings, budget: request.budget, folder: request.folder.path, ledger: request.registered.ledger, unfinished: schedule.unfinished.length }),
    out: request.folder.path,
  };
}

function exploratory({ seed, open }: RunRequest): readonly Finding[] {
  if (open.scenario.values.seeds.includes(seed)) return [];
  return [
    {
      check: "registered seed",
      verdict: "note",
      value: null,
      bound: null,
      equation: `seed ${seed} is not among the registered ${open.scenario.values.seeds.join(", ")}: this run is exploratory`,
      source: "contracts, ledger",
      where: "seed",
    },
  ];
}

function leakage(task: PredictionTask, primary: string): readonly Finding[] {
  const answer = readMetric(primary, task.table);
  const scored = "metric" in answer ? Array.from({ length: answer.metric.features }, (_, feature) => feature) : [];
  return checkLeakage(task, { scored }).map((finding) => ({ ...finding, topic: "leakage" }));
}

function failure(fit: FitResult): readonly Finding[] {
  if (fit.status !== "failed") return [];
  const equation = fit.failure ?? "the fit gave no reason";
  return [{ check: "fit ends with an answer", verdict: "violated", value: null, bound: null, equation, source: "this run", where: fit.job.key, topic: "numerics" }];
}

function fitFacts(results: readonly FitResult[], schedule: ScheduleResult): RunResult["numerics"] {
  const models = [...new Set(results.map((fit) => fit.job.model))];
  return [
    ...models.map((model) => {
      const own = results.filter((fit) => fit.job.model === model);
      const seconds = own.reduce((sum, fit) => sum + fit.seconds, 0) / own.length;
      return { name: `fits of ${model}`, value: `${own.length}, ${seconds.toPrecision(3)} s each` };
    }),
    ...(schedule.unfinished.length > 0 ? [{ name: "fits not finished", value: String(schedule.unfinished.length) }] : []),
  ];
}

function distinct(facts: RunResult["numerics"]): RunResult["numerics"] {
  const seen = new Set<string>();
  return facts.filter(({ name, value }) => !seen.has(`${name}\t${value}`) && seen.add(`${name}\t${value}`) !== undefined);
}

/** One line per registration, for people. */
export function registrationLine(registered: Registered): string {
  return registered.fresh
    ? `registered ${registered.scenario} as ${short(registered.hash)} in ${registered.ledger}, before anything is scored`
    : `${registered.scenario} is registered as ${short(registered.hash)} since ${registered.since.slice(0, 10)}`;
}
