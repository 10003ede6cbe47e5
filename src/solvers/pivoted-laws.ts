import type { LinearInvariant } from "./linear-invariants.ts";

/** A law that is still to be given its state. */
interface OpenLaw {
  readonly weights: Float64Array;
  /** The state of the largest amount among its own, the first of equals; -1 = it holds none. */
  largest: number;
}

/**
 * The same laws, combined so that each gives its own state and no other law holds that one: the states with the largest amounts [nState] come
 * first, so that what is found as a difference is large.
 */
export function pivotedLaws(laws: readonly LinearInvariant[], amounts: ArrayLike<number>): LinearInvariant[] {
  const size = (state: number): number => Math.abs(amounts[state] ?? 0) || 0;
  const largestOf = (weights: Float64Array): number => {
    let largest = -1;
    for (let state = 0; state < weights.length; state++) if (weights[state] !== 0 && (largest < 0 || size(state) > size(largest))) largest = state;
    return largest;
  };
  const open = new Set(laws.map(({ weights }): OpenLaw => ({ weights: Float64Array.from(weights), largest: largestOf(weights) })));
  const done: LinearInvariant[] = [];
  while (open.size > 0) {
    let best: OpenLaw | null = null;
    for (const law of open) if (!best || (law.largest >= 0 && (best.largest < 0 || size(law.largest) > size(best.largest)))) best = law;
    if (!best) break;
    const { weights, largest: dependent } = best;
    open.delete(best);
    for (const other of open) if (takeOut(other.weights, weights, dependent)) other.largest = largestOf(other.weights);
    for (const other of done) takeOut(other.weights, weights, dependent);
    done.push({ weights, dependent });
  }
  return done;
}

/** Frees a law of a state by as much of another; says whether it held that state. */
function takeOut(target: Float64Array, source: Float64Array, state: number): boolean {
  const factor = (target[state] ?? 0) / (source[state] ?? 1);
  if (factor === 0) return false;
  for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) - factor * (source[at] ?? 0);
  target[state] = 0;
  return true;
}
