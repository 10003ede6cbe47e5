// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dot, line, ruleX, text } from "@observablehq/plot";
import { semimech } from "./semimech.mjs";
import { withTargets } from "./targets.mjs";

/** @typedef {{ suite: string, rows: import("./score.mjs").Row[], curves?: { problem: string, peer: string, points: { error: number, seconds: number }[] }[] }} Result */

/** Okabe & Ito's colours, ours first; dark enough on white. */
const colours = ["#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#7b3294", "#666666"];
const columns = 3;
const cell = { width: 250, height: 210 };

const power = (/** @type {number} */ value) => `1e${Math.round(Math.log10(value))}`;

/** Peers in order of first appearance, ours first, each with its colour. @returns {Map<string, string>} */
export function coloursOf(/** @type {readonly string[]} */ peers) {
  const ordered = [...new Set(["semimech", ...peers])];
  return new Map(ordered.map((peer, index) => [peer, colours[index % colours.length] ?? "#000000"]));
}

/**
 * Time against error, one panel a problem: what every tolerance worth choosing gave.
 *
 * @param {Result} result
 * @param {(options: any, alt: string) => string} renderSvg
 */
export function precisionPlot({ suite, curves = [] }, renderSvg) {
  const problems = [...new Set(curves.map(({ problem }) => problem))];
  const palette = coloursOf(curves.map(({ peer }) => peer));
  const place = (/** @type {number} */ index) => ({ column: index % columns, row: Math.floor(index / columns) });
  const points = curves.flatMap(({ problem, peer, points: list }) => list.map(({ error, seconds }) => ({ error, milliseconds: 1000 * seconds, peer, colour: palette.get(peer), ...place(problems.indexOf(problem)) })));
  const times = points.map(({ milliseconds }) => milliseconds);
  const errors = points.map(({ error }) => error);
  const [low, high] = [Math.min(...errors), Math.max(...errors)];
  // The cell after the last problem holds the legend.
  const legendPlace = place(problems.length);
  const left = 10 ** (Math.log10(low) * 0.15 + Math.log10(high) * 0.85);
  const [bottom, top] = [Math.log10(Math.min(...times)), Math.log10(Math.max(...times))];
  const legend = [...palette].map(([peer, colour], index) => ({ error: left, milliseconds: 10 ** (top - ((index + 0.5) * (top - bottom)) / palette.size), peer, colour, ...legendPlace }));
  const rows = legendPlace.row + 1;
  const facets = { fx: "column", fy: "row" };
  const channels = { x: "error", y: "milliseconds", ...facets };
  return renderSvg(
    {
      width: columns * cell.width,
      height: rows * cell.height,
      marginLeft: 50,
      marginBottom: 40,
      x: { type: "log", reverse: true, label: "relative error", labelAnchor: "center", labelArrow: "none", tickFormat: power, ticks: 5, grid: true },
      y: { type: "log", label: "time · ms", labelArrow: "none", tickFormat: power, ticks: 5, grid: true },
      fx: { axis: null },
      fy: { axis: null },
      marks: [
        line(points, { ...channels, z: "peer", stroke: "colour", strokeWidth: 1.3 }),
        dot(points, { ...channels, fill: "colour", r: 1.8 }),
        text(problems.map((problem, index) => ({ problem, ...place(index) })), { ...facets, text: "problem", frameAnchor: "top", dy: -8, fontWeight: 600 }),
        dot(legend, { ...channels, fill: "colour", r: 3 }),
        text(legend, { ...channels, text: "peer", textAnchor: "start", dx: 8, fill: "colour" }),
      ],
      marginTop: 22,
    },
    `Work-precision plot, ${suite}: time in milliseconds against relative error, both logarithmic, for ${problems.join(", ")}; ${[...palette.keys()].join(", ")}.`,
  );
}

