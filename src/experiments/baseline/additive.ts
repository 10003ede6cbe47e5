import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** The control plus the sum of the agents' single effects, each averaged over its doses. */
export const additive = tableBaseline(
  { id: "additive", title: "additive, doses averaged", source: "Ahlmann-Eltze et al. 2025, doi:10.1038/s41592-025-02772-6" },
  (view) => combineSingles(view, (control, singles) => singles.reduce((sum, single) => sum + (single - control), control)),
);
