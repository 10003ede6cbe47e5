// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { interleave } from "../interleave.mjs";
import { buildNative } from "../native.mjs";
import { cvodeMissing } from "../peers/cvode.mjs";
import { bestOf, frontier, sweep } from "../precision.mjs";
import { largeNetworks, massActionTables, networkFile } from "../problems/large.mjs";
import { startPeer } from "../process.mjs";
import { relativeError, rowOf } from "../score.mjs";
import { semimech } from "../semimech.mjs";

const method = "bdf";
const peer = "cvode-gmres-ilu";
const target = 1e-4;
/** Populations below this many molecules count as this many. */
const trace = 1e-3;
const reference = { rtol: 1e-9, atol: 1e-10 };
/** Longest single answer · s. */
const patience = 590;

const driver = fileURLToPath(new URL("../peers/cvode-large.c", import.meta.url));
const worker = fileURLToPath(new URL("../peers/large-run.mjs", import.meta.url));
const libraries = ["-lsundials_cvode", "-lsundials_nvecserial", "-lsundials_sunmatrixsparse", "-lsundials_sunlinsolspgmr", "-lsundials_sunlinsolklu"];

const numbers = (/** @type {readonly (number | null)[]} */ values) => Float64Array.from(values, (value) => value ?? NaN);

/** Ours: a sweep shares one process; what is timed starts afresh, so that its set-up is cold. */
function oursContender(/** @type {string} */ file, /** @type {number} */ end) {
  const open = () => startPeer(process.execPath, [worker, file, method, String(end)], { patience });
  const shared = open();
  /** @type {Record<string, number>} */
  const parts = {};
  return {
    key: "semimech",
    variants: [method],
    parts,
    async run(/** @type {{ rtol: number, atol: number }} */ { rtol, atol }) {
      const { run, values } = await shared.ask({ do: "run", rtol, atol });
      return { seconds: run, values: numbers(values) };
    },
    async time(/** @type {{ rtol: number, atol: number }} */ { rtol, atol }) {
      const own = open();
      const { seconds, setup, run } = await own.ask({ do: "time", rtol, atol });
      own.close();
      Object.assign(parts, { setup: Math.min(setup, parts["setup"] ?? Infinity), run: Math.min(run, parts["run"] ?? Infinity) });
      return seconds;
    },
    close: () => shared.close(),
  };
}

/** CVODE with GMRES and incomplete LU on the network's tables; set-up is reading the tables and laying out the Jacobian. */
function cvodeContender(/** @type {string} */ executable, /** @type {string} */ tables, /** @type {Int32Array} */ order, /** @type {number} */ end) {
  const driven = startPeer(executable, [tables], { patience });
  /** @type {Record<string, number>} */
  const parts = {};
  return {
    key: peer,
    variants: ["ilu-analytic", "ilu"],
    parts,
    async run(/** @type {{ variant: string, rtol: number, atol: number }} */ { variant, rtol, atol }) {
      const { seconds, values } = await driven.ask({ do: "run", mode: variant, rtol, atol, end });
      const inOrder = new Float64Array(values.length);
      const n = order.length;
      for (let index = 0; index < values.length; index++) inOrder[index - (index % n) + (order[index % n] ?? 0)] = values[index] ?? NaN;
      return { seconds, values: inOrder };
    },
    async time(/** @type {{ variant: string, rtol: number, atol: number }} */ { variant, rtol, atol }) {
      const { seconds, setup, run } = await driven.ask({ do: "time", mode: variant, rtol, atol, end });
      Object.assign(parts, { setup: Math.min(setup, parts["setup"] ?? Infinity), run: Math.min(run, parts["run"] ?? Infinity) });
      return seconds;
    },
    close: () => driven.close(),
  };
}

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "large",
  title: "Large networks: set-up and run to a relative error of 1e-4 over 100 outputs",
  unit: "s",
  peers: [peer],
  async run({ home, quick, blocks, data, wants, note }) {
    /** @type {import("../score.mjs").Row[]} */
    const rows = [];
    /** @type {import("../result.mjs").Skipped[]} */
    const skipped = [];
    const curves = [];
    const references = [];
    const { odeMethods } = await semimech("solvers/index.js");
    for (const [problem, { file: name, end }] of Object.entries(largeNetworks)) {
      if (!wants(problem, peer) || (quick && problem !== "egfr_net")) continue;
      const file = networkFile(data, name);
      const missing = file === null ? `${name} is not in SEMIMECH_DATA` : method in odeMethods ? cvodeMissing() : `this build has no method "${method}"`;
      if (missing !== null || file === null) {
        skipped.push({ problem, peer, reason: missing ?? "" });
        continue;
      }
      const tables = await massActionTables(file);
      const folder = join(home, "native", "tables");
      mkdirSync(folder, { recursive: true });
      const tablesFile = join(folder, `${problem}.bin`);
      writeFileSync(tablesFile, tables.bytes);
      const executable = buildNative(home, { name: "cvode-large", files: [driver], libraries });
      const ours = oursContender(file, end);
      const theirs = cvodeContender(executable, tablesFile, tables.order, end);
      try {
        const exact = await ours.run(reference);
        const check = await theirs.run({ ...reference, variant: "ilu-analytic" });
        const disagreement = relativeError(check.values, exact.values, tables.states, trace);
        references.push({ problem, method, checkedBy: peer, disagreement });
        note(`${problem}: ${tables.states} species, ${tables.reactions} reactions; references differ by ${disagreement.toExponential(1)}`);
        if (!(disagreement <= target / 20)) throw new Error(`the references differ by ${disagreement.toExponential(1)}`);
        const chosen = [];
        for (const contender of [ours, theirs]) {
          const { points, failures } = await sweep(contender, exact.values, tables.states, { target, quick, trace, budget: 5 });
          const best = await bestOf(contender, points, target, 0);
          if (!best) throw new Error(`${contender.key}: no tolerance gave an error of ${target}${failures[0] ? ` (${failures[0]})` : ""}`);
          note(`${problem}: ${contender.key} ${best.variant} rtol ${best.rtol.toExponential(1)}: error ${best.error.toExponential(1)}, ${best.seconds.toPrecision(3)} s`);
          curves.push({ problem, peer: contender.key, points: frontier(points) });
          chosen.push({ key: contender.key, best, time: () => contender.time(best) });
        }
        const timings = await interleave(chosen, { blocks });
        const [own, other] = [timings.get("semimech"), timings.get(peer)];
        const [oursBest, theirsBest] = chosen.map(({ best }) => best);
        if (own && other && oursBest && theirsBest) {
          const told = { error: theirsBest.error, rtol: theirsBest.rtol, variant: theirsBest.variant, oursError: oursBest.error, oursRtol: oursBest.rtol };
          rows.push(rowOf({ problem, peer, ours: own, theirs: other, unit: "s" }, { ...told, oursSetup: ours.parts["setup"], oursRun: ours.parts["run"], theirsSetup: theirs.parts["setup"], theirsRun: theirs.parts["run"], ratioOfRuns: (theirs.parts["run"] ?? NaN) / (ours.parts["run"] ?? NaN) }));
        }
      } catch (error) {
        skipped.push({ problem, peer, reason: /** @type {Error} */ (error).message });
      }
      ours.close();
      theirs.close();
    }
    return { rows, skipped, target, method, references, curves };
  },
};
