import { pearson } from "../numerics/statistics.ts";
import { cellsOf } from "./dataset.ts";
import type { Dataset } from "./dataset.ts";

/** How well the measurement predicts itself: what no model can be asked to beat. */
export interface ReplicateCeiling {
  /** Pearson correlation between two replicates of a cell, over all pairs; NaN when one side does not vary. */
  readonly correlation: number;
  /** Root mean square difference between two replicates. */
  readonly rmse: number;
  /** Root mean square error of the replicates' mean, estimated from that difference: the floor under any model's RMSE against the means. */
  readonly floor: number;
  /** Pairs compared, and cells (condition, time, observable) they come from. */
  readonly pairs: number;
  readonly cells: number;
}

/** Compares replicates of the same (condition, time, observable); null when nothing was measured twice. */
export function replicateCeiling(dataset: Dataset): ReplicateCeiling | null {
  const groups = [...cellsOf(dataset).values()].filter((cell) => cell.length > 1);
  const pairs = groups.flatMap((cell) => {
    // Ordered by label, so that "replicate 1 against replicate 2" does not depend on the order of the rows.
    const sorted = cell.toSorted((a, b) => (a.replicate < b.replicate ? -1 : 1));
    return sorted.flatMap((first, index) => sorted.slice(index + 1).map((second) => [first.value, second.value] as const));
  });
  if (pairs.length === 0) return null;
  const rmse = Math.sqrt(pairs.reduce((sum, [x, y]) => sum + (x - y) ** 2, 0) / pairs.length);
  // A difference of two has twice the variance of one; the mean of n has an n-th of it.
  const floor = Math.sqrt(groups.reduce((sum, cell) => sum + rmse ** 2 / 2 / cell.length, 0) / groups.length);
  return { correlation: pearson(Float64Array.from(pairs, ([x]) => x), Float64Array.from(pairs, ([, y]) => y)), rmse, floor, pairs: pairs.length, cells: groups.length };
}
