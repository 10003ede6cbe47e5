import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { writeStream } from "../../kernel/random.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { stream } from "../../numerics/random.ts";
import { threefryParity, threefryRotations } from "../../numerics/threefry.ts";
import { ziggurat, zigguratLayers, zigguratTail } from "./ziggurat.ts";

/**
 * Rounds of Threefry-2x32 in the event loop: its authors found 13 to pass TestU01's BigCrush, and take 20 for a margin of safety. The run's key
 * comes from 20 rounds.
 * @source Salmon et al. 2011, doi:10.1145/2063384.2063405
 */
export const eventRounds = 13;

/** Byte offsets in a stream, as `writeStream` lays it out. */
const offsets = { key0: 0, key1: 4, counter0: 8, counter1: 12, second: 16, key2: 20 } as const;

/** The two words of one block. */
export interface Words {
  readonly first: Local;
  readonly second: Local;
}

/** Writes one block of Threefry-2x32: the result stands in fresh locals. */
export function writeThreefry(b: FunctionBuilder, key: readonly [Value, Value, Value], counter: readonly [Value, Value], rounds: number): Words {
  const first = b.local("i32", "x", i32.add(counter[0], key[0]));
  const second = b.local("i32", "y", i32.add(counter[1], key[1]));
  for (let round = 0; round < rounds; round++) {
    b.set(first, i32.add(first, second));
    b.set(second, i32.xor(i32.rotl(second, threefryRotations[round % 8] ?? 0), first));
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    b.set(first, i32.add(first, key[injection % 3] ?? key[0]));
    b.set(second, i32.add(i32.add(second, key[(injection + 1) % 3] ?? key[0]), injection));
  }
  return { first, second };
}

/** Where a program keeps its random stream and its ziggurat. */
export interface DrawMemory {
  readonly stream: number;
  /** Per layer, 16 bytes: width times 2^-53, right end of the layer above; and behind the last one a row without an end, for waits that are decided. */
  readonly layers: number;
  /** The same with the width times 2^-37. */
  readonly cells: number;
  /** Per layer, 16 bytes: e^-x at its right end, and by how much the layer above is higher. */
  readonly steps: number;
  /** What is drawn ahead: wait, uniform, half its cell (f64), the wait's layer (i32). */
  readonly ahead: number;
  /** Numbers that hot loops read rather than make (f64): see `constants`. */
  readonly constants: number;
}

/** What stands at `DrawMemory.constants`: a compiled loop reads a number in one instruction and makes it in two or three. */
const constants = [2 ** 13, 2 ** -21, 1] as const;
type Constant = (typeof constants)[number];

/** A number as a load. */
export const constantAt = ({ constants: address }: DrawMemory, value: Constant): Value => f64.load(address + 8 * constants.indexOf(value));

/** Row of the tables of layers that stands for a wait that is decided: nothing lies beyond it. */
export const decidedLayer = 16 * zigguratLayers;

export function drawMemory(layout: MemoryLayout): DrawMemory {
  return {
    stream: layout.i32(8),
    layers: layout.f64(2 * zigguratLayers + 2),
    cells: layout.f64(2 * zigguratLayers + 2),
    steps: layout.f64(2 * zigguratLayers),
    ahead: layout.f64(6),
    constants: layout.f64(constants.length),
  };
}

/** Fills the ziggurat's tables, once a program. */
export function prepareDraws(instance: Instance, { layers, cells, steps, constants: address }: DrawMemory): void {
  const { ends, heights } = ziggurat();
  for (let layer = 0; layer < zigguratLayers; layer++) {
    const height = heights[layer] ?? 0;
    instance.f64.set([(ends[layer] ?? 0) * 2 ** -53, ends[layer + 1] ?? 0], layers / 8 + 2 * layer);
    instance.f64.set([(ends[layer] ?? 0) * 2 ** -37, ends[layer + 1] ?? 0], cells / 8 + 2 * layer);
    instance.f64.set([height, (heights[layer + 1] ?? 0) - height], steps / 8 + 2 * layer);
  }
  for (const table of [layers, cells]) instance.f64.set([0, Infinity], (table + decidedLayer) / 8);
  instance.f64.set(constants, address / 8);
}

/** Puts the stream (seed, "ssa", run) into memory: its key is that of `stream`, its blocks are counted from 0. */
export function beginDraws(instance: Instance, { stream: address }: DrawMemory, seed: bigint, run: number): void {
  writeStream(instance, address, stream(seed, "ssa", run).state());
  const words = instance.i32;
  words[(address + offsets.key2) / 4] = (words[(address + offsets.key0) / 4] ?? 0) ^ (words[(address + offsets.key1) / 4] ?? 0) ^ threefryParity;
}

/** 53 bits of a block as a whole number: all of the second word above 21 bits of the first, whose low eight stay free. */
export const wholeOf = ({ first, second }: Words): Value => f64.add(f64.mul(f64.fromI32(i32.shru(first, 11)), 2 ** 32), f64.fromU32(second));

/** Byte offset of the layer that a block chooses. */
export const layerOf = ({ first }: Words): Value => i32.shl(i32.and(first, zigguratLayers - 1), 4);

/**
 * Writes the draws that lie outside the event loop's common path, each with its block read from the stream in memory:
 * `uniform()`, a multiple of 2^-53 in [0, 1); `exponential()` with mean 1; and `exponential beyond(layer, x)`, which
 * decides where the ziggurat's fast test failed.
 */
