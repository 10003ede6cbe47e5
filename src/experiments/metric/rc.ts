import { correlation } from "./kind.ts";
import type { MetricKind } from "./kind.ts";

/** Pearson's correlation of what is left after the training centroid, so that predicting the mean response earns nothing. */
export const rc: MetricKind = {
  facts: {
    id: "rc",
    title: "Pearson correlation about the training centroid",
    better: "higher",
    about: "training centroid",
    scale: "one",
    source: "Viñas Torné et al. 2025 (Systema), doi:10.1038/s41587-025-02777-8",
  },
  value: correlation,
};
