import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";

/** What a run that goes on one event, window or leap at a time is made of. */
export interface StepwiseRun<Path> {
  /** Of the solver, for messages. */
  readonly id: string;
  /** False once the solver has begun another run. */
  readonly isCurrent: () => boolean;
  readonly status: () => Status;
  /** Notes where the run stands, which is not over. */
  readonly pause: () => void;
  readonly advanceOne: () => void;
  readonly path: () => Path;
}

/** The run as its solver gives it out. @throws Error when another run has begun; RangeError when a count is no positive whole number. */
export function stepwiseRun<Path>({ id, isCurrent, status, pause, advanceOne, path }: StepwiseRun<Path>) {
  const requireCurrent = (): void => {
    if (!isCurrent()) throw runIsOver(`stochastic solver of "${id}"`);
  };
  return {
    get status() {
      return status();
    },
    advance(count: number): Status {
      requireCurrent();
      if (!(Number.isInteger(count) && count > 0)) throw new RangeError(`advance: events is ${count}; it must be a positive whole number`);
      for (let done = 0; done < count && status().status === "paused"; done++) advanceOne();
      if (status().status === "paused") pause();
      return status();
    },
    path(): Path {
      requireCurrent();
      return path();
    },
  };
}
