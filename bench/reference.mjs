// @ts-check
import { maxSteps } from "./peers/semimech.mjs";
import { relativeError, relativeFloor } from "./score.mjs";
import { semimech } from "./semimech.mjs";

/** Methods a reference may be made and checked by, best first; what a build lacks is left out. */
const stiffMethods = ["rodas5p", "rodas4", "kvaerno5", "bdf"];
const nonstiffMethods = ["dop853", "vern7", "odex", "tsit5", "rodas5p"];
const reference = { rtol: 1e-13, check: 1e-11 };

/**
 * Outputs of a problem at relative tolerance 1e-13 by our first method, and how far a second one is from them.
 *
 * @param {import("./problems/problem.mjs").Prepared} problem
 * @param {"stiff" | "nonstiff"} kind
 * @param {readonly import("./precision.mjs").Contender[]} others contenders that may serve as the second method when the build has only one
 * @returns {Promise<{ values: Float64Array, method: string, checkedBy: string, disagreement: number }>}
 */
export async function referenceOf({ id, system, parameters, state, times }, kind, others = []) {
  const { compileSolver, odeMethods } = await semimech("solvers/index.js");
  const nState = system.states.length;
  const solve = async (/** @type {string} */ method, /** @type {number} */ rtol, /** @type {number} */ atol) => {
    const solver = await compileSolver(system, { method: odeMethods[method], control: { maxSteps, rtol, atol } });
    const path = solver.solve({ parameters, state, times });
    return path.status.status === "done" ? path.values : null;
  };
  const methods = (kind === "stiff" ? stiffMethods : nonstiffMethods).filter((method) => method in odeMethods);
  const [first = "", ...more] = methods;
  const coarse = await solve(first, 1e-9, 1e-16);
  if (!coarse) throw new Error(`${id}: no trajectory at 1e-9 by ${first}`);
  // The absolute tolerance is what the error measure lets pass of the smallest species.
  let smallest = Infinity;
  for (let column = 0; column < nState; column++) {
    let largest = 0;
    for (let row = 0; row < times.length; row++) largest = Math.max(largest, Math.abs(coarse[row * nState + column] ?? 0));
    if (largest > 0) smallest = Math.min(smallest, largest);
  }
  const scale = relativeFloor * smallest;
  const values = await solve(first, reference.rtol, reference.rtol * scale);
  if (!values) throw new Error(`${id}: no reference at ${reference.rtol} by ${first}`);
  const agreements = [];
  for (const method of more) {
    const second = await solve(method, reference.check, reference.check * scale);
    if (second) agreements.push({ checkedBy: method, disagreement: relativeError(second, values, nState) });
  }
  if (agreements.length === 0) {
    for (const other of others) {
      const [variant = ""] = other.variants;
      const second = await other.run({ variant, rtol: reference.check, atol: reference.check * scale }).catch(() => null);
      if (second) agreements.push({ checkedBy: other.key, disagreement: relativeError(second.values, values, nState) });
    }
  }
  const best = agreements.toSorted((a, b) => a.disagreement - b.disagreement)[0];
  if (!best) throw new Error(`${id}: nothing to check the reference by`);
  return { values, method: first, ...best };
}
