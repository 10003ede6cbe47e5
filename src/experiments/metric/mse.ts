import type { MetricKind } from "./kind.ts";

/** Mean squared error · the square of the responses' unit. */
export const mse: MetricKind = {
  facts: { id: "mse", title: "mean squared error", better: "lower", about: "zero", scale: "one", source: "definition" },
  value: (sums) => sums.errorSquared / sums.count,
};
