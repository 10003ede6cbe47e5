import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** The smallest of the agents' single responses, feature by feature. */
export const smallestSingle = tableBaseline(
  { id: "smallest-single", title: "minimum of the singles", source: "Mani et al. 2008, doi:10.1073/pnas.0712255105 (min definition)" },
  (view) => combineSingles(view, (_control, singles) => Math.min(...singles)),
);
