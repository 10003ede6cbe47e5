import { parentPort, workerData } from "node:worker_threads";
import { throttledCheckpoint } from "./lane.node.ts";
import type { FitJob, FitResult, PreparedStudy } from "./mechanism.ts";
import { failedResult } from "./schedule.ts";

/** What a worker is asked. */
export interface FitRequest {
  readonly job: FitJob;
  readonly resume: unknown;
}

/** What a worker tells. */
export type FitReport =
  | { readonly report: "progress"; readonly done: number; readonly total: number; readonly best: number }
  | { readonly report: "checkpoint"; readonly state: unknown }
  | { readonly report: "result"; readonly result: FitResult };

interface FitWorkerData {
  readonly module: string;
  readonly input: unknown;
  readonly flag: Int32Array;
}

if (parentPort !== null) serve(parentPort, workerData as FitWorkerData);

function serve(port: NonNullable<typeof parentPort>, { module, input, flag }: FitWorkerData): void {
  const tell = (report: FitReport) => port.postMessage(report);
  const stop = () => Atomics.load(flag, 0) !== 0;
  const prepared = import(module).then((loaded: { prepareStudy(input: unknown): Promise<PreparedStudy> }) => loaded.prepareStudy(input));
  // A failed preparation is told with the job that waits for it.
  prepared.catch(() => undefined);
  port.on("message", ({ job, resume }: FitRequest) => {
    void (async () => {
      try {
        const study = await prepared;
        let told = 0;
        const result = await study.run(
          job,
          {
            stop,
            progress: (done, total, best) => {
              const now = performance.now();
              if (now - told < 100) return;
              told = now;
              tell({ report: "progress", done, total, best });
            },
            checkpoint: throttledCheckpoint(stop, (state) => tell({ report: "checkpoint", state })),
            breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
          },
          resume,
        );
        tell({ report: "result", result });
      } catch (error) {
        tell({ report: "result", result: failedResult(job, error instanceof Error ? error.message : String(error)) });
      }
    })();
  });
}
