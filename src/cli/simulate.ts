import { z } from "zod";
import { evaluateAll, type Expression } from "../kernel/index.ts";
import { odeSystem, type Network, type OdeSystem, type Output } from "../models/index.ts";
import { compileSolver, odeControlDefaults, odeMethods, type Status, type Trajectory } from "../solvers/index.ts";
import { stochasticMethods } from "../solvers/stochastic/index.ts";
import { moleculesPerAmount } from "../solvers/stochastic/molecules.ts";
import { outputsOf } from "../solvers/stochastic/output.ts";
import { simulateStochastic } from "../solvers/stochastic/simulate.ts";
import { table } from "../study/tables.ts";
import type { Call } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";
import { calledNetwork, readTimes, timeOptions } from "./model-options.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { printAnswer } from "./output-file.ts";
import { Refused } from "./refused.ts";
import type { Scene, Verb } from "./verb.ts";

/** Defaults of `simulate`, in one place. */
export const simulateDefaults = { method: "rodas5p", end: 10, points: 101, runs: 1, seed: "1" } as const;

/** What `simulate --json` prints. */
export const simulateOutput = z.object({
  schema: z.literal("simulate/1"),
  status: z.enum(["done", "paused", "step-too-small", "too-many-steps", "non-finite", "negative-propensity", "out-of-memory"]),
  failure: z.object({ time: jsonNumber, worst: z.string(), hint: z.string() }).nullable(),
  method: z.string(),
  /** Accepted steps, or events of all runs. */
  steps: z.int(),
  columns: z.array(z.string()),
  units: z.array(z.string().nullable()),
  /** Of stochastic methods the first run. */
  rows: z.array(z.array(jsonNumber)),
  runs: z.int().optional(),
  mean: z.array(z.array(jsonNumber)).optional(),
  sd: z.array(z.array(jsonNumberOrNull)).optional(),
});

export type SimulateOutput = z.output<typeof simulateOutput>;

/** `semimech simulate MODEL`. */
export const simulate: Verb = {
  facts: {
    name: "simulate",
    summary: "solve a model through time",
    takes: ["MODEL"],
    examples: [
      "semimech simulate lotka-volterra --set Prey=500 --end 20 --points 201",
      "semimech simulate model.ant --times 0,1,10 --set k1=0.5 --json",
      "semimech simulate schlogl --method direct --runs 1000 --seed 7 --amounts --json",
    ],
  },
  options: {
    ...timeOptions(simulateDefaults),
    method: { kind: "choice", of: [...Object.keys(odeMethods), ...Object.keys(stochasticMethods)], help: `(default ${simulateDefaults.method})` },
    rtol: { kind: "number", min: 0, value: "X", help: `relative tolerance (default ${odeControlDefaults.rtol})` },
    atol: { kind: "number", min: 0, value: "X", help: `absolute tolerance (default ${odeControlDefaults.atol})` },
    runs: { kind: "integer", min: 1, value: "R", help: `runs of a stochastic method (default ${simulateDefaults.runs}); --json gives their mean and sd` },
    amounts: { kind: "flag", help: "print molecules instead of concentrations" },
  },
  async run(call, scene) {
    const times = readTimes(call, simulateDefaults);
    const method = call.text("method") ?? simulateDefaults.method;
    const isStochastic = method in stochasticMethods;
    const foreign = isStochastic ? ["rtol", "atol"] : ["runs"];
    const problems = foreign.flatMap((name) => (call.text(name) === null ? [] : [`--${name} has no meaning for ${method}`]));
    if (problems.length > 0) throw new Refused(problems);
    const model = await calledNetwork(call);
    const output = await (isStochastic ? stochasticOutput(call, scene, model, times, method) : odeOutput(call, scene, model, times, method));
    return answer(call, scene, output);
  },
};

type CalledModel = Awaited<ReturnType<typeof calledNetwork>>;

async function stochasticOutput(call: Call, { terminal, stop }: Scene, { network, file }: CalledModel, times: Float64Array, method: string): Promise<SimulateOutput> {
  const seed = call.seed() ?? simulateDefaults.seed;
  const runs = call.number("runs") ?? simulateDefaults.runs;
  const simulated = await simulateStochastic(network, { times, runs, seed: BigInt(seed), method, amounts: call.flag("amounts"), signal: stop });
  if (simulated.problems) throw new Refused(networkProblems(file, simulated.problems).map(placeText));
  const { result } = simulated;
  for (const warning of result.warnings) terminal.talk(warning.message);
  if (call.text("seed") === null) terminal.talk(`seed ${seed}`);
  if (runs > 1 && !call.flag("json")) terminal.talk(`the rows are the first of ${runs} runs; --json gives mean and sd of all`);
  return {
    schema: "simulate/1",
    ...statusOf(result.status),
    method: result.method,
    steps: result.events,
    columns: [...result.columns],
    units: [...result.units],
    rows: copied(result.rows),
    ...(call.text("runs") === null ? {} : { runs: result.runs, mean: copied(result.mean), sd: copied(result.sd) }),
  };
}

