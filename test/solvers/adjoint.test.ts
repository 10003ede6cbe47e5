import { describe, expect, it } from "vitest";
import { multiply } from "../../src/kernel/arithmetic.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { oneStepMethods } from "../../src/solvers/ode/index.ts";
import { odex } from "../../src/solvers/ode/odex.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";

/** A system written as formulas. */
function systemOf(rates: Readonly<Record<string, string>>, start: readonly number[], parameters: Readonly<Record<string, number>>): OdeSystem {
  const graph = expressionGraph();
  const read = (text: string) => {
    const parsed = parseExpression(graph, text);
    if (!parsed.expression) throw new Error(text);
    return parsed.expression;
  };
  return {
    id: "test",
    graph,
    states: Object.keys(rates),
    parameters: Object.keys(parameters),
    rhs: Object.values(rates).map(read),
    outputs: [],
    parameterValues: Object.values(parameters),
    initialState: start.map((value) => graph.constant(value)),
  };
}

const repressor = (): OdeSystem =>
  systemOf(
    {
      m: "alpha/(1 + (p/K)^h) - m + sin(time)*w",
      p: "beta*(m - p) - tanh(u*q)",
      q: "k*p*m - d*q^2",
    },
    [0.4, 1.2, 0.3],
    { alpha: 3, K: 0.8, h: 2.5, beta: 1.3, k: 0.7, d: 0.9, u: 0.4, w: 0.2 },
  );

const times = Float64Array.from([0, 0.5, 0.75, 2, 2.01, 6]);
/** Rounding of differences with relative step 1e-6 of a function near 1. */
const differenceTolerance = 1e-6;

/** L = Σ c·y over all outputs with fixed uneven weights, so that ∂L/∂y = c. */
const weights = (n: number): Float64Array => Float64Array.from({ length: n }, (_, index) => Math.sin(1 + 3 * index));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, index) => total + value * (b[index] ?? 0), 0);

/** Fourth-order central difference along one component. */
function difference(vector: Float64Array, index: number, evaluate: (moved: Float64Array) => number): number {
  const h = 1e-5 * Math.max(1, Math.abs(vector[index] ?? 0));
  const at = (shift: number): number => evaluate(vector.map((value, k) => (k === index ? value + shift * h : value)));
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
}

/** Every method whose adjoint there is. */
const explicit = Object.values(oneStepMethods).filter(({ facts, tableau }) => facts.factorizationsPerStep === 0 && tableau.stageUnit === "rate");

