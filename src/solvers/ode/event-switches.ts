import type { EventPlan } from "./event.ts";
import { LONGEST_SERIES, switchTimes } from "./breakpoint.ts";

/** The times ahead of a run, known before it gets there, at which triggers turn because of time alone. */
export interface SwitchSchedule {
  /** The next of them, or the one that the run stands at; Infinity = none. */
  readonly next: number;
  /** Finds them anew from a time on: events may have changed what they are over. */
  renew(time: number): void;
  /** Leaves behind those up to a time. */
  pass(time: number): void;
}

/** The switches of a run from its start on; `lookup` gives the value of a name. */
export function switchSchedule({ switches, switchesMove }: Pick<EventPlan, "switches" | "switchesMove">, lookup: (name: string) => number, start: number, end: number): SwitchSchedule {
  let times = switchTimes(switches, lookup, start, end);
  // A series that was cut goes on later.
  const isFixed = !switchesMove && times.length <= LONGEST_SERIES;
  let index = 0;
  const at = (place: number): number => times[place] ?? Infinity;
  return {
    get next() {
      return at(index);
    },
    renew(time) {
      if (isFixed) {
        while (index > 0 && at(index - 1) >= time) index -= 1;
        while (at(index) < time) index += 1;
        return;
      }
      times = switchTimes(switches, lookup, time, end);
      index = 0;
    },
    pass(time) {
      while (at(index) <= time) index += 1;
    },
  };
}
