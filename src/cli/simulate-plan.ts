import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Network } from "../models/network.ts";
import { zoo, type ZooModel } from "../models/zoo/index.ts";
import { leapDefaults } from "../solvers/stochastic/leap-method.ts";
import { canonicalJson, sha256 } from "../study/canonical.ts";
import { readExactJson } from "../study/exact-json.ts";
import type { Call } from "./arguments.ts";
import { calledNetwork, readTimes } from "./model-options.ts";
import { Refused } from "./refused.ts";
import { kindOf, optionProblems, readHistograms, readQuantiles, simulateDefaults, type AskedHistogram } from "./simulate-options.ts";

/** What a call of `simulate` asks for, with its defaults, as plain data: an ensemble goes on from nothing else. */
export interface SimulatePlan {
  readonly schema: "simulate-plan/1";
  /** As typed, what cannot change the answer left out. */
  readonly command: readonly string[];
  /** What problems are reported under, and what the model is called. */
  readonly file: string;
  readonly title: string | null;
  readonly network: Network;
  readonly method: string;
  readonly amounts: boolean;
  /** How an approximate method chooses its steps. */
  readonly control: { readonly epsilon: number; readonly step: number | null } | null;
  readonly times: readonly number[];
  readonly runs: number;
  /** Decimal, 64 bits. */
  readonly seed: string;
  readonly quantiles: readonly number[];
  readonly histograms: readonly AskedHistogram[];
  /** Conditions whose first passage is looked for. */
  readonly passages: readonly string[];
  readonly precision: number | null;
  readonly paths: number;
  readonly firings: boolean;
  /** What was asked for in so many words, and is therefore printed, or judged. */
  readonly shows: { readonly runs: boolean; readonly paths: boolean; readonly quantiles: boolean };
  readonly report: boolean;
}

/** Reads a call and its model. @throws Refused with every problem */
export async function readSimulatePlan(call: Call): Promise<SimulatePlan> {
  const [name] = call.positionals;
  if (name === undefined) throw new Refused(["MODEL is missing: give a file of reaction text, a model of the zoo, or - for stdin"]);
  const method = call.text("method") ?? simulateDefaults.method;
  const problems = optionProblems(call, method);
  const times = gathered(problems, () => readTimes(call, simulateDefaults)) ?? new Float64Array(0);
  const quantiles = readQuantiles(call, problems);
  const histograms = readHistograms(call, times, problems);
  if (problems.length > 0) throw new Refused(problems);
  const { network, file } = await calledNetwork(call);
  const runs = call.number("runs") ?? simulateDefaults.runs;
  const report = call.flag("report");
  const isEnsemble = kindOf(method) !== "ode" && runs > 1;
  return {
    schema: "simulate-plan/1",
    command: commandOf(call),
    file,
    title: Object.hasOwn(zoo, name) ? ((zoo as Readonly<Record<string, ZooModel>>)[name]?.facts.title ?? null) : null,
    network,
    method,
    amounts: call.flag("amounts"),
    control: kindOf(method) === "leap" ? { epsilon: call.number("epsilon") ?? leapDefaults.epsilon, step: call.number("step") } : null,
    times: Array.from(times),
    runs,
    seed: call.seed() ?? simulateDefaults.seed,
    quantiles: quantiles.length === 0 && report && isEnsemble ? simulateDefaults.reportedQuantiles : quantiles,
    histograms,
    passages: [...call.texts("first-passage")],
    precision: call.number("precision"),
    paths: call.number("paths") ?? (report ? simulateDefaults.reportedPaths : simulateDefaults.paths),
    firings: call.flag("firings"),
    shows: { runs: call.text("runs") !== null, paths: call.text("paths") !== null, quantiles: quantiles.length > 0 },
    report,
  };
}

function gathered<Value>(problems: string[], read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

/** Options that cannot change an answer. */
const silent = ["out", "json", "quiet", "verbose", "help", "threads", "resume"];

/** The command as it can be typed again, `--out` and the like left out. */
function commandOf({ positionals, given }: Call): string[] {
  const options = Object.entries(given).filter(([name]) => !silent.includes(name));
  return ["semimech", "simulate", ...positionals, ...options.flatMap(([name, values]) => values.map((value) => (value === "" ? `--${name}` : `--${name}=${value}`)))];
}

/** Name of a folder for a plan: the model's, and eight digits that tell plans apart. */
export async function folderName(plan: SimulatePlan): Promise<string> {
  const { command: _, ...rest } = plan;
  const name = plan.file.startsWith("<") ? "model" : basename(plan.file, extname(plan.file)).replaceAll(/[^\w-]+/g, "-");
  return `simulate-${name}-${(await sha256(canonicalJson(rest))).slice(0, 8)}`;
}

/** Files of a simulation's folder. */
export const simulateFiles = { plan: "plan.json", state: "state.json", answer: "simulate.json", model: "model.ant", page: "simulate.html" } as const;

/** The plan that a folder was begun with. @throws Refused where there is none */
export async function planOf(folder: string): Promise<SimulatePlan> {
  const file = join(folder, simulateFiles.plan);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) throw new Refused([`${folder} has no ${simulateFiles.plan}: it is no folder of an ensemble that simulate began`]);
  let plan: unknown;
  try {
    plan = readExactJson(text);
  } catch {
    throw new Refused([`${file} is broken: it is no JSON; begin anew`]);
  }
  if (!(typeof plan === "object" && plan !== null && "schema" in plan && plan.schema === "simulate-plan/1")) throw new Refused([`${file} is no plan of simulate`]);
  return plan as SimulatePlan;
}
