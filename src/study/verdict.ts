import { pairedDifference, type BootstrapOptions } from "../experiments/bootstrap.ts";
import type { ScoreSummary } from "../experiments/score.ts";
import type { Verdict } from "./result.ts";

/** Standard errors by which a difference must exceed zero before it counts. */
export const verdictDefaults = { standardErrors: 2 } as const;

/** Two models' scores by one metric, to be judged. */
export interface Contest {
  readonly split: string;
  readonly model: string;
  readonly against: string;
  readonly rival: Verdict["rival"];
  readonly direction: "lower" | "higher";
  readonly left: ScoreSummary;
  readonly right: ScoreSummary;
}

/**
 * Judges a model against another on the conditions both predicted: "advantage" when better by more than two paired-bootstrap
 * standard errors over conditions, "loses" the other way round, else "no advantage". Without a standard error nothing is proven.
 */
export function judge({ split, model, against, rival, direction, left, right }: Contest, bootstrap: BootstrapOptions): Verdict {
  const { difference, se } = pairedDifference(left, right, bootstrap);
  const gain = direction === "lower" ? -difference : difference;
  const bar = se === null ? Number.POSITIVE_INFINITY : verdictDefaults.standardErrors * se;
  const verdict = gain > bar ? "advantage" : -gain > bar ? "loses" : "no advantage";
  return { split, model, metric: left.metric.id, verdict, against, rival, difference, se: se ?? Number.NaN };
}

/** The better of two values of a metric. */
export function isBetter(value: number, than: number, direction: "lower" | "higher"): boolean {
  return direction === "lower" ? value < than : value > than;
}
