/** What is used of the package "odex" 2.0.4, which brings no types and whose sources do not pass our checks. */

/** Rates at a time and a state. */
export type Derivative = (time: number, state: readonly number[]) => ArrayLike<number>;

/**
 * Called at the start (step number 1) and after every accepted step from `before` to `time`; false ends the run.
 * `dense(component, time)` reads inside the step; it is false at the start.
 */
export type OutputFunction = (step: number, before: number, time: number, state: readonly number[], dense?: false | ((component: number, time: number) => number)) => boolean | undefined;

export interface Result {
  readonly y: number[];
  /** 0 = the end is reached, 1 = too many steps, 2 = ended by the output function. */
  readonly outcome: 0 | 1 | 2;
  readonly nStep: number;
  readonly nAccept: number;
  readonly nReject: number;
  readonly nEval: number;
}

export class Solver {
  constructor(dimension: number);
  relativeTolerance: number | readonly number[];
  absoluteTolerance: number | readonly number[];
  /** The first step tried; values below 1e-4 count as 1e-4. */
  initialStepSize: number;
  maxSteps: number;
  denseOutput: boolean;
  solve(rates: Derivative, start: number, state: readonly number[], end: number, output: OutputFunction): Result;
}
