import type { LeapScene } from "./leap-method.ts";

/** Above this a sum of propensities is taken for a mistake; 1/time. */
const largestTotal = 1e300;

/** Propensities at the present molecules: their sum · 1/time, or NaN with the failure noted. */
export function totalPropensity({ propensities, tally }: LeapScene): number {
  const total = propensities.evaluate();
  if (total < largestTotal) return total;
  const wrong = propensities.values.findIndex((value) => !(value >= 0 && value < largestTotal));
  tally.failure = { kind: "wrong propensity", channel: Math.max(0, wrong) };
  return Number.NaN;
}

/** A step no longer than `longest` that ends at `horizon` rather than a rounding before it · time. */
export const cutAt = (horizon: number, longest: number): number => (horizon <= longest * (1 + 1e-9) ? horizon : longest);

/**
 * One exact event of the channels that `isIn` marks (all by default), whose propensities sum to `total` > 0; nothing happens where the
 * event comes after `horizon`. The time that passed.
 * @source Gillespie 1977, doi:10.1021/j100540a008 (direct method)
 */
export function singleEvent(scene: LeapScene, total: number, horizon: number): number {
  const wait = scene.random.exponential() / total;
  if (wait > horizon) return horizon;
  fireOne(scene, chooseChannel(scene, total));
  return wait;
}

/** A channel with probability proportional to its propensity, of those marked in `isIn` [nChannel], which sum to `total` > 0. */
export function chooseChannel({ propensities: { values }, random }: LeapScene, total: number, isIn?: Uint8Array): number {
  const target = random.uniform() * total;
  let sum = 0;
  let last = -1;
  for (let channel = 0; channel < values.length; channel++) {
    if (values[channel] === 0 || (isIn && isIn[channel] === 0)) continue;
    last = channel;
    sum += values[channel];
    if (sum > target) break;
  }
  return last;
}

/** Fires a channel once, or notes that its reactants are used up. */
export function fireOne({ channels, propensities: { molecules }, firings, tally }: LeapScene, channel: number): void {
  const { changes } = channels[channel];
  for (const { state, change } of changes) {
    if (molecules[state] + change >= 0) continue;
    tally.failure = { kind: "used up", channel };
    return;
  }
  for (const { state, change } of changes) molecules[state] += change;
  firings[channel] += 1;
  tally.exactEvents += 1;
}

/** Adds `times` [nChannel] firings of every channel where no number falls below 0; whether that was so. `next` [nState] is overwritten. */
export function fireAll({ channels, propensities: { molecules }, firings }: LeapScene, times: Float64Array, next: Float64Array): boolean {
  next.set(molecules);
  for (let channel = 0; channel < channels.length; channel++) {
    const count = times[channel];
    if (count === 0) continue;
    for (const { state, change } of channels[channel].changes) next[state] += change * count;
  }
  for (const count of next) if (!(count >= 0)) return false;
  molecules.set(next);
  for (let channel = 0; channel < channels.length; channel++) firings[channel] += times[channel];
  return true;
}
