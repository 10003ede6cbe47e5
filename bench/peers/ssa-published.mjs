// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { pythonOf } from "../home.mjs";
import { plainChannels, publishedFile } from "../problems/ssa.mjs";
import { startPeer } from "../process.mjs";
import { bionetgen } from "./ssa-bionetgen.mjs";

/**
 * A peer that simulates a published network.
 *
 * @typedef {object} PublishedPeer
 * @property {(request: { end: number, seed: number }) => Promise<{ seconds: number, state: readonly number[], events?: number, setup?: number }>} run
 *   one run · s of CPU, set-up taken off, and the last numbers of molecules in the order of `states`
 * @property {() => void} close
 */

/** @typedef {{ readonly home: string, readonly data: string | null, readonly file: string, readonly network: any, readonly states: readonly string[] }} Given */

/** Longest wait for an answer: some compile for minutes before the first run · s. */
const patience = 1200;

const scripts = { copasi: "ssa_copasi.py", libroadrunner: "ssa_roadrunner.py", gillespy2: "ssa_gillespy2.py" };

/**
 * Starts a peer on a network: BioNetGen on its own file, GillesPy2 on its channels, the others on its SBML.
 *
 * @param {"bionetgen" | keyof typeof scripts} peer
 * @param {Given} given
 * @returns {Promise<PublishedPeer>}
 * @throws Error where the peer or the file is missing, or the peer does not take it
 */
export async function openPublished(peer, { home, data, file, network, states }) {
  if (peer === "bionetgen") {
    const net = publishedFile(data, file, "net");
    if (net === null) throw new Error(`${file}.net is not in SEMIMECH_DATA`);
    return bionetgen(home, net);
  }
  const load = peer === "gillespy2" ? await channelsFile(home, file, network) : publishedFile(data, file, "xml");
  if (load === null) throw new Error(`${file}.xml is not in SEMIMECH_DATA`);
  const python = pythonOf(home);
  if (python === null) throw new Error("no Python environment: run `npm run bench -- peers`");
  const script = fileURLToPath(new URL(`./${scripts[peer]}`, import.meta.url));
  const served = startPeer(python, [script], { patience, env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" } });
  try {
    await served.ask({ do: "load", file: load, states });
  } catch (error) {
    served.close();
    throw error;
  }
  return { run: (request) => served.ask({ do: "run", ...request }), close: () => served.close() };
}

async function channelsFile(/** @type {string} */ home, /** @type {string} */ file, /** @type {any} */ network) {
  const folder = join(home, "native", "channels");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${file}.json`);
  writeFileSync(path, JSON.stringify(await plainChannels(network)));
  return path;
}
