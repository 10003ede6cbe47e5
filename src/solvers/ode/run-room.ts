import type { Instance } from "../../kernel/instance.ts";

/** How many numbers of each kind a run keeps beyond the static memory. */
export interface RoomSize {
  readonly times: number;
  readonly states: number;
  readonly steps: number;
  readonly breakpoints: number;
  /** Bytes of the tape of accepted steps. */
  readonly tapeBytes: number;
}

/** Where they stand; byte addresses, 0 for steps and a tape that are not kept. */
export interface Room {
  /** States at the requested times, then the last state, then the times: all that a trajectory takes, in one block. */
  readonly outputs: number;
  readonly final: number;
  readonly times: number;
  readonly steps: number;
  readonly breakpoints: number;
  readonly tape: number;
}

/**
 * Gives each run its room in an instance's memory. A run that needs as much as the one before takes over that one's room as it
 * is: reserving clears memory and takes about a microsecond, a twentieth of a small solve, and a run writes everything there before it reads it.
 */
export function roomKeeper(instance: Instance): (size: RoomSize) => Room {
  let kept: { readonly size: RoomSize; readonly room: Room; readonly end: number } | null = null;
  return (size) => {
    // Nothing reserved or released since: what comes next would stand where the kept room ends.
    if (kept && isSame(kept.size, size) && instance.reserve(0) === kept.end) return kept.room;
    instance.release();
    const numbers = (count: number): number => instance.reserve(8 * Math.max(1, count));
    const outputs = numbers(size.times * size.states + size.states + size.times);
    const final = outputs + 8 * size.times * size.states;
    const room = {
      outputs,
      final,
      times: final + 8 * size.states,
      steps: size.steps > 0 ? numbers(size.steps) : 0,
      breakpoints: numbers(size.breakpoints),
      tape: size.tapeBytes > 0 ? instance.reserve(size.tapeBytes) : 0,
    };
    kept = { size, room, end: instance.reserve(0) };
    return room;
  };
}

const isSame = (one: RoomSize, other: RoomSize): boolean =>
  one.times === other.times && one.states === other.states && one.steps === other.steps && one.breakpoints === other.breakpoints && one.tapeBytes === other.tapeBytes;
