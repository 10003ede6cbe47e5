// @ts-check
import { secondsPerRun } from "../repeat.mjs";
import { semimech } from "../semimech.mjs";

/** What a trajectory that broke off says. */
const complaint = (/** @type {any} */ { status }) => `${status.status}${status.hint ? `: ${status.hint}` : ""}`;

/** Steps before a run gives up. */
export const maxSteps = 10_000_000;

/**
 * Ours: one method compiled for one problem.
 *
 * @param {import("../problems/problem.mjs").Prepared} problem
 * @param {string} method id in `odeMethods`
 * @returns {Promise<import("../precision.mjs").Contender & { solver: any, program: any }>}
 */
export async function semimechContender({ system, parameters, state, times }, method) {
  const { compileSolver, odeMethods, isOneStep } = { ...(await semimech("solvers/index.js")), ...(await semimech("solvers/ode/method.js")) };
  /** @type {any} */
  let program = null;
  const chosen = odeMethods[method];
  if (!chosen) throw new Error(`no method "${method}" in this build`);
  const extend = (/** @type {any} */ context) => {
    program = context.program.finish(context.layout.bytes);
  };
  const solver = await compileSolver(system, { method: chosen, control: { maxSteps }, ...(isOneStep(chosen) ? { extend } : {}) });
  const solve = (/** @type {import("../precision.mjs").Setting} */ { rtol, atol }) => solver.solve({ parameters, state, times, control: { rtol, atol } });
  return {
    key: "semimech",
    variants: [method],
    solver,
    program,
    async run(setting) {
      const begin = performance.now();
      const path = solve(setting);
      const seconds = (performance.now() - begin) / 1000;
      if (path.status.status !== "done") throw new Error(complaint(path));
      return { seconds, values: path.values };
    },
    time: async (setting, seconds) => secondsPerRun(() => solve(setting), seconds),
    close() {},
  };
}
