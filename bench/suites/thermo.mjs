// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../thermo-cost.mjs", import.meta.url));

const told = (/** @type {number} */ value) => Number(value.toPrecision(5));

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "thermo",
  title: "Thermodynamics along a trajectory, against integrating it",
  unit: "us",
  peers: ["integration"],
  async run({ home, wants }) {
    const folder = join(home, "native");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "thermo-cost.json");
    const { status, stderr } = spawnSync(process.execPath, [script, "--json", file], { encoding: "utf8" });
    if (status !== 0) throw new Error(`thermo-cost: ${stderr.trim().split("\n").at(-1)}`);
    const { results } = JSON.parse(readFileSync(file, "utf8"));
    const rows = results.flatMap((/** @type {any} */ { model, method, microseconds, share, steps }) => {
      const problem = `${model}, ${method}`;
      if (!wants(problem, "integration")) return [];
      const { numbers, integration } = microseconds;
      // The share is the median of each block's own ratio, which is steadier than the ratio of the medians.
      const row = { problem, peer: "integration", ours: told(numbers.median), theirs: told(integration.median), unit: "us", ratio: Number((1 / share).toPrecision(4)) };
      return [{ ...row, oursMinimum: told(numbers.least), theirsMinimum: told(integration.least), steps }];
    });
    return { rows, skipped: [] };
  },
};
