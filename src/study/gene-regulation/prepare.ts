import { predictionTask, splitSchema } from "../../experiments/split.ts";
import type { PredictionTask } from "../../experiments/task.ts";
import { type GnwStructure, readGnwStructure } from "../../formats/gnw-structure.ts";
import { type GnwData, gnwResponseTable, readGnw } from "../../formats/gnw.ts";
import { stream } from "../../numerics/random.ts";
import { formatSeed } from "../../numerics/seed.ts";
import type { Checkpoint, FitHooks } from "../../calibrate/hooks.ts";
import type { StudyProblem } from "../kind.ts";
import type { FitJob, FitResult, PreparedStudy, StudyFiles } from "../mechanism.ts";
import { type Described, curvesOf, findingsOf, numericsOf } from "./describe.ts";
import { type StartsState, fitStarts } from "./fit.ts";
import { fittedRegulation } from "./predict.ts";
import { type RegulationStudy, regulationStudy, windowTimes } from "./problem.ts";
import type { GeneRegulationScenario } from "./schema.ts";

const model = { id: "gene-regulation", title: "calibrated mechanism of known structure", role: "subject" } as const;

/** One network ready to be fitted and asked. */
interface NetworkStudy {
  readonly id: string;
  readonly structure: GnwStructure;
  readonly data: GnwData;
  readonly study: RegulationStudy;
  readonly task: PredictionTask;
}

/** Reads structure and data of every network; each becomes a task of its own. */
export async function prepareGeneRegulation(scenario: GeneRegulationScenario, files: StudyFiles): Promise<PreparedStudy | { readonly problems: readonly StudyProblem[] }> {
  const read = await Promise.all(scenario.splits.map((split) => readNetwork(scenario, files, split.id)));
  const problems = [...unused(scenario), ...read.flatMap((each) => ("problems" in each ? each.problems : []))];
  const networks = read.flatMap((each) => ("problems" in each ? [] : [each]));
  if (problems.length > 0) return { problems };
  return {
    tasks: networks.map((each) => each.task),
    models: [model],
    jobs: (budget, seed) =>
      Array.from({ length: scenario.budget[budget].members }, (_, member) => member).flatMap((member) =>
        networks.map(({ task }): FitJob => ({ key: `${task.id}-${member + 1}`, split: task.id, model: model.id, fold: 0, seed: memberSeed(seed, task.id, member), budget })),
      ),
    async run(job, hooks, resume) {
      const network = networks.find((each) => each.task.id === job.split);
      if (!network) throw new RangeError(`job ${job.key}: no split ${job.split}`);
      return runFit(scenario, network, job, hooks, resume);
    },
    findings: [],
    published: [],
  };
}

/** A member of an average has a seed of its own, so that adding members changes none of the others. */
function memberSeed(seed: string, network: string, member: number): string {
  const draw = stream(BigInt(seed), `member of ${network}`, member);
  return formatSeed((BigInt(draw.nextUint32()) << 32n) | BigInt(draw.nextUint32()));
}

const problem = (file: string, message: string, line = 0, column = 0): StudyProblem => ({ file, line, column, message });

/** Networks and pairs that are declared and never asked for: almost always a misspelling. */
function unused({ model: declared, protocols, splits }: GeneRegulationScenario): readonly StudyProblem[] {
  const asked = new Set(splits.map((split) => split.id));
  return [
    ...declared.networks.filter((each) => !asked.has(each.id)).map((each) => problem("scenario.yaml", `model.networks: no split has the id "${each.id}"`)),
    ...Object.keys(protocols.dualKnockouts).filter((id) => !asked.has(id)).map((id) => problem("scenario.yaml", `protocols.dualKnockouts: no split has the id "${id}"`)),
  ];
}

