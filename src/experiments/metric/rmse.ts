import type { MetricKind } from "./kind.ts";

/** Root of the mean squared error · the responses' unit. */
export const rmse: MetricKind = {
  facts: { id: "rmse", title: "root mean squared error", better: "lower", about: "zero", scale: "one", source: "definition" },
  value: (sums) => Math.sqrt(sums.errorSquared / sums.count),
};
