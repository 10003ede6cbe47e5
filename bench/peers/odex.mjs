// @ts-check
import { modelJavaScript } from "../emit.mjs";
import { secondsPerRun } from "../repeat.mjs";

/**
 * The npm package odex, driven directly: right-hand side as plain JavaScript, its own dense output at the requested times,
 * with or without the error of the dense output in the step control.
 *
 * @param {import("../problems/problem.mjs").Prepared} problem
 * @returns {Promise<import("../precision.mjs").Contender>}
 */
export async function odexContender(problem) {
  const { Solver } = await import("odex");
  const rhs = await modelJavaScript(problem);
  const { state, times, end } = problem;
  const size = state.length;
  const solve = (/** @type {import("../precision.mjs").Setting} */ { variant, rtol, atol }) => {
    const values = new Float64Array(times.length * size);
    let reached = 0;
    const solver = new Solver(size);
    Object.assign(solver, { relativeTolerance: rtol, absoluteTolerance: atol, maxSteps: 1_000_000, denseOutput: true, denseOutputErrorEstimator: variant === "estimated" });
    solver.solve(rhs, 0, [...state], end, (/** @type {number} */ _n, /** @type {number} */ _old, /** @type {number} */ t, /** @type {readonly number[]} */ _y, /** @type {any} */ interpolate) => {
      for (; reached < times.length && (times[reached] ?? Infinity) <= t; reached++) {
        const time = times[reached] ?? NaN;
        for (let i = 0; i < size; i++) values[reached * size + i] = interpolate(i, time);
      }
    });
    if (reached < times.length) throw new Error(`odex stopped after ${reached} outputs`);
    return values;
  };
  return {
    key: "odex",
    variants: ["estimated", "free"],
    async run(setting) {
      const begin = performance.now();
      const values = solve(setting);
      return { seconds: (performance.now() - begin) / 1000, values };
    },
    time: async (setting, seconds) => secondsPerRun(() => solve(setting), seconds),
    close() {},
  };
}
