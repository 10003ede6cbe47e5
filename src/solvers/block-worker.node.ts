import { parentPort, workerData } from "node:worker_threads";
import type { BlockModule } from "./block-task.ts";

/** What a worker thread is started with. */
export interface BlockWorkerData {
  /** Address of a `BlockModule`. */
  readonly module: string;
  /** Plain data. */
  readonly input: unknown;
  /** Shared; not 0 = stop. */
  readonly flag: Int32Array;
}

/** What a worker thread tells. */
export type BlockReport =
  | { readonly report: "ready" }
  | { readonly report: "result"; readonly block: number; readonly result: unknown }
  | { readonly report: "failed"; readonly message: string };

if (parentPort !== null) serve(parentPort, workerData as BlockWorkerData);

function serve(port: NonNullable<typeof parentPort>, { module, input, flag }: BlockWorkerData): void {
  const tell = (report: BlockReport, moved: readonly ArrayBuffer[] = []): void => port.postMessage(report, [...moved]);
  const fail = (error: unknown): void => tell({ report: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const hooks = {
    get aborted() {
      return Atomics.load(flag, 0) !== 0;
    },
    // Nothing waits for this thread: to stop is said through shared memory.
    breathe: () => Promise.resolve(),
  };
  const prepared = import(module).then((loaded: BlockModule<unknown, unknown>) => loaded.blockTask(input));
  prepared.then(() => tell({ report: "ready" }), fail);
  let last: Promise<unknown> = Promise.resolve();
  port.on("message", (block: number) => {
    last = last
      .then(() => prepared)
      .then(async (task) => {
        const result = await task.run(block, hooks);
        tell({ report: "result", block, result }, task.buffersOf?.(result));
      })
      .catch(fail);
  });
}
