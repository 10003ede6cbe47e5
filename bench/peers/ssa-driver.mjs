// @ts-check
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildNative } from "../native.mjs";

const file = (/** @type {string} */ name) => fileURLToPath(new URL(`../native/${name}`, import.meta.url));
const headers = ["ssa-random.hpp", "ssa-direct.hpp", "ssa-network.hpp"];

/** Builds the driver of ours in C++. @throws Error with the compiler's first complaints */
export function ssaDriver(/** @type {string} */ home) {
  const text = Object.fromEntries(headers.map((name) => [name, readFileSync(file(name), "utf8")]));
  const executable = buildNative(home, { name: "ssa", files: [file("ssa.cpp")], text, libraries: ["-lstdc++"] });
  /**
   * Repeats one run, or several as one, until `seconds` have passed.
   *
   * @param {{ readonly model: readonly string[], readonly end: number }} problem
   * @returns {{ mean: number, events: number, state: number[] }} mean · s per run
   */
  return ({ model: [model = "", ...more], end }, /** @type {string} */ method, /** @type {number} */ seconds, runs = 1) => {
    const { status, stdout, stderr } = spawnSync(executable, [model, method, "1", String(runs), String(end), String(seconds), ...more], { encoding: "utf8", maxBuffer: 2 ** 26 });
    if (status !== 0) throw new Error(`driver, ${model}, ${method}: ended with ${status} ${stderr}`);
    return JSON.parse(stdout);
  };
}
