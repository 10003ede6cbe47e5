import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Network } from "../models/network.ts";
import { odeControlDefaults } from "../solvers/ode/control.ts";
import { partitionDefaults } from "../solvers/stochastic/hybrid-method.ts";
import { leapDefaults } from "../solvers/stochastic/leap-method.ts";
import { canonicalJson, sha256 } from "../study/canonical.ts";
import { readExactJson } from "../study/exact-json.ts";
import type { Call } from "./arguments.ts";
import { modelInput, type ModelInput } from "./model-input.ts";
import { calledNetwork, readSettings, readTimes } from "./model-options.ts";
import { Refused } from "./refused.ts";
import { kindOf, methodOf, optionProblems, readAutocorrelation, readHistograms, readQuantiles, simulateDefaults, type AskedAutocorrelation, type AskedHistogram } from "./simulate-options.ts";

/** What a call of `simulate` asks for, with its defaults, as plain data: an ensemble goes on from nothing else. */
export interface SimulatePlan {
  readonly schema: "simulate-plan/1";
  /** As typed, what cannot change the answer left out. */
  readonly command: readonly string[];
  /** What problems are reported under, and what the model is called. */
  readonly file: string;
  readonly title: string | null;
  /** The model as it was read. */
  readonly input: ModelInput;
  /** With `set` applied. */
  readonly network: Network;
  readonly set: Readonly<Record<string, number>>;
  readonly method: string;
  readonly amounts: boolean;
  /** How an approximate method chooses its steps. */
  readonly control: { readonly epsilon: number; readonly step: number | null } | null;
  /** Of what is solved as differential equations. */
  readonly tolerances: { readonly rtol: number; readonly atol: number } | null;
  readonly reproducible: boolean;
  /** Of differential equations: amounts stay at 0 or above. */
  readonly nonNegative: boolean;
  /** Of differential equations: states that follow from what is conserved are not solved for. */
  readonly independent: boolean;
  /** How a method that divides reactions into fast and slow ones does it. */
  readonly partition: { readonly interval: number; readonly firings: number; readonly molecules: number; readonly method: string } | null;
  readonly times: readonly number[];
  readonly runs: number;
  /** Decimal, 64 bits. */
  readonly seed: string;
  readonly quantiles: readonly number[];
  readonly histograms: readonly AskedHistogram[];
  /** Conditions whose first passage is looked for. */
  readonly passages: readonly string[];
  readonly autocorrelation: AskedAutocorrelation | null;
  readonly precision: number | null;
  readonly paths: number;
  readonly firings: boolean;
  /** What was asked for in so many words, and is therefore printed, or judged. */
  readonly shows: { readonly runs: boolean; readonly paths: boolean; readonly quantiles: boolean };
  readonly report: boolean;
  /** Whether the values at the last time are counted, as a report shows them; settled when an ensemble is begun. */
  readonly countsEnd: boolean;
}

