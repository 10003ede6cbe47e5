import { durationText } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const lineEvery = 30_000;
const redrawEvery = 100;

/** Draws how many runs are done, counted from `before`: one line redrawn on a terminal, else a line every 30 seconds. */
export function runsProgress(terminal: Terminal, before: number, total: number, now: () => number = () => performance.now()): (done: number) => void {
  const start = now();
  let last = terminal.isTerminal ? Number.NEGATIVE_INFINITY : start;
  return (done) => {
    const time = now();
    if (time - last < (terminal.isTerminal ? redrawEvery : lineEvery)) return;
    last = time;
    const left = done > before ? `, ${durationText(((time - start) / (done - before) / 1000) * (total - done))} left` : "";
    const text = `${done} of ${total} runs, ${Math.floor((100 * done) / total)} %${left}`;
    if (terminal.isTerminal) terminal.redraw(text);
    else terminal.talk(text);
  };
}
