// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonOf } from "../home.mjs";

/** BioNetGen's own engine, inside the Python wheel; null where it is not installed. */
function runNetwork(/** @type {string} */ home) {
  const python = pythonOf(home);
  if (python === null) return null;
  const { stdout } = spawnSync(python, ["-c", "import importlib.util as u, os; print(os.path.dirname(u.find_spec('bionetgen').origin))"], { encoding: "utf8" });
  const path = join((stdout ?? "").trim(), "bng-linux", "bin", "run_network");
  return existsSync(path) ? path : null;
}

const numberAfter = (/** @type {string} */ text, /** @type {RegExp} */ pattern) => Number(pattern.exec(text)?.[1] ?? NaN);

/**
 * One run at a time in a process of its own, which says itself how long set-up and simulation took · s of CPU.
 *
 * @param {string} home
 * @param {string} file the network
 * @throws Error where run_network is not installed
 */
export function bionetgen(home, file) {
  const executable = runNetwork(home);
  if (executable === null) throw new Error("no run_network: run `npm run bench -- peers`");
  const folder = join(home, "bionetgen");
  mkdirSync(folder, { recursive: true });
  const prefix = join(folder, "run");
  return {
    async run(/** @type {{ end: number, seed: number }} */ { end, seed }) {
      const { status, stdout } = spawnSync(executable, ["-o", prefix, "-p", "ssa", "-h", String(seed), "--cdat", "1", "--fdat", "0", "-g", file, file, String(end), "1"], { encoding: "utf8", maxBuffer: 2 ** 26 });
      if (status !== 0) throw new Error(`run_network ended with ${status}: ${stdout.trim().split("\n").at(-1)}`);
      const last = readFileSync(`${prefix}.cdat`, "utf8").trim().split("\n").at(-1) ?? "";
      return {
        seconds: numberAfter(stdout, /Propagation took\s+(\S+) CPU/),
        setup: numberAfter(stdout, /Initialization took\s+(\S+) CPU/),
        events: numberAfter(stdout, /TOTAL STEPS:\s*(\d+)/),
        state: last.trim().split(/\s+/).slice(1).map(Number),
      };
    },
    close() {},
  };
}
