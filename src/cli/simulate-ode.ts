import { evaluateAll } from "../kernel/evaluate.ts";
import type { Expression } from "../kernel/expression.ts";
import { odeSystem } from "../models/compile.ts";
import type { Network } from "../models/network.ts";
import type { OdeSystem, Output } from "../models/system.ts";
import { compileSolver } from "../solvers/compile.ts";
import { eventObstacle } from "../solvers/ode/event.ts";
import { odeMethods } from "../solvers/ode/index.ts";
import type { Trajectory } from "../solvers/trajectory.ts";
import { moleculesPerAmount } from "../solvers/stochastic/molecules.ts";
import { outputsOf } from "../solvers/stochastic/output.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { Refused } from "./refused.ts";
import { hostFunctionProblems, refusedAsReproducible } from "./simulate-reproducible.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";
import { statusOf, timeUnit } from "./simulate-tables.ts";
import type { Scene } from "./verb.ts";

/** Solves a plan by a method for differential equations. @throws Refused with what keeps the model from being compiled */
export async function odeOutput(plan: SimulatePlan, { terminal, stop }: Scene): Promise<SimulateOutput> {
  const { network, file, method, reproducible, nonNegative, independent } = plan;
  const times = Float64Array.from(plan.times);
  const compiled = odeSystem(network);
  if (compiled.problems) throw new Refused(networkProblems(file, compiled.problems).map(placeText));
  for (const warning of compiled.warnings) terminal.talk(warning.message);
  const { system } = compiled;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index] ?? Number.NaN));
  if (missing.length > 0) throw new Refused(missing.map((id) => `${id} has no value; give one with --set ${id}=VALUE`));
  const outputs = plan.amounts ? inMolecules(network, system, file) : system.outputs;
  const chosen = odeMethods[method as keyof typeof odeMethods];
  const obstacle = eventObstacle(system, chosen) ?? (reproducible && chosen.facts.external ? `--reproducible: the steps of ${method} are taken by a package, whose bits are its own; choose another method, or leave the option out` : null);
  if (obstacle !== null) throw new Refused([obstacle]);
  const ofTheHost = reproducible ? hostFunctionProblems(system, outputs) : [];
  if (ofTheHost.length > 0) throw new Refused(ofTheHost);
  const others = nonNegative ? system.states.filter((state) => !network.species.some(({ id }) => id === state)) : [];
  if (others.length > 0) throw new Refused(others.map((id) => `--non-negative: "${id}" follows a rule or an event and may be negative; leave the option out`));
  const options = { method: chosen, reproducible, nonNegative, ...(plan.tolerances && { control: plan.tolerances }) };
  const compile = independent ? (await import("./simulate-independent.ts")).independentCompiler(terminal) : compileSolver;
  const solver = await compile(system, options).catch(refusedAsReproducible);
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

