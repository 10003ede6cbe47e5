// @ts-check
// npm run bench -- SUITE [--json] [--quick] [--force] [--only PROBLEM,…] [--peers KEY,…], or: npm run bench -- peers
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchHome } from "./home.mjs";
import { installPeers } from "./install.mjs";
import { burdens, commitOf, machineOf } from "./machine.mjs";
import { writePlots } from "./plots.mjs";
import { resultOf, textOf } from "./result.mjs";
import { suites } from "./suites/index.mjs";
import { versionsOf } from "./versions.mjs";

const projectFolder = fileURLToPath(new URL("../", import.meta.url));
const usage = `usage: npm run bench -- SUITE [--json] [--quick] [--force] [--only PROBLEM,…] [--peers KEY,…]
       npm run bench -- peers     install what the peers need
       npm run bench -- plots     draw the figures of docs/benchmarks.md from bench/results
suites: ${Object.keys(suites).join(", ")}`;

/** One JSON object or a table on stdout; everything else goes to stderr. @returns {Promise<number>} exit code */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, quick: { type: "boolean" }, force: { type: "boolean" }, only: { type: "string" }, peers: { type: "string" }, blocks: { type: "string" } },
  });
  const [name] = positionals;
  const home = benchHome();
  mkdirSync(home, { recursive: true });
  if (name === "peers") return installPeers(home);
  if (name === "plots") return writePlots(projectFolder);
  const suite = suites[/** @type {keyof typeof suites} */ (name)];
  if (!suite || positionals.length > 1) {
    console.error(name === undefined ? usage : `no suite called "${positionals.join(" ")}"\n${usage}`);
    return 2;
  }
  const quick = values.quick === true;
  const blocks = values.blocks === undefined ? 5 : Number(values.blocks);
  if (!(Number.isInteger(blocks) && blocks >= 1)) {
    console.error(`--blocks is ${values.blocks}; give a whole number, 5 or more for results that are kept`);
    return 2;
  }
  const machine = machineOf();
  const burden = burdens(machine);
  if (burden.length > 0 && values.force !== true && !quick) {
    console.error(`not measured: ${burden.join("; ")}. Wait until the machine is quiet, or say --force, which the result will tell.`);
    return 1;
  }
  const problems = values.only?.split(",");
  const peers = values.peers?.split(",");
  const begin = performance.now();
  const { rows, skipped, ...more } = await suite.run({
    home,
    quick,
    blocks,
    seconds: quick ? 0.02 : 0.1,
    data: process.env["SEMIMECH_DATA"] ?? null,
    wants: (problem, peer) => (problems?.includes(problem) ?? true) && (peer === undefined || (peers?.includes(peer) ?? true)),
    note: (text) => console.error(text),
  });
  const result = resultOf({
    suite: suite.id,
    machine,
    rows,
    skipped,
    loaded: burden,
    forced: burden.length > 0,
    quick,
    blocks,
    commit: commitOf(projectFolder),
    versions: versionsOf(home),
    seconds: Math.round((performance.now() - begin) / 1000),
    ...more,
  });
  // Only whole runs are kept.
  if (!quick && problems === undefined && peers === undefined && blocks >= 5) {
    const file = fileURLToPath(new URL(`./results/${suite.id}.json`, import.meta.url));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
    console.error(`written: bench/results/${suite.id}.json`);
    await writePlots(projectFolder);
  }
  console.log(values.json === true ? JSON.stringify(result) : textOf(result));
  return 0;
}

process.exitCode = await main();
