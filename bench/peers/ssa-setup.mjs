// @ts-check
// From a `.net` file to a run that can begin, in a process that has done nothing else: node ssa-setup.mjs FILE
import { readFileSync } from "node:fs";
import process from "node:process";
import { semimech } from "../semimech.mjs";

const { readBioNetGen } = await semimech("formats/bionetgen.js");
const { compileStochastic } = await semimech("solvers/stochastic/compile.js");
const { stochasticMethods } = await semimech("solvers/stochastic/index.js");
const text = readFileSync(process.argv[2] ?? "", "utf8");
const clock = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
const marks = [clock()];
const wall = performance.now();
const { network } = readBioNetGen(text);
marks.push(clock());
const { solver } = await compileStochastic(network, { method: stochasticMethods.ssa, record: "molecules" });
marks.push(clock());
const memory = process.memoryUsage();
solver.begin({ seed: 1n, times: Float64Array.of(1) });
marks.push(clock());
const [start = 0, read = 0, compiled = 0, begun = 0] = marks;
console.log(JSON.stringify({ seconds: (performance.now() - wall) / 1000, cpu: begun - start, read: read - start, compile: compiled - read, begin: begun - compiled, residentMiB: memory.rss / 2 ** 20, method: solver.method.facts.id }));
