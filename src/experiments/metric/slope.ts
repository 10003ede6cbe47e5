import { centredSums } from "./kind.ts";
import type { MetricKind } from "./kind.ts";

/** Slope of the regression of observed on predicted; below 1 the predictions are too extreme, above 1 too timid. */
export const slope: MetricKind = {
  facts: { id: "slope", title: "slope of observed on predicted", better: "one", about: "zero", scale: "one", source: "Galton 1886, doi:10.2307/2841583" },
  value(sums) {
    const { predicted, product } = centredSums(sums);
    return predicted > 0 ? product / predicted : Number.NaN;
  },
};
