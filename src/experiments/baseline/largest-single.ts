import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** The largest of the agents' single responses, feature by feature. */
export const largestSingle = tableBaseline(
  { id: "largest-single", title: "maximum of the singles", source: "highest single agent, Lehár et al. 2007, doi:10.1038/msb4100116" },
  (view) => combineSingles(view, (_control, singles) => Math.max(...singles)),
);
