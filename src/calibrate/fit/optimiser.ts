import type { Objective } from "../objective.ts";

export interface OptimiserFacts {
  readonly id: string;
  readonly title: string;
  /** What it asks of an objective. */
  readonly needs: "gradient" | "least squares";
  readonly source: string;
}

/** Where an optimiser stands; plain JSON, so that a run continues to the same bits after it was written to disk. */
export interface OptimiserState {
  readonly x: readonly number[];
  readonly iteration: number;
  /** Objective at `x`, or at the point of the last evaluation for methods that do not evaluate where they land. */
  readonly value: number;
  /** True when no further step is worth taking. */
  readonly converged: boolean;
  /** The method's own memory. */
  readonly memory: Readonly<Record<string, readonly number[] | number>>;
}

/** One optimiser: a start and a step, nothing hidden. */
export interface Optimiser<Options> {
  readonly facts: OptimiserFacts;
  readonly defaults: Options;
  begin(x: readonly number[], objective: Objective, options: Options): OptimiserState;
  step(state: OptimiserState, objective: Objective, options: Options): OptimiserState;
}
