import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optimisers } from "../../src/calibrate/fit/index.ts";
import type { OptimiserState } from "../../src/calibrate/fit/optimiser.ts";
import type { Objective } from "../../src/calibrate/objective.ts";

/** ½ Σ r² of residual functions with an analytic Jacobian. */
function squares(names: readonly string[], residuals: (x: Float64Array) => { readonly r: readonly number[]; readonly j: readonly (readonly number[])[] }): Objective {
  const nResidual = residuals(new Float64Array(names.length).fill(1)).r.length;
  const value = (x: Float64Array): number => residuals(x).r.reduce((sum, r) => sum + 0.5 * r * r, 0);
  return {
    names,
    value,
    gradientInto(gradient, x) {
      const { r, j } = residuals(x);
      gradient.fill(0);
      r.forEach((each, row) => gradient.forEach((_, column) => (gradient[column] += each * (j[row]?.[column] ?? 0))));
      return value(x);
    },
    leastSquares: {
      nResidual,
      jacobianInto(target, jacobian, x) {
        const { r, j } = residuals(x);
        target.set(r);
        jacobian.set(j.flat());
        return true;
      },
      residualsInto(target, x) {
        target.set(residuals(x).r);
        return true;
      },
    },
  };
}

/** @source Rosenbrock 1960, doi:10.1093/comjnl/3.3.175 */
const rosenbrock = squares(["x", "y"], ([x = 0, y = 0]) => ({
  r: [10 * (y - x * x), 1 - x],
  j: [
    [-20 * x, 10],
    [-1, 0],
  ],
}));

function run(id: keyof typeof optimisers, objective: Objective, start: readonly number[], iterations: number, learningRate = 0.05): OptimiserState {
  if (id === "adam") {
    const options = { ...optimisers.adam.defaults, iterations, learningRate };
    let state = optimisers.adam.begin(start, objective, options);
    while (!state.converged) state = optimisers.adam.step(state, objective, options);
    return state;
  }
  const options = { ...optimisers["levenberg-marquardt"].defaults, iterations, tolerance: 1e-14 };
  let state = optimisers["levenberg-marquardt"].begin(start, objective, options);
  while (!state.converged) state = optimisers["levenberg-marquardt"].step(state, objective, options);
  return state;
}

describe("levenberg-marquardt", () => {
  it("finds the minimum of Rosenbrock's valley", () => {
    const state = run("levenberg-marquardt", rosenbrock, [-1.2, 1], 200);
    expect(state.x[0]).toBeCloseTo(1, 6);
    expect(state.x[1]).toBeCloseTo(1, 6);
    expect(state.iteration).toBeLessThan(60);
  });

  it("never raises the value", () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (x, y) => {
        const options = optimisers["levenberg-marquardt"].defaults;
        let state = optimisers["levenberg-marquardt"].begin([x, y], rosenbrock, options);
        let value = rosenbrock.value(Float64Array.from([x, y]));
        for (let iteration = 0; iteration < 10 && !state.converged; iteration++) {
          state = optimisers["levenberg-marquardt"].step(state, rosenbrock, options);
          expect(state.value).toBeLessThanOrEqual(value);
          value = state.value;
        }
      }),
      { numRuns: 50 },
    );
  });

  it("refuses an objective that is no sum of squares", () => {
    const objective: Objective = { ...rosenbrock, leastSquares: null };
    expect(() => run("levenberg-marquardt", objective, [0, 0], 5)).toThrow("no sum of squares");
  });
});

describe("adam", () => {
  it("goes down a bowl and stops after its iterations", () => {
    const bowl = squares(["x", "y"], ([x = 0, y = 0]) => ({
      r: [x - 3, 2 * (y + 1)],
      j: [
        [1, 0],
        [0, 2],
      ],
    }));
    const state = run("adam", bowl, [0, 0], 1000);
    expect(state.iteration).toBe(1000);
    expect(bowl.value(Float64Array.from(state.x))).toBeLessThan(1e-6);
  });

  it("backs off from points where the model cannot be solved", () => {
    const cliff: Objective = {
      names: ["x"],
      value: ([x = 0]) => (x > 1 ? Number.NaN : -x),
      gradientInto(gradient, [x = 0]) {
        gradient[0] = -1;
        return x > 1 ? Number.NaN : -x;
      },
      leastSquares: null,
    };
    const state = run("adam", cliff, [0], 200);
    expect(state.x[0]).toBeGreaterThan(0.5);
    expect(state.x[0]).toBeLessThan(1.2);
  });
});

describe("every optimiser", () => {
  it.each(Object.keys(optimisers) as (keyof typeof optimisers)[])("%s continues from its written state to the same bits", (id) => {
    const step = (state: OptimiserState): OptimiserState =>
      id === "adam"
        ? optimisers.adam.step(state, rosenbrock, optimisers.adam.defaults)
        : optimisers["levenberg-marquardt"].step(state, rosenbrock, optimisers["levenberg-marquardt"].defaults);
    let through = id === "adam" ? optimisers.adam.begin([-1.2, 1], rosenbrock, optimisers.adam.defaults) : optimisers["levenberg-marquardt"].begin([-1.2, 1], rosenbrock, optimisers["levenberg-marquardt"].defaults);
    let resumed = through;
    for (let iteration = 0; iteration < 12; iteration++) {
      through = step(through);
      resumed = step(JSON.parse(JSON.stringify(resumed)) as OptimiserState);
    }
    expect(resumed).toEqual(through);
  });
});
