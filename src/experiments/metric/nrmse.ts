import type { MetricKind } from "./kind.ts";

/** Root mean squared error with each feature divided by its standard deviation over the table's scored conditions, dimensionless; features without spread are left out. */
export const nrmse: MetricKind = {
  facts: { id: "nrmse", title: "standardised root mean squared error", better: "lower", about: "zero", scale: "feature", source: "definition" },
  value: (sums) => Math.sqrt(sums.errorSquared / sums.count),
};
