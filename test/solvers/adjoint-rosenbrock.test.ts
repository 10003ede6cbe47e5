import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import { rodas4 } from "../../src/solvers/ode/rodas4.ts";
import { rodas5 } from "../../src/solvers/ode/rodas5.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { rosenbrock23 } from "../../src/solvers/ode/rosenbrock23.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { systemOfNetwork } from "../thermo/states.ts";
import { difference } from "./difference.ts";
import { systemOf } from "./problems.ts";

const methods = [rosenbrock23, rodas4, rodas5, rodas5p];

/** What the issue asks of gradients on the same steps. */
const tolerance = 1e-8;

/** A loss Σ c·y over all outputs, each state weighed by what it reaches, so that scarce states count. */
function lossWeights(values: Float64Array, nState: number): Float64Array {
  const largest = Float64Array.from({ length: nState }, (_, state) => values.reduce((most, value, at) => (at % nState === state ? Math.max(most, Math.abs(value)) : most), 1e-30));
  return values.map((_, at) => Math.sin(1 + 3 * at) / (largest[at % nState] ?? 1));
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, at) => total + value * (b[at] ?? Number.NaN), 0);

interface Case {
  readonly system: OdeSystem;
  readonly times: readonly number[];
  readonly rtol: number;
  readonly atol: number;
  /** Starts that are not 0 in any state, so that relative moves reach all. */
  readonly start?: readonly number[];
}

async function solved({ system, times, rtol, atol, start }: Case, method: OdeMethod) {
  const solver = await compileAdjoint(system, { method, control: { rtol, atol } });
  const parameters = Float64Array.from(system.parameterValues);
  const problem = { parameters, state: start ? Float64Array.from(start) : initialState(system, parameters), times: Float64Array.from(times) };
  const run = solver.begin(problem);
  while (run.status.status === "paused") run.advance(1000);
  expect(run.status.status).toBe("done");
  const { steps } = run.tape();
  const { values } = run.trajectory();
  const weights = lossWeights(values, system.states.length);
  const byParameter = new Float64Array(parameters.length);
  const byState = new Float64Array(system.states.length);
  solver.pullBack(weights, byParameter, byState);
  return { solver, problem, steps, weights, byParameter, byState };
}

/** Adjoint against forward sensitivities and against differences, everything on the recorded steps. */
async function compare(one: Case, method: OdeMethod): Promise<void> {
  const { system } = one;
  const { solver, problem, steps, weights, byParameter, byState } = await solved(one, method);
  const { parameters, state, times } = problem;
  const nState = system.states.length;

  const forward = await compileSolver(sensitivitySystem(system, system.parameters), { method, errorStates: nState });
  const nForward = nState * (1 + parameters.length);
  const start = new Float64Array(nForward);
  start.set(state);
  const augmented = forward.solve({ parameters, state: start, times, steps });
  expect(augmented.status.status).toBe("done");

  const loss = (p: Float64Array, y: Float64Array): number => dot(weights, solver.solve({ parameters: p, state: y, times, steps }).values);
  // Derivatives by relative changes: of like size, so that a small one is small against the others.
  const scale = Math.max(...Array.from(byParameter, (slope, index) => Math.abs(slope * (parameters[index] ?? 0))), 1);
  parameters.forEach((value, index) => {
    let expected = 0;
    times.forEach((_, row) => {
      for (let s = 0; s < nState; s++) expected += (weights[nState * row + s] ?? 0) * (augmented.values[row * nForward + nState * (1 + index) + s] ?? 0);
    });
    const slope = byParameter[index] ?? Number.NaN;
    expect(Math.abs((slope - expected) * value) / scale, `forward, ${system.parameters[index]}`).toBeLessThan(tolerance);
    const differenced = difference(parameters, index, (moved) => loss(moved, state));
    expect(Math.abs((slope - differenced) * value) / scale, `differences, ${system.parameters[index]}`).toBeLessThan(tolerance);
  });
  const stateScale = Math.max(...Array.from(byState, (slope, index) => Math.abs(slope * (state[index] ?? 0))), 1);
  state.forEach((value, index) => {
    if (value === 0) return;
    const differenced = difference(state, index, (moved) => loss(parameters, moved));
    expect(Math.abs(((byState[index] ?? Number.NaN) - differenced) * value) / stateScale, `differences, start of ${system.states[index]}`).toBeLessThan(tolerance);
  });
}

const of = (id: "robertson" | "hires" | "oregonator"): OdeSystem => systemOfNetwork(zoo[id].network);