describe.each(explicit)("the discrete adjoint of $facts.id", (method) => {
  const control = { rtol: 1e-5, atol: 1e-7 };

  it("equals differences of the loss replayed on the recorded steps", async () => {
    const system = repressor();
    const solver = await compileAdjoint(system, { method, control });
    const problem = { parameters: Float64Array.from(system.parameterValues), state: Float64Array.from([0.4, 1.2, 0.3]), times };
    const run = solver.begin(problem);
    while (run.status.status === "paused") run.advance(1000);
    const { steps } = run.tape();
    const c = weights(times.length * 3);
    const gradient = new Float64Array(system.parameters.length);
    const gradState = new Float64Array(3);
    solver.pullBack(c, gradient, gradState);

    const loss = (parameters: Float64Array, state: Float64Array): number => dot(c, solver.solve({ parameters, state, times, steps }).values);
    system.parameters.forEach((id, index) => {
      const expected = difference(problem.parameters, index, (moved) => loss(moved, problem.state));
      expect(Math.abs((gradient[index] ?? 0) - expected), id).toBeLessThan(differenceTolerance * Math.max(1, Math.abs(expected)));
    });
    for (const index of [0, 1, 2]) {
      const expected = difference(problem.state, index, (moved) => loss(problem.parameters, moved));
      expect(Math.abs((gradState[index] ?? 0) - expected)).toBeLessThan(differenceTolerance * Math.max(1, Math.abs(expected)));
    }
  });

  it("equals forward sensitivities on the same steps, to rounding", async () => {
    const system = repressor();
    const adjoint = await compileAdjoint(system, { method, control });
    const forward = await compileSolver(sensitivitySystem(system, system.parameters), { method, control, errorStates: 3 });
    const parameters = Float64Array.from(system.parameterValues);
    const state = Float64Array.from([0.4, 1.2, 0.3]);
    const plain = adjoint.solve({ parameters, state, times });
    const nForward = 3 * (1 + parameters.length);
    const start = new Float64Array(nForward);
    start.set(state);
    const augmented = forward.solve({ parameters, state: start, times });
    expect(augmented.statistics.accepted).toBe(plain.statistics.accepted);

    const c = weights(times.length * 3);
    const gradient = new Float64Array(parameters.length);
    adjoint.pullBack(c, gradient, new Float64Array(3));
    parameters.forEach((_, p) => {
      let expected = 0;
      times.forEach((_time, row) => {
        for (let s = 0; s < 3; s++) expected += (c[3 * row + s] ?? 0) * (augmented.values[row * nForward + 3 * (1 + p) + s] ?? 0);
      });
      expect(Math.abs((gradient[p] ?? 0) - expected)).toBeLessThan(1e-10 * Math.max(1, Math.abs(expected)));
    });
  });

  it("differs from a gradient at other parameters, so the test above can fail", async () => {
    const system = repressor();
    const solver = await compileAdjoint(system, { method, control });
    const state = Float64Array.from([0.4, 1.2, 0.3]);
    const gradients = [1, 1.1].map((factor) => {
      const gradient = new Float64Array(system.parameters.length);
      solver.solve({ parameters: Float64Array.from(system.parameterValues, (value) => factor * value), state, times });
      solver.pullBack(weights(times.length * 3), gradient, new Float64Array(3));
      return gradient;
    });
    expect(dot(gradients[0] ?? new Float64Array(), gradients[1] ?? new Float64Array())).not.toBeCloseTo(dot(gradients[0] ?? new Float64Array(), gradients[0] ?? new Float64Array()), 3);
  });

  it("stays within 100 rtol of differences of a free re-solve", async () => {
    const system = repressor();
    const rtol = 1e-7;
    const solver = await compileAdjoint(system, { method, control: { rtol, atol: 1e-9 } });
    const parameters = Float64Array.from(system.parameterValues);
    const state = Float64Array.from([0.4, 1.2, 0.3]);
    const c = weights(times.length * 3);
    solver.solve({ parameters, state, times });
    const gradient = new Float64Array(parameters.length);
    solver.pullBack(c, gradient, new Float64Array(3));
    const reference = await compileSolver(system, { method, control: { rtol: 1e-12, atol: 1e-13 } });
    parameters.forEach((value, index) => {
      const h = 1e-4 * value;
      const at = (shift: number): number => dot(c, reference.solve({ parameters: parameters.map((p, k) => (k === index ? p + shift * h : p)), state, times }).values);
      const expected = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
      expect(Math.abs((gradient[index] ?? 0) - expected)).toBeLessThan(100 * rtol * Math.max(1, Math.abs(expected)));
    });
  });

  it("gives the same bits in WebAssembly and JavaScript", async () => {
    const system = repressor();
    const results = await Promise.all(
      (["wasm", "javascript"] as const).map(async (target) => {
        const solver = await compileAdjoint(system, { method, control, target });
        solver.solve({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.from([0.4, 1.2, 0.3]), times });
        const gradient = new Float64Array(system.parameters.length);
        solver.pullBack(weights(times.length * 3), gradient, new Float64Array(3));
        return [...gradient];
      }),
    );
    expect(results[0]).toEqual(results[1]);
  });

  it("takes outputs at the start and repeated times, behind a jump in time as well", async () => {
    const system = systemOf({ x: "-k*x + piecewise(k, time < 0.5, 2)*y", y: "x - y^2" }, [1, 0.3], { k: 0.7 });
    const solver = await compileAdjoint(system, { method });
    const parameters = Float64Array.of(0.7);
    const state = Float64Array.of(1, 0.3);
    for (const requested of [[0], [0, 0], [0, 0, 0.5, 0.5, 2, 2], [1e-9, 0.5]].map((list) => Float64Array.from(list))) {
      const cotangents = Float64Array.from({ length: 2 * requested.length }, (_, index) => Math.cos(index));
      const begun = solver.begin({ parameters, state, times: requested });
      while (begun.status.status === "paused") begun.advance(100);
      const { steps } = begun.tape();
      const [byParameter, byState] = [new Float64Array(1), new Float64Array(2)];
      solver.pullBack(cotangents, byParameter, byState);
      // Differences of the loss replayed on the recorded steps; without steps the state is its own answer.
      const loss = (k: number, x: number): number => {
        const start = { parameters: Float64Array.of(k), state: Float64Array.of(x, 0.3), times: requested };
        const { values } = solver.solve(steps.length > 0 ? { ...start, steps } : start);
        return values.reduce((total, value, index) => total + value * (cotangents[index] ?? NaN), 0);
      };
      const step = 1e-5;
      expect((loss(0.7 + step, 1) - loss(0.7 - step, 1)) / (2 * step)).toBeCloseTo(byParameter[0] ?? NaN, 8);
      expect((loss(0.7, 1 + step) - loss(0.7, 1 - step)) / (2 * step)).toBeCloseTo(byState[0] ?? NaN, 8);
    }
  });

  it("refuses an unfinished run and lengths that do not fit, and takes no memory per call", async () => {
    const system = systemOf({ x: "-k*x" }, [1], { k: 0.7 });
    const problem = { parameters: Float64Array.of(0.7), state: Float64Array.of(1), times: Float64Array.of(0, 50) };
    const short = await compileAdjoint(system, { method, control: { maxSteps: 3 } });
    expect(short.solve(problem).times).toHaveLength(1);
    expect(() => short.pullBack(new Float64Array(1), new Float64Array(1), new Float64Array(1))).toThrow("reached 1 of 2 times");
    const solver = await compileAdjoint(system, { method });
    solver.solve(problem);
    expect(() => solver.pullBack(new Float64Array(2), new Float64Array(2), new Float64Array(1))).toThrow("2 derivatives by 1 parameters");
    expect(() => solver.pullBack(new Float64Array(2), new Float64Array(1), new Float64Array(2))).toThrow("2 derivatives by 1 states");
    const bytes = solver.instance.f64.byteLength;
    const gradients = Array.from({ length: 5000 }, () => {
      const byState = new Float64Array(1);
      solver.pullBack(Float64Array.of(0, 1), new Float64Array(1), byState);
      return byState[0];
    });
    expect(new Set(gradients).size).toBe(1);
    expect(solver.instance.f64.byteLength).toBe(bytes);
  });

  it("refuses a method of a package and an unknown parameter by name", async () => {
    await expect(compileAdjoint(repressor(), { method: odex })).rejects.toThrow("the steps of odex have none; use one of tsit5");
    await expect(compileAdjoint(repressor(), { method, wrt: ["gamma"] })).rejects.toThrow("no parameter called gamma");
  });
});

describe("forward sensitivities", () => {
  it("reproduce the closed form of exponential decay", async () => {
    const graph = expressionGraph();
    const system: OdeSystem = {
      id: "decay",
      graph,
      states: ["x"],
      parameters: ["k"],
      rhs: [multiply(graph, graph.constant(-1), multiply(graph, graph.symbol("k"), graph.symbol("x")))],
      outputs: [],
      parameterValues: [0.7],
      initialState: [graph.symbol("k")],
    };
    const augmented = sensitivitySystem(system, ["k"]);
    const rtol = 1e-10;
    const solver = await compileSolver(augmented, { method: tsit5, control: { rtol, atol: 1e-12 } });
    // x(0) = k, so x = k e^(-kt) and ∂x/∂k = (1 - kt) e^(-kt).
    const { values } = solver.solve({ parameters: Float64Array.from([0.7]), state: Float64Array.from([0.7, 1]), times: Float64Array.from([2]) });
    expect(Math.abs((values[1] ?? 0) - (1 - 1.4) * Math.exp(-1.4))).toBeLessThan(10 * rtol);
  });
});
