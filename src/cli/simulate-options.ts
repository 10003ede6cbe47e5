import { odeControlDefaults } from "../solvers/ode/control.ts";
import { odeMethods, oneStepMethods } from "../solvers/ode/index.ts";
import { hybridMethods, partitionDefaults } from "../solvers/stochastic/hybrid-method.ts";
import { stochasticMethods } from "../solvers/stochastic/index.ts";
import { leapDefaults } from "../solvers/stochastic/leap-method.ts";
import { leapMethods } from "../solvers/stochastic/leap.ts";
import type { StochasticMethod } from "../solvers/stochastic/method.ts";
import { samplingMethods, watchingExactly } from "../solvers/stochastic/sampler.ts";
import type { Call } from "./arguments.ts";
import { timeOptions } from "./model-options.ts";
import type { Option } from "./verb.ts";

/** Defaults of `simulate`, in one place. */
export const simulateDefaults = { method: "rodas5p", end: 10, points: 101, runs: 1, seed: "1", paths: 1, reportedPaths: 8, reportedQuantiles: [0.05, 0.5, 0.95], looks: 100, mostLags: 200 } as const;

/** What a method of `simulate` is: facts decide, not names. */
export type SimulateKind = "ode" | "exact" | "leap" | "hybrid";

/** Kind of a method that `--method` offers. */
export function kindOf(method: string): SimulateKind {
  if (!Object.hasOwn(samplingMethods, method)) return "ode";
  if (Object.hasOwn(hybridMethods, method)) return "hybrid";
  return samplingMethods[method as keyof typeof samplingMethods].facts.exact ? "exact" : "leap";
}

const titles = Object.entries({ ...odeMethods, ...samplingMethods }).map(([id, { facts }]) => ({ id, kind: kindOf(id), title: facts.title }));
/** What kinds of methods are called. */
export const kindWords = { ode: "ODE", exact: "exact", leap: "approximate", hybrid: "approximate" } as const satisfies Readonly<Record<SimulateKind, string>>;
/** Methods that look at every step, as first passages need it, or that choose one which does. */
const watching = [...Object.keys(leapMethods), ...Object.values<StochasticMethod>(stochasticMethods).flatMap(({ facts, choose }) => (choose ? [facts.id] : []))];

/** The method that a call names; without one, first passages need one that looks at every event. */
export const methodOf = (call: Call): string => call.text("method") ?? (call.text("first-passage") === null ? simulateDefaults.method : watchingExactly);
const indent = " ".repeat(38);
const methodLines = titles.map(({ id, kind, title }) => `\n${indent}${id.padEnd(22)}${kindWords[kind].padEnd(13)}${title}`).join("");