/** Reads a call and its model. @throws Refused with every problem */
export async function readSimulatePlan(call: Call): Promise<SimulatePlan> {
  const [name] = call.positionals;
  if (name === undefined) throw new Refused(["MODEL is missing: give a file of reaction text, a model of the zoo, or - for stdin"]);
  const method = methodOf(call);
  const problems = optionProblems(call, method);
  const times = gathered(problems, () => readTimes(call, simulateDefaults)) ?? new Float64Array(0);
  const quantiles = readQuantiles(call, problems);
  const histograms = readHistograms(call, times, problems);
  const autocorrelation = readAutocorrelation(call, times, problems);
  if (problems.length > 0) throw new Refused(problems);
  const { network, source } = await calledNetwork(call);
  const runs = call.number("runs") ?? simulateDefaults.runs;
  const report = call.flag("report");
  const kind = kindOf(method);
  const isEnsemble = kind !== "ode" && runs > 1;
  return {
    schema: "simulate-plan/1",
    command: commandOf(call),
    file: source.file,
    title: source.title,
    input: modelInput(source),
    network,
    set: readSettings(call),
    method,
    amounts: call.flag("amounts"),
    control: kind === "leap" ? { epsilon: call.number("epsilon") ?? leapDefaults.epsilon, step: call.number("step") } : null,
    tolerances: kind === "ode" || kind === "hybrid" ? { rtol: call.number("rtol") ?? odeControlDefaults.rtol, atol: call.number("atol") ?? odeControlDefaults.atol } : null,
    reproducible: call.flag("reproducible"),
    nonNegative: call.flag("non-negative"),
    independent: call.flag("independent"),
    partition: kind === "hybrid" ? partitionOf(call, times) : null,
    times: Array.from(times),
    runs,
    seed: call.seed() ?? simulateDefaults.seed,
    quantiles: quantiles.length === 0 && report && isEnsemble ? simulateDefaults.reportedQuantiles : quantiles,
    histograms,
    passages: [...call.texts("first-passage")],
    autocorrelation,
    precision: call.number("precision"),
    paths: call.number("paths") ?? (report ? simulateDefaults.reportedPaths : simulateDefaults.paths),
    firings: call.flag("firings"),
    shows: { runs: call.text("runs") !== null, paths: call.text("paths") !== null, quantiles: quantiles.length > 0 },
    report,
    countsEnd: report,
  };
}

/** Looks at the partition are as far apart as is asked, else a share of the whole time. */
function partitionOf(call: Call, times: Float64Array): NonNullable<SimulatePlan["partition"]> {
  const end = times.at(-1) ?? 0;
  return {
    interval: call.number("interval") ?? (end > 0 ? end / simulateDefaults.looks : 1),
    firings: call.number("fast-firings") ?? partitionDefaults.firings,
    molecules: call.number("fast-molecules") ?? partitionDefaults.molecules,
    method: call.text("fast-method") ?? partitionDefaults.method,
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

/** A command with another value of an option, which is added where it was not given; null takes it out, true is a flag. */
export function withOption(command: readonly string[], name: string, value: string | true | null): string[] {
  const isIt = (part: string): boolean => part === `--${name}` || part.startsWith(`--${name}=`);
  const added = value === null ? [] : [value === true ? `--${name}` : `--${name}=${value}`];
  const at = command.findIndex(isIt);
  const rest = command.filter((part) => !isIt(part));
  return at < 0 ? [...rest, ...added] : [...rest.slice(0, at), ...added, ...rest.slice(at)];
}

/** Name of a folder for a plan: the model's, and eight digits that tell plans apart. */
export async function folderName(plan: SimulatePlan): Promise<string> {
  const { command: _, ...rest } = plan;
  const name = plan.file.startsWith("<") ? "model" : basename(plan.file, extname(plan.file)).replaceAll(/[^\w-]+/g, "-");
  return `simulate-${name}-${(await sha256(canonicalJson(rest))).slice(0, 8)}`;
}

/** What a copy of the model is called: in a folder that is a report's own, and in any other. */
export const copyName = ({ report, input: { ending } }: SimulatePlan): string => `${report ? "model" : "simulate"}${ending}`;
/** Every such name. */
export const copyNames = ["model.ant", "model.net", "simulate.ant", "simulate.net"] as const;

/** Files of a simulation's folder, beside the copy of its model. */
export const simulateFiles = { plan: "plan.json", state: "state.json", answer: "simulate.json", text: "simulate.tsv", page: "simulate.html", manifest: "manifest.json" } as const;

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
  // Plans of earlier versions ask for nothing that came since, and hold the model with `set` applied alone.
  const begun = plan as Partial<SimulatePlan>;
  const input = begun.network && modelInput({ network: begun.network, given: null });
  return { input, set: {}, tolerances: null, reproducible: false, nonNegative: false, independent: false, partition: null, autocorrelation: null, countsEnd: begun.report ?? false, ...begun } as SimulatePlan;
}
