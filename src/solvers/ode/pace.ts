/** Longest time that one call into a compiled loop is meant to take · ms; half of what callers may rely on. */
const TARGET_MS = 50;
const FIRST_BUDGET = 16;
const LARGEST_BUDGET = 2 ** 30;

/** Chooses step budgets so that calls last about `TARGET_MS`; kept with a solver, it starts the next run where this one was. */
export interface Pace {
  readonly budget: number;
  /** Tells how long the last call took · ms. */
  measure(milliseconds: number): void;
}

/** A pace that starts small and grows at most eightfold a call, so that a slow system cannot overrun on its first calls. */
export function pace(): Pace {
  let budget = FIRST_BUDGET;
  return {
    get budget() {
      return budget;
    },
    measure(milliseconds) {
      const fitting = milliseconds > 0 ? (budget * TARGET_MS) / milliseconds : LARGEST_BUDGET;
      budget = Math.max(1, Math.min(LARGEST_BUDGET, Math.floor(Math.min(8 * budget, fitting))));
    },
  };
}
