import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** The average of the agents' single responses, feature by feature. */
export const averageSingle = tableBaseline(
  { id: "average-single", title: "average of the singles", source: "definition" },
  (view) => combineSingles(view, (_control, singles) => singles.reduce((sum, single) => sum + single, 0) / singles.length),
);
