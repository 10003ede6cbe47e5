import { subtract } from "../../kernel/arithmetic.ts";
import { differentiate } from "../../kernel/derivative.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { comparisonsIn } from "../../models/event.ts";
import { intervalBounds, readsTime } from "./interval.ts";

/** Finds when conditions change because of time while the state stands still. */
export interface TriggerSearch {
  /** First time in (from, to] at which a comparison is not what it is at `from`; Infinity = none. */
  first(from: number, to: number, lookup: (name: string) => number): number;
}

/** Width of a span, relative to the time, in which a change counts as found; what comes and goes inside one is not seen. */
const FINEST = 4 * 2 ** -52;
/** After this many undecided spans in one search they are told apart more coarsely: a curve that only touches its limit is within rounding of it for long. */
const PATIENCE = 256;
const COARSER = 64;

/** Comparisons in triggers that are not linear in time, so that their times of change have no formula. */
export const searchedComparisons = (graph: Graph, triggers: readonly Expression[]): Expression[] =>
  comparisonsIn(triggers).filter(({ operands }) => {
    const [a, b] = operands;
    return a && b && symbolsOf([differentiate(graph, subtract(graph, a, b), "time")]).has("time");
  });

/**
 * Searches comparisons by bisection: halves in which bounds show that nothing changes are left out, so that no change is passed
 * over but one that lasts less than rounding.
 */
export function triggerSearch(comparisons: readonly Expression[], states: ReadonlySet<string>): TriggerSearch {
  const searched = comparisons.filter(readsTime).map((comparison) => intervalBounds([comparison], states));
  return {
    first(from, to, lookup) {
      let least = Infinity;
      for (const bounds of searched) {
        const read = (start: number, end: number): number => {
          bounds.setSpan(start, end, lookup);
          bounds.update(lookup);
          return bounds.low[0] === bounds.high[0] ? bounds.low[0] : Number.NaN;
        };
        const now = read(from, from);
        // The latest half is looked at last, so the first difference found is the first there is.
        const open: [number, number][] = [[from, Math.min(to, least)]];
        let [finest, undecided] = [FINEST, 0];
        for (let span = open.pop(); span; span = open.pop()) {
          const [start, end] = span;
          const value = read(start, end);
          if (value === now) continue;
          const middle = start + (end - start) / 2;
          if (++undecided % PATIENCE === 0) finest *= COARSER;
          if (end - start <= finest * Math.abs(end) || middle <= start || middle >= end) {
            if (read(end, end) === now) continue;
            least = Math.min(least, end);
            break;
          }
          open.push([middle, end], [start, middle]);
        }
      }
      return least;
    },
  };
}
