// @ts-check

/** @typedef {{ readonly median: number, readonly minimum: number, readonly samples?: readonly number[] }} Timing */
/** @typedef {{ problem: string, peer: string, ours: number, theirs: number, unit: string, ratio: number, [more: string]: unknown }} Row */

/** Middle value; of an even number, the mean of the two in the middle. */
export function median(/** @type {readonly number[]} */ values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** Geometric mean; NaN of nothing. */
export const geomean = (/** @type {readonly number[]} */ values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Geometric mean of the ratios of each peer that has rows. */
export function geomeanByPeer(/** @type {readonly Row[]} */ rows) {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  return Object.fromEntries(peers.map((peer) => [peer, geomean(rows.filter((row) => row.peer === peer).map(({ ratio }) => ratio))]));
}

/** Units a time can be told in, per second. */
const perSecond = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/**
 * One row from two timings in seconds: medians in `unit`, minima beside them; ratio above 1 when ours is faster.
 *
 * @param {{ readonly problem: string, readonly peer: string, readonly ours: Timing, readonly theirs: Timing, readonly unit: string, readonly scale?: number }} given
 *   `scale` = what a second is worth in `unit`, for units that are not times
 * @param {Readonly<Record<string, unknown>>} [more] further keys of the row
 * @returns {Row}
 */
export function rowOf({ problem, peer, ours, theirs, unit, scale }, more = {}) {
  const factor = scale ?? perSecond[/** @type {keyof typeof perSecond} */ (unit.split("/")[0])] ?? NaN;
  const told = (/** @type {number} */ seconds) => Number((seconds * factor).toPrecision(5));
  return {
    problem,
    peer,
    ours: told(ours.median),
    theirs: told(theirs.median),
    unit,
    ratio: Number((theirs.median / ours.median).toPrecision(4)),
    oursMinimum: told(ours.minimum),
    theirsMinimum: told(theirs.minimum),
    ...more,
  };
}

/** Values below this share of a species' largest value count as this share of it: a trace is not held to digits it does not have. */
export const relativeFloor = 1e-6;

/**
 * Root mean square of the relative errors over all outputs and states; Infinity when a value is missing or not finite.
 *
 * @param {Float64Array} values row-major [nTime, nState]
 * @param {Float64Array} reference same shape
 * @param {number} nState
 * @param {number} [trace] values below it count as it, in the states' unit
 */
export function relativeError(values, reference, nState, trace = 0) {
  if (values.length !== reference.length) return Infinity;
  const largest = new Float64Array(nState);
  for (let index = 0; index < reference.length; index++) largest[index % nState] = Math.max(largest[index % nState] ?? 0, Math.abs(reference[index] ?? 0));
  let sum = 0;
  let count = 0;
  for (let index = 0; index < reference.length; index++) {
    const exact = reference[index] ?? NaN;
    const scale = Math.max(Math.abs(exact), relativeFloor * (largest[index % nState] ?? 0), trace);
    // A state that is 0 throughout has no relative error.
    if (scale === 0) continue;
    const error = ((values[index] ?? NaN) - exact) / scale;
    if (!Number.isFinite(error)) return Infinity;
    sum += error * error;
    count += 1;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