/** Options of `simulate`, in the order of its help. */
export const simulateOptions = {
  ...timeOptions(simulateDefaults),
  method: { kind: "choice", of: titles.map(({ id }) => id), value: "METHOD", help: `(default ${simulateDefaults.method})${methodLines}` },
  rtol: { kind: "number", min: 0, value: "X", help: `relative tolerance of an ODE method, or of what hybrid solves (default ${odeControlDefaults.rtol})` },
  atol: { kind: "number", min: 0, value: "X", help: `absolute tolerance of an ODE method, or of what hybrid solves, in molecules (default ${odeControlDefaults.atol})` },
  reproducible: { kind: "flag", help: "be sure of the same bits on every engine and machine: refuse trigonometric functions and an ODE method that a package takes steps for" },
  "non-negative": { kind: "flag", help: "of an ODE method: refuse steps that make an amount more negative than the tolerances allow, and give out none, with the same conserved totals" },
  independent: {
    kind: "flag",
    help: "of an ODE method: solve for fewer states, and find the others from what is conserved, which then stays the same to rounding; the tolerances hold for the states solved for, and one found as a small difference has the absolute error of those it is found from",
  },
  epsilon: { kind: "number", min: 0, value: "X", help: `relative change of rates in a leap of an approximate method (default ${leapDefaults.epsilon})` },
  step: { kind: "number", min: 0, value: "X", help: "length of every leap of an approximate method, instead of --epsilon" },
  interval: { kind: "number", min: 0, value: "T", help: `time between looks at which reactions are fast, of hybrid (default the last time over ${simulateDefaults.looks})` },
  "fast-firings": { kind: "number", min: 0, value: "N", help: `firings in an interval from which a reaction may be fast (default ${partitionDefaults.firings})` },
  "fast-molecules": { kind: "number", min: 0, value: "N", help: `molecules of all it changes from which a reaction may be fast (default ${partitionDefaults.molecules})` },
  "fast-method": { kind: "choice", of: Object.keys(oneStepMethods), value: "METHOD", help: `ODE method of fast reactions, a stiff one where they need it (default ${partitionDefaults.method})` },
  runs: { kind: "integer", min: 1, value: "R", help: `runs of a stochastic method (default ${simulateDefaults.runs}): mean and sd of all` },
  quantiles: { kind: "text", value: "P,Q", help: "quantiles of the runs too, such as 0.05,0.5,0.95" },
  histogram: { kind: "text", value: "ID@T", many: true, help: "how often each value of a column was seen at a time of the rows, for --json and --report" },
  "first-passage": { kind: "text", value: "COND", many: true, help: `when a condition such as "X >= 20" first holds, linear in species; for ${watching.join(", ")} (${watchingExactly} where --method is left out)` },
  autocorrelation: { kind: "text", value: "ID,ID", help: "how runs remember where they were: correlation of a column with itself later, about the mean of the runs" },
  "autocorrelation-from": { kind: "number", min: 0, value: "T", help: "time from which on it counts, when runs are at rest (default 0)" },
  precision: { kind: "number", min: 0, value: "E", help: "standard error wanted of every mean, quantile and autocorrelation, relative to the largest mean of its column: says how many more runs that takes" },
  paths: { kind: "integer", min: 1, max: 1000, value: "N", help: `single runs that are kept (default ${simulateDefaults.paths}, with --report ${simulateDefaults.reportedPaths}), for --json and --report` },
  firings: { kind: "flag", help: "how often each reaction fired in a run, for --json; of what hybrid solves, what the rates integrate to" },
  amounts: { kind: "flag", help: "print molecules instead of concentrations" },
  report: { kind: "flag", help: "write a page with figures, simulate.json and a manifest for reproduce into --out (default runs/simulate-<model>-<hash>)" },
  resume: { kind: "text", value: "DIR", help: "go on with an interrupted ensemble, or with more --runs: the same bits as in one go" },
} as const satisfies Readonly<Record<string, Option>>;

const sampled = ["runs", "first-passage", "autocorrelation", "autocorrelation-from", "quantiles", "histogram", "precision", "paths", "firings"];

/** Options that mean something for some kinds of methods alone. */
const meaningful: Readonly<Record<SimulateKind, readonly string[]>> = {
  ode: ["rtol", "atol", "reproducible", "non-negative", "independent"],
  exact: sampled,
  leap: [...sampled, "epsilon", "step"],
  hybrid: [...sampled, "rtol", "atol", "interval", "fast-firings", "fast-molecules", "fast-method"],
};

/** What can be given beside `--resume`; all else is as it was begun. */
const besideResume = ["resume", "runs", "precision", "report", "threads", "json", "quiet", "verbose"];

/** Options that need several runs to mean something. */
const needRuns = ["quantiles", "histogram", "autocorrelation", "precision"];

/** Options of which 0 means nothing, and an example. */
const aboveZero = { epsilon: 0.03, step: 0.01, interval: 0.1, "fast-firings": 10, "fast-molecules": 100 };

/** A method of each kind, to go on with. */
const examples: Readonly<Record<SimulateKind, string>> = { ode: "rodas5p", exact: "ssa", leap: "tau-leaping", hybrid: "hybrid" };

/** Methods for which an option means something: one of each kind. */
const methodsWith = (option: string): string => {
  const kinds = Object.entries(meaningful).flatMap(([kind, options]) => (options.includes(option) ? [examples[kind as SimulateKind]] : []));
  return `--method ${kinds.join(", ").replace(/, ([^,]*)$/, " or $1")}`;
};

/** Every option that has no meaning for a method. */
export function optionProblems(call: Call, method: string): string[] {
  const kind = kindOf(method);
  const all = new Set(Object.values(meaningful).flat());
  const problems = Object.keys(call.given).flatMap((name) => (all.has(name) && !meaningful[kind].includes(name) ? [`--${name} has no meaning for ${method}; leave it out, or choose ${methodsWith(name)}`] : []));
  if (kind !== "ode" && call.text("first-passage") !== null && !watching.includes(method)) problems.push(`--first-passage has no meaning for ${method}, which does not look at every event; choose one of ${watching.join(", ")}`);
  for (const [name, example] of Object.entries(aboveZero)) if (call.number(name) === 0) problems.push(`--${name} 0: expected more than 0, such as ${example}`);
  if (call.text("autocorrelation-from") !== null && call.text("autocorrelation") === null) problems.push("--autocorrelation-from needs --autocorrelation ID");
  if (call.text("epsilon") !== null && call.text("step") !== null) problems.push("give either --epsilon or --step");
  return [...problems, ...toleranceProblems(call), ...precisionProblems(call), ...(kind === "ode" ? [] : runsProblems(call))];
}