describe.each(methods)("the discrete adjoint of $facts.id equals forward sensitivities and differences on the recorded steps", (method) => {
  it("of a system with time in its rates", async () => {
    const system = systemOf(
      "forced",
      { m: "alpha/(1 + (p/K)^h) - m + sin(time*w)", p: "beta*(m - p) - tanh(u*q)", q: "k*p*m*cos(w*time)^2 - d*q^2" },
      { m: 0.4, p: 1.2, q: 0.3 },
      { alpha: 3, K: 0.8, h: 2.5, beta: 1.3, k: 0.7, d: 0.9, u: 0.4, w: 0.2 },
    );
    await compare({ system, times: [0, 0.5, 0.75, 2, 2.01, 6], rtol: 1e-4, atol: 1e-6, start: [0.4, 1.2, 0.3] }, method);
  });
  it("of Robertson's problem", () => compare({ system: of("robertson"), times: [0.4, 4, 40, 400], rtol: 1e-4, atol: 1e-8 }, method));
  it("of HIRES", () => compare({ system: of("hires"), times: [0, 1, 10, 100, 321.8122], rtol: 1e-4, atol: 1e-7 }, method));
  it("of the Oregonator", () => compare({ system: of("oregonator"), times: [1, 10, 25], rtol: 1e-4, atol: 1e-8 }, method));
});

/** Autocatalysts that share a resource: every rate reads every state. */
function crowd(size: number): OdeSystem {
  const states = Array.from({ length: size }, (_, index) => `x${index}`);
  const total = states.join(" + ");
  const rates = Object.fromEntries(states.map((id, index) => [id, `growth*${id}*(1 - (${total})/room) - ${(1 + index) / size}*decay*${id}^2 + seep*x${(index + 1) % size}`]));
  return systemOf("crowd", rates, Object.fromEntries(states.map((id, index) => [id, 0.2 + (0.5 * index) / size])), { growth: 3, room: size / 2, decay: 1.7, seep: 0.1 });
}

/** The rate of a chain's step. */
const step = (index: number): string => (index < 0 ? "source" : `V*y${index}/(K + y${index})`);

/** A chain with saturable steps: a band in the Jacobian. */
function chain(size: number): OdeSystem {
  const rates = Object.fromEntries(Array.from({ length: size }, (_, index) => [`y${index}`, `${step(index - 1)} - ${step(index)}`]));
  return systemOf("chain", rates, { y0: 2 }, { V: 3, K: 0.4, source: 0.9 });
}

/** Whether a derivative equals its difference, both by relative changes, next to the largest of all. */
function close(slope: number, differenced: number, value: number, all: Float64Array, values: Float64Array): void {
  const scale = Math.max(...all.map((one, index) => Math.abs(one * (values[index] ?? 0))), 1);
  expect(Math.abs((slope - differenced) * value) / scale).toBeLessThan(tolerance);
}

describe("the discrete adjoint of larger systems", () => {
  // Up to 10 states a step is kept in locals; 64 states that all depend on each other are eliminated in loops.
  it.each([
    { name: "sparse factors in memory", system: chain(25), times: [0.3, 2, 6] },
    { name: "full factors in loops", system: crowd(64), times: [0.5, 2] },
  ])("equals differences with $name", async ({ system, times }) => {
    const { solver, problem, steps, weights, byParameter, byState } = await solved({ system, times, rtol: 1e-4, atol: 1e-6 }, rodas5p);
    const loss = (parameters: Float64Array, state: Float64Array): number => dot(weights, solver.solve({ parameters, state, times: problem.times, steps }).values);
    const { parameters, state } = problem;
    // Two of the parameters: each costs some 50 runs.
    for (const index of [0, 1]) close(byParameter[index] ?? Number.NaN, difference(parameters, index, (moved) => loss(moved, state)), parameters[index] ?? 0, byParameter, parameters);
    const first = state.findIndex((value) => value !== 0);
    close(byState[first] ?? Number.NaN, difference(state, first, (moved) => loss(parameters, moved)), state[first] ?? 0, byState, state);
  });

  it("gives the same bits in WebAssembly and JavaScript, and by some parameters what it gives by all", async () => {
    for (const system of [chain(12), of("robertson")]) {
      const parameters = Float64Array.from(system.parameterValues);
      const problem = { parameters, state: initialState(system, parameters), times: Float64Array.of(0.5, 3) };
      const chosen = system.parameters.slice(1, 2);
      const [wasm, javascript, some] = await Promise.all(
        [{ target: "wasm" }, { target: "javascript" }, { wrt: chosen }].map(async (options) => {
          const solver = await compileAdjoint(system, { method: rodas5p, ...options } as Parameters<typeof compileAdjoint>[1]);
          const { values } = solver.solve(problem);
          const byParameter = new Float64Array(parameters.length);
          const byState = new Float64Array(system.states.length);
          solver.pullBack(lossWeights(values, system.states.length), byParameter, byState);
          return { byParameter, byState };
        }),
      );
      expect(wasm).toEqual(javascript);
      expect(some?.byState).toEqual(wasm?.byState);
      // The graph is written in another order where it has fewer ends: equal to rounding.
      expect(Math.abs((some?.byParameter[1] ?? NaN) - (wasm?.byParameter[1] ?? NaN))).toBeLessThan(1e-12 * Math.abs(wasm?.byParameter[1] ?? NaN));
      expect(some?.byParameter[0]).toBe(0);
    }
  });
});
