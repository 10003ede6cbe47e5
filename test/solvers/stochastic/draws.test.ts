import { describe, expect, it } from "vitest";
import { i32, programBuilder } from "../../../src/kernel/builder.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import { beginDraws, drawMemory, eventDraws, prepareDraws, writeDraws, writeThreefry } from "../../../src/solvers/stochastic/draws.ts";
import { ziggurat, zigguratLayers, zigguratTail } from "../../../src/solvers/stochastic/ziggurat.ts";
import { threefryParity } from "../../../src/numerics/threefry.ts";
import { chiSquareQuantile, oneInTenThousand } from "./networks.ts";

/** A program that draws `count` numbers from a stream into memory. */
async function drawn(kind: "uniform" | "exponential", count: number, target: "wasm" | "javascript" = "wasm", seed = 1n): Promise<Float64Array> {
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = drawMemory(layout);
  const numbers = layout.f64(count);
  writeDraws(program, memory);
  program.function("draw", {}, (b) => {
    const draws = eventDraws(b, memory);
    b.repeat(count, (index) => {
      const words = draws.block();
      b.store(i32.shl(index, 3), kind === "uniform" ? draws.uniform(words) : draws.exponential(words), numbers);
    });
    draws.save();
  });
  const instance = await instantiate(program.finish(layout.bytes), target);
  prepareDraws(instance, memory);
  beginDraws(instance, memory, seed, 0);
  instance.functions["draw"]?.();
  return instance.f64.slice(numbers / 8, numbers / 8 + count);
}

