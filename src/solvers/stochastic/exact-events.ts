import { singleEvent, totalPropensity } from "./leap-draw.ts";
import type { LeapMethod } from "./leap-method.ts";

/** Exact events one by one: the law that leaps approximate, over the same propensities. */
export const exactEvents: LeapMethod = {
  facts: {
    id: "exact-events",
    title: "Gillespie's direct method, event by event in JavaScript",
    exact: true,
    wholeNumbers: true,
    runsIn: "JavaScript over compiled propensities",
    boundary: "none needed",
    use: "what must be looked at after every event, such as first passages; slower than the compiled exact methods",
    source: "Gillespie 1977, doi:10.1021/j100540a008",
  },
  needsDerivatives: false,
  prepare: (scene) => ({
    reset() {},
    step(horizon) {
      const total = totalPropensity(scene);
      if (Number.isNaN(total)) return 0;
      return total === 0 ? horizon : singleEvent(scene, total, horizon);
    },
  }),
};