export function writeDraws(program: ProgramBuilder, memory: DrawMemory): void {
  const { stream: address, layers, steps } = memory;
  program.function("next block", { result: "i32", exported: false }, (b) => {
    const draws = eventDraws(b, memory);
    const { first, second } = draws.block();
    draws.save();
    b.store(address, second, offsets.second);
    b.return(first);
  });
  const nextBlock = (b: FunctionBuilder): Words => {
    const first = b.local("i32", "first", i32.call("next block"));
    return { first, second: b.local("i32", "second", i32.load(address, offsets.second)) };
  };
  program.function("uniform", { result: "f64", exported: false }, (b) => b.return(f64.mul(wholeOf(nextBlock(b)), 2 ** -53)));
  program.function("exponential beyond", { parameters: { layer: "i32", x: "f64" }, result: "f64", exported: false }, (b, { layer, x }) => {
    if (!layer || !x) return;
    b.loop(() => {
      // Beyond the tail's start the law begins anew; the uniform's complement is never 0.
      b.if(i32.isZero(layer), () => b.return(f64.sub(zigguratTail, f64.math("log", f64.sub(1, f64.call("uniform"))))));
      const height = b.local("f64", "height", f64.add(f64.load(layer, steps), f64.mul(f64.call("uniform"), f64.load(layer, steps + 8))));
      b.if(f64.lt(height, f64.math("exp", f64.neg(x))), () => b.return(x));
      const words = nextBlock(b);
      b.set(layer, layerOf(words));
      b.set(x, f64.mul(f64.add(wholeOf(words), 0.5), f64.load(layer, layers)));
      b.if(f64.lt(x, f64.load(layer, layers + 8)), () => b.return(x));
    });
  });
  program.function("exponential", { result: "f64", exported: false }, (b) => {
    const draws = eventDraws(b, memory);
    const x = draws.exponential(draws.block());
    draws.save();
    b.return(x);
  });
}

/** Draws written into one function, with key and counter in locals. */
export interface EventDraws {
  /** The next block. */
  block(): Words;
  /** The next of at most `few` blocks before `save`, which then carries to the counter's upper word. */
  blockOfFew(): Words;
  /** i32: so many blocks may be drawn by `blockOfFew`, at least 1. */
  few(): Value;
  /** Uniform in [0, 1) out of a block, a multiple of 2^-53. */
  uniform(words: Words): Value;
  /** Exponential with mean 1, above 0, out of a block; one in ninety takes further blocks. */
  exponential(words: Words): Local;
  /** A draw out of further blocks, by a call: for what does not happen at every event. */
  rare(draw: "uniform" | "exponential", target: Local): void;
  /** Writes the counter back; must be called before the function is left. */
  save(): void;
}

/** Starts drawing in a function: loads the stream's key and counter. */
export function eventDraws(b: FunctionBuilder, { stream: address, layers }: DrawMemory): EventDraws {
  const key0 = b.local("i32", "key0", i32.load(address, offsets.key0));
  const key1 = b.local("i32", "key1", i32.load(address, offsets.key1));
  // Read, because V8 would compute it again at every block.
  const key2 = b.local("i32", "key2", i32.load(address, offsets.key2));
  const counter0 = b.local("i32", "counter0", i32.load(address, offsets.counter0));
  const counter1 = b.local("i32", "counter1", i32.load(address, offsets.counter1));
  const save = (): void => {
    b.store(address, counter0, offsets.counter0);
    b.store(address, counter1, offsets.counter1);
  };
  const load = (): void => {
    b.set(counter0, i32.load(address, offsets.counter0));
    b.set(counter1, i32.load(address, offsets.counter1));
  };
  const decide = (layer: Local, x: Local): void =>
    b.if(f64.ge(x, f64.load(layer, layers + 8)), () => {
      save();
      b.set(x, f64.call("exponential beyond", layer, x));
      load();
    });
  const nextBlock = (): Words => {
    const words = writeThreefry(b, [key0, key1, key2], [counter0, counter1], eventRounds);
    b.set(counter0, i32.add(counter0, 1));
    return words;
  };
  let begin: Local | null = null;
  return {
    save() {
      if (begin) b.if(i32.ltu(counter0, begin), () => b.set(counter1, i32.add(counter1, 1)));
      save();
    },
    block() {
      const words = nextBlock();
      b.if(i32.isZero(counter0), () => b.set(counter1, i32.add(counter1, 1)));
      return words;
    },
    blockOfFew: nextBlock,
    few() {
      begin = b.local("i32", "first of few", counter0);
      return i32.select(i32.lt(counter0, 0), i32.max(i32.sub(-1, counter0), 1), 2 ** 31 - 1);
    },
    uniform: (words) => f64.mul(wholeOf(words), 2 ** -53),
    exponential(words) {
      const layer = b.local("i32", "layer", layerOf(words));
      // The half keeps it above 0, so that a wait is never 0 and, divided by a rate of 0, is for ever.
      const x = b.local("f64", "x", f64.mul(f64.add(wholeOf(words), 0.5), f64.load(layer, layers)));
      decide(layer, x);
      return x;
    },
    rare(draw, target) {
      save();
      b.set(target, f64.call(draw));
      load();
    },
  };
}
