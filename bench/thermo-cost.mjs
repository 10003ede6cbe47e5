// What entropy production, diffusion and tightness along a trajectory cost, relative to integrating it.
// Run after `npm run build`: node bench/thermo-cost.mjs [--json FILE]
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import process from "node:process";

const from = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const { networkOf, odeSystem, initialState, zoo, massActionLaw } = await from("models/index.js");
const { compileSolver, odeMethods } = await from("solvers/index.js");
const { stream } = await from("numerics/index.js");
const { fluxesOf } = await from("thermo/fluxes.js");
const { compileFluxes } = await from("thermo/compiled-fluxes.js");
const { fluxRows } = await from("thermo/flux-rows.js");
const { fluxesAlong, readObservables } = await from("thermo/along.js");
const { speciesIds, stoichiometryOf } = await from("models/index.js");

const rows = 101;
const control = { rtol: 1e-9, atol: 1e-12 };
const blocks = 25;
const limit = 0.3;

/** Fifty random reversible reactions of at most two partners each side among twenty species, in a bath that feeds one of them. */
function randomNetwork() {
  const random = stream(1n, "cost of thermodynamics", 0);
  const ids = Array.from({ length: 20 }, (_, index) => `X${index}`);
  const side = () => Object.fromEntries(random.sample(ids, 1 + random.integer(2)).map((id) => [id, 1]));
  const constant = () => 10 ** (2 * random.uniform() - 1);
  const reactions = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => {
      const [reactants, products] = index === 0 ? [{}, { X0: 1 }] : [side(), side()];
      return [`R${index}`, { reactants, products, rate: massActionLaw.build({ reactants, products, kPlus: `kf${index}`, kMinus: `kr${index}` }) }];
    }),
  );
  const parameters = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [[`kf${index}`, constant()], [`kr${index}`, constant()]]).flat());
  return networkOf({ id: "random_50", species: Object.fromEntries(ids.map((id) => [id, 0.1 + random.uniform()])), parameters, reactions });
}

const models = [
  { name: "brusselator", network: zoo.brusselator.network, end: 20 },
  { name: "schlogl", network: zoo.schlogl.network, end: 10 },
  { name: "michaelis-menten, open", network: zoo["michaelis-menten"].network, end: 10 },
  { name: "50 random reversible reactions", network: randomNetwork(), end: 10 },
];

/** Microseconds per call, over enough calls to last. */
function timeOf(work) {
  let calls = 0;
  const begin = performance.now();
  do {
    for (let repeat = 0; repeat < 20; repeat++) work();
    calls += 20;
  } while (performance.now() - begin < 15);
  return (1000 * (performance.now() - begin)) / calls;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

if (loadavg()[0] > availableParallelism()) console.error(`note: the load is ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores; these times are not to be kept`);

const results = [];
for (const { name, network, end } of models) {
  const { system } = odeSystem(network);
  const parameters = Float64Array.from(system.parameterValues);
  const state = initialState(system, parameters);
  const times = Float64Array.from({ length: rows }, (_, index) => (end * index) / (rows - 1));
  const fluxes = fluxesOf(network, system).fluxes;
  const changed = speciesIds(network, "internal").filter((id) => network.reactions.some((reaction) => stoichiometryOf(reaction, id).change !== 0));
  const { observables } = readObservables(network, changed);
  const compiled = await compileFluxes(fluxes, observables);
  const interpreted = fluxRows(fluxes, observables);
  for (const method of [odeMethods.rodas5p, odeMethods.tsit5]) {
    const solver = await compileSolver(system, { method, control });
    const path = solver.solve({ parameters, state, times });
    if (path.status.status !== "done") throw new Error(`${name}, ${method.facts.id}: ${path.status.status}`);
    const work = {
      integration: () => solver.solve({ parameters, state, times }),
      numbers: () => compiled.sums(parameters, path),
      withFindings: () => fluxesAlong(compiled, parameters, path, []),
      interpreted: () => interpreted.sums(parameters, path),
    };
    for (let warm = 0; warm < 12; warm++) for (const run of Object.values(work)) timeOf(run);
    const samples = Object.fromEntries(Object.keys(work).map((key) => [key, []]));
    // Interleaved, so that a slower machine slows all of them.
    for (let block = 0; block < blocks; block++) for (const [key, run] of Object.entries(work)) samples[key].push(timeOf(run));
    const at = Object.fromEntries(Object.entries(samples).map(([key, list]) => [key, { median: median(list), least: Math.min(...list) }]));
    // A block's two times lie milliseconds apart, so their ratio is steadier than either.
    const share = (key) => median(samples[key].map((value, block) => value / samples.integration[block]));
    results.push({ model: name, method: method.facts.id, rows, steps: path.statistics.accepted + path.statistics.rejected, observables: observables.length, microseconds: at, share: share("numbers"), shareOfLeast: at.numbers.least / at.integration.least, shareWithFindings: share("withFindings") });
  }
}

const columns = [
  ["model", (r) => r.model],
  ["method", (r) => r.method],
  ["steps", (r) => String(r.steps)],
  ["integration µs", (r) => r.microseconds.integration.median.toFixed(1)],
  ["thermodynamics µs", (r) => r.microseconds.numbers.median.toFixed(1)],
  ["share", (r) => `${(100 * r.share).toFixed(1)} %`],
  ["of least times", (r) => `${(100 * r.shareOfLeast).toFixed(1)} %`],
  ["with checks µs", (r) => r.microseconds.withFindings.median.toFixed(1)],
  ["share", (r) => `${(100 * r.shareWithFindings).toFixed(1)} %`],
  ["interpreted µs", (r) => r.microseconds.interpreted.median.toFixed(0)],
];
const table = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, cell]) => cell(result)))];
const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table) console.log(row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  "));

const over = results.filter(({ share }) => share > limit);
console.log(over.length === 0 ? `every share is at most ${100 * limit} %` : `above ${100 * limit} %: ${over.map(({ model, method }) => `${model}, ${method}`).join("; ")}`);

const json = JSON.stringify({ schema: "thermo-cost/1", node: process.version, cpu: cpus()[0]?.model ?? null, load: loadavg()[0], control, limit, results }, null, 2);
const file = process.argv[process.argv.indexOf("--json") + 1];
if (process.argv.includes("--json") && file) writeFileSync(file, `${json}\n`);
else console.log(json);
