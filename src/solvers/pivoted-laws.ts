import type { LinearInvariant } from "./linear-invariants.ts";

/**
 * The same laws, combined so that each gives its own state and no other law holds that one: the states with the largest amounts [nState] come
 * first, so that what is found as a difference is large.
 */
export function pivotedLaws(laws: readonly LinearInvariant[], amounts: ArrayLike<number>): LinearInvariant[] {
  let open = laws.map(({ weights }) => Float64Array.from(weights));
  const done: { weights: Float64Array; dependent: number }[] = [];
  const size = (state: number): number => Math.abs(amounts[state] ?? 0) || 0;
  while (open.length > 0) {
    let best = { row: open[0] ?? new Float64Array(), dependent: -1 };
    for (const row of open) row.forEach((weight, state) => void (weight !== 0 && (best.dependent < 0 || size(state) > size(best.dependent)) && (best = { row, dependent: state })));
    const { row, dependent } = best;
    open = open.filter((other) => other !== row);
    for (const other of [...open, ...done.map(({ weights }) => weights)]) {
      const factor = (other[dependent] ?? 0) / (row[dependent] ?? 1);
      if (factor !== 0) other.forEach((weight, state) => void (other[state] = state === dependent ? 0 : weight - factor * (row[state] ?? 0)));
    }
    done.push({ weights: row, dependent });
  }
  return done;
}
