import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { oneStepMethods } from "../../src/solvers/ode/index.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { difference } from "./difference.ts";
import { systemOf } from "./problems.ts";

const explicit = Object.values(oneStepMethods).filter(({ facts, tableau }) => facts.factorizationsPerStep === 0 && tableau.stageUnit === "rate");

/** Twelve states in a ring, too many for a step in locals, with functions that are kept and a jump in time. */
function ring(jump: number): OdeSystem {
  const count = 12;
  const at = (index: number): string => `x${(index + count) % count}`;
  const rates = Object.fromEntries(Array.from({ length: count }, (_, i) => [at(i), `a*tanh(${at(i - 1)}*b) - ${at(i)}/(c + ${at(i + 1)}^2)${i === 3 ? ` + piecewise(a, time < ${jump}, b)` : ""}`]));
  return systemOf("ring", rates, Object.fromEntries(Array.from({ length: count }, (_, i) => [at(i), 0.3 + 0.1 * i])), { a: 0.8, b: 1.1, c: 1.4 });
}

/** Additions, products, quotients and functions in a rate of the ring. */
const operationsOfRing = 8;

/** dy/dt = -y + a network of tanh units, with more weights than a step in locals may have. */
function neural(widths: readonly number[]): OdeSystem {
  const parameters: Record<string, number> = {};
  const weight = (name: string): string => {
    parameters[name] = 0.6 * Math.sin(1 + 2.3 * Object.keys(parameters).length);
    return name;
  };
  let values = Array.from({ length: widths[0] ?? 0 }, (_, index) => `y${index}`);
  const states = values;
  widths.slice(1).forEach((width, layer) => {
    values = Array.from({ length: width }, (_, unit) => {
      const sum = [weight(`b${layer}_${unit}`), ...values.map((value, index) => `${weight(`w${layer}_${unit}_${index}`)}*${value}`)].join(" + ");
      return layer === widths.length - 2 ? sum : `tanh(${sum})`;
    });
  });
  return systemOf("neural", Object.fromEntries(states.map((id, index) => [id, `${values[index]} - ${id}`])), Object.fromEntries(states.map((id, index) => [id, Math.cos(index)])), parameters);
}

const startOf = (system: OdeSystem) => ({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.from(system.initialState, ({ value }) => value) });
const uneven = (length: number): Float64Array => Float64Array.from({ length }, (_, index) => Math.sin(1 + 3 * index));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, index) => total + value * (b[index] ?? 0), 0);

/** Roundings of half a last bit in every operation of every stage of every step, on two sides: as independent errors they add up like their root, and ten times that does not happen. */
const roundingOf = (steps: number, { tableau }: OdeMethod, operations: number): number => 10 * Math.sqrt(2 * steps * tableau.nodes.length * operations) * (Number.EPSILON / 2);

/** Derivatives by forward sensitivities on the same steps, row by row of the outputs. */
async function forwardGradient(system: OdeSystem, method: OdeMethod, wrt: readonly string[], times: Float64Array, steps: Float64Array, cotangents: Float64Array): Promise<number[]> {
  const nState = system.states.length;
  const { parameters, state } = startOf(system);
  const width = nState * (1 + wrt.length);
  const forward = await compileSolver(sensitivitySystem(system, wrt), { method, exactly: true, errorStates: nState, control: { maxSteps: 2 * steps.length } });
  const start = new Float64Array(width);
  start.set(state);
  const { values, status } = forward.solve({ parameters, state: start, times, steps });
  expect(status.status).toBe("done");
  return wrt.map((_, p) => {
    let total = 0;
    for (let row = 0; row < times.length; row++) for (let s = 0; s < nState; s++) total += (cotangents[row * nState + s] ?? 0) * (values[row * width + nState * (1 + p) + s] ?? 0);
    return total;
  });
}

async function adjointGradient(system: OdeSystem, method: OdeMethod, times: Float64Array, steps: Float64Array, cotangents: Float64Array, target: "wasm" | "javascript" = "wasm"): Promise<Float64Array> {
  const solver = await compileAdjoint(system, { method, target, control: { maxSteps: 2 * steps.length } });
  expect(solver.solve({ ...startOf(system), times, steps }).status.status).toBe("done");
  const [gradient, again] = [new Float64Array(system.parameters.length), new Float64Array(system.parameters.length)];
  for (const each of [gradient, again]) solver.pullBack(cotangents, each, new Float64Array(system.states.length));
  // Stages that were taken again stand beside the record, not in it.
  expect(again).toEqual(gradient);
  return gradient;
}

