import { correlation } from "./kind.ts";
import type { MetricKind } from "./kind.ts";

/** Pearson's correlation over condition times feature cells. */
export const r: MetricKind = {
  facts: { id: "r", title: "Pearson correlation", better: "higher", about: "zero", scale: "one", source: "Pearson 1895, doi:10.1098/rspl.1895.0041" },
  value: correlation,
};