function copied<T>(rows: readonly (readonly T[])[]): T[][] {
  return rows.map((row) => [...row]);
}

async function odeOutput(call: Call, { terminal, stop }: Scene, { network, file }: CalledModel, times: Float64Array, method: string): Promise<SimulateOutput> {
  const compiled = odeSystem(network);
  if (compiled.problems) throw new Refused(networkProblems(file, compiled.problems).map(placeText));
  for (const warning of compiled.warnings) terminal.talk(warning.message);
  const { system } = compiled;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index] ?? Number.NaN));
  if (missing.length > 0) throw new Refused(missing.map((id) => `${id} has no value; give one with --set ${id}=VALUE`));
  const outputs = call.flag("amounts") ? inMolecules(network, system, file) : system.outputs;
  const solver = await compileSolver(system, {
    method: odeMethods[method as keyof typeof odeMethods],
    control: { rtol: call.number("rtol") ?? odeControlDefaults.rtol, atol: call.number("atol") ?? odeControlDefaults.atol },
  });
  const parameters = Float64Array.from(system.parameterValues);
  const state = Float64Array.from(valuesAt(system, parameters, system.initialState, 0, () => Number.NaN));
  const trajectory = await solver.solveAsync({ parameters, state, times }, { signal: stop });
  terminal.detail(`${method}, rtol ${solver.control.rtol}, atol ${solver.control.atol}: ${trajectory.statistics.accepted} steps, ${trajectory.statistics.rejected} rejected`);
  return {
    schema: "simulate/1",
    ...statusOf(trajectory.status),
    method,
    steps: trajectory.statistics.accepted,
    columns: ["time", ...outputs.map((output) => output.id)],
    units: [timeUnit(network), ...outputs.map((output) => output.unit)],
    rows: rowsOf(system, parameters, trajectory, outputs),
  };
}

/** Outputs with species as molecules. @throws Refused when a species' unit is no amount */
function inMolecules(network: Network, system: OdeSystem, file: string): readonly Output[] {
  const counted = moleculesPerAmount(network, network.species);
  if (counted.problems) throw new Refused(networkProblems(file, counted.problems).map(placeText));
  return outputsOf(network, system, counted.perAmount, "molecules");
}

function rowsOf(system: OdeSystem, parameters: Float64Array, trajectory: Trajectory, outputs: readonly Output[]): number[][] {
  const width = trajectory.states.length;
  const expressions = outputs.map((output) => output.expression);
  return Array.from(trajectory.times, (time, row) => [
    time,
    ...valuesAt(system, parameters, expressions, time, (state) => trajectory.values[row * width + state] ?? Number.NaN),
  ]);
}

/** Values of expressions at a time, with the states as `stateOf` gives them. */
function valuesAt(system: OdeSystem, parameters: Float64Array, expressions: readonly Expression[], time: number, stateOf: (state: number) => number): number[] {
  return evaluateAll(expressions, (name) => {
    if (name === "time") return time;
    const state = system.states.indexOf(name);
    return state >= 0 ? stateOf(state) : (parameters[system.parameters.indexOf(name)] ?? Number.NaN);
  });
}

function statusOf(status: Status): Pick<SimulateOutput, "status" | "failure"> {
  const failure = status.status === "done" || status.status === "paused" ? null : { time: status.time, worst: status.worst, hint: status.hint };
  return { status: status.status, failure };
}

/** Prints rows and status; the exit code follows from the status. */
async function answer(call: Call, scene: Scene, output: SimulateOutput): Promise<ExitCode> {
  const rows = [output.units.map((unit) => unit ?? ""), ...output.rows.map((row) => row.map(String))];
  await printAnswer(call, scene.terminal, "simulate", output, table(output.columns, rows), { ending: "tsv" });
  if (output.status === "done") return exit.ok;
  if (output.failure === null) return exit.interrupted;
  const { time, worst, hint } = output.failure;
  scene.terminal.problem(`semimech simulate: ${output.status} at time ${time}, worst ${worst}: ${hint}`);
  return exit.numerical;
}

/** The model's unit of time, where it declares one. */
export function timeUnit(network: Network): string | null {
  return network.units.find((unit) => unit.id === "time_unit" || unit.id === "time")?.formula ?? null;
}
