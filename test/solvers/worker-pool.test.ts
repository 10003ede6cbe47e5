import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { BlockTask } from "../../src/solvers/block-task.ts";
import type { BlockJob } from "../../src/solvers/worker-pool.node.ts";

/** Worker threads need compiled files: `npm test` builds them first. */
const compiled = fileURLToPath(new URL("../../dist/solvers/worker-pool.node.js", import.meta.url));

/** A task that tells on which thread a block was done, and takes longer for some blocks. */
const taskText = `
import { isMainThread } from "node:worker_threads";
export async function blockTask({ slow, fails }) {
  return {
    async run(block, hooks) {
      const end = performance.now() + (slow.includes(block) ? 120 : 2);
      while (performance.now() < end && !hooks.aborted) if (isMainThread) await hooks.breathe();
      if (block === fails && !isMainThread) throw new Error("block " + block + " is broken");
      return { square: block * block, isMain: isMainThread, values: Float64Array.of(block), isStopped: hooks.aborted };
    },
    buffersOf: ({ values }) => [values.buffer],
  };
}
`;

interface Result {
  readonly square: number;
  readonly isMain: boolean;
  readonly values: Float64Array;
  readonly isStopped: boolean;
}

const folder = mkdtempSync(join(tmpdir(), "semimech-pool-"));
const module = pathToFileURL(join(folder, "task.mjs")).href;
writeFileSync(join(folder, "task.mjs"), taskText);

async function ran(options: Partial<BlockJob<Result>> & { readonly slow?: readonly number[]; readonly fails?: number }) {
  const { runBlocks } = (await import(compiled)) as typeof import("../../src/solvers/worker-pool.node.ts");
  const { blockTask } = (await import(module)) as { blockTask(input: unknown): Promise<BlockTask<Result>> };
  const { slow = [], fails = -1, ...job } = options;
  const input = { slow, fails };
  const taken: { readonly block: number; readonly result: Result }[] = [];
  const take = (result: Result, block: number): boolean => taken.push({ block, result }) < (job.to ?? 40) * 2;
  await runBlocks<Result>({ module, input, host: await blockTask(input), from: 0, to: 40, threads: 2, alone: 0, take, ...job });
  return taken;
}

describe.skipIf(!existsSync(compiled))("blocks on threads", () => {
  it("are taken once each, in order, whoever did them, however long one takes", async () => {
    const taken = await ran({ from: 3, to: 120, threads: 3, slow: [5, 60, 61] });
    expect(taken.map(({ block }) => block)).toEqual(Array.from({ length: 117 }, (_, index) => index + 3));
    for (const { block, result } of taken) expect([result.square, result.values]).toEqual([block ** 2, Float64Array.of(block)]);
    expect(taken.some(({ result }) => !result.isMain)).toBe(true);
  });

  it("stay on this thread where there is one, where they are few, and where there is only source", async () => {
    for (const options of [{ threads: 1 }, { to: 5, alone: 60_000 }, { module: "file:///task.ts" }, { to: 0 }]) {
      const taken = await ran(options);
      expect(taken.length).toBe(options.to ?? 40);
      expect(taken.every(({ result }) => result.isMain)).toBe(true);
    }
  });

  it("end when the taker has enough, and when they are stopped", async () => {
    const enough: number[] = [];
    await ran({ to: 400, take: (_, block) => enough.push(block) < 90 });
    expect(enough).toEqual(Array.from({ length: 90 }, (_, index) => index));
    const stop = new AbortController();
    const done: Result[] = [];
    const start = performance.now();
    const slow = Array.from({ length: 1000 }, (_, index) => index + 100);
    await ran({ to: 2000, slow, signal: stop.signal, take: (result, block) => {
      done.push(result);
      if (block === 99) setTimeout(() => stop.abort(), 30);
      return true;
    } });
    // A hundred blocks of 2 ms, then blocks of 120 ms that stop at once; all 2000 would take two minutes.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(done.length).toBeGreaterThanOrEqual(100);
    expect(done.length).toBeLessThan(1000);
    const aborted = new AbortController();
    aborted.abort();
    expect(await ran({ signal: aborted.signal })).toEqual([]);
  });

  it("fail with what a worker said", async () => {
    await expect(ran({ to: 300, fails: 250 })).rejects.toThrow("block 250 is broken");
  });
});
