import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostLane, lanes, workerLane } from "../../src/study/lane.node.ts";
import type { FitResult } from "../../src/study/mechanism.ts";
import { runFolder } from "../../src/study/run-folder.node.ts";
import { progressMeter, runJobs, type Lane } from "../../src/study/schedule.ts";
import { prepareStudy } from "./toy-study.mjs";

const compiled = new URL("../../dist/study/fit-worker.node.js", import.meta.url);
const module = new URL("./toy-study.mjs", import.meta.url).href;

async function schedule(folder: string, input: { iterations: number; jobs: number; busy: number }, made: readonly Lane[], stopAfter: number | null = null) {
  const study = await prepareStudy(input);
  const store = runFolder(folder);
  const saved = await store.readSaved();
  const controller = new AbortController();
  let beats = 0;
  let stoppedAt = Number.NaN;
  try {
    const answer = await runJobs({
      jobs: study.jobs("quick", "1"),
      lanes: made,
      store: { ...store, states: saved.states, results: saved.results as ReadonlyMap<string, FitResult> },
      stop: controller.signal,
      maxTime: null,
      grace: 900,
      onProgress: () => {
        beats += 1;
        if (stopAfter !== null && beats === stopAfter) {
          controller.abort();
          stoppedAt = performance.now();
        }
      },
      onFinished: () => undefined,
    });
    return { ...answer, stopTook: performance.now() - stoppedAt };
  } finally {
    await Promise.all(made.map((lane) => lane.close()));
  }
}

const fresh = () => mkdtempSync(join(tmpdir(), "semimech-schedule-"));
const answers = (results: readonly FitResult[]) => results.map((result) => [result.job.key, result.status, result.failure, ...result.test, ...result.numerics.map((each) => each.value)]);

describe("runJobs", () => {
  test("a job that throws is a failed result with its cause; the others finish", async () => {
    const input = { iterations: 5, jobs: 5, busy: 0 };
    const run = await schedule(fresh(), input, [hostLane(await prepareStudy(input))]);
    expect(run.ended).toBe("done");
    expect(run.results.map((result) => result.status)).toEqual(["done", "done", "done", "failed", "done"]);
    expect(run.results[3]?.failure).toBe("this job is broken on purpose");
  });

  test("stopped at any moment and resumed, it ends with the same bits", async () => {
    const input = { iterations: 7, jobs: 3, busy: 0 };
    const lane = async () => [hostLane(await prepareStudy(input))];
    const whole = await schedule(fresh(), input, await lane());
    for (const stopAfter of [1, 6, 7, 8, 13, 20]) {
      const folder = fresh();
      const first = await schedule(folder, input, await lane(), stopAfter);
      expect(first.ended).toBe("interrupted");
      expect(first.unfinished.length).toBeGreaterThan(0);
      const second = await schedule(folder, input, await lane());
      expect(second.ended).toBe("done");
      expect(second.unfinished).toEqual([]);
      expect(answers(second.results)).toEqual(answers(whole.results));
    }
  });

  test.skipIf(!existsSync(compiled))("any number of worker threads gives the bits of one thread", async () => {
    const input = { iterations: 6, jobs: 6, busy: 1 };
    const worker = { module, input, file: compiled };
    const one = await schedule(fresh(), input, lanes(1, 6, await prepareStudy(input), worker));
    for (const threads of [2, 3]) {
      const made = lanes(threads, 6, await prepareStudy(input), worker);
      expect(made.length).toBe(threads);
      expect(answers((await schedule(fresh(), input, made)).results)).toEqual(answers(one.results));
    }
  });

  test.skipIf(!existsSync(compiled))("workers stop within a second, keep their checkpoint, and resume to the same bits", async () => {
    const input = { iterations: 40, jobs: 2, busy: 10 };
    const make = () => [workerLane({ module, input, file: compiled }), workerLane({ module, input, file: compiled })];
    const folder = fresh();
    const first = await schedule(folder, input, make(), 2);
    expect(first.ended).toBe("interrupted");
    expect(first.stopTook).toBeLessThan(1000);
    expect((await runFolder(folder).readSaved()).states.size).toBe(2);
    const second = await schedule(folder, input, make());
    const whole = await schedule(fresh(), input, [hostLane(await prepareStudy(input))]);
    expect(answers(second.results)).toEqual(answers(whole.results));
  });

  test.skipIf(!existsSync(compiled))("a worker that never breathes is ended after the grace", async () => {
    const input = { iterations: 2, jobs: 2, busy: 60_000 };
    const controller = new AbortController();
    const made = [workerLane({ module, input, file: compiled })];
    const folder = runFolder(fresh());
    setTimeout(() => controller.abort(), 300);
    const start = performance.now();
    const study = await prepareStudy(input);
    const run = await runJobs({
      jobs: study.jobs("quick", "1"),
      lanes: made,
      store: { ...folder, states: new Map(), results: new Map() },
      stop: controller.signal,
      maxTime: null,
      grace: 500,
      onProgress: () => undefined,
      onFinished: () => undefined,
    });
    await Promise.all(made.map((lane) => lane.close()));
    expect(run.unfinished.length).toBe(2);
    expect(performance.now() - start).toBeLessThan(1800);
  });

  test("a time budget ends with what was best so far", async () => {
    const input = { iterations: 1000, jobs: 2, busy: 5 };
    const folder = runFolder(fresh());
    const study = await prepareStudy(input);
    const run = await runJobs({
      jobs: study.jobs("quick", "1"),
      lanes: [hostLane(study)],
      store: { ...folder, states: new Map(), results: new Map() },
      stop: new AbortController().signal,
      maxTime: 100,
      grace: 900,
      onProgress: () => undefined,
      onFinished: () => undefined,
    });
    expect(run.ended).toBe("out of time");
    expect(run.results.map((result) => [result.status, result.test.length])).toEqual([["stopped", 3]]);
    expect((await folder.readSaved()).states.size).toBe(1);
  });
});

test("progressMeter adds finished jobs and the parts of running ones", () => {
  let now = 0;
  const meter = progressMeter(4, 1, () => now);
  const job = { key: "a", split: "s", model: "m", fold: 0, seed: "1" };
  expect(meter.read()).toMatchObject({ done: 1, fraction: 0.25, secondsLeft: null });
  now = 10_000;
  meter.update({ job, done: 1, total: 2, best: 3 });
  expect(meter.read()).toMatchObject({ done: 1, fraction: 0.375, secondsLeft: 50 });
  meter.finish("a");
  expect(meter.read()).toMatchObject({ done: 2, fraction: 0.5, secondsLeft: 20 });
});
