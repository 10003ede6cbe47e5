// @ts-check
// TensorFlow.js (CPU, f32) on the same steps and loss: argv[2] = folder it is installed in. First line in: the problem; then {"do":"run"|"time","seconds":S}.
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

/** @type {any} */
const tf = createRequire(join(process.argv[2] ?? ".", "package.json"))("@tensorflow/tfjs");
await tf.setBackend("cpu");

/** @typedef {() => { loss: number, gradient: number[] }} Run */

/** @returns {Run} */
function load(/** @type {any} */ { weights, start, targets, widths, a, weight, step, points }) {
  /** @type {any[]} */
  const variables = [];
  let at = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const [inputs, outputs] = [widths[layer - 1], widths[layer]];
    variables.push(tf.variable(tf.tensor2d(weights.slice(at, at + inputs * outputs), [inputs, outputs])));
    at += inputs * outputs;
    variables.push(tf.variable(tf.tensor1d(weights.slice(at, at + outputs))));
    at += outputs;
  }
  const [w1, b1, w2, b2, w3, b3] = variables;
  const rates = (/** @type {any} */ y) => tf.matMul(tf.tanh(tf.matMul(tf.tanh(tf.matMul(y, w1).add(b1)), w2).add(b2)), w3).add(b3).sub(y);
  const y0 = tf.tensor2d(start, [1, widths[0]]);
  const goals = Array.from({ length: points }, (_, n) => tf.tensor2d(targets.slice(n * widths[0], (n + 1) * widths[0]), [1, widths[0]]));
  const lossOf = () => {
    let y = y0;
    let loss = tf.scalar(0);
    for (let n = 0; n < points; n++) {
      /** @type {any[]} */
      const stages = [];
      for (let i = 0; i < weight.length; i++) {
        let z = y;
        for (let j = 0; j < i; j++) if (a[i][j]) z = z.add(stages[j].mul(step * a[i][j]));
        stages.push(rates(z));
      }
      weight.forEach((/** @type {number} */ b, /** @type {number} */ i) => {
        if (b) y = y.add(stages[i].mul(step * b));
      });
      loss = loss.add(tf.sum(tf.square(y.sub(goals[n]))));
    }
    return loss;
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf, variables);
      return { loss: value.dataSync()[0], gradient: variables.flatMap((variable) => [...grads[variable.name].dataSync()]) };
    });
}

/** @type {Run | null} */
let run = null;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.do === "load") {
    run = load(request);
    console.log(JSON.stringify({ version: tf.version.tfjs }));
  } else if (run) {
    let calls = 0;
    const begin = performance.now();
    let answer = run();
    for (calls = 1; (performance.now() - begin) / 1000 < request.seconds; calls++) answer = run();
    console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000 / calls, ...(request.do === "run" ? answer : {}) }));
  }
}
