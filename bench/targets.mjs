// @ts-check

/** @typedef {import("./score.mjs").Row} Row */
/** @typedef {{ suite: string, rows: readonly Row[], geomean?: Readonly<Record<string, number>> }} Result */

/**
 * What a suite should reach: a number of its result that should be at least, or at most, so much.
 *
 * @typedef {object} Target
 * @property {string} suite
 * @property {string} what
 * @property {{ least: number } | { most: number }} asked
 * @property {(result: Result) => number | undefined} found
 * @property {string} [unit] of a figure that is no ratio
 */

const mean = (/** @type {string} */ peer) => (/** @type {Result} */ { geomean }) => geomean?.[peer];
const one = (/** @type {string} */ problem, /** @type {string} */ peer) => (/** @type {Result} */ { rows }) => rows.find((row) => row.problem === problem && row.peer === peer)?.ratio;
/** The smallest ratio of all problems. */
const each = (/** @type {string} */ peer) => (/** @type {Result} */ { rows }) => {
  const ratios = rows.flatMap((row) => (row.peer === peer ? [row.ratio] : []));
  return ratios.length === 0 ? undefined : Math.min(...ratios);
};
/** Our time over the peer's: what is at most so many times as long. */
const longer = (/** @type {(result: Result) => number | undefined} */ found) => (/** @type {Result} */ result) => {
  const ratio = found(result);
  return ratio === undefined ? undefined : 1 / ratio;
};
const key = (/** @type {Row} */ row, /** @type {string} */ name) => Number(/** @type {Readonly<Record<string, unknown>>} */ (/** @type {unknown} */ (row))[name]);

/** What the suites were built to reach. @type {readonly Target[]} */
export const targets = [
  { suite: "stiff", what: "the faster of libRoadRunner and COPASI, mean", asked: { least: 15 }, found: mean("best-of-libroadrunner-copasi") },
  { suite: "stiff", what: "`cvode-dense-dq`, mean", asked: { least: 30 }, found: mean("cvode-dense-dq") },
  { suite: "stiff", what: "`cvode-klu`, mean", asked: { least: 20 }, found: mean("cvode-klu") },
  { suite: "stiff", what: "`scipy`, mean", asked: { least: 100 }, found: mean("scipy") },
  { suite: "stiff", what: "our time over that of `native-c`, mean", asked: { most: 1.15 }, found: longer(mean("native-c")) },
  { suite: "stiff", what: "`cvode-dense-dq`, cascade 1000", asked: { least: 500 }, found: one("cascade 1000", "cvode-dense-dq") },
  { suite: "stiff", what: "`cvode-klu`, cascade 1000", asked: { least: 10 }, found: one("cascade 1000", "cvode-klu") },
  ...["egfr_net", "fceri_gamma2", "BCR"].map((problem) => ({ suite: "large", what: `\`cvode-gmres-ilu\`, ${problem}, set-up and run`, asked: { least: 1 }, found: one(problem, "cvode-gmres-ilu") })),
  { suite: "large", what: "our longest set-up", asked: { most: 3 }, unit: "s", found: ({ rows }) => (rows.length === 0 ? undefined : Math.max(...rows.map((row) => key(row, "oursSetup")))) },
  { suite: "nonstiff", what: "`odex`, every problem", asked: { least: 5 }, found: each("odex") },
  { suite: "nonstiff", what: "`cvode-adams`, every problem", asked: { least: 15 }, found: each("cvode-adams") },
  { suite: "ensemble", what: "the faster loop of CVODE, f64", asked: { least: 90 }, found: (result) => fasterCvode(result, "f64") },
  { suite: "ensemble", what: "the faster loop of CVODE, f32", asked: { least: 180 }, found: (result) => fasterCvode(result, "f32") },
  { suite: "ensemble", what: "`libroadrunner`, f64", asked: { least: 40 }, found: one("f64", "libroadrunner") },
  { suite: "gradient", what: "our time over that of `native-c`, 512 bits", asked: { most: 2.5 }, found: longer(mean("native-c")) },
  { suite: "gradient", what: "our time over that of `native-c-128`", asked: { most: 1.3 }, found: longer(mean("native-c-128")) },
  { suite: "gradient", what: "`tfjs`", asked: { least: 600 }, found: mean("tfjs") },
  { suite: "startup", what: "our time over that of bare `node`, 30 reactions", asked: { most: 1.5 }, found: longer(one("30 reactions", "node")) },
  { suite: "startup", what: "our time, 24,388 reactions", asked: { most: 1 }, unit: "s", found: ({ rows }) => rows.flatMap(({ problem, ours, unit }) => (problem === "24,388 reactions" ? [ours / (unit === "ms" ? 1000 : 1)] : []))[0] },
];

function fasterCvode(/** @type {Result} */ result, /** @type {string} */ problem) {
  const ratios = ["cvode-dense-dq", "cvode-klu"].flatMap((peer) => one(problem, peer)(result) ?? []);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

const digits = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));

/** "yes", or by how much a figure is missed, as a share of what was asked. */
function verdict(/** @type {Target["asked"]} */ asked, /** @type {number} */ found) {
  const short = "least" in asked ? asked.least / found : found / asked.most;
  return short <= 1 ? "yes" : `**missed** by a factor of ${digits(short)}`;
}

/** What was asked and what the kept results have, as a table of Markdown. @param {readonly Result[]} results */
export function targetTable(results) {
  const rows = targets.map(({ suite, what, asked, unit, found }) => {
    const result = results.find((candidate) => candidate.suite === suite);
    const value = result && found(result);
    const of = unit === undefined ? "" : ` ${unit}`;
    const bound = "least" in asked ? `≥ ${asked.least}${of}` : `≤ ${asked.most}${of}`;
    const isMeasured = value !== undefined && Number.isFinite(value);
    return `| ${suite} | ${what} | ${bound} | ${isMeasured ? digits(value) + of : "not measured"} | ${isMeasured ? verdict(asked, value) : ""} |`;
  });
  return ["| suite | figure | asked | found | reached |", "|---|---|---|---|---|", ...rows].join("\n");
}

const [from, to] = ["<!-- targets: written by npm run bench -- plots -->", "<!-- end of targets -->"];

/** A page with the table between its marks. @param {string} page @param {readonly Result[]} results */
export function withTargets(page, results) {
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`docs/benchmarks.md: the marks "${from}" and "${to}" are missing; put them where the table of figures belongs`);
  return `${page.slice(0, start + from.length)}\n\n${targetTable(results)}\n\n${page.slice(end)}`;
}
