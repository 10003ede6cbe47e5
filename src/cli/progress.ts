import type { ScheduleProgress } from "../study/schedule.ts";
import type { Terminal } from "./terminal.ts";

const lineEvery = 30_000;
const redrawEvery = 100;

/** Draws progress: one line redrawn on a terminal, else a line every 30 seconds. */
export function progressLine(terminal: Terminal, now: () => number = () => performance.now()): (progress: ScheduleProgress) => void {
  let last = terminal.isTerminal ? Number.NEGATIVE_INFINITY : now();
  return (progress) => {
    const time = now();
    if (time - last < (terminal.isTerminal ? redrawEvery : lineEvery)) return;
    last = time;
    if (terminal.isTerminal) terminal.redraw(progressText(progress));
    else terminal.talk(progressText(progress));
  };
}

/** `12 of 40 fits, 31 %, hybrid best 0.0123, 2 min 10 s left`. */
export function progressText({ done, total, fraction, latest, secondsLeft }: ScheduleProgress): string {
  return [
    `${done} of ${total} fits`,
    `${Math.floor(fraction * 100)} %`,
    ...(latest === null ? [] : [`${latest.job.model} best ${Number(latest.best.toPrecision(4))}`]),
    ...(secondsLeft === null ? [] : [`${durationText(secondsLeft)} left`]),
  ].join(", ");
}

/** Seconds as people say them. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
