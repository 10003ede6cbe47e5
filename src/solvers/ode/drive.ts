import { pace } from "./pace.ts";
import type { OdeRun, OdeSolver } from "./solver.ts";

/** Runs to the end in slices of about 50 ms, whatever the method is: what every solver offers beside `begin`. */
export function drive(begin: OdeSolver["begin"]): Pick<OdeSolver, "begin" | "solve" | "solveAsync"> {
  const speed = pace();
  const slice = (run: OdeRun): void => {
    const before = performance.now();
    run.advance(speed.budget);
    // A run that ended early says nothing about how long a full budget takes.
    if (run.status.status === "paused") speed.measure(performance.now() - before);
  };
  return {
    begin,
    solve(problem) {
      const run = begin(problem);
      // Most runs end in their first slice, which is not timed: reading the clock costs as much as a step.
      if (run.status.status === "paused") run.advance(speed.budget);
      while (run.status.status === "paused") slice(run);
      return run.trajectory();
    },
    async solveAsync(problem, { signal, breathe = turn } = {}) {
      const run = begin(problem);
      for (;;) {
        if (run.status.status !== "paused" || signal?.aborted) break;
        slice(run);
        if (run.status.status === "paused") await breathe();
      }
      return run.trajectory();
    },
  };
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
