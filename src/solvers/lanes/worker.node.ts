import { parentPort, workerData } from "node:worker_threads";
import type { Failure } from "./block.ts";
import type { SharedEnsemble } from "./crew.ts";
import { board, crewMember } from "./crew.ts";
import { engineFrom } from "./engine-start.ts";
import type { EngineStart } from "./engine-start.ts";

/** What a worker is sent: an ensemble to take part in, under a number of its own. */
export interface WorkerCall {
  readonly id: number;
  readonly ensemble: SharedEnsemble;
}

/** What it answers when there is nothing left to do. */
export interface WorkerAnswer {
  readonly id: number;
  readonly failures: readonly Failure[];
}

const port = parentPort;
if (port) {
  const member = engineFrom(workerData as EngineStart).then(crewMember);
  port.on("message", ({ id, ensemble }: WorkerCall) => {
    void member.then(async (ready) => {
      Atomics.add(ensemble.board, board.come, 1);
      // Nothing waits for this thread: to stop is said through shared memory.
      const answer: WorkerAnswer = { id, failures: await ready.work(ensemble, () => null) };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
      port.postMessage(answer);
    });
  });
}
