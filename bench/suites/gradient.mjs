// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { nodePeersOf } from "../home.mjs";
import { interleave } from "../interleave.mjs";
import { buildNative } from "../native.mjs";
import { mlpProblem, points, stepSize, widths } from "../problems/mlp.mjs";
import { startPeer } from "../process.mjs";
import { secondsPerRun } from "../repeat.mjs";
import { rowOf } from "../score.mjs";
import { semimech } from "../semimech.mjs";

const problem = `MLP ${widths.join("-")}, ${points} points`;
/** How far another gradient may be from ours, relative to its largest entry. */
const agreement = { native: 1e-9, single: 1e-3 };

const natives = {
  "native-c": ["-Ofast", "-march=native", "-mprefer-vector-width=512"],
  "native-c-128": ["-Ofast", "-march=x86-64-v2"],
};
const driver = fileURLToPath(new URL("../peers/mlp.c", import.meta.url));
const tfjsScript = fileURLToPath(new URL("../peers/tfjs.mjs", import.meta.url));

/** Largest difference of two gradients over the largest entry. */
function differenceOf(/** @type {ArrayLike<number>} */ one, /** @type {Float64Array} */ other) {
  let [difference, largest] = [0, 0];
  other.forEach((value, index) => {
    difference = Math.max(difference, Math.abs((one[index] ?? NaN) - value));
    largest = Math.max(largest, Math.abs(value));
  });
  return difference / largest;
}

/** Numbers as a list in C. */
const list = (/** @type {readonly number[]} */ values) => `{${values.map((value) => (/[.e]/.test(String(value)) ? value : `${value}.0`)).join(", ")}}`;

/** Ours: the discrete adjoint of fixed steps. */
async function oursGradient(/** @type {Awaited<ReturnType<typeof mlpProblem>>} */ { network, names, start, targets }) {
  const { odeSystem } = await semimech("models/index.js");
  const { compileAdjoint, tsit5 } = await semimech("solvers/index.js");
  const { system } = odeSystem(network);
  const solver = await compileAdjoint(system, { method: tsit5, control: { maxSteps: 10 * points }, wrt: names });
  const parameters = Float64Array.from(system.parameterValues);
  const times = Float64Array.from({ length: points }, (_, index) => stepSize * (index + 1));
  // Sums of rounded steps may fall short of the last time by rounding: one more step is there, and not needed.
  const steps = new Float64Array(points + 1).fill(stepSize);
  const gradient = new Float64Array(parameters.length);
  const atStart = new Float64Array(start.length);
  const order = names.map((name) => system.parameters.indexOf(name));
  let loss = 0;
  const run = () => {
    const path = solver.solve({ parameters, state: start, times, steps });
    if (path.status.status !== "done") throw new Error(path.status.status);
    const cotangents = path.values;
    loss = 0;
    for (let index = 0; index < cotangents.length; index++) {
      const difference = (cotangents[index] ?? NaN) - (targets[index] ?? NaN);
      loss += difference * difference;
      cotangents[index] = 2 * difference;
    }
    gradient.fill(0);
    solver.pullBack(cotangents, gradient, atStart);
  };
  run();
  return { run, loss, gradient: Float64Array.from(order, (index) => gradient[index] ?? NaN) };
}

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "gradient",
  title: "Gradient of a loss over 100 points through a neural differential equation (552 weights)",
  unit: "us",
  peers: [...Object.keys(natives), "tfjs"],
  async run({ home, quick, blocks, seconds, wants, note }) {
    const mlp = await mlpProblem();
    const { tsit5 } = await semimech("solvers/index.js");
    const { tableau } = tsit5;
    // The last stage only starts the next step: its weight is 0.
    const stages = tableau.weights.length - (tableau.weights.at(-1) === 0 ? 1 : 0);
    const a = Array.from({ length: stages }, (_, i) => Array.from({ length: stages }, (_unused, j) => tableau.a[i]?.[j] ?? 0));
    const weight = tableau.weights.slice(0, stages);
    const header = `#define STAGES ${stages}\n#define POINTS ${points}\n#define STEP ${stepSize}\nstatic const double A[STAGES][STAGES] = {${a.map(list).join(", ")}};\nstatic const double WEIGHT[STAGES] = ${list(weight)};\n`;
    const folder = join(home, "native", "gradient");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "problem.bin");
    writeFileSync(file, Buffer.concat([mlp.weights, mlp.start, mlp.targets].map((part) => Buffer.from(part.buffer))));

    const ours = await oursGradient(mlp);
    const contenders = [{ key: "semimech", time: async () => secondsPerRun(ours.run, quick ? seconds : Math.max(seconds, 0.3)) }];
    /** @type {import("../result.mjs").Skipped[]} */
    const skipped = [];
    /** @type {ReturnType<typeof startPeer>[]} */
    const open = [];
    /** @type {Record<string, number>} */
    const differences = {};
    const add = async (/** @type {string} */ key, /** @type {number} */ allowed, /** @type {() => Promise<ReturnType<typeof startPeer>>} */ start) => {
      if (!wants(problem, key)) return;
      try {
        const peer = await start();
        open.push(peer);
        const { gradient } = await peer.ask({ do: "run", seconds: 0 });
        const difference = differenceOf(gradient, ours.gradient);
        differences[key] = difference;
        note(`${key}: gradient differs by ${difference.toExponential(1)}`);
        if (!(difference <= allowed)) throw new Error(`its gradient differs from ours by ${difference.toExponential(1)}`);
        contenders.push({ key, time: async () => (await peer.ask({ do: "time", seconds })).seconds });
      } catch (error) {
        skipped.push({ problem, peer: key, reason: /** @type {Error} */ (error).message });
      }
    };
    for (const [key, flags] of Object.entries(natives)) {
      await add(key, agreement.native, async () => startPeer(buildNative(home, { name: key, files: [driver], text: { "tableau.h": header }, flags }), [file]));
    }
    await add("tfjs", agreement.single, async () => {
      const node = nodePeersOf(home);
      if (node === null) throw new Error("tfjs is not installed: run `npm run bench -- peers`");
      const peer = startPeer(process.execPath, [tfjsScript, node]);
      await peer.ask({ do: "load", weights: [...mlp.weights], start: [...mlp.start], targets: [...mlp.targets], widths, a, weight, step: stepSize, points });
      return peer;
    });
    const timings = await interleave(contenders, { blocks });
    for (const peer of open) peer.close();
    const own = timings.get("semimech");
    const rows = [...timings].flatMap(([key, theirs]) => (own && key !== "semimech" ? [rowOf({ problem, peer: key, ours: own, theirs, unit: "us" }, { difference: differences[key] })] : []));
    return { rows, skipped };
  },
};
