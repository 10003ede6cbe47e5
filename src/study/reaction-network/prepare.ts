import type { PredictionTask } from "../../experiments/task.ts";
import { predictionTask, splitSchema } from "../../experiments/split.ts";
import { odeSystem } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import { readReactionText } from "../../models/text.ts";
import type { StudyProblem } from "../kind.ts";
import type { FitJob, FittedModel, PreparedStudy, StudyFiles } from "../mechanism.ts";
import { fittedPaths } from "./describe.ts";
import { designConditions, instrumentFor, measuredDataset, tableOf, truthDataset } from "./design.ts";
import { runFit } from "./fit.ts";
import { counterparts, isConductance, learnedProblems, missingSpecies } from "./learned.ts";
import type { ReactionNetworkScenario } from "./schema.ts";
import { mechanisticSetup, neuralOdeSetup } from "./setup.ts";

const modelsOf = (scenario: ReactionNetworkScenario): readonly FittedModel[] => [
  { id: "hybrid", title: scenario.learned.some(isConductance) ? "mechanism with learned conductances" : "mechanism with a learned flux", role: "subject" },
  { id: "mechanism-only", title: "mechanism only", role: "baseline" },
  { id: "pure-neural-ode", title: "pure neural ODE of equal size", role: "baseline" },
];

/** Reads model and truth, simulates the data of every seed, and makes tasks and fits ready. */
export async function prepareReactionNetwork(scenario: ReactionNetworkScenario, files: StudyFiles): Promise<PreparedStudy | { readonly problems: readonly StudyProblem[] }> {
  if (scenario.truth === undefined) return { problems: [problem("scenario.yaml", 'a reaction network needs "truth", the network that makes the data; measured data are not read for this kind yet')] };
  const [model, truth] = await Promise.all([readNetwork(files, scenario.model), readNetwork(files, scenario.truth)]);
  const problems = [...("problems" in model ? model.problems : []), ...("problems" in truth ? truth.problems : [])];
  if ("problems" in model || "problems" in truth) return { problems };
  problems.push(...checkScenario(scenario, model, model, scenario.model), ...checkScenario(scenario, model, truth, scenario.truth));
  if (problems.length > 0) return { problems };

  const conditions = designConditions(scenario);
  const truthSetup = mechanisticSetup(scenario, truth, false, scenario.budget.quick, "0");
  const precise = { ...scenario, budget: { ...scenario.budget, rtol: 1e-9, atol: 1e-12 } };
  const world = await fittedPaths(precise, truthSetup, {});
  const times = Float64Array.from(scenario.protocols.times);
  const { observables } = scenario.protocols;
  const paths: Float64Array[] = [];
  for (const condition of conditions) {
    const path = world.path(condition, times);
    if (typeof path === "string") return { problems: [problem(scenario.truth, `${condition.table.id}: ${path}`)] };
    const nState = truthSetup.system.states.length;
    const columns = observables.map((id) => truthSetup.system.states.indexOf(id));
    paths.push(Float64Array.from({ length: times.length * columns.length }, (_, index) => path[Math.floor(index / columns.length) * nState + (columns[index % columns.length] ?? 0)] ?? Number.NaN));
  }
  const noiseFree = truthDataset(scenario, conditions, paths, unitOf(truth, observables));
  const seeds = scenario.seeds.map((seed) => {
    const table = tableOf(measuredDataset(scenario, conditions, paths, seed, unitOf(truth, observables)), noiseFree, conditions);
    return { seed, ...tasksOf(scenario, table, conditions, seed) };
  });
  problems.push(...seeds.flatMap((each) => each.problems.map((message) => problem("scenario.yaml", message))));
  if (problems.length > 0) return { problems };

  const tasks = seeds.flatMap((each) => each.tasks);
  const models = modelsOf(scenario);
  const known = counterparts(scenario, model, truth);
  const unit = truth.species.find((species) => species.id === observables[0])?.unit ?? "";
  return {
    tasks,
    models,
    jobs(budget, seed) {
      const wanted = budget === "full" ? scenario.seeds.slice(0, scenario.budget.full.seeds) : seedsFrom(scenario.seeds, seed).slice(0, scenario.budget.quick.seeds);
      return wanted.flatMap((each) => models.map((fitted): FitJob => {
        const own = tasks.filter((task) => task.id.endsWith(`@${each}`));
        const [first, ...others] = own;
        return { key: `${fitted.id}@${each}`, split: first?.id ?? "", model: fitted.id, fold: 0, seed: each, also: others.map((task) => task.id), budget };
      }));
    },
    async run(job, hooks, resume) {
      const iterations = job.budget === "full" ? scenario.budget.full : scenario.budget.quick;
      const task = tasks.find((each) => each.id === job.split);
      if (!task) throw new RangeError(`job ${job.key}: no split ${job.split}`);
      const mechanistic = mechanisticSetup(scenario, model, job.model !== "mechanism-only", iterations, job.seed);
      const setup = job.model === "pure-neural-ode" ? neuralOdeSetup(scenario, truthSetup.system, mechanistic, iterations, job.seed) : mechanistic;
      return runFit(
        {
          scenario,
          setup,
          conditions,
          task,
          others: tasks.filter((each) => job.also?.includes(each.id)),
          truth: { setup: truthSetup, counterparts: known },
          unit,
          rateUnit: `${unit}/${scenario.protocols.timeUnit}`,
        },
        job,
        hooks,
        resume,
      );
    },
    findings: [],
    published: [],
  };
}