function toleranceProblems(call: Call): string[] {
  const [rtol, atol] = [call.number("rtol"), call.number("atol")];
  return [
    ...(rtol !== null && rtol >= 1 ? [`--rtol ${rtol}: expected less than 1, such as ${odeControlDefaults.rtol}`] : []),
    ...(rtol === 0 && atol === 0 ? [`--rtol 0 and --atol 0 leave nothing to choose steps by; give one of them, such as --rtol ${odeControlDefaults.rtol}`] : []),
  ];
}

function runsProblems(call: Call): string[] {
  if ((call.number("runs") ?? simulateDefaults.runs) > 1) return [];
  return needRuns.filter((name) => name in call.given).map((name) => `--${name} needs several runs; give --runs too`);
}

const precisionProblems = (call: Call): string[] => (call.number("precision") === 0 ? ["--precision 0: expected more than 0, such as 0.01"] : []);

/** What a call with `--resume` gives that was settled when the ensemble was begun. */
export function resumeProblems(call: Call, folder: string): string[] {
  const settled = Object.keys(call.given).filter((name) => !besideResume.includes(name));
  return [...settled.map((name) => (name === "out" ? "--out has no place beside --resume: an ensemble goes on where it is" : `--${name} has no place beside --resume: ${folder} goes on as it was begun`)), ...precisionProblems(call)];
}

/** Probabilities of `--quantiles`, in their order; all problems into `problems`. */
export function readQuantiles(call: Call, problems: string[]): number[] {
  const text = call.text("quantiles");
  if (text === null) return [];
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  values.forEach((value, index) => {
    if (!(value > 0 && value < 1)) problems.push(`--quantiles: entry ${index + 1} of ${text} must be a probability between 0 and 1, such as 0.95`);
    else if (values.indexOf(value) < index) problems.push(`--quantiles: entry ${index + 1} of ${text} is given twice`);
  });
  return values;
}

/** One `--histogram`. */
export interface AskedHistogram {
  readonly id: string;
  readonly time: number;
}

/** Columns and times of `--histogram`; all problems into `problems`. */
export function readHistograms(call: Call, times: ArrayLike<number>, problems: string[]): AskedHistogram[] {
  return call.texts("histogram").flatMap((text) => {
    const [, id, at] = /^\s*([^@]+?)\s*@\s*(\S+)\s*$/.exec(text) ?? [];
    const time = at === undefined ? Number.NaN : Number(at);
    if (id === undefined || Number.isNaN(time)) problems.push(`--histogram ${text}: expected ID@TIME, such as X@10`);
    else if (!Array.from(times).includes(time)) problems.push(`--histogram ${text}: ${time} is no time of the rows; add it to --times`);
    else return [{ id, time }];
    return [];
  });
}

/** What `--autocorrelation` asks for. */
export interface AskedAutocorrelation {
  readonly ids: readonly string[];
  /** First time that counts. */
  readonly from: number;
}

/** Rows that have to be left for a correlation at a lag of one. */
const fewestRows = 3;
/** How far row distances may differ by rounding, relative to the last time. */
const spacingRounding = 1e-9;

/** Columns of `--autocorrelation`, with rows at equal distances; all problems into `problems`, null where nothing was asked. */
export function readAutocorrelation(call: Call, times: ArrayLike<number>, problems: string[]): AskedAutocorrelation | null {
  const text = call.text("autocorrelation");
  if (text === null) return null;
  const ids = text.split(",").map((id) => id.trim());
  if (ids.includes("")) problems.push(`--autocorrelation ${text}: expected columns, such as X,Y`);
  const twice = ids.find((id, index) => id !== "" && ids.indexOf(id) < index);
  if (twice !== undefined) problems.push(`--autocorrelation ${text}: ${twice} is given twice`);
  const from = call.number("autocorrelation-from") ?? 0;
  const rows = Array.from(times).filter((time) => time >= from);
  if (rows.length < fewestRows) problems.push(`--autocorrelation: ${rows.length} rows from time ${from} on are too few; give more --points, or another --autocorrelation-from`);
  const [first = 0, second = 0, last = 0] = [rows[0], rows[1], rows.at(-1)];
  const isEven = rows.every((time, row) => Math.abs(time - first - row * (second - first)) <= spacingRounding * last) && second > first;
  if (rows.length >= fewestRows && !isEven) problems.push("--autocorrelation needs rows at equal distances; give --end and --points instead of --times");
  return { ids, from };
}
