// @ts-check
// Runs of the Schlögl model with a histogram, as often as asked: a line {runs, threads} in, {seconds, runs, histogram, keptMiB} out.
// Kept is what garbage collection leaves while the statistics are held: node --expose-gc ssa-ensemble.mjs
import { createInterface } from "node:readline";
import process from "node:process";
import { handWritten } from "../problems/ssa.mjs";
import { semimech } from "../semimech.mjs";

const { readReactionText } = await semimech("models/text.js");
const { compileSampler } = await semimech("solvers/stochastic/sampler.js");
const { ensembleOnThreads } = await semimech("solvers/stochastic/ensemble-threads.node.js");
const { network } = readReactionText(handWritten["Schlögl"].text);
/** Both modes and what lies between them. */
const edges = Float64Array.from({ length: 21 }, (_, edge) => 50 * edge);
const options = { method: "ssa", record: "molecules" };
const { sampler } = await compileSampler(network, options);
for await (const line of createInterface({ input: process.stdin })) {
  const { runs, threads } = JSON.parse(line);
  const begin = performance.now();
  const { statistics } = await ensembleOnThreads(sampler, { network, sampler: options, problem: { seed: 1n, runs, times: Float64Array.of(0, 10) } }, { threads });
  const seconds = (performance.now() - begin) / 1000;
  const histogram = statistics.at(10, "X").histogram(edges);
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ seconds, runs: statistics.runs, histogram: histogram.map(({ value }) => value), keptMiB: (heapUsed + external) / 2 ** 20 }));
}
