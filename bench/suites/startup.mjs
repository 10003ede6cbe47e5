// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { pythonOf } from "../home.mjs";
import { interleave } from "../interleave.mjs";
import { cascadeText } from "../problems/cascade.mjs";
import { networkFile } from "../problems/large.mjs";
import { rowOf } from "../score.mjs";
import { semimech } from "../semimech.mjs";

/** Ten levels of three reactions. */
const small = { problem: "30 reactions", levels: 10, end: 3 };
/** BioNetGen's BCR: 1,122 species, 24,388 reactions; its first thousandth. */
const large = { problem: "24,388 reactions", file: "BCR_no_obs.net", end: 20 };
const script = (/** @type {string} */ name) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

/** Seconds of one whole process, from its start to its end. @throws Error when it fails */
function processSeconds(/** @type {string} */ command, /** @type {readonly string[]} */ args) {
  const begin = performance.now();
  const { status, stderr } = spawnSync(command, [...args], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  const seconds = (performance.now() - begin) / 1000;
  if (status !== 0) throw new Error(`${args[0]}: ${stderr.trim().split("\n").at(-1)}`);
  return seconds;
}

/** SBML of reaction text, by libAntimony. */
function writeSbml(/** @type {string} */ python, /** @type {string} */ textFile, /** @type {string} */ sbmlFile) {
  const text = "import antimony, sys\nassert antimony.loadAntimonyFile(sys.argv[1]) >= 0, antimony.getLastError()\nopen(sys.argv[2], 'w').write(antimony.getSBMLString(antimony.getMainModuleName()))";
  const { status, stderr } = spawnSync(python, ["-c", text, textFile, sbmlFile], { encoding: "utf8" });
  if (status !== 0) throw new Error(`libAntimony: ${stderr.trim().split("\n").at(-1)}`);
}

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "startup",
  title: "Cold start: a new process to its first trajectory",
  unit: "ms",
  peers: ["node", "libroadrunner"],
  async run({ home, quick, blocks, data, wants, note }) {
    /** @type {import("../score.mjs").Row[]} */
    const rows = [];
    /** @type {import("../result.mjs").Skipped[]} */
    const skipped = [];
    const folder = join(home, "native", "startup");
    mkdirSync(folder, { recursive: true });
    const measured = { blocks: quick ? blocks : Math.max(blocks, 15) };
    const bare = { key: "node", time: () => processSeconds(process.execPath, ["-e", "0"]) };
    const addRows = (/** @type {string} */ problem, /** @type {Map<string, import("../score.mjs").Timing>} */ timings) => {
      const ours = timings.get("semimech");
      for (const [peer, theirs] of timings) if (ours && peer !== "semimech" && wants(problem, peer)) rows.push(rowOf({ problem, peer, ours, theirs, unit: "ms" }));
    };

    if (wants(small.problem)) {
      const textFile = join(folder, "small.ant");
      const sbmlFile = join(folder, "small.xml");
      writeFileSync(textFile, cascadeText(small.levels));
      const contenders = [{ key: "semimech", time: () => processSeconds(process.execPath, [script("start-small.mjs"), textFile, String(small.end)]) }, bare];
      const python = pythonOf(home);
      try {
        if (python === null) throw new Error("no Python environment: run `npm run bench -- peers`");
        writeSbml(python, textFile, sbmlFile);
        contenders.push({ key: "libroadrunner", time: () => processSeconds(python, [script("start_roadrunner.py"), sbmlFile, String(small.end)]) });
        for (const { time } of contenders) time();
      } catch (error) {
        skipped.push({ problem: small.problem, peer: "libroadrunner", reason: /** @type {Error} */ (error).message });
      }
      addRows(small.problem, await interleave(contenders, measured));
      note(`${small.problem}: done`);
    }

    if (wants(large.problem, "node")) {
      const file = networkFile(data, large.file);
      const { odeMethods } = await semimech("solvers/index.js");
      const reason = file === null ? `${large.file} is not in SEMIMECH_DATA` : "bdf" in odeMethods ? null : 'this build has no method "bdf"';
      if (file === null || reason !== null) skipped.push({ problem: large.problem, peer: "node", reason: reason ?? "" });
      else {
        const contenders = [{ key: "semimech", time: () => processSeconds(process.execPath, [script("start-large.mjs"), file, String(large.end)]) }, bare];
        addRows(large.problem, await interleave(contenders, { blocks }));
      }
    }
    return { rows, skipped };
  },
};
