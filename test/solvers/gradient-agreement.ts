import { expect } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import type { OdeProblem } from "../../src/solvers/compile.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import type { AnyOdeMethod } from "../../src/solvers/ode/method.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { difference } from "./difference.ts";

/** What the issue asks of gradients on the same steps. */
export const gradientTolerance = 1e-8;

export interface GradientCase {
  readonly system: OdeSystem;
  readonly times: readonly number[];
  readonly rtol: number;
  readonly atol: number;
  /** Starts that are not 0 in any state, so that relative moves reach all. */
  readonly start?: readonly number[];
  /** Parameters and states whose derivatives are compared; default all. */
  readonly wrt?: readonly string[];
}

/** A loss Σ c·y over all outputs, each state weighed by what it reaches, so that scarce states count. */
export function lossWeights(values: Float64Array, nState: number): Float64Array {
  const largest = Float64Array.from({ length: nState }, (_, state) => values.reduce((most, value, at) => (at % nState === state ? Math.max(most, Math.abs(value)) : most), 1e-30));
  return values.map((_, at) => Math.sin(1 + 3 * at) / (largest[at % nState] ?? 1));
}

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, at) => total + value * (b[at] ?? Number.NaN), 0);

/** The adjoint gradient of the loss on a run with error control, and how to take the recorded steps again. */
export async function recorded({ system, times, rtol, atol, start }: GradientCase, method: AnyOdeMethod) {
  const solver = await compileAdjoint(system, { method, control: { rtol, atol } });
  const parameters = Float64Array.from(system.parameterValues);
  const problem: OdeProblem = { parameters, state: start ? Float64Array.from(start) : initialState(system, parameters), times: Float64Array.from(times) };
  const run = solver.begin(problem);
  while (run.status.status === "paused") run.advance(1000);
  expect(run.status.status).toBe("done");
  const { steps, orders } = run.tape();
  const { values } = run.trajectory();
  const weights = lossWeights(values, system.states.length);
  const byParameter = new Float64Array(parameters.length);
  const byState = new Float64Array(system.states.length);
  solver.pullBack(weights, byParameter, byState);
  return { solver, problem, given: { steps, ...(orders ? { orders } : {}) }, values, weights, byParameter, byState };
}

/** The largest derivative by a relative change. */
const relative = (slopes: Float64Array, at: Float64Array): number => Math.max(1, ...slopes.map((slope, index) => Math.abs(slope * (at[index] ?? 0))));

/** Adjoint against forward sensitivities and against differences, everything on the recorded steps. */
export async function expectAgreement(one: GradientCase, method: AnyOdeMethod): Promise<void> {
  const { system, wrt = [...system.parameters, ...system.states] } = one;
  const { solver, problem, given, values, weights, byParameter, byState } = await recorded(one, method);
  const { parameters, state, times } = problem;
  const nState = system.states.length;

  const again = solver.solve({ ...problem, ...given });
  expect(again.status.status).toBe("done");
  const largest = values.map((_, at) => values.reduce((most, value, other) => (other % nState === at % nState ? Math.max(most, Math.abs(value)) : most), 0));
  again.values.forEach((value, at) => expect(Math.abs(value - (values[at] ?? Number.NaN))).toBeLessThanOrEqual(gradientTolerance * (largest[at] ?? 0)));

  const augmentedSystem = sensitivitySystem(system, wrt);
  const forward = await compileSolver(augmentedSystem, { method, record: true, exactly: true, errorStates: nState, control: { rtol: one.rtol, atol: one.atol } });
  const width = augmentedSystem.states.length;
  const start = new Float64Array(width);
  start.set(state);
  wrt.forEach((id, index) => {
    const at = system.states.indexOf(id);
    if (at >= 0) start[nState * (1 + index) + at] = 1;
  });
  const augmented = forward.solve({ parameters, state: start, times, ...given });
  expect(augmented.status.status).toBe("done");

  const loss = (p: Float64Array, y: Float64Array): number => dot(weights, solver.solve({ parameters: p, state: y, times, ...given }).values);
  // Derivatives by relative changes: of like size, so that a small one is small against the others.
  const scales = { parameter: relative(byParameter, parameters), state: relative(byState, state) };
  wrt.forEach((id, index) => {
    const [parameter, place] = [system.parameters.indexOf(id), system.states.indexOf(id)];
    const isParameter = parameter >= 0;
    const [value, slope, scale] = isParameter ? [parameters[parameter] ?? 0, byParameter[parameter] ?? NaN, scales.parameter] : [state[place] ?? 0, byState[place] ?? NaN, scales.state];
    let expected = 0;
    times.forEach((_, row) => {
      for (let s = 0; s < nState; s++) expected += (weights[nState * row + s] ?? 0) * (augmented.values[row * width + nState * (1 + index) + s] ?? 0);
    });
    // A state that starts from 0 has no relative move; the forward sensitivity still speaks for it, at the state's own size.
    const move = value === 0 ? 1 / Math.max(1, Math.abs(expected)) : value / scale;
    expect(Math.abs((slope - expected) * move), `forward, ${id}`).toBeLessThan(gradientTolerance);
    if (value === 0) return;
    const differenced = isParameter ? difference(parameters, parameter, (moved) => loss(moved, state)) : difference(state, place, (moved) => loss(parameters, moved));
    expect(Math.abs((slope - differenced) * move), `differences, ${id}`).toBeLessThan(gradientTolerance);
  });
}
