// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pythonOf } from "./home.mjs";
import { debianPeers, pythonPeers, versionsOf } from "./versions.mjs";

/** Node packages that are peers but no dependency of the project. */
const nodePeers = ["@tensorflow/tfjs@4.22.0"];

/** Runs a command with its output on stderr. @returns {string | null} why it failed, or null */
function attempt(/** @type {string} */ command, /** @type {readonly string[]} */ args, /** @type {string | undefined} */ cwd) {
  console.error(`> ${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, [...args], { cwd, stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  if (error) return `${command}: ${error.message}`;
  return status === 0 ? null : `${command} ${args[0]} ended with ${status}`;
}

/** Installs every peer outside the project; what could not be had is said. @returns {number} exit code: 0 when all are there */
export function installPeers(/** @type {string} */ home) {
  /** @type {Record<string, string>} */
  const missing = {};
  const root = process.getuid?.() === 0;
  const [apt, ...sudo] = root ? ["apt-get"] : ["sudo", "-n", "apt-get"];
  attempt(apt ?? "apt-get", [...sudo, "update", "-qq"], undefined);
  for (const name of debianPeers) {
    const failed = attempt(apt ?? "apt-get", [...sudo, "install", "-y", "-qq", "--no-install-recommends", name], undefined);
    if (failed !== null) missing[name] = failed;
  }
  if (pythonOf(home) === null) attempt("python3", ["-m", "venv", join(home, "python")], undefined);
  const python = pythonOf(home);
  for (const name of pythonPeers) {
    const failed = python === null ? "no Python environment could be made" : attempt(python, ["-m", "pip", "install", "-q", name], undefined);
    if (failed !== null) missing[name] = failed;
  }
  const node = join(home, "node");
  mkdirSync(node, { recursive: true });
  writeFileSync(join(node, "package.json"), `${JSON.stringify({ private: true })}\n`);
  const failed = attempt("npm", ["install", "--no-audit", "--no-fund", ...nodePeers], node);
  if (failed !== null) for (const name of nodePeers) missing[name] = failed;
  const versions = versionsOf(home);
  for (const [name, version] of Object.entries(versions)) if (!(name in missing)) console.log(`${name} ${version}`);
  for (const [name, reason] of Object.entries(missing)) console.log(`${name} could not be had: ${reason}`);
  console.log(`${Object.keys(versions).length} installed, ${Object.keys(missing).length} missing; folder ${home}`);
  return Object.keys(missing).length === 0 ? 0 : 1;
}
