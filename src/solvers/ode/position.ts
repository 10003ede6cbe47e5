import type { EventState } from "./event-run.ts";
import type { OdeRun } from "./solver.ts";

/** Where a run stands between two steps, for another to go on from there. */
export interface Position {
  readonly time: number;
  /** Size of the step to come. */
  readonly step: number;
  /** State [nState], as a copy. */
  readonly state: Float64Array;
  /** Where its events stand; null where the system has none. */
  readonly events: EventState | null;
  /** Attempts since steps last began afresh: at the start, or after an event. */
  readonly sinceStart: number;
  /** Whether it ended at an event, where no step can begin. */
  readonly endedAtEvent: boolean;
}

/** A run that says where it stands. */
export interface PositionedRun extends OdeRun {
  position(): Position;
}