const expectClose = (found: Float64Array | readonly number[], expected: readonly number[], relative: number): void => {
  const largest = Math.max(...expected.map(Math.abs));
  expected.forEach((value, index) => expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThan(relative * largest));
};

describe.each(Object.values(oneStepMethods))("stages recorded for the adjoint of $facts.id", (method) => {
  it.each([
    ["all of them", 200],
    ["the latest of them, the others taken again", 1500],
  ])("give the forward sensitivities: %s", async (_name, count) => {
    const system = ring(1e9);
    const end = 6;
    const steps = new Float64Array(count + 1).fill(end / count);
    // On steps' ends, inside steps, and several in one step.
    const times = Float64Array.from([0, 0.5, 0.5001, 0.50011, 2, 3.3331, end - 1e-3]);
    const cotangents = uneven(times.length * 12);
    expectClose(await adjointGradient(system, method, times, steps, cotangents), await forwardGradient(system, method, system.parameters, times, steps, cotangents), roundingOf(steps.length, method, 12 * operationsOfRing));
  });

  it("are each side's own where a rate jumps in time", async () => {
    const system = ring(1.3);
    const solver = await compileAdjoint(system, { method, control: { rtol: 1e-5, atol: 1e-7 } });
    const times = Float64Array.from([0.7, 1.3, 1.4, 4]);
    const cotangents = uneven(times.length * 12);
    const { parameters, state } = startOf(system);
    const run = solver.begin({ parameters, state, times });
    while (run.status.status === "paused") run.advance(1000);
    const { steps } = run.tape();
    const gradient = new Float64Array(3);
    solver.pullBack(cotangents, gradient, new Float64Array(12));
    const expected = system.parameters.map((_, index) => difference(parameters, index, (moved) => dot(cotangents, solver.solve({ parameters: moved, state, times, steps }).values)));
    expectClose(gradient, expected, 1e-8);
  });
});

describe("the gradient of a neural differential equation", () => {
  const system = neural([8, 12, 8]);
  const steps = new Float64Array(41).fill(0.05);
  const times = Float64Array.from({ length: 20 }, (_, index) => 0.1 * (index + 1));
  const cotangents = uneven(times.length * 8);

  it.each(explicit)("by $facts.id equals forward sensitivities on the same steps", async (method) => {
    const wrt = system.parameters.filter((_, index) => index % 17 === 0);
    const gradient = await adjointGradient(system, method, times, steps, cotangents);
    const chosen = wrt.map((id) => gradient[system.parameters.indexOf(id)] ?? Number.NaN);
    expectClose(chosen, await forwardGradient(system, method, wrt, times, steps, cotangents), roundingOf(steps.length, method, 2 * system.parameters.length));
  });

  it("has the same bits in WebAssembly and JavaScript", async () => {
    const [one, other] = await Promise.all((["wasm", "javascript"] as const).map((target) => adjointGradient(system, tsit5, times, steps, cotangents, target)));
    expect(one).toEqual(other);
  });

  it("equals differences on the recorded steps", async () => {
    const solver = await compileAdjoint(system, { method: tsit5, control: { rtol: 1e-6, atol: 1e-8 } });
    const { parameters, state } = startOf(system);
    const run = solver.begin({ parameters, state, times });
    while (run.status.status === "paused") run.advance(1000);
    const { steps: taken } = run.tape();
    const [gradient, byState] = [new Float64Array(parameters.length), new Float64Array(8)];
    solver.pullBack(cotangents, gradient, byState);
    const largest = Math.max(...gradient.map(Math.abs));
    for (const index of [0, 5, 50, 111, 150, 211]) {
      const expected = difference(parameters, index, (moved) => dot(cotangents, solver.solve({ parameters: moved, state, times, steps: taken }).values));
      expect(Math.abs((gradient[index] ?? Number.NaN) - expected)).toBeLessThan(1e-8 * largest);
    }
    const expected = difference(state, 3, (moved) => dot(cotangents, solver.solve({ parameters, state: moved, times, steps: taken }).values));
    expect(Math.abs((byState[3] ?? Number.NaN) - expected)).toBeLessThan(1e-8 * Math.max(...byState.map(Math.abs)));
  });

  it("goes on where a long sweep was cut into calls", async () => {
    const small = ring(1e9);
    const count = 20_500;
    const long = new Float64Array(count + 1).fill(2 / count);
    const ends = Float64Array.of(0.9, 2 - 1e-5);
    const weights = uneven(24);
    expectClose(await adjointGradient(small, tsit5, ends, long, weights), await forwardGradient(small, tsit5, small.parameters, ends, long, weights), roundingOf(count, tsit5, 12 * operationsOfRing));
  });
});