/** Suites of ratios, in the order of the page; `thermo` has shares of its own time. */
const ratioSuites = ["stiff", "nonstiff", "large", "ensemble", "gradient", "startup", "ssa"];
/** What `ssa` compares with itself: no program of another. */
const ownPeers = new Set(["one thread", "a tenth of the runs"]);
/** As many as colours, then another sign: each peer differs. */
const symbols = /** @type {const} */ (["circle", "diamond", "square", "triangle"]);
const peerColours = colours.slice(1);

/** Peers in order of first appearance, each with a colour and a sign that no other has both of. */
export function signsOf(/** @type {readonly string[]} */ peers) {
  return new Map([...new Set(peers)].map((peer, index) => [peer, { colour: peerColours[index % peerColours.length] ?? "#000000", symbol: symbols[Math.floor(index / peerColours.length) % symbols.length] ?? "circle" }]));
}

/**
 * Ratios of every row, problem by problem.
 *
 * @param {readonly Result[]} results
 * @param {(options: any, alt: string) => string} renderSvg
 */
export function ratioPlot(results, renderSvg) {
  const points = results.flatMap(({ suite, rows }) => rows.flatMap(({ problem, peer, ratio }) => (ownPeers.has(peer) ? [] : [{ label: `${suite}: ${problem}`, peer, ratio }])));
  const signs = signsOf(points.map(({ peer }) => peer));
  const labels = [...new Set(points.map(({ label }) => label))];
  return renderSvg(
    {
      width: 800,
      height: 70 + 22 * labels.length,
      marginLeft: 230,
      marginBottom: 44,
      insetLeft: 8,
      insetRight: 8,
      marginRight: 190,
      x: { type: "log", label: "time of the peer / time of semimech", labelAnchor: "center", labelArrow: "none", tickFormat: (/** @type {number} */ value) => String(value), grid: true },
      y: { domain: labels, label: null },
      marks: [
        ruleX([1], { strokeDasharray: "4 3" }),
        ...[...signs].flatMap(([peer, { colour, symbol }], index) => [
          dot(points.filter((point) => point.peer === peer), { x: "ratio", y: "label", fill: colour, symbol, r: 3.5 }),
          dot([peer], { frameAnchor: "top-right", dx: 14, dy: 16 * index, fill: colour, symbol, r: 3.5 }),
          text([peer], { frameAnchor: "top-right", textAnchor: "start", dx: 24, dy: 16 * index - 5, fill: colour }),
        ]),
      ],
    },
    `Dot plot of the ratios of all suites, logarithmic; right of the line at 1 semimech is ahead. ${signs.size} peers: ${[...signs.keys()].join(", ")}.`,
  );
}

/** Draws the figures of `docs/benchmarks.md` from the kept results. @returns {Promise<number>} exit code */
export async function writePlots(/** @type {string} */ projectFolder) {
  const { renderSvg } = await semimech("report/chart.js");
  const folder = join(projectFolder, "docs", "benchmarks");
  mkdirSync(folder, { recursive: true });
  const read = (/** @type {string} */ suite) => {
    const file = join(projectFolder, "bench", "results", `${suite}.json`);
    return existsSync(file) ? /** @type {Result} */ (JSON.parse(readFileSync(file, "utf8"))) : null;
  };
  const found = ratioSuites.flatMap((suite) => read(suite) ?? []);
  for (const result of found) {
    if (result.suite === "large" || !result.curves?.length) continue;
    writeFileSync(join(folder, `${result.suite}.svg`), precisionPlot(result, renderSvg));
    console.error(`written: docs/benchmarks/${result.suite}.svg`);
  }
  if (found.length > 0) {
    writeFileSync(join(folder, "ratios.svg"), ratioPlot(found, renderSvg));
    console.error("written: docs/benchmarks/ratios.svg");
    const page = join(projectFolder, "docs", "benchmarks.md");
    writeFileSync(page, withTargets(readFileSync(page, "utf8"), found));
    console.error("written: the table of figures in docs/benchmarks.md");
  }
  return found.length > 0 ? 0 : 1;
}