const problem = (file: string, message: string): StudyProblem => ({ file, line: 0, column: 0, message });

/** The scenario's seeds from the asked one on; a seed that is not listed stands alone. */
const seedsFrom = (seeds: readonly string[], seed: string): readonly string[] => (seeds.includes(seed) ? seeds.slice(seeds.indexOf(seed)) : seeds);

async function readNetwork(files: StudyFiles, name: string): Promise<Network | { readonly problems: readonly StudyProblem[] }> {
  const read = readReactionText(await files.readText(name), name);
  if (!read.problems) return read.network;
  return { problems: read.problems.map(({ line, column, message }) => ({ file: name, line, column, message })) };
}

/** What keeps a network from serving the scenario. */
function checkScenario(scenario: ReactionNetworkScenario, model: Network, network: Network, file: string): StudyProblem[] {
  const instrumented = instrumentFor(scenario, network);
  const agents = "problems" in instrumented ? instrumented.problems : [];
  const compiled = odeSystem(network);
  if (compiled.problems) return [...agents, ...compiled.problems.map(({ message }) => message)].map((message) => problem(file, message));
  const { states } = compiled.system;
  const learned = missingSpecies(scenario, model, network);
  const observed = scenario.protocols.observables.filter((id) => !states.includes(id)).map((id) => `observable "${id}" is no state of the network`);
  const fitted = file === scenario.model ? scenario.budget.fit.filter((id) => !compiled.system.parameters.includes(id)).map((id) => `budget.fit: no parameter "${id}"`) : [];
  const extra = file === scenario.model ? learnedProblems(scenario, network) : [];
  const signs = file === scenario.model ? scenario.budget.fit.flatMap((id) => notPositive(compiled.system, id)) : [];
  return [...agents, ...learned, ...observed, ...extra, ...fitted, ...signs].map((message) => problem(file, message));
}

/** A fitted constant moves in its logarithm, so the model must give it a value above 0 to start from. */
function notPositive({ parameters, parameterValues }: OdeSystem, id: string): string[] {
  const index = parameters.indexOf(id);
  const value = parameterValues[index] ?? Number.NaN;
  return index === -1 || value > 0 ? [] : [`budget.fit: "${id}" is ${value} in the model; it is fitted in its logarithm and needs a value above 0`];
}

/** Unit of each observable, as the truth declares it. */
function unitOf(truth: Network, observables: readonly string[]): ReadonlyMap<string, string | null> {
  return new Map(observables.map((id) => [id, truth.species.find((species) => species.id === id)?.unit ?? null]));
}

function tasksOf(
  scenario: ReactionNetworkScenario,
  table: PredictionTask["table"],
  conditions: ReturnType<typeof designConditions>,
  seed: string,
): { readonly tasks: readonly PredictionTask[]; readonly problems: readonly string[] } {
  const tasks: PredictionTask[] = [];
  const problems: string[] = [];
  const unseen = conditions.flatMap((condition, row) => (condition.unseenDose ? [row] : []));
  for (const split of scenario.splits) {
    const id = `${split.id}@${seed}`;
    if (split.kind === "unseen-dose") {
      const fitted = tasks.find((task) => task.id === `${split.fittedFor}@${seed}`);
      if (!fitted) problems.push(`split "${split.id}": "fittedFor" names no split listed before it: "${split.fittedFor}"`);
      else tasks.push({ ...fitted, id, kind: split.kind, unseen: "dose", folds: fitted.folds.map((fold) => ({ ...fold, test: unseen })), groups: [{ id: "all", conditions: unseen }] });
      continue;
    }
    const without = unseen.map((row) => conditions[row]?.table.id ?? "");
    const made = predictionTask(table, splitSchema.parse({ kind: split.kind, id, seed, without, trained: split.trained, validation: split.validation, repeats: 1 }));
    if ("problems" in made) problems.push(...made.problems);
    else tasks.push(made.task);
  }
  return { tasks, problems };
}
