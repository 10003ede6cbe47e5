// @ts-check
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import process from "node:process";
import { median } from "./score.mjs";

/** One core is ours; a machine on which more than half of another is busy is loaded. */
const spareLoad = 0.5;
/** Share by which the upper quartile of equal pieces of work may take longer than the quickest. */
const largestSpread = 0.5;

const firstLine = (/** @type {string} */ command, /** @type {readonly string[]} */ args) => {
  const { status, stdout } = spawnSync(command, [...args], { encoding: "utf8" });
  return status === 0 ? (stdout.split("\n")[0] ?? "").trim() : null;
};

/** The same short piece of work over and over: how evenly the machine runs. @returns {{ fastest: number, spread: number }} seconds; upper quartile / quickest - 1 */
export function calibrate(pieces = 200) {
  const times = [];
  for (let piece = 0; piece < pieces; piece++) {
    const begin = performance.now();
    let x = 1;
    for (let i = 0; i < 200_000; i++) x = x * 1.000_000_1 + 1e-9;
    times.push((performance.now() - begin) / 1000);
    // Read, so that no compiler drops the work.
    if (!Number.isFinite(x)) throw new Error("calibration: the work overflowed");
  }
  const sorted = times.toSorted((a, b) => a - b);
  const fastest = sorted[0] ?? NaN;
  return { fastest, spread: median(sorted.slice(sorted.length >> 1)) / fastest - 1 };
}

/**
 * What keeps a machine from being measured on, in words; empty when nothing does.
 *
 * @param {{ readonly load: number, readonly cores: number, readonly spread: number }} state
 */
export function burdens({ load, cores, spread }) {
  const found = [];
  const most = cores - 1 + spareLoad;
  if (load > most) found.push(`the load average is ${load.toFixed(2)} on ${cores} cores, at most ${most.toFixed(2)} is quiet`);
  if (spread > largestSpread) found.push(`equal pieces of work take up to ${(100 * spread).toFixed(0)} % longer than the quickest, at most ${100 * largestSpread} % is quiet`);
  return found;
}

/** The machine as results name it. */
export function machineOf() {
  const cores = availableParallelism();
  const load = Number((loadavg()[0] ?? NaN).toFixed(2));
  const { spread } = calibrate();
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    gcc: firstLine("gcc", ["--version"]),
    load,
    spread: Number(spread.toFixed(3)),
  };
}

/** Commit of the measured tree, with "+" where files differ from it; null outside a repository. */
export function commitOf(/** @type {string} */ folder) {
  const commit = firstLine("git", ["-C", folder, "rev-parse", "--short", "HEAD"]);
  if (commit === null) return null;
  return spawnSync("git", ["-C", folder, "diff", "--quiet", "HEAD", "--", "src"]).status === 0 ? commit : `${commit}+`;
}
