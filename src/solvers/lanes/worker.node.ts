import { parentPort, workerData } from "node:worker_threads";
import { instantiate } from "../../kernel/instantiate.ts";
import type { Target } from "../../kernel/instance.ts";
import type { OdeControl } from "../ode/control.ts";
import { pace } from "../ode/pace.ts";
import type { Block, BlockResult } from "./block.ts";
import { beginBlock } from "./block.ts";
import type { LanePlan } from "./program.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly plan: LanePlan;
  readonly target: Target;
  readonly control: OdeControl;
}

/** What a worker is sent: a block to do, under a number of its own. */
export interface WorkerBlock {
  readonly id: number;
  readonly block: Block;
}

/** What it answers. */
export interface WorkerAnswer {
  readonly id: number;
  readonly result: BlockResult;
}

const port = parentPort;
if (port) {
  const { plan, target, control } = workerData as WorkerStart;
  const instance = instantiate(plan.program, target);
  const speed = pace();
  port.on("message", ({ id, block }: WorkerBlock) => {
    void instance.then((ready) => {
      const run = beginBlock(ready, plan, control, block);
      for (;;) {
        const before = performance.now();
        if (run.advance(speed.budget)) break;
        speed.measure(performance.now() - before);
      }
      const result = run.result();
      const answer: WorkerAnswer = { id, result };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, no window: there is no origin
      port.postMessage(answer, [result.values.buffer, result.reached.buffer, result.accepted.buffer, result.rejected.buffer] as ArrayBuffer[]);
    });
  });
}