async function readNetwork(scenario: GeneRegulationScenario, files: StudyFiles, id: string): Promise<NetworkStudy | { readonly problems: readonly StudyProblem[] }> {
  const declared = scenario.model.networks.find((each) => each.id === id);
  const pairs = scenario.protocols.dualKnockouts[id];
  if (!declared) return { problems: [problem("scenario.yaml", `split "${id}": model.networks has no such network`)] };
  if (!pairs) return { problems: [problem("scenario.yaml", `split "${id}": protocols.dualKnockouts has no pairs for it`)] };
  const [xml, knockouts, knockdowns, timeSeries, dualKnockouts] = await Promise.all(
    [declared.structure, declared.knockouts, declared.knockdowns, declared.timeSeries, declared.dualKnockouts].map((name) => files.readData(name)),
  );
  const structure = readGnwStructure(xml ?? "");
  const { every, until } = scenario.protocols.series;
  const data = readGnw(
    { knockouts: knockouts ?? "", knockdowns: knockdowns ?? "", timeSeries: timeSeries ?? "", dualKnockouts: dualKnockouts ?? "" },
    { name: id, times: [...windowTimes({ from: 0, to: until, every })], pairs },
  );
  const problems = [
    ...("problems" in structure ? structure.problems.map(({ line, column, message }) => problem(declared.structure, message, line, column)) : []),
    ...("problems" in data ? data.problems.map(({ table, row, column, message }) => problem(table, `${column === "" ? "" : `${column}: `}${message}`, row, 1)) : []),
  ];
  if ("problems" in structure || "problems" in data) return { problems };
  const { genes } = data.data;
  const modelled = structure.structure.regulation.map((each) => each.gene);
  if (genes.length !== modelled.length || genes.some((gene) => !modelled.includes(gene))) {
    return { problems: [problem(declared.structure, `its genes are ${modelled.join(", ")}, those of the data ${genes.join(", ")}`)] };
  }
  const made = predictionTask(gnwResponseTable(data.data), splitSchema.parse({ kind: "held-out-combination", id, seed: scenario.seeds[0], trained: 0, validation: 0, repeats: 1 }));
  if ("problems" in made) return { problems: made.problems.map((message) => problem("scenario.yaml", message)) };
  return { id, structure: structure.structure, data: data.data, study: regulationStudy(scenario, structure.structure, data.data), task: made.task };
}

async function runFit(scenario: GeneRegulationScenario, network: NetworkStudy, job: FitJob, hooks: FitHooks, resume: Checkpoint | null): Promise<FitResult> {
  const begun = Date.now();
  const { study, task, structure, data } = network;
  const budget = scenario.budget[job.budget ?? "quick"];
  const options = { starts: budget.starts, iterations: budget.iterations, tolerance: scenario.budget.tolerance, seed: BigInt(job.seed), purpose: `${scenario.id} ${task.id}` };
  const starts = await fitStarts(study.problem, options, hooks, resume as StartsState | null);
  const empty = { job, test: [], train: [], training: null, curves: [], learnedFluxes: [], shares: [], thermo: [], findings: [], numerics: [] } as const;
  const seconds = (): number => (Date.now() - begun) / 1000;
  if (!starts.best) {
    const failure = starts.status === "stopped" ? null : "no start led to a model that can be solved";
    return { ...empty, status: starts.status === "stopped" ? "stopped" : "failed", failure, seconds: seconds() };
  }
  const fitted = await fittedRegulation(study, starts.best.x);
  if (typeof fitted === "string") return { ...empty, status: "failed", failure: fitted, seconds: seconds() };
  const times = windowTimes(scenario.protocols.predicted);
  const failures: string[] = [];
  const predict = (rows: readonly number[]): readonly number[] =>
    rows.flatMap((row) => {
      const knockedOut = task.table.conditions[row]?.perturbations.map((each) => each.agent) ?? [];
      const answer = knockedOut.length === 0 ? fitted.wildType : fitted.knockedOut(knockedOut, times);
      if (typeof answer !== "string") return answer.levels;
      failures.push(answer);
      return study.genes.map(() => Number.NaN);
    });
  const fold = task.folds[job.fold];
  const test = predict(fold?.test ?? []);
  const train = predict(fold?.train ?? []);
  if (failures.length > 0) return { ...empty, status: "failed", failure: failures.join("; "), seconds: seconds() };
  const described: Described = { scenario, network: task.id, model: model.id, study, structure, data, table: task.table, fitted, x: starts.best.x };
  // Members differ little; one of each network is drawn and printed.
  const isFirst = job.key.endsWith("-1");
  return {
    ...empty,
    status: "done",
    failure: null,
    test,
    train,
    training: {
      split: task.id,
      model: model.id,
      iteration: starts.best.history.map((_, index) => index + 1),
      loss: starts.best.history,
      validation: starts.best.history.map(() => null),
    },
    curves: isFirst ? curvesOf(described) : [],
    findings: isFirst ? findingsOf(described, starts) : [],
    numerics: isFirst ? numericsOf(described, starts) : [],
    seconds: seconds(),
  };
}
