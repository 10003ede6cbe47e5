import { centredSums } from "./kind.ts";
import type { MetricKind } from "./kind.ts";

/** Variance of the predictions over the variance of the observations; far below 1 means regression to the mean. */
export const spread: MetricKind = {
  facts: { id: "spread", title: "variance of predicted over variance of observed", better: "one", about: "zero", scale: "one", source: "definition" },
  value(sums) {
    const { observed, predicted } = centredSums(sums);
    return observed > 0 ? predicted / observed : Number.NaN;
  },
};
