// @ts-check
import { semimech } from "../semimech.mjs";
import { cascade } from "./cascade.mjs";
import { prepare } from "./problem.mjs";

/** Outputs of each run, evenly spaced. */
const outputsPerRun = 10;
/** Factor by which a parameter is at most above or below its nominal value. */
const spread = 3;

/**
 * Ten thousand parameter sets of a stiff cascade of ten species: every rate constant up to threefold up or down, evenly in the logarithm.
 *
 * @param {number} count
 */
export async function ensembleProblem(count) {
  const { stream } = await semimech("numerics/index.js");
  const prepared = await prepare(await cascade(10)());
  const { parameters } = prepared;
  const random = stream(1n, "parameter sets of the benchmark", 0);
  const sets = Float64Array.from({ length: count * parameters.length }, (_, index) => (parameters[index % parameters.length] ?? NaN) * spread ** (2 * random.uniform() - 1));
  const times = Float64Array.from({ length: outputsPerRun }, (_, index) => (prepared.end * (index + 1)) / outputsPerRun);
  return { ...prepared, times, sets, count };
}
