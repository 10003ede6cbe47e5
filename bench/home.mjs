// @ts-check
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Folder outside the project in which peers and what is built for them live. */
export const benchHome = () => process.env["SEMIMECH_BENCH_HOME"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "semimech-bench");

/** Interpreter of the peers' Python environment, or null when `npm run bench -- peers` has not made it. */
export function pythonOf(/** @type {string} */ home) {
  const python = join(home, "python", "bin", "python");
  return existsSync(python) ? python : null;
}

/** Folder in which Node peers are installed, or null. */
export function nodePeersOf(/** @type {string} */ home) {
  const folder = join(home, "node");
  return existsSync(join(folder, "node_modules")) ? folder : null;
}
