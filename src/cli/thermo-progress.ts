import { durationText } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const lineEvery = 30_000;
const redrawEvery = 100;

/** Draws how many of something are done: one line redrawn on a terminal, else a line every 30 seconds. */
export function countProgress(terminal: Terminal, what: string, now: () => number = () => performance.now()): (done: number, total: number) => void {
  const start = now();
  let last = terminal.isTerminal ? Number.NEGATIVE_INFINITY : start;
  return (done, total) => {
    const time = now();
    if (time - last < (terminal.isTerminal ? redrawEvery : lineEvery)) return;
    last = time;
    const left = done > 0 ? `, ${durationText(((time - start) / done / 1000) * (total - done))} left` : "";
    const text = `${done} of ${total} ${what}, ${Math.floor((100 * done) / total)} %${left}`;
    if (terminal.isTerminal) terminal.redraw(text);
    else terminal.talk(text);
  };
}
