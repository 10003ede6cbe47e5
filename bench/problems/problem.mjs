// @ts-check
import { semimech } from "../semimech.mjs";

/** Outputs of every deterministic problem, evenly spaced, the start not among them. */
export const outputs = 100;

/**
 * @typedef {object} Problem
 * @property {string} id
 * @property {any} network
 * @property {number} end last output's time
 * @property {string} source
 */

/** Network of a model written as reaction text. */
export async function networkOf(/** @type {string} */ text) {
  const { readReactionText } = await semimech("models/index.js");
  const { network, problems } = readReactionText(text);
  if (problems) throw new Error(problems.map((/** @type {{ message: string }} */ { message }) => message).join("; "));
  return network;
}

/**
 * The problem with everything peers are made from: system, values, times, reaction text.
 *
 * @param {Problem} problem
 */
export async function prepare(problem) {
  const { odeSystem, initialState, writeReactionText } = await semimech("models/index.js");
  const { system, problems } = odeSystem(problem.network);
  if (problems) throw new Error(`${problem.id}: ${problems.map((/** @type {{ message: string }} */ { message }) => message).join("; ")}`);
  const parameters = Float64Array.from(system.parameterValues);
  return {
    ...problem,
    system,
    parameters,
    /** @type {Float64Array} */
    state: initialState(system, parameters),
    times: Float64Array.from({ length: outputs }, (_, index) => (problem.end * (index + 1)) / outputs),
    /** @type {string} */
    text: writeReactionText(problem.network),
  };
}

/** @typedef {Awaited<ReturnType<typeof prepare>>} Prepared */
