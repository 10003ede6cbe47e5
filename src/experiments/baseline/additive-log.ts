import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** The control times the agents' single fold changes: additive on the logarithm, each agent averaged over its doses. */
export const additiveLog = tableBaseline(
  { id: "additive-log", title: "additive on the log scale, doses averaged", source: "Mani et al. 2008, doi:10.1073/pnas.0712255105 (multiplicative definition)" },
  (view) =>
    combineSingles(
      view,
      (control, singles) => singles.reduce((product, single) => product * (single / control), control),
      (control, singles) => ([control, ...singles].some((row) => row.some((value) => value <= 0)) ? "the logarithm needs responses above 0" : null),
    ),
);
