import { instantiate } from "../../kernel/instantiate.ts";
import type { BlockEngine } from "./block.ts";
import { laneEngine } from "./block.ts";
import type { LaneStart, SingleStart } from "./share.ts";
import type { SystemCopy } from "./system-copy.ts";

/** What a thread makes its engine of: plain data. */
export type EngineStart = LaneStart | { readonly copy: SystemCopy; /** One of `odeMethods`. */ readonly method: string; readonly options: SingleStart["options"] };

/** The engine of one thread. */
export async function engineFrom(start: EngineStart): Promise<BlockEngine> {
  if ("plan" in start) {
    const { plan, target, control } = start;
    return laneEngine(await instantiate(plan.program, target), plan, control);
  }
  // Lanes come with their program: a worker that does them loads no method.
  const { compileSingle } = await import("./single-start.ts");
  return compileSingle(start.copy, start.method, start.options);
}
