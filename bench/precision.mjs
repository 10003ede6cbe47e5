// @ts-check
import { relativeError } from "./score.mjs";

/**
 * @typedef {{ readonly variant: string, readonly rtol: number, readonly atol: number }} Setting
 * @typedef {Setting & { readonly error: number, readonly seconds: number }} Point
 */
/**
 * One way to solve one problem, with tolerances to choose.
 *
 * @typedef {object} Contender
 * @property {string} key the peer's key, or "semimech"
 * @property {readonly string[]} variants methods it may choose among
 * @property {(setting: Setting) => Promise<{ seconds: number, values: Float64Array }>} run one run, its outputs [nTime, nState]
 * @property {(setting: Setting, seconds: number) => Promise<number>} time seconds per run, over at least `seconds`
 * @property {() => void} close
 */

/** Absolute tolerances that are tried, as shares of the relative one. */
const shares = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10];
/** A first run longer than this gets few settings · s. */
const slowRun = 0.3;

/** Relative tolerances from loose to tight, `steps` a decade. */
const tolerances = (/** @type {number} */ steps, loosest = 2.5, tightest = 12.5) => Array.from({ length: Math.round((tightest - loosest) * steps) + 1 }, (_, index) => 10 ** -(loosest + index / steps));

/**
 * Runs a contender over its tolerances: for every variant and share of absolute tolerance from loose to tight until the error asked is met.
 *
 * @param {Contender} contender
 * @param {Float64Array} reference [nTime, nState]
 * @param {number} nState
 * @param {{ readonly target: number, readonly quick: boolean, readonly budget?: number, readonly trace?: number, readonly slow?: number }} options
 *   `budget` · s of runs; `trace` as in `relativeError`; `slow` · s, a first run longer than this gets few settings
 * @returns {Promise<{ points: Point[], failures: string[] }>}
 */
export async function sweep(contender, reference, nState, { target, quick, budget = 5, trace = 0, slow = slowRun }) {
  /** @type {Point[]} */
  const points = [];
  /** @type {Set<string>} */
  const failures = new Set();
  let spent = 0;
  const attempt = async (/** @type {Setting} */ setting) => {
    const begin = performance.now();
    try {
      const { seconds, values } = await contender.run(setting);
      const point = { ...setting, error: relativeError(values, reference, nState, trace), seconds };
      points.push(point);
      return point;
    } catch (error) {
      failures.add(`${setting.variant}: ${/** @type {Error} */ (error).message}`.slice(0, 200));
      return null;
    } finally {
      spent += (performance.now() - begin) / 1000;
    }
  };
  const [first = ""] = contender.variants;
  const probe = await attempt({ variant: first, rtol: 1e-6, atol: 1e-10 });
  // Compilers at run time need some runs to be done; without them the first settings would look slow.
  if (probe && probe.seconds < slow / 10) await contender.time(probe, quick ? 0.02 : 0.3);
  if (probe && probe.seconds > slow) {
    // Every run hurts: few tolerances of one line only, tighter until the error is met, or looser while it still is.
    const met = probe.error <= target;
    for (const exponent of met ? [5, 4, 3] : [7, 8, 9, 10]) {
      const point = await attempt({ variant: first, rtol: 10 ** -exponent, atol: 10 ** -(exponent + 4) });
      if (!point || point.error <= target !== met || spent > 10 * budget) break;
    }
    // And the half decade beyond the loosest that does.
    const loosest = Math.max(...points.filter(({ error }) => error <= target).map(({ rtol }) => rtol));
    if (Number.isFinite(loosest)) await attempt({ variant: first, rtol: loosest * 10 ** 0.5, atol: loosest * 10 ** -3.5 });
    return { points, failures: [...failures] };
  }
  for (const variant of contender.variants) {
    for (const share of shares) {
      for (const rtol of tolerances(quick ? 1 : 4)) {
        if (spent > budget && points.some(({ error }) => error <= target)) break;
        if (spent > 4 * budget) break;
        const point = await attempt({ variant, rtol, atol: rtol * share });
        if (point && point.error <= target) break;
      }
    }
  }
  return { points, failures: [...failures] };
}

/**
 * The fastest setting that meets the error asked: the quickest few of the sweep, timed again.
 *
 * @param {Contender} contender
 * @param {readonly Point[]} points
 * @param {number} target
 * @param {number} seconds
 * @returns {Promise<Point | null>}
 */
export async function bestOf(contender, points, target, seconds) {
  const good = points.filter(({ error }) => error <= target).toSorted((a, b) => a.seconds - b.seconds);
  const quickest = good[0];
  if (!quickest || quickest.seconds > slowRun) return quickest ?? null;
  /** @type {Point | null} */
  let best = null;
  for (const point of good.slice(0, 8)) {
    const again = { ...point, seconds: Math.min(await contender.time(point, seconds), await contender.time(point, seconds)) };
    if (best === null || again.seconds < best.seconds) best = again;
  }
  return best;
}

/** Further tolerances of a curve, tighter than the setting chosen; in half decades. */
const tighter = 5;

/**
 * The work-precision curve of a contender: what no other setting beats, and on from the setting chosen to tighter tolerances, timed again where runs are short.
 *
 * @param {Contender} contender
 * @param {readonly Point[]} points
 * @param {Point | null} best
 * @param {(values: Float64Array) => number} errorOf
 * @param {number} seconds
 * @returns {Promise<Point[]>}
 */
export async function curveOf(contender, points, best, errorOf, seconds) {
  const all = [...points];
  const further = best && best.seconds < slowRun ? Array.from({ length: tighter }, (_, step) => ({ ...best, factor: 10 ** (-(step + 1) / 2) })) : [];
  for (const { variant, rtol, atol, factor } of further) {
    const setting = { variant, rtol: rtol * factor, atol: atol * factor };
    const ran = await contender.run(setting).catch(() => null);
    if (!ran) break;
    all.push({ ...setting, seconds: ran.seconds, error: errorOf(ran.values) });
  }
  const kept = [];
  for (const point of frontier(all)) kept.push(point.seconds < slowRun ? { ...point, seconds: await contender.time(point, seconds) } : point);
  return frontier(kept);
}

/** Points that no other beats in both error and time, by error: what a work-precision plot draws. */
export function frontier(/** @type {readonly Point[]} */ points) {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points.filter(({ error }) => Number.isFinite(error) && error > 0).toSorted((a, b) => a.seconds - b.seconds)) {
    const last = kept.at(-1);
    if (!last || point.error < last.error) kept.push(point);
  }
  return kept.toSorted((a, b) => b.error - a.error);
}
