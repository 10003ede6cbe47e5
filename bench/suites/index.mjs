// @ts-check
import { existsSync } from "node:fs";

/**
 * @typedef {object} Context
 * @property {string} home folder of the peers
 * @property {boolean} quick smoke run
 * @property {number} blocks interleaved blocks
 * @property {number} seconds length of one contender's block
 * @property {string | null} data folder of the measured data sets
 * @property {(problem: string, peer?: string) => boolean} wants
 * @property {(text: string) => void} note
 */
/** @typedef {{ rows: import("../score.mjs").Row[], skipped: import("../result.mjs").Skipped[], [more: string]: unknown }} SuiteRun */
/** @typedef {{ id: string, title: string, unit: string, peers: readonly string[], run(context: Context): Promise<SuiteRun> }} Suite */

/** @type {readonly string[]} */
const files = ["stiff", "nonstiff", "large", "ensemble", "gradient", "startup", "ssa", "thermo"];
/** @type {[string, Suite][]} */
const found = [];
for (const id of files) {
  if (!existsSync(new URL(`./${id}.mjs`, import.meta.url))) continue;
  found.push([id, (await import(`./${id}.mjs`)).suite]);
}

/** Suites by id. */
export const suites = Object.fromEntries(found);