/** Pearson's statistic of numbers against a law given by its distribution function, in bins of equal probability. */
function binned(numbers: Float64Array, distribution: (x: number) => number, bins: number): number {
  const counts = new Float64Array(bins);
  for (const x of numbers) {
    const bin = Math.min(bins - 1, Math.floor(bins * distribution(x)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const expected = numbers.length / bins;
  return counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
}

describe("Threefry-2x32 in a program", () => {
  // Known answers of the Random123 library, kat_vectors: rounds, counter, key, result.
  const known: readonly [number, readonly [number, number], readonly [number, number], readonly [number, number]][] = [
    [13, [0, 0], [0, 0], [0x9d1c5ec6, 0x8bd50731]],
    [13, [0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0xfd36d048, 0x2d17272c]],
    [13, [0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xba3e4725, 0xf27d669e]],
    [20, [0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
    [20, [0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
    [20, [0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
  ];
  it.each(known)("%i rounds give the known answers", async (rounds, counter, key, expected) => {
    const program = programBuilder();
    program.function("block", {}, (b) => {
      const [key0, key1] = key.map((word) => i32.const(word | 0));
      const [counter0, counter1] = counter.map((word) => i32.const(word | 0));
      if (!key0 || !key1 || !counter0 || !counter1) return;
      const { first, second } = writeThreefry(b, [key0, key1, i32.xor(i32.xor(key0, key1), threefryParity)], [counter0, counter1], rounds);
      b.store(16, first);
      b.store(20, second);
    });
    for (const target of ["wasm", "javascript"] as const) {
      const instance = await instantiate(program.finish(32), target);
      instance.functions["block"]?.();
      expect(Array.from(instance.i32.subarray(4, 6), (word) => word >>> 0)).toEqual(expected);
    }
  });
});

/** Ten blocks from a counter on, drawn one by one or in passes of at most `few`. */
async function blocksFrom(low: number, high: number, kind: "block" | "blockOfFew", target: "wasm" | "javascript"): Promise<number[]> {
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = drawMemory(layout);
  const words = layout.i32(20);
  const done = layout.i32(1);
  writeDraws(program, memory);
  program.function("pass", {}, (b) => {
    const draws = eventDraws(b, memory);
    const most = kind === "block" ? i32.const(10) : i32.min(draws.few(), 10);
    const count = b.local("i32", "count", i32.min(most, i32.sub(10, i32.load(done))));
    b.repeat(count, () => {
      const { first, second } = draws[kind]();
      const at = b.local("i32", "at", i32.shl(i32.load(done), 3));
      b.store(at, first, words);
      b.store(at, second, words + 4);
      b.store(done, i32.add(i32.load(done), 1));
    });
    draws.save();
  });
  const instance = await instantiate(program.finish(layout.bytes), target);
  beginDraws(instance, memory, 9n, 0);
  instance.i32.set([low, high], memory.stream / 4 + 2);
  for (let pass = 0; pass < 10; pass++) instance.functions["pass"]?.();
  expect([...instance.i32.subarray(memory.stream / 4 + 2, memory.stream / 4 + 4)].map((word) => word >>> 0)).toEqual([(low + 10) >>> 0, (high + (low + 10 >= 2 ** 32 ? 1 : 0)) >>> 0]);
  return [...instance.i32.subarray(words / 4, words / 4 + 20)];
}

describe("the stream of blocks", () => {
  it.each([0, 0x7ffffffb, 0xfffffff6, 0xfffffffb, 0xffffffff])("carries to the counter's upper word, from %i", async (low) => {
    const one = await blocksFrom(low, 3, "block", "wasm");
    expect(new Set(one).size).toBe(20);
    for (const target of ["wasm", "javascript"] as const) for (const kind of ["block", "blockOfFew"] as const) expect(await blocksFrom(low, 3, kind, target)).toEqual(one);
    // From where the upper word has changed on, blocks are those of a stream that begins there.
    const left = 2 ** 32 - low;
    if (left < 10) expect((await blocksFrom(0, 4, "block", "wasm")).slice(0, 2 * (10 - left))).toEqual(one.slice(2 * left));
  });
});

const decile = (x: number): number => Math.min(9, Math.floor(10 * -Math.expm1(-x)));

describe("the ziggurat", () => {
  const { ends, heights } = ziggurat();
  it("has layers of one area, the tail's among them, and ends at the top of the density", () => {
    const tailArea = zigguratTail * Math.exp(-zigguratTail) + Math.exp(-zigguratTail);
    for (let layer = 1; layer < zigguratLayers; layer++) expect((ends[layer] ?? 0) * ((heights[layer + 1] ?? 0) - (heights[layer] ?? 0))).toBeCloseTo(tailArea, 12);
    expect((ends[0] ?? 0) * (heights[1] ?? 0)).toBeCloseTo(tailArea, 14);
    // The last layer's right end gives the density's top, 1, for its upper edge.
    expect(Math.exp(-(ends[zigguratLayers - 1] ?? 0)) + tailArea / (ends[zigguratLayers - 1] ?? 0)).toBeCloseTo(1, 12);
  });
  const count = 400_000;
  it("draws exponentials: 200 bins of equal probability, the tail alone, and a mean 3 % off would be seen", async () => {
    const numbers = await drawn("exponential", count);
    const limit = chiSquareQuantile(199, oneInTenThousand);
    expect(binned(numbers, (x) => -Math.expm1(-x), 200)).toBeLessThan(limit);
    expect(binned(numbers, (x) => -Math.expm1(-x * 1.03), 200)).toBeGreaterThan(limit);
    const tail = numbers.filter((x) => x > 4).map((x) => x - 4);
    expect(Math.abs(tail.length - count * Math.exp(-4))).toBeLessThan(5 * Math.sqrt(count * Math.exp(-4)));
    expect(binned(tail, (x) => -Math.expm1(-x), 50)).toBeLessThan(chiSquareQuantile(49, oneInTenThousand));
    expect(numbers.some((x) => x > zigguratTail)).toBe(true);
    expect(numbers.every((x) => x > 0)).toBe(true);
  });
  it("draws uniforms, and the same bits on both targets", async () => {
    const numbers = await drawn("uniform", count);
    expect(binned(numbers, (x) => x, 256)).toBeLessThan(chiSquareQuantile(255, oneInTenThousand));
    expect(numbers.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53))).toBe(true);
    for (const kind of ["uniform", "exponential"] as const) expect(await drawn(kind, 3000, "javascript")).toEqual(await drawn(kind, 3000));
  });
  it("draws neighbours that do not depend on each other", async () => {
    const numbers = await drawn("exponential", count);
    const cells = new Float64Array(100);
    for (let index = 0; index + 1 < count; index += 2) {
      const cell = 10 * decile(numbers[index] ?? 0) + decile(numbers[index + 1] ?? 0);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const expected = count / 200;
    expect(cells.reduce((total, seen) => total + (seen - expected) ** 2 / expected, 0)).toBeLessThan(chiSquareQuantile(99, oneInTenThousand));
  });
});
