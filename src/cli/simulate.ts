import { z } from "zod";
import { evaluate, evaluateAll } from "../kernel/index.ts";
import { odeSystem, type Network, type OdeSystem } from "../models/index.ts";
import { compileSolver, odeControlDefaults, odeMethods, type Trajectory } from "../solvers/index.ts";
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
export const simulateDefaults = { method: "rodas5p", end: 10, points: 101, runs: 1 } as const;

/** What `simulate --json` prints. */
export const simulateOutput = z.object({
  schema: z.literal("simulate/1"),
  status: z.enum(["done", "paused", "step-too-small", "too-many-steps", "non-finite", "negative-propensity", "out-of-memory"]),
  failure: z.object({ time: jsonNumber, worst: z.string(), hint: z.string() }).nullable(),
  method: z.string(),
  steps: z.int(),
  columns: z.array(z.string()),
  units: z.array(z.string().nullable()),
  rows: z.array(z.array(jsonNumber)),
  runs: z.int().optional(),
  mean: z.array(z.array(jsonNumber)).optional(),
  sd: z.array(z.array(jsonNumberOrNull)).optional(),
});

export type SimulateOutput = z.output<typeof simulateOutput>;

const methods = Object.keys(odeMethods);

/** `semimech simulate MODEL`. */
export const simulate: Verb = {
  facts: {
    name: "simulate",
    summary: "solve a model through time",
    takes: ["MODEL"],
    examples: ["semimech simulate lotka-volterra --end 20 --points 201", "semimech simulate model.ant --times 0,1,10 --set k1=0.5 --json"],
  },
  options: {
    ...timeOptions(simulateDefaults),
    method: { kind: "choice", of: methods, help: `(default ${simulateDefaults.method})` },
    rtol: { kind: "number", min: 0, value: "X", help: `relative tolerance (default ${odeControlDefaults.rtol})` },
    atol: { kind: "number", min: 0, value: "X", help: `absolute tolerance (default ${odeControlDefaults.atol})` },
    amounts: { kind: "flag", help: "print amounts instead of concentrations" },
  },
  async run(call, scene) {
    const times = readTimes(call, simulateDefaults);
    const network = await calledNetwork(call);
    return simulateOde(call, scene, network, times);
  },
};

async function simulateOde(call: Call, scene: Scene, network: Network, times: Float64Array): Promise<ExitCode> {
  const method = call.text("method") ?? simulateDefaults.method;
  const compiled = odeSystem(network);
  if (compiled.problems) throw new Refused(networkProblems(network.id, compiled.problems).map(placeText));
  for (const warning of compiled.warnings) scene.terminal.talk(warning.message);
  const { system } = compiled;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index] ?? Number.NaN));
  if (missing.length > 0) throw new Refused(missing.map((id) => `${id} has no value; give one with --set ${id}=VALUE`));
  const solver = await compileSolver(system, {
    method: odeMethods[method as keyof typeof odeMethods],
    control: { rtol: call.number("rtol") ?? odeControlDefaults.rtol, atol: call.number("atol") ?? odeControlDefaults.atol },
  });
  const parameters = Float64Array.from(system.parameterValues);
  const trajectory = await solver.solveAsync({ parameters, state: startOf(system, parameters), times }, { signal: scene.stop });
  const output = odeOutput(network, system, parameters, trajectory, method, call.flag("amounts"));
  scene.terminal.detail(`${method}, rtol ${solver.control.rtol}, atol ${solver.control.atol}: ${output.steps} steps`);
  return answer(call, scene, output);
}

/** Prints rows and status; the exit code follows from the status. */
async function answer(call: Call, scene: Scene, output: SimulateOutput): Promise<ExitCode> {
  const header = [output.columns, output.units.map((unit) => unit ?? "")] as const;
  const body = output.rows.map((row) => row.map(String));
  await printAnswer(call, scene.terminal, "simulate", output, table(header[0], [header[1], ...body]), { ending: "tsv" });
  if (output.status === "done") return exit.ok;
  if (output.status === "paused") return exit.interrupted;
  const { time, worst, hint } = output.failure ?? { time: 0, worst: "", hint: "" };
  scene.terminal.problem(`semimech simulate: ${output.status} at time ${time}, worst ${worst}: ${hint}`);
  return exit.numerical;
}

function startOf(system: OdeSystem, parameters: Float64Array): Float64Array {
  const values = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  return Float64Array.from(evaluateAll(system.initialState, (name) => (name === "time" ? 0 : (values.get(name) ?? Number.NaN))));
}

function odeOutput(network: Network, system: OdeSystem, parameters: Float64Array, trajectory: Trajectory, method: string, amounts: boolean): SimulateOutput {
  const { status } = trajectory;
  const width = trajectory.states.length;
  const fixed = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  const column = new Map(trajectory.states.map((id, index) => [id, index]));
  const species = new Map(network.species.map((each) => [each.id, each]));
  const rows = Array.from(trajectory.times, (time, row) => {
    const lookup = (name: string): number => {
      if (name === "time") return time;
      const index = column.get(name);
      return index === undefined ? (fixed.get(name) ?? Number.NaN) : (trajectory.values[row * width + index] ?? Number.NaN);
    };
    const size = (compartment: string) => {
      const declared = network.compartments.find((each) => each.id === compartment);
      const output = system.outputs.find((each) => each.id === compartment);
      return output ? evaluate(output.expression, lookup) : (fixed.get(compartment) ?? declared?.size ?? 1);
    };
    const values = system.outputs.map((output) => {
      const value = evaluate(output.expression, lookup);
      const own = species.get(output.id);
      return amounts && own ? value * size(own.compartment) : value;
    });
    return [time, ...values];
  });
  return {
    schema: "simulate/1",
    status: status.status,
    failure: status.status === "done" || status.status === "paused" ? null : { time: status.time, worst: status.worst, hint: status.hint },
    method,
    steps: trajectory.statistics.accepted,
    columns: ["time", ...system.outputs.map((output) => output.id)],
    units: [timeUnit(network), ...system.outputs.map((output) => (amounts && species.has(output.id) ? (species.get(output.id)?.unit ?? null) : output.unit))],
    rows,
  };
}

/** The model's unit of time, where it declares one. */
export function timeUnit(network: Network): string | null {
  return network.units.find((unit) => unit.id === "time_unit" || unit.id === "time")?.formula ?? null;
}
