// @ts-check
import { semimech } from "../semimech.mjs";
import { networkOf } from "./problem.mjs";

/** Widths of the layers, points, and the time between two of them, which is one step. */
export const widths = /** @type {const} */ ([8, 16, 16, 8]);
export const points = 100;
export const stepSize = 0.05;

/**
 * dy/dt = -y + MLP(y), tanh units: weights, start and targets of a gradient of the sum of squared differences over all points.
 * Weights lie layer by layer as [input, output], then the layer's biases.
 */
export async function mlpProblem() {
  const { stream } = await semimech("numerics/index.js");
  const random = stream(1n, "network of the gradient benchmark", 0);
  /** @type {number[]} */
  const weights = [];
  /** @type {string[]} */
  const names = [];
  let rules = "";
  let sources = Array.from({ length: widths[0] }, (_, index) => `y${index + 1}`);
  for (let layer = 1; layer < widths.length; layer++) {
    const [inputs = 0, outputs = 0] = [widths[layer - 1], widths[layer]];
    const bound = Math.sqrt(6 / (inputs + outputs));
    for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) names.push(`w${layer}_${i + 1}_${o + 1}`);
    for (let o = 0; o < outputs; o++) names.push(`b${layer}_${o + 1}`);
    while (weights.length < names.length) weights.push(bound * (2 * random.uniform() - 1));
    const sum = (/** @type {number} */ o) => [`b${layer}_${o}`, ...sources.map((source, i) => `w${layer}_${i + 1}_${o}*${source}`)].join(" + ");
    const units = Array.from({ length: outputs }, (_, index) => index + 1);
    if (layer < widths.length - 1) {
      rules += units.map((o) => `  h${layer}_${o} := tanh(${sum(o)});\n`).join("");
      sources = units.map((o) => `h${layer}_${o}`);
    } else rules += units.map((o) => `  y${o}' = ${sum(o)} - y${o};\n`).join("");
  }
  const start = Array.from({ length: widths[0] }, () => 2 * random.uniform() - 1);
  const targets = Float64Array.from({ length: points * widths[0] }, () => 2 * random.uniform() - 1);
  const network = await networkOf(`model mlp
  species ${start.map((value, index) => `y${index + 1} = ${value}`).join(", ")};
${rules}${names.map((name, index) => `  ${name} = ${weights[index]};\n`).join("")}end`);
  return { network, names, weights: Float64Array.from(weights), start: Float64Array.from(start), targets };
}
