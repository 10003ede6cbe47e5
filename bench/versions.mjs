// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodePeersOf, pythonOf } from "./home.mjs";

/** Python packages that are peers, and the Debian packages others are built with. */
export const pythonPeers = ["libroadrunner", "python-copasi", "bionetgen", "gillespy2", "scipy", "diffrax", "antimony"];
export const debianPeers = ["libsundials-dev", "libsuitesparse-dev", "hyperfine"];

/** Versions of the peers that are installed, by package. @returns {Record<string, string>} */
export function versionsOf(/** @type {string} */ home) {
  /** @type {Record<string, string>} */
  const versions = {};
  const python = pythonOf(home);
  if (python !== null) {
    const text = "import importlib.metadata as m, json, sys\nfound = {}\nfor name in sys.argv[1:]:\n  try: found[name] = m.version(name)\n  except m.PackageNotFoundError: pass\nprint(json.dumps(found))";
    const { status, stdout } = spawnSync(python, ["-c", text, ...pythonPeers], { encoding: "utf8" });
    if (status === 0) Object.assign(versions, JSON.parse(stdout));
  }
  for (const name of debianPeers) {
    const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Status}\t${Version}", name], { encoding: "utf8" });
    const [state = "", version = ""] = (stdout ?? "").split("\t");
    if (status === 0 && state.endsWith(" installed")) versions[name] = version;
  }
  const node = nodePeersOf(home);
  const tfjs = node === null ? null : join(node, "node_modules", "@tensorflow", "tfjs", "package.json");
  if (tfjs !== null && existsSync(tfjs)) versions["@tensorflow/tfjs"] = JSON.parse(readFileSync(tfjs, "utf8")).version;
  return versions;
}
