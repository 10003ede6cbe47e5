import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Instance, Target } from "../../src/kernel/instance.ts";
import { memoryLayout } from "../../src/kernel/layout.ts";
import { randomStateBytes, readStream, writeRandom, writeStream } from "../../src/kernel/random.ts";
import { restoreStream, stream } from "../../src/numerics/random.ts";

async function randomInstance(target: Target): Promise<{ instance: Instance; state: number; draw: (name: "uniform" | "exponential", at?: number) => number }> {
  const program = programBuilder();
  const layout = memoryLayout();
  const { state } = writeRandom(program, layout);
  const instance = await instantiate(program.finish(layout.bytes), target);
  return { instance, state, draw: (name, at = state) => instance.functions[name]?.(at) ?? Number.NaN };
}

describe.each(["wasm", "javascript"] as const)("random numbers inside a program, target %s", (target) => {
  it("give the same bits as the stream, from any position, and hand the position back", async () => {
    const { instance, state, draw } = await randomInstance(target);
    const position = fc.record({
      generator: fc.constant("threefry2x32-20" as const),
      key: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((key) => `0x${key.toString(16)}`),
      // Near 2^32 and 2^64 the counter carries.
      counter: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(2n ** 32n - 2n, 2n ** 64n - 2n)).map((counter) => `0x${counter.toString(16)}`),
      buffered: fc.option(fc.nat(2 ** 32 - 1)),
    });
    fc.assert(
      fc.property(position, fc.array(fc.constantFrom("uniform" as const, "exponential" as const), { minLength: 1, maxLength: 12 }), (start, draws) => {
        const here = restoreStream(start);
        writeStream(instance, state, here.state());
        for (const name of draws) expect(draw(name)).toBe(here[name]());
        expect(readStream(instance, state)).toEqual(here.state());
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it("keep many streams apart in one memory", async () => {
    const { instance, draw } = await randomInstance(target);
    const streams = Array.from({ length: 50 }, (_, index) => stream(7n, "apart", index));
    const base = instance.reserve(streams.length * randomStateBytes);
    streams.forEach((each, index) => {
      if (index % 2 === 1) each.nextUint32();
      writeStream(instance, base + index * randomStateBytes, each.state());
    });
    for (let turn = 0; turn < 200; turn++) {
      streams.forEach((each, index) => {
        const name = (turn + index) % 3 === 0 ? "uniform" : "exponential";
        if (draw(name, base + index * randomStateBytes) !== each[name]()) expect.fail(`stream ${index} differs at turn ${turn}`);
      });
    }
  });
});
