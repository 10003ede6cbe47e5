// @ts-check
import { geomeanByPeer } from "./score.mjs";

/** @typedef {import("./score.mjs").Row} Row */
/** @typedef {{ problem: string, peer: string, reason: string }} Skipped */

/**
 * What a suite's run is told and kept as.
 *
 * @param {{ readonly suite: string, readonly machine: object, readonly rows: readonly Row[], readonly skipped: readonly Skipped[], readonly geomean?: Readonly<Record<string, number>>, readonly [more: string]: unknown }} run
 */
export function resultOf({ suite, machine, rows, skipped, geomean: given, ...more }) {
  // A suite may average over some of its problems only.
  const geomean = given ?? Object.fromEntries(Object.entries(geomeanByPeer(rows)).map(([peer, ratio]) => [peer, Number(ratio.toPrecision(4))]));
  return { schema: "bench/1", suite, machine, rows, geomean, skipped, ...more };
}

const columns = /** @type {const} */ (["problem", "peer", "ours", "theirs", "unit", "ratio"]);

/** Rows, geometric means and what was skipped, as text for a terminal. */
export function textOf(/** @type {ReturnType<typeof resultOf>} */ { rows, geomean, skipped }) {
  const cells = [[...columns], ...rows.map((row) => columns.map((column) => (typeof row[column] === "number" ? Number(Number(row[column]).toPrecision(4)).toString() : String(row[column]))))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const numeric = new Set(["ours", "theirs", "ratio"]);
  const lines = cells.map((row) =>
    row
      .map((cell, index) => (numeric.has(columns[index] ?? "") ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  lines.push("", "geometric mean of the ratios (above 1: semimech is ahead)");
  for (const [peer, ratio] of Object.entries(geomean)) lines.push(`  ${peer}: ${ratio}`);
  if (skipped.length > 0) {
    lines.push("", `${skipped.length} skipped`);
    for (const { problem, peer, reason } of skipped) lines.push(`  ${problem}, ${peer}: ${reason}`);
  }
  return lines.join("\n");
}
