/** What is due later: by time, and in the order it was put in where times are the same. */
export interface DelayQueue {
  /** When the first is due; Infinity where none waits. */
  readonly next: number;
  readonly waiting: number;
  /** Lets a channel finish at a time. */
  add(channel: number, time: number): void;
  /** Takes the first out; its channel. */
  take(): number;
}

/** An empty queue; delays that are all the same are put in and taken out at no cost that grows with what waits. */
export function delayQueue(): DelayQueue {
  let times: number[] = [];
  let channels: number[] = [];
  let head = 0;
  return {
    get next() {
      return times[head] ?? Infinity;
    },
    get waiting() {
      return times.length - head;
    },
    add(channel, time) {
      if (!(time < (times.at(-1) ?? -Infinity))) {
        times.push(time);
        channels.push(channel);
        return;
      }
      let [low, high] = [head, times.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle] <= time) low = middle + 1;
        else high = middle;
      }
      times.splice(low, 0, time);
      channels.splice(low, 0, channel);
    },
    take() {
      const channel = channels[head];
      head += 1;
      // What has been taken is let go of in large pieces.
      if (head > 1024 && 2 * head > times.length) [times, channels, head] = [times.slice(head), channels.slice(head), 0];
      return channel;
    },
  };
}
