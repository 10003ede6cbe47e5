// @ts-check
// Set-up and runs of one large network in a process of its own: argv = .net file, method, last time. One JSON line in, one JSON line out.
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { semimech } from "../semimech.mjs";
import { outputs } from "../problems/problem.mjs";

const [, , file = "", method = "", end = "1"] = process.argv;
const { readBioNetGen } = await semimech("formats/index.js");
const { odeSystem, initialState } = await semimech("models/index.js");
const { compileSolver, odeMethods } = await semimech("solvers/index.js");

const begin = performance.now();
const { network } = readBioNetGen(readFileSync(file, "utf8"));
const { system } = odeSystem(network);
const parameters = Float64Array.from(system.parameterValues);
const state = initialState(system, parameters);
const solver = await compileSolver(system, { method: odeMethods[method], control: { maxSteps: 10_000_000 } });
const setup = (performance.now() - begin) / 1000;
const times = Float64Array.from({ length: outputs }, (_, index) => (Number(end) * (index + 1)) / outputs);

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, rtol, atol } = JSON.parse(line);
  const start = performance.now();
  const path = solver.solve({ parameters, state, times, control: { rtol, atol } });
  const run = (performance.now() - start) / 1000;
  const { status, statistics } = path;
  if (status.status !== "done") console.log(JSON.stringify({ error: `${status.status}: ${status.hint ?? ""}` }));
  else console.log(JSON.stringify({ seconds: setup + run, setup, run, statistics, linear: solver.linear?.kind, ...(what === "run" ? { values: [...path.values] } : {}) }));
}
